"""An account whose API is a transport of the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.transport import HttpxTransport

from aerostack.http import Client
from aerostack.model import Secret
from aerostack_cloudflare.account import Cloudflare

ACCOUNT = "a" * 32
TOKEN = "canary-0123456789abcdef"
Answer = httpx.Response | Exception


class FakeApi:
    """Gives the answers of a list, one after the other, the last for ever; remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: list[Answer] = []
        self.slept: list[float] = []
        self.http = Client(
            "https://api.example.com/v4",
            token=Secret(TOKEN),
            transport=HttpxTransport(self._answer),
            sleep=self.slept.append,
            jitter=lambda: 0.0,
        )
        self.cloudflare = Cloudflare(self.http, ACCOUNT)

    def will(self, *answers: Answer) -> Cloudflare:
        """The account, once it is known what the API answers."""
        self.answers = list(answers)
        return self.cloudflare

    @property
    def asked(self) -> list[str]:
        """Method and path with query of each request, below the account where it is."""
        return [
            f"{request.method} {request.url.raw_path.decode().removeprefix(f'/v4/accounts/{ACCOUNT}')}"
            for request in self.requests
        ]

    def body(self, number: int = -1) -> Any:
        """A request's JSON."""
        return json.loads(self.requests[number].content)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        # A response is read once; an answer that is given for ever must be a new one each time.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()
    with fake.http:
        yield fake


@pytest.fixture
def good() -> Callable[..., httpx.Response]:
    """An envelope of success."""

    def answer(result: Any, **info: Any) -> httpx.Response:
        return httpx.Response(
            200, json={"success": True, "errors": [], "messages": [], "result": result, "result_info": info or None}
        )

    return answer


@pytest.fixture
def bad() -> Callable[..., httpx.Response]:
    """An envelope of refusal."""

    def answer(status: int, code: int | None = None, message: str = "because") -> httpx.Response:
        errors = [] if code is None else [{"code": code, "message": message}]
        return httpx.Response(status, json={"success": False, "errors": errors, "messages": [], "result": None})

    return answer
