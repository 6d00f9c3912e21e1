"""Tails: an address for a WebSocket, which ends with the tail. wrangler's first frame comes unmasked."""

from __future__ import annotations

import base64
import json
import os
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from tests.edge.api.conftest import ANSWERS


@pytest.fixture
def tails(api, name):
    api.upload(name, ANSWERS % "hello")
    return f"/workers/scripts/{name}/tails"


def opened(url: str) -> socket.socket:
    """A WebSocket by hand, because libraries mask what they send."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = socket.create_connection((parts.hostname, parts.port or 80), timeout=10)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: trace-v1\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Protocol: trace-v1" in answer
    return connection


def test_a_tail_takes_an_unmasked_frame_and_ends_when_it_is_deleted(api, tails):
    tail = api("POST", tails, json={"filters": []}).result
    assert tail["expires_at"].endswith("Z")
    assert api("GET", tails).result == [tail]
    with opened(tail["url"]) as connection:
        said = b'{"debug":false}'
        connection.sendall(bytes([0x81, len(said)]) + said)
        connection.sendall(bytes([0x89, 2]) + b"up")
        assert connection.recv(4) == bytes([0x8A, 2]) + b"up"
        assert api("DELETE", f"{tails}/{tail['id']}").result is None
        # The close frame.
        assert connection.recv(1) == b"\x88"
    assert api("GET", tails).result == []
    absent = f"The tail {tail['id']} does not exist."
    assert api("DELETE", f"{tails}/{tail['id']}").refused == (404, 19003, absent)


def test_the_address_of_a_tail_is_for_websockets_and_cannot_be_guessed(api, tails):
    tail = api("POST", tails, json={}).result
    url = tail["url"].replace("ws://", "http://")
    assert api.at("GET", url).refused == (426, 19002, "This address answers WebSockets only")
    assert api.at("GET", f"{url}x").refused[:2] == (404, 19003)
    assert url.rpartition("/")[2] not in str(api.at("GET", f"{api.root}/_edge/requests").result)


def test_the_oldest_tail_ends_when_a_script_has_too_many(api, tails):
    opened = [api("POST", tails, json={}).result for _ in range(11)]
    assert api("GET", tails).result == opened[1:]


def test_a_tail_ends_with_its_script(api, name, tails):
    tail = api("POST", tails, json={}).result
    with opened(tail["url"]) as connection:
        api("DELETE", f"/workers/scripts/{name}")
        assert connection.recv(1) == b"\x88"
    api.upload(name, ANSWERS % "another")
    assert api("GET", tails).result == []
    assert api.at("GET", tail["url"].replace("ws://", "http://")).refused[:2] == (404, 19003)


LOUD = 'export default { fetch(request) { console.log("saw " + request.method); return new Response("ok"); } };'
FILTERS = [
    ([{"outcome": ["ok"]}, {"method": ["post"]}, {"query": "SAW post"}], "POST"),
    ([{"header": {"key": "X-Who", "query": "me"}}], "PUT"),
    ([{"header": {"key": "x-who"}}, {"client_ip": ["self"]}, {"sampling_rate": 1}], "PUT"),
    ([], "GET"),
]


@pytest.mark.parametrize(("filters", "seen"), FILTERS)
def test_a_tail_shows_what_passes_its_filters(api, name, filters, seen):
    api.upload(name, LOUD)
    api.enable(name)
    tail = api("POST", f"/workers/scripts/{name}/tails", json={"filters": filters}).result
    with opened(tail["url"]) as connection:
        url = urlsplit(api("GET", f"/workers/workers/{name}").result["subdomain"]["url"])
        for method, headers in (("GET", {}), ("POST", {}), ("PUT", {"X-Who": "me"})):
            httpx.request(method, f"http://127.0.0.1:{url.port}/", headers={"Host": url.netloc, **headers})
        item = json.loads(frame(connection))
    assert item["event"]["request"]["method"] == seen
    assert [log["message"] for log in item["logs"]] == [[f"saw {seen}"]]
    assert item["scriptName"] == name


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        ("x", "filters must be a list of objects"),
        (
            [{"colour": 1}],
            "there is no filter colour; there are sampling_rate, outcome, method, header, client_ip, query",
        ),
        ([{"header": {}}], "the filter header cannot be {}"),
        ([{"sampling_rate": "x"}], 'the filter sampling_rate cannot be "x"'),
        ([{"header": {"key": "a", "query": 1}}], 'the filter header cannot be {"key": "a", "query": 1}'),
        ([{"method": [1]}], "the filter method cannot be [1]"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(api, tails, filters, why):
    refused = (400, 7400, f"The request is malformed: {why}")
    assert api("POST", tails, json={"filters": filters}).refused == refused


def frame(connection: socket.socket) -> bytes:
    """The content of the next frame, which a server does not mask."""
    with connection.makefile("rb") as stream:
        first, length = stream.read(2)
        assert first == 0x81
        return stream.read(int.from_bytes(stream.read(2)) if length == 126 else length)
