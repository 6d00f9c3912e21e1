import subprocess
import sys


def test_a_request_brings_no_more_than_the_transport_along() -> None:
    """Nor httpx, which the tests use, nor what only a proxy or a date in Retry-After needs."""
    program = (
        "import os\n"
        "for name in list(os.environ):\n"
        "    if name.lower().endswith('_proxy'): del os.environ[name]\n"
        "from aerostack.errors import UnavailableError\n"
        "from aerostack.http import Client\n"
        "with Client('http://127.0.0.1:1', sleep=lambda seconds: None) as client:\n"
        "    try: client.request('GET', '/', operation='x')\n"
        "    except UnavailableError: pass\n"
        "import sys\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "httpcore" in loaded
    assert loaded.isdisjoint({"httpx", "rich", "click", "pygments", "asyncio", "urllib.request", "email.message"})
