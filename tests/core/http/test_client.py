"""The client over a transport of the test: what it sends, repeats and refuses."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.transport import HttpxTransport

from aerostack.errors import (
    AuthError,
    ConfigError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteError,
    RemoteTimeoutError,
    UnavailableError,
)
from aerostack.http import Client, Timeouts
from aerostack.http.bucket import TokenBucket
from aerostack.http.incoming import LARGEST_ANSWER
from aerostack.model import Secret

TOKEN = "canary-0123456789abcdef"


class Server:
    """Gives one answer after the other, the last one for ever; time passes only by sleeping."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def client(self, **options: Any) -> Client:
        return Client(
            "https://api.example.com/v4/",
            token=Secret(TOKEN),
            transport=HttpxTransport(self),
            clock=lambda: self.now,
            sleep=self.sleep,
            jitter=lambda: 1.0,
            **options,
        )

    def get(self, **options: Any) -> Any:
        with self.client() as client:
            return client.request("GET", "/x", operation="reading x", **options)

    def post(self, **options: Any) -> Any:
        with self.client() as client:
            return client.request("POST", "/x", operation="creating x", json={}, **options)


def ok(body: str = "{}") -> httpx.Response:
    return httpx.Response(200, text=body)


def test_a_request_carries_token_and_name_and_a_quoted_path() -> None:
    server = Server(ok('{"a": 1}'))
    with server.client(headers={"X-Extra": "1"}) as client:
        answer = client.request(
            "PUT", "/a%2Fb/c%20d", operation="x", params={"p": "q r"}, content=b"body", headers={"X-One": "2"}
        )
    (request,) = server.requests
    assert str(request.url) == "https://api.example.com/v4/a%2Fb/c%20d?p=q+r"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["user-agent"].startswith("aerostack/")
    assert (request.headers["x-extra"], request.headers["x-one"]) == ("1", "2")
    assert request.content == b"body"
    assert (answer.status, answer.json(), answer.method, answer.operation) == (200, {"a": 1}, "PUT", "x")


def test_every_request_has_timeouts_and_an_upload_has_longer_ones() -> None:
    server = Server(ok())
    with server.client() as client:
        client.request("GET", "/", operation="x")
        client.request("PUT", "/", operation="x", content=bytes(1024 * 1024))
    small, large = (request.extensions["timeout"] for request in server.requests)
    assert small == {"connect": 5.0, "read": 30.0, "write": 30.0}
    assert large == {"connect": 5.0, "read": 38.0, "write": 38.0}


def test_patience_stretches_every_timeout_and_every_pause_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEROSTACK_PATIENCE", "2")
    server = Server(httpx.Response(503), httpx.Response(429, headers={"Retry-After": "3"}), ok())
    with server.client() as client:
        client.request("PUT", "/", operation="x", content=bytes(1024 * 1024))
        client.wait(0.5)
    timeout = server.requests[0].extensions["timeout"]
    assert timeout == {"connect": 10.0, "read": 76.0, "write": 76.0}
    # What the server asks for is no matter of ours.
    assert server.slept == [1.0, 3.0 + 2.0, 1.0]


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "1000"])
def test_a_patience_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AEROSTACK_PATIENCE", text)
    with pytest.raises(ConfigError, match=r"AEROSTACK_PATIENCE is no number from 0\.01 to 100: '") as caught:
        Server(ok()).client()
    assert caught.value.hint == "unset it, or set it to 2 to wait twice as long for a slow network"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520, 524])
def test_a_passing_status_heals_by_itself(status: int) -> None:
    server = Server(httpx.Response(status), ok("[]"))
    assert server.get().json() == []
    assert (len(server.requests), server.slept) == (2, [0.5])


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("cut"),
    ],
)
def test_a_broken_connection_heals_by_itself(error: Exception) -> None:
    server = Server(error, ok())
    assert server.get().status == 200


def test_four_attempts_are_all_there_are() -> None:
    server = Server(httpx.Response(503))
    with pytest.raises(UnavailableError) as failure:
        server.get()
    assert failure.value.message == "reading x failed: HTTP 503 (4 attempts)"
    assert failure.value.hint == "try again in a minute"
    assert (failure.value.status, failure.value.applied) == (503, False)
    assert server.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(503), UnavailableError),
        (httpx.Response(408), RemoteTimeoutError),
        (httpx.ReadTimeout("slow"), RemoteTimeoutError),
        (httpx.ReadError("reset"), UnavailableError),
        (httpx.RemoteProtocolError("cut"), UnavailableError),
    ],
)
def test_a_write_of_unknown_fate_is_not_sent_again(answer: httpx.Response | Exception, kind: type) -> None:
    server = Server(answer, ok())
    with pytest.raises(RemoteError) as failure:
        server.post()
    assert type(failure.value) is kind
    assert failure.value.applied is None
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [httpx.ConnectError("refused"), httpx.ConnectTimeout(""), httpx.Response(429)])
def test_a_write_that_was_not_applied_is(answer: httpx.Response | Exception) -> None:
    server = Server(answer, ok())
    assert server.post().status == 200
    assert len(server.requests) == 2


def test_who_calls_may_know_better() -> None:
    server = Server(httpx.Response(503), ok())
    assert server.post(repeatable=True).status == 200
    with server.client() as client, pytest.raises(UnavailableError):
        server.answers = [httpx.Response(503), ok()]
        client.request("PUT", "/", operation="x", repeatable=False)


def test_retry_after_is_waited_for() -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": "9"}), ok())
    server.get()
    assert server.slept == [9.5]


def test_a_retry_after_beyond_a_minute_is_reported_instead() -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": "300"}))
    with pytest.raises(RateLimitError) as failure:
        server.get()
    assert failure.value.retry_after == 300.0
    assert failure.value.hint == "wait 300 seconds, then try again"
    assert server.slept == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RemoteError),
        (401, AuthError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (418, RemoteError),
    ],
)
def test_a_refusal_is_final_and_certain(status: int, kind: type) -> None:
    server = Server(httpx.Response(status))
    with pytest.raises(RemoteError) as failure:
        server.post()
    assert type(failure.value) is kind
    assert (failure.value.message, failure.value.applied) == (f"creating x failed: HTTP {status}", False)
    assert failure.value.operation == "creating x"
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed() -> None:
    server = Server(httpx.Response(302, headers={"Location": "https://evil.example/"}))
    with pytest.raises(RemoteError) as failure:
        server.get()
    assert failure.value.message == (
        "reading x failed: the server answered with a redirect (HTTP 302), "
        "which is not followed because it would carry the token elsewhere"
    )
    assert failure.value.hint == "correct the address of the API"
    assert len(server.requests) == 1


def test_a_firewall_that_wants_a_browser_is_named() -> None:
    headers = {"cf-mitigated": "challenge", "cf-ray": "8abc-FRA"}
    server = Server(httpx.Response(403, headers=headers, text="<!DOCTYPE html>"))
    with pytest.raises(PermissionDeniedError) as failure:
        server.get()
    assert failure.value.message == (
        "reading x failed: a firewall in front of the API asks for a browser (Ray ID 8abc-FRA)"
    )
    assert failure.value.code == "challenged"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<!DOCTYPE html><p>", "an HTML page"),
        ("\n<HTML>", "an HTML page"),
        ('{"a":', "something that is no JSON"),
        ("", "something that is no JSON"),
        ("[" * 100_000, "something that is no JSON"),
        ("\x00\xff", "something that is no JSON"),
    ],
)
def test_what_is_no_json_is_said_to_be_none(body: str, what: str) -> None:
    answer = Server(ok(body)).get()
    with pytest.raises(UnavailableError) as failure:
        answer.json()
    assert failure.value.message == f"reading x failed: the API answered with {what} (HTTP 200)"
    assert failure.value.code == "malformed_answer"
    assert failure.value.hint


def test_a_judge_that_cannot_read_the_answer_has_it_sent_again() -> None:
    def judge(response: Any) -> None:
        response.json()

    server = Server(ok("<html>"), ok("{}"))
    assert server.get(judge=judge).json() == {}
    with pytest.raises(UnavailableError) as failure:
        Server(ok("<html>"), ok("{}")).post(judge=judge)
    assert failure.value.applied is None


def test_the_deadline_ends_the_attempts() -> None:
    server = Server(httpx.Response(503, headers={"Retry-After": "50"}))
    with pytest.raises(UnavailableError) as failure:
        server.get()
    assert server.slept == [50.5, 51.0]
    assert failure.value.message.endswith("(3 attempts)")


class Drip(httpx.SyncByteStream):
    """An endless body that takes ten seconds a byte."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self._server.now += 10
            yield b" "


def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    server = Server(ok())
    server.answers = [httpx.Response(200, stream=Drip(server))]
    with server.client(timeouts=Timeouts(total=60)) as client, pytest.raises(RemoteTimeoutError) as failure:
        client.request("GET", "/", operation="reading x")
    assert failure.value.message == "reading x failed: the answer was still not complete at the deadline"


def test_an_answer_that_is_a_flood_is_cut_off() -> None:
    flood = gzip.compress(bytes(LARGEST_ANSWER + 1))
    server = Server(httpx.Response(200, content=flood, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(RemoteError) as failure:
        server.get()
    assert failure.value.message == "reading x failed: the answer is larger than 64 MiB"
    assert failure.value.code == "answer_too_large"
    assert len(server.requests) == 1


def test_an_answer_that_cannot_be_decompressed_is_sent_for_again() -> None:
    broken = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))
    assert Server(broken, ok()).get().status == 200


@pytest.mark.parametrize("fault", [httpx.Response(500), httpx.ConnectError(f"Bearer {TOKEN}")])
def test_the_token_is_in_no_error(fault: httpx.Response | Exception) -> None:
    def judge(response: Any) -> RemoteError:
        return UnavailableError(f"you sent {TOKEN}", hint=f"not {TOKEN}")

    import traceback

    with pytest.raises(UnavailableError) as failure:
        Server(fault).get(judge=judge)
    shown = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + str(failure.value.hint)
    assert "***" in shown
    assert TOKEN not in shown


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "tab\t", "ünïcode", "nul\0"])
def test_a_token_that_cannot_be_one_is_refused_before_any_request(token: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        Client("https://api.example.com", token=Secret(token))
    assert refusal.value.code == "malformed_token"
    assert token.strip() == "" or token not in refusal.value.message


def test_plain_http_to_another_machine_is_refused_before_any_request() -> None:
    with pytest.raises(ConfigError, match=r"plain http to example\.com"):
        Client("http://example.com", token=Secret(TOKEN))


def test_clients_share_one_budget_of_requests() -> None:
    server, budget = Server(ok()), TokenBucket(capacity=3)
    with server.client(budget=budget) as one, server.client(budget=budget) as two:
        for client in (one, two, one, two):
            client.request("GET", "/", operation="x")
    assert server.slept == [100.0]
