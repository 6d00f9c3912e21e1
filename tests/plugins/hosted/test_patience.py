"""A server under load: the client waits as long as it is asked to, and says so."""

from __future__ import annotations

import httpx
import pytest
from tests.transport import HttpxTransport

from aerostack.errors import RemoteTimeoutError
from aerostack.model import Secret
from aerostack_hosted import deploy
from aerostack_hosted.api import deployments
from aerostack_hosted.api.connection import Api

MADE = {"id": "dep_1", "number": 7, "status": "queued", "created_by": {"kind": "key", "name": "ci"}}
ERROR = {"error": {"code": "unavailable", "message": "1000 deployments are waiting"}}


def answered(*answers: httpx.Response) -> tuple[Api, list[str], list[float]]:
    """An API that gives these answers, the last one for ever; what it told, and how long it waited."""
    told: list[str] = []
    waited: list[float] = []
    rest = list(answers)

    def respond(request: httpx.Request) -> httpx.Response:
        return rest.pop(0) if len(rest) > 1 else rest[0]

    transport = HttpxTransport(respond)
    api = Api("http://localhost:1", Secret("key"), tell=told.append, transport=transport, sleep=waited.append)
    return api, told, waited


def busy(status: int, seconds: int) -> httpx.Response:
    return httpx.Response(status, json=ERROR, headers={"Retry-After": str(seconds)})


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_told_to_come_again_says_for_how_long_it_waits(status: int) -> None:
    api, told, waited = answered(busy(status, 7), httpx.Response(200, json=MADE))
    with api:
        made = deployments.create(api, "shop", "staging", body=(b"", "x/y"), key="key-12345", live=None)
    assert made.status == "queued"
    assert told == ["http://localhost:1 is under load: trying again in 7 s"]
    assert [round(seconds) for seconds in waited] == [7]


def test_a_deployment_that_waits_is_waited_for_and_each_change_told_once() -> None:
    states = ("queued", "queued", "running", "live")
    api, told, _ = answered(*(httpx.Response(200, json={**MADE, "status": state}) for state in states))
    with api:
        queued = deployments.get(api, "shop", "staging", "dep_1")
        made = deploy.follow(api, "shop", "staging", queued, told.append)
    assert made.status == "live"
    assert told == [
        "deployment 7 is queued: the server is busy, waiting for it",
        "deployment 7 is running: the server is busy, waiting for it",
    ]


def test_a_deployment_that_never_ends_is_given_up_and_may_be_taken_up_again() -> None:
    api, told, _ = answered(httpx.Response(200, json=MADE))
    with api, pytest.raises(RemoteTimeoutError) as late:
        deploy.follow(api, "shop", "staging", deployments.get(api, "shop", "staging", "dep_1"), told.append)
    assert late.value.message == "the deployment 7 to staging is still queued"
    assert late.value.hint == ("deploy again: the same deployment is waited for; or see `aerostack deployments list`")
