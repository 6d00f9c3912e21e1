"""Whatever an API answers, each of our calls gives a value or one of our errors, without the token."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from tests.fuzz.answers import FIELDS, Said, Server, answers
from tests.fuzz.calls import Call, cloudflare_calls, hosted_calls

from aerostack.errors import AerostackError
from aerostack.http import Client
from aerostack.model import Secret
from aerostack_hosted.api.connection import Api

TOKEN = "canary-0123456789abcdef"
CLOUDFLARE, HOSTED = cloudflare_calls(), hosted_calls()

# A list whose pages never end is read to this page.
_MOST_REQUESTS = 4 * 1001


def test_the_calls_are_found() -> None:
    assert {"d1.create", "kv.keys", "scripts.upload", "tokens.verify", "account.discover"} <= CLOUDFLARE.keys()
    assert {"deployments.create", "device.await_key", "logs.follow", "secrets.put"} <= HOSTED.keys()
    assert {"uuid", "version_id", "verification_uri"} <= FIELDS.keys()


@given(answers)
def test_the_calls_of_cloudflare_survive_every_answer(said: list[Said]) -> None:
    for name, call in CLOUDFLARE.items():
        server = Server(said)
        with Client("https://api.example.com/v4", token=Secret(TOKEN), transport=server, sleep=nothing) as http:
            _survive(name, call, http)
        assert server.asked <= _MOST_REQUESTS, name


@given(answers)
def test_the_calls_of_aerostack_survive_every_answer(said: list[Said]) -> None:
    for name, call in HOSTED.items():
        server = Server(said)
        with Api("https://api.example.com", Secret(TOKEN), transport=server, sleep=nothing) as api:
            _survive(name, call, api)
        assert server.asked <= _MOST_REQUESTS, name


def nothing(seconds: float) -> None:
    """Wait no time at all."""


def _survive(name: str, call: Call, client: Any) -> None:
    try:
        call(client)
    except AerostackError as error:
        assert error.message
        assert TOKEN not in f"{error.message} {error.hint} {error!r}"
    except Exception as error:
        error.add_note(f"the call was {name}")
        raise
