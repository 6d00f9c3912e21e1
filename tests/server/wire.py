"""An application behind one of our protocols, and what is said to it byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from aerostack_server.protocol import Protocol


async def size(request: Request) -> Response:
    """A route that says how long the body is."""
    return PlainTextResponse(str(len(await request.body())))


@contextlib.contextmanager
def serving(app: ASGIApp, protocol: type[Protocol]) -> Iterator[int]:
    """The port at which it answers."""
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, log_level="critical", lifespan="off", ws="none"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def said(port: int, *parts: bytes, length: int | None = None) -> bytes:
    """What is answered until the connection ends, or until it is as long."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        answer = b""
        # It may be closed before all of it is sent.
        with contextlib.suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        with contextlib.suppress(ConnectionError):
            while length is None or len(answer) < length:
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
        return answer
