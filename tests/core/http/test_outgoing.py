"""What a request looks like on the wire: the address, the headers, the body."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from aerostack.errors import ConfigError
from aerostack.http import Client
from aerostack.http.origin import Origin
from aerostack.http.outgoing import encode, merge, target
from aerostack.http.transport import Answer, Limits, Request
from aerostack.model import Secret

TOKEN = "canary-0123456789abcdef"


class Listener:
    """A transport that remembers what it was given and answers with nothing."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def send(self, request: Request, limits: Limits) -> Answer:
        self.requests.append(request)
        return Answer(status=200, headers=(), stream=(), close=lambda: None)

    def close(self) -> None:
        """Nothing was opened."""


def sent(method: str, address: str = "https://api.example.com", **options: Any) -> Request:
    listener = Listener()
    with Client(address, token=Secret(TOKEN), transport=listener) as client:
        client.request(method, "/x", operation="x", **options)
    return listener.requests[0]


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("", None, "/"),
        ("/a%2Fb/c%20d", None, "/a%2Fb/c%20d"),
        ("/a b/ü", None, "/a%20b/%C3%BC"),
        ("/100%/%zz/%41", None, "/100%25/%25zz/%41"),
        ("/a#b", None, "/a%23b"),
        ("/x;y=1/(z)'!*$@:,+~-._", None, "/x;y=1/(z)'!*$@:,+~-._"),
        # A name that looks like a way up stays the name that was asked for.
        ("/a/../b", None, "/a/../b"),
        ("/a", {}, "/a"),
        ("/a", {"p": "q r", "ü": "é&="}, "/a?p=q+r&%C3%BC=%C3%A9%26%3D"),
        ("/a", {"n": 1, "yes": True, "no": False, "none": None}, "/a?n=1&yes=true&no=false&none="),
        ("/a", {"l": ["a", "b"]}, "/a?l=a&l=b"),
        ("/a?x=1&y=a b?", None, "/a?x=1&y=a%20b?"),
        ("/a?x=1", {"y": 2}, "/a?x=1&y=2"),
    ],
)
def test_an_address_holds_what_was_asked_for_and_nothing_else(
    path: str, params: dict[str, Any] | None, expected: str
) -> None:
    assert target(path, params) == expected


def test_json_is_compact_and_nothing_that_is_none() -> None:
    assert encode({"a": "ü", "b": [1, 2.5, None, True]}) == '{"a":"ü","b":[1,2.5,null,true]}'.encode()
    with pytest.raises(ValueError, match="Out of range"):
        encode({"a": float("nan")})


def test_a_later_header_replaces_an_earlier_one_in_any_case() -> None:
    assert merge({"Accept": "a", "X-One": "1"}, {"accept": "b"}) == {"accept": "b", "X-One": "1"}


@pytest.mark.parametrize(
    ("method", "options", "length", "kind"),
    [
        ("GET", {}, None, None),
        ("DELETE", {}, None, None),
        ("POST", {}, "0", None),
        ("PUT", {"content": b""}, "0", None),
        ("PATCH", {}, "0", None),
        ("PUT", {"content": b"\0\xff"}, "2", None),
        ("POST", {"json": {}}, "2", "application/json"),
        ("POST", {"json": []}, "2", "application/json"),
        ("DELETE", {"json": ""}, "2", "application/json"),
        ("PUT", {"json": {}, "headers": {"content-type": "application/merge-patch+json"}}, "2", None),
    ],
)
def test_a_body_is_described(method: str, options: dict[str, Any], length: str | None, kind: str | None) -> None:
    headers = sent(method, **options).headers
    assert (headers.get("Content-Length"), headers.get("Content-Type")) == (length, kind)


@pytest.mark.parametrize(
    ("address", "host", "place", "name"),
    [
        ("https://api.example.com", "api.example.com", "api.example.com:443", "api.example.com"),
        ("HTTPS://API.Example.com:443/v4", "api.example.com", "api.example.com:443", "api.example.com"),
        ("https://api.example.com:8443", "api.example.com:8443", "api.example.com:8443", "api.example.com"),
        ("http://[::1]:8787", "[::1]:8787", "[::1]:8787", "::1"),
        ("http://[::1]", "[::1]", "[::1]:80", "::1"),
        ("https://bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example:443", "xn--bcher-kva.example"),
    ],
)
def test_the_server_is_named_as_the_header_and_the_resolver_want(
    address: str, host: str, place: str, name: str
) -> None:
    request = sent("GET", address)
    assert request.headers["Host"] == host
    assert (request.origin.place, request.origin.host) == (place, name)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "ü" * 64 + ".example"])
def test_a_host_that_cannot_exist_is_refused_before_any_request(host: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        Origin.of(urlsplit(f"https://{host}"))
    assert refusal.value.message == "the address of the API holds a host name that cannot exist"
    assert refusal.value.hint == "write it like https://host/path"


def test_a_request_shows_neither_token_nor_body() -> None:
    request = sent("PUT", content=b"hunter2")
    assert TOKEN in request.headers["Authorization"]
    assert TOKEN not in repr(request)
    assert "hunter2" not in repr(request)
