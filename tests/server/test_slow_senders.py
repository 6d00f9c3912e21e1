"""Who sends too much before it is a request, or never comes to its end, does not hold the server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.server.wire import said, serving, size

from aerostack_server.guard import Guard
from aerostack_server.protocol import LARGEST_HEAD, Protocol

MOST = 4
ENTERED, GO = threading.Semaphore(0), threading.Event()


class Impatient(Protocol):
    patience = 0.2


async def long(request: Request) -> Response:
    await asyncio.sleep(0.6)
    return PlainTextResponse("done")


async def held(request: Request) -> Response:
    ENTERED.release()
    await asyncio.to_thread(GO.wait, 20)
    return PlainTextResponse("done")


APP = Starlette(routes=[Route("/", size, methods=["GET", "POST"]), Route("/long", long), Route("/held", held)])
APP.add_middleware(Guard, secure=False, patience=0.2, most=MOST)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(APP, Protocol) as port:
        yield port


@pytest.fixture(scope="module")
def impatient() -> Iterator[int]:
    with serving(APP, Impatient) as port:
        yield port


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
LAST = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    "more",
    [
        b"X-A: " + b"a" * LARGEST_HEAD + b"\r\n\r\n",
        b"".join(b"X-%d: a\r\n" % number for number in range(8000)) + b"\r\n",
        # Without an end, and more than is read at once.
        b"X-A: " + b"a" * 1_000_000,
    ],
    ids=["one header", "many headers", "no end"],
)
def test_a_head_has_an_end(port, more):
    answer = said(port, HEAD + more)
    # A system may drop what was answered when the rest of the request is thrown away.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


def test_a_head_may_be_large_and_have_a_body_behind_it(port):
    body = b"b" * 500_000
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: " + b"a" * 50_000
    answer = said(port, head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"\r\n\r\n500000")


def test_requests_of_one_connection_are_measured_apart(port):
    large = HEAD + b"X-A: " + b"a" * 40_000 + b"\r\n"
    answer = said(port, *[large + b"\r\n"] * 4, large + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 5


@pytest.mark.parametrize("sent", [(), (b"GET",), (HEAD,), (HEAD + b"\r\n", HEAD)], ids=repr)
def test_a_head_that_does_not_come_to_its_end_ends_the_connection(impatient, sent):
    assert said(impatient, *sent).count(b"HTTP/1.1 200 OK") == len(sent) // 2


def test_an_answer_may_take_longer_than_a_head(impatient):
    answer = said(impatient, HEAD.replace(b"/ ", b"/long ") + b"\r\n", HEAD, length=1)
    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_a_body_that_stops_coming_is_not_waited_for(port):
    answer = said(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"connection: close" in answer.lower()


def test_who_asks_before_it_sends_a_body_and_is_refused_need_not_send_it(port):
    asks = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
    refused = said(port, asks % b"/nowhere" + b"\r\n")
    assert refused.startswith(b"HTTP/1.1 404 Not Found\r\n") and b"\r\nconnection: close\r\n" in refused
    taken = said(port, asks % b"/" + b"\r\n", b"abc", HEAD + LAST)
    assert taken.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") and taken.endswith(b"\r\n\r\n0")


def test_more_at_the_same_time_than_there_is_room_for_is_told_when_to_come_again(port):
    with ThreadPoolExecutor(MOST) as threads:
        held = [threads.submit(said, port, HEAD.replace(b"/ ", b"/held ") + LAST) for _ in range(MOST)]
        assert all(ENTERED.acquire(timeout=20) for _ in range(MOST))
        refused = said(port, HEAD + LAST)
        GO.set()
        assert all(answer.result().endswith(b"done") for answer in held)
    assert refused.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nretry-after: 1\r\n" in refused
    assert b'"message": "too many requests at the same time"' in refused
    assert said(port, HEAD + LAST).startswith(b"HTTP/1.1 200 OK")


def test_the_server_itself_is_served_so(sqlite_server):
    answer = said(sqlite_server.port, HEAD + b"X-A: " + b"a" * 1_000_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
