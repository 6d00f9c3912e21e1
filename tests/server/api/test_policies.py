"""Who may call a route is declared with it."""

from __future__ import annotations

import pytest
from fastapi import APIRouter
from tests.server.api.routes import BODIES, routes

from aerostack_server.api.route import POLICIES, PolicyRoute

ANYTHING = {
    "project": "p",
    "environment": "e",
    "deployment": "d",
    "binding": "B",
    "name": "N",
    "key": "k",
    "member": "m",
    "report": "r",
}
#: Whoever may call these gives no key.
OPEN = {
    "POST /device/code",
    "POST /device/token",
    "POST /cli/telemetry/errors",
    "POST /cli/telemetry/errors/{report}/analyze",
}


def test_every_route_declares_a_policy():
    for route in routes():
        assert isinstance(route.made, PolicyRoute), str(route)
        assert route.policy in POLICIES, str(route)
    assert {str(route) for route in routes() if route.policy == "public"} == OPEN


def test_a_route_without_a_policy_cannot_be_made():
    router = APIRouter(route_class=PolicyRoute)
    with pytest.raises(TypeError, match="the route /open declares no policy"):

        @router.get("/open")
        async def opened() -> None:
            """Nobody may call it."""


def test_without_a_key_no_route_says_anything(sqlite_server):
    for route in routes():
        if route.policy != "public":
            answer = sqlite_server.call(route.method, f"/api/v1{route.filled(**ANYTHING)}")
            assert (answer.status, answer.code) == (401, "unauthenticated"), str(route)
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scopes", [["read"], ["read", "deploy"], ["admin"]])
def test_a_key_does_what_its_scopes_say(sqlite_server, scopes):
    tenant = sqlite_server.tenant()
    key = tenant.call("POST", "/keys", {"name": "k", "scopes": scopes}).document["key"]
    for route in routes():
        scope = route.policy.rpartition(":")[2]
        if route.policy == "public" or scope in scopes:
            continue
        path = f"/api/v1{route.filled(**ANYTHING)}"
        answer = sqlite_server.call(route.method, path, BODIES.get(str(route)), key=key)
        assert (answer.status, answer.code) == (403, "forbidden"), str(route)
        assert answer.document["message"] == f"this key lacks the scope `{scope}`"


def test_a_key_of_a_project_sees_nothing_of_its_account(sqlite_server):
    tenant = sqlite_server.tenant()
    project = tenant.project("narrow")
    body = {"name": "k", "project": project.slug, "scopes": ["read", "deploy", "admin"]}
    key = tenant.call("POST", "/keys", body).document["key"]
    assert key.startswith("aero_proj_")
    refused = [route for route in routes() if route.policy.startswith("account:")]
    assert len(refused) > 8
    for route in refused:
        path = f"/api/v1{route.filled(**{**ANYTHING, 'project': project.slug})}"
        assert sqlite_server.call(route.method, path, BODIES.get(str(route)), key=key).status == 404, str(route)
    me = sqlite_server.call("GET", "/api/v1/me", key=key).document
    assert (me["kind"], me["project"]["slug"]) == ("project", "narrow")
