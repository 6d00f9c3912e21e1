"""A server on loopback that answers every request in one wrong way: the seam for an API that is broken or hostile."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator


def answer(status: int, body: object, content_type: str = "application/json", *headers: str) -> bytes:
    """A whole HTTP answer; ``body`` is bytes, or becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + content


def result(value: object) -> bytes:
    """A success of Cloudflare's API."""
    return answer(200, {"success": True, "errors": [], "messages": [], "result": value})


def refusal(status: int, errors: object, *headers: str) -> bytes:
    """A refusal of Cloudflare's API."""
    return answer(status, {"success": False, "errors": errors, "result": None}, "application/json", *headers)


@contextlib.contextmanager
def faulty_api(said: bytes | Callable[[bytes], bytes]) -> Iterator[str]:
    """The base URL of a server that says ``said`` to every request, and then closes the connection.

    A function makes the answer of the request: its head and its body.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536) or b"\r\n\r\n"
            connection.sendall(said if isinstance(said, bytes) else said(received + _rest(connection, received)))
            # A close with unread input would be a reset, which is another fault than the one wanted.
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(1)
            while connection.recv(65536):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/client/v4"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _rest(connection: socket.socket, received: bytes) -> bytes:
    """The rest of a request's body, where its length is said."""
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    missing = (int(length[1]) if length else 0) - len(body)
    rest = b""
    while len(rest) < missing:
        piece = connection.recv(65536)
        if not piece:
            break
        rest += piece
    return rest
