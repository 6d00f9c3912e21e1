"""Private projects: their Workers answer to keys of the account alone."""

from __future__ import annotations

import time

import pytest
from tests.server.servers import fetch

SHOWS = """export default { fetch(request) {
  return Response.json({ url: request.url, headers: Object.fromEntries(request.headers) });
} };"""


@pytest.fixture
def private(tenant):
    project = tenant.project("secret", public=False)
    made = project.live(SHOWS)
    # Live means that the keys are known, too.
    assert fetch(made["url"], {"X-API-Key": tenant.key})[0] == 200
    return project, made["url"]


def until(true):
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_key_nobody_gets_in(private, server):
    _, url = private
    assert fetch(url) == (401, "This address needs a key of its project.\n")
    assert fetch(url, {"X-API-Key": server.tenant().key})[0] == 401
    assert fetch(url, {"X-API-Key": "aero_acct_no"})[0] == 401


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"X-API-Key": "{key}"}, ""),
        ({"X-Aerostack-Key": "{key}"}, ""),
        ({"Authorization": "Bearer {key}"}, ""),
        ({}, "?apiKey={key}&more=1"),
    ],
)
def test_the_key_opens_and_is_not_passed_on(private, tenant, headers, query):
    _, url = private
    sent = {name: value.format(key=tenant.key) for name, value in headers.items()}
    status, text = fetch(f"{url}/path{query.format(key=tenant.key)}", {**sent, "X-As-Event": "scheduled"})
    assert status == 200
    assert tenant.key not in text
    assert "x-as-event" not in text


def test_a_key_of_another_project_does_not_open_it_and_a_revoked_one_no_more(private, tenant):
    project, url = private
    other = tenant.project("other")
    mine = tenant.call("POST", "/keys", {"name": "mine", "project": project.slug}).document
    foreign = tenant.call("POST", "/keys", {"name": "foreign", "project": other.slug}).document
    assert fetch(url, {"X-API-Key": mine["key"]})[0] == 200
    assert fetch(url, {"X-API-Key": foreign["key"]})[0] == 401
    assert tenant.call("DELETE", f"/keys/{mine['id']}").status == 204
    assert fetch(url, {"X-API-Key": mine["key"]})[0] == 401


def test_a_project_becomes_public_and_private_again(private, tenant):
    project, url = private
    project.live(SHOWS, environment="production")
    assert tenant.call("PATCH", f"/projects/{project.slug}", {"public": True}).status == 200
    until(lambda: fetch(url)[0] == 200)
    path = f"/workers/dispatch/namespaces/{tenant.server.namespace}/scripts"

    def kinds():
        """Of the names that its Workers have on the platform."""
        scripts = tenant.server.edge.account("GET", path)
        return {item["id"][:2] for item in scripts if tenant.id in item["tags"]}

    until(lambda: kinds() == {"e-"})
    # A deploy may say so too; it holds for all environments.
    project.live(SHOWS, public=False)
    assert fetch(url)[0] == 401
    production = project.call("GET", "", environment="production").document["url"]
    until(lambda: fetch(production)[0] == 401)
    assert fetch(production, {"X-API-Key": tenant.key})[0] == 200
