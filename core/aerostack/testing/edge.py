"""An edge in a process of its own, for the length of a block."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningEdge:
    """``environ`` holds the three variables that lead any Cloudflare client to it; ``pid`` is its process."""

    environ: Mapping[str, str]
    data: Path
    pid: int

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call a path of the API and return its ``result``. Raises ``urllib.error.HTTPError`` for a refusal."""
        import urllib.request

        request = urllib.request.Request(  # the address is the edge's own
            f"{self.environ['CLOUDFLARE_API_BASE_URL']}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.environ['CLOUDFLARE_API_TOKEN']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # nosec B310
            return json.load(answer)["result"]

    def account(self, method: str, path: str, body: Any = None) -> Any:
        """Call a path below the account."""
        return self.api(method, f"/accounts/{self.environ['CLOUDFLARE_ACCOUNT_ID']}{path}", body)

    def requests(self) -> list[dict[str, Any]]:
        """The API requests since ``forget``, oldest first."""
        return list(self.api("GET", "/_edge/requests"))

    def forget(self) -> None:
        """Empty the request log."""
        self.api("POST", "/_edge/requests/reset")

    @contextlib.contextmanager
    def latency(self, seconds: float) -> Iterator[None]:
        """For the block, let each API request wait as if the account were far away."""
        self.api("PUT", "/_edge/latency", {"seconds": seconds})
        try:
            yield
        finally:
            self.api("PUT", "/_edge/latency", {"seconds": 0})

    @contextlib.contextmanager
    def refusing(self, method: str, path: str, *, status: int, code: int, message: str) -> Iterator[None]:
        """For the block, refuse each such request whose path ends with ``path``: for what only Cloudflare would."""
        wanted = {"method": method, "path": path, "status": status, "code": code, "message": message}
        self.api("PUT", "/_edge/refusal", wanted)
        try:
            yield
        finally:
            self.api("DELETE", "/_edge/refusal")


@contextlib.contextmanager
def running_edge(data: Path, environ: Mapping[str, str] | None = None, *, port: int = 0) -> Iterator[RunningEdge]:
    """Serve the account under ``data`` on ``port``, or any free one, and stop it after the block.

    ``environ`` is its environment, by default this process's. Raises ``RuntimeError`` with what it said when it does
    not start.
    """
    from aerostack.local import services

    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "aerostack", "edge", "serve", "--port", str(port), "--data", str(data)],
        env=None if environ is None else dict(environ),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        _wait_until_ready(process.stderr)
        # Nobody else reads it, and a full pipe would stop the edge.
        drain = threading.Thread(target=process.stderr.read, daemon=True)
        drain.start()
        yield RunningEdge(environ=services.load("edge").variables(data), data=data, pid=process.pid)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)
        process.stderr.close()


def _wait_until_ready(stream: IO[str]) -> None:
    said = []
    for line in stream:
        said.append(line)
        if "http://" in line:
            return
    raise RuntimeError(f"the edge did not start: {''.join(said)}")


def fetch(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """GET a Worker; status and body.

    Its host is below ``localhost``, which not every resolver knows, so this goes to the loopback address by number.
    """
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=30)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={**(headers or {}), "Host": parts.netloc})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
