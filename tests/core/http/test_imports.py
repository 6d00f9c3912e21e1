import subprocess
import sys


def test_opening_a_client_brings_no_command_line_along() -> None:
    """httpx has one, which imports rich, click and pygments wherever they are installed."""
    program = (
        "from aerostack.http import Client\n"
        "with Client('http://127.0.0.1:9'): pass\n"
        "import sys, httpx\n"
        "assert callable(httpx.main) and 'httpx._main' not in sys.modules\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()).isdisjoint({"rich", "click", "pygments", "asyncio"})
