"""An upload for which there is no room is answered by its head: nobody verifies its key or waits for its body."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tests.server.wire import said, serving, size

from aerostack_server.protocol import Protocol

HEAD = b"POST /refused HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
REFUSED = b"HTTP/1.1 503 Service Unavailable\r\n"


def gate(method, target, headers):
    return PlainTextResponse("full", 503, {"Retry-After": "2"}) if target == b"/refused" else None


class Gated(Protocol):
    gate = staticmethod(gate)


class Impatient(Gated):
    patience = 1.0


#: What passed the gate would be 404.
APP = Starlette(routes=[Route("/", size, methods=["GET", "POST"])])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(APP, Gated) as port:
        yield port


def sized(body: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_refused_upload_leaves_its_connection_open(port):
    answer = said(port, sized(b"a" * 100_000), sized(b""), sized(b"b" * 1_000_000), GET)
    assert answer.count(REFUSED) == 3 and answer.count(b"\r\n\r\nfull") == 3
    assert answer.count(b"\r\nretry-after: 2\r\n") == 3 and answer.count(b"connection: close") == 1
    assert answer.endswith(b"\r\n\r\n0")


def test_it_may_be_in_one_piece_with_what_comes_behind_it(port):
    answer = said(port, sized(b"a" * 10) + sized(b"b" * 10) + GET)
    assert answer.count(REFUSED) == 2 and answer.endswith(b"\r\n\r\n0")


def test_what_stands_behind_a_request_is_answered_behind_it(port):
    answer = said(port, GET.replace(b"Connection: close\r\n", b"") + sized(b"") + GET)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"200"]


def test_who_asks_before_it_sends_a_body_need_not_send_it(port):
    answer = said(port, HEAD + b"Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n")
    assert answer.startswith(REFUSED) and b"\r\nconnection: close\r\n" in answer and b"100 Continue" not in answer


@pytest.mark.parametrize(
    "upload",
    [
        sized(b"a" * 1_500_000),
        sized(b"a" * 3_000_000),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        HEAD.replace(b"1.1", b"1.0") + b"Content-Length: 3\r\n\r\nabc",
        HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc",
    ],
    ids=["large", "larger", "of unknown size", "HTTP/1.0", "last"],
)
def test_after_anything_else_the_connection_ends(port, upload):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head, _, body = upload.partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        answer = connection.recv(65536)
        with contextlib.suppress(ConnectionError):
            connection.sendall(body)
            assert connection.recv(65536) == b""
    assert answer.startswith(REFUSED) and answer.endswith(b"full")
    assert b"\r\nconnection: close\r\n" in answer


def test_a_refused_body_that_stops_coming_ends_the_connection():
    with serving(APP, Impatient) as port:
        answer = said(port, HEAD + b"Content-Length: 100\r\n\r\nabc")
    assert answer.startswith(REFUSED) and answer.endswith(b"full")


def began(connections, server, key):
    """An upload whose client asks before it sends the body: what it is told."""
    connection = connections.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
    connection.sendall(
        "POST /api/v1/projects/shop/environments/staging/deployments HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {key}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        "Idempotency-Key: 0123456789\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    return connections.enter_context(connection.makefile("rb"))


LET_IN, REFUSED_OURS = b"HTTP/1.1 100 Continue\r\n", b"HTTP/1.1 429 Too Many Requests\r\n"


def test_a_flood_of_one_account_leaves_room_for_another(server):
    flood, other = server.tenant(), server.tenant().project()
    before = len(server.log)
    made = flood.call("POST", "/keys", {"name": "flood", "scopes": ["deploy"]}).document
    with contextlib.ExitStack() as connections:
        answers = [began(connections, server, made["key"]) for _ in range(100)]
        lines = [answer.readline() for answer in answers]
        # What the processes have together is divided by where the kernel lets connections begin.
        assert {*lines} == {LET_IN, REFUSED_OURS} and 0 < lines.count(LET_IN) <= 32
        taken = [other.deploy("export default {};", wait=False) for _ in range(10)]
        assert {answer.status for answer in taken} <= {201, 202}, [answer.body for answer in taken]
        # Nobody looks the key up while it would be in vain: revoked, it is told the same.
        assert flood.call("DELETE", f"/keys/{made['id']}").status == 204
        answer = began(connections, server, made["key"])
        assert answer.readline() == REFUSED_OURS
        head, _, body = answer.read().partition(b"\r\n\r\n")
        assert {b"retry-after: 2", b"x-content-type-options: nosniff"} <= {*head.split(b"\r\n")}
        assert json.loads(body)["error"] == {
            "code": "too_many_requests",
            "message": "this account uploads too much code at the same time",
        }
    deadline = time.monotonic() + 20
    while True:
        with contextlib.ExitStack() as connections:
            line = began(connections, server, made["key"]).readline()
        if line != REFUSED_OURS:
            break
        assert time.monotonic() < deadline, line
    assert line == b"HTTP/1.1 401 Unauthorized\r\n"
    said = server.log[before:]
    assert "POST /api/v1/projects/shop/environments/staging/deployments 429 0ms" in said
    # That its clients went away in the middle is nothing to report.
    assert "ClientDisconnect" not in said
