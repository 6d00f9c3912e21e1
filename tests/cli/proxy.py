"""A proxy in front of the edge that ends the client at its n-th write: the seam for lost requests and answers."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

_HOP = frozenset({"host", "connection", "transfer-encoding", "content-length", "content-encoding"})


@dataclass
class Fatal:
    """At write number ``at``, kill ``pid`` before the account has seen the request, or before its answer arrives.

    Without a ``pid`` nobody is killed: the connection alone ends.
    """

    at: int
    when: Literal["before", "after"]
    pid: int = 0
    writes: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strikes(self, method: str, path: str) -> bool:
        if method == "GET":
            return False
        with self._lock:
            self.writes.append(f"{method} {path}")
            return len(self.writes) == self.at


@contextlib.contextmanager
def fatal_proxy(base_url: str, fatal: Fatal) -> Iterator[str]:
    """The base URL of a proxy for ``base_url``."""
    target = urlsplit(base_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            strikes = fatal.strikes(self.command, self.path)
            if strikes and fatal.when == "before":
                self._end_client()
                return
            upstream = http.client.HTTPConnection(target.netloc, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            upstream.request(self.command, self.path, body, kept | {"Accept-Encoding": "identity"})
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            if strikes:
                self._end_client()
                return
            # The client may be dead by now, which is what it is all about.
            with contextlib.suppress(ConnectionError):
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = relay

        def _end_client(self) -> None:
            if fatal.pid:
                os.kill(fatal.pid, signal.SIGKILL)
            self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A killed client resets its connections."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{target.path}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
