"""The short way says what the long way says. A query, which means nothing to these routes, sends a request there."""

from __future__ import annotations

import pytest
from tests.server.api.routes import routes

CODE = "export default { fetch() { return new Response('hello') } }"
SHORT = {
    "GET /me",
    "GET /projects/{project}",
    "GET /projects/{project}/environments/{environment}",
    "POST /projects/{project}/environments/{environment}/deployments",
}


def both(tenant, method, path, **options):
    """The two answers, without what is different each time."""
    for way in ("", "?long=1"):
        answer = tenant.call(method, path + way, **options)
        headers = {name: text for name, text in answer.headers.items() if name not in ("date", "x-request-id")}
        yield answer.status, headers, answer.document


def test_what_every_deploy_asks_goes_the_short_way():
    assert {str(route) for route in routes() if getattr(route.made.endpoint, "express", False)} == SHORT


@pytest.mark.parametrize("key", ["own", "read", "none", "other"])
def test_both_ways_say_the_same(sqlite_server, key):
    tenant = sqlite_server.tenant()
    project = tenant.project()
    project.live(CODE)
    keys = {
        "own": tenant.key,
        "read": tenant.call("POST", "/keys", {"name": "k", "scopes": ["read"]}).document["key"],
        "none": "",
        "other": sqlite_server.tenant().key,
    }
    paths = ["/me", "/projects/shop", "/projects/nobody", project.path(), project.path("nowhere")]
    for path in paths:
        short, long = both(tenant, "GET", path, key=keys[key])
        assert short == long, path
    for headers in ({}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "0123456789", "If-Match": "a" * 61}):
        short, long = both(tenant, "POST", project.path(rest="/deployments"), key=keys[key], headers=headers, body=b"")
        assert short == long, headers
        assert short[0] == {"own": 422, "read": 403, "none": 401, "other": 422}[key]


def test_what_is_no_name_goes_the_long_way(sqlite_server):
    tenant = sqlite_server.tenant()
    for path in ("/projects/%2e%2e", "/projects/a%2Fb", "/projects/" + "a" * 101, "/projects/%C3%A4"):
        assert tenant.call("GET", path).status in (404, 422), path
