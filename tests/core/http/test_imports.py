"""What a request costs before it is sent."""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


class Always(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def test_a_request_brings_no_more_than_the_transport_along() -> None:
    """Nor httpx, which the tests use, nor what only a proxy, https or a date in Retry-After needs."""
    program = (
        "import os\n"
        "for name in list(os.environ):\n"
        "    if name.lower().endswith('_proxy'): del os.environ[name]\n"
        "from aerostack.http import Client\n"
        "import sys\n"
        "with Client(sys.argv[1]) as client: client.request('GET', '/', operation='x')\n"
        "print(*sys.modules)"
    )
    with HTTPServer(("127.0.0.1", 0), Always) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        done = subprocess.run([sys.executable, "-c", program, address], capture_output=True, text=True, check=True)
        thread.join(10)
    loaded = set(done.stdout.split())
    assert "h11" in loaded
    assert loaded.isdisjoint(
        {"httpx", "rich", "click", "pygments", "asyncio", "urllib.request", "email.message", "ssl", "logging"}
    )
