"""``/api/v1/cli`` without deploys: what existing clients send, and what they read."""

from __future__ import annotations

import pytest


@pytest.fixture
def tenant(sqlite_server):
    return sqlite_server.tenant()


def old(tenant, method, path, document=None, key=None):
    """A request as they send it: the key in a header of its own."""
    sent = {"X-API-Key": key or tenant.key}
    return tenant.call(method, f"/cli{path}", document, key=None, headers=sent)


def test_a_key_says_what_it_is_for(tenant):
    answer = old(tenant, "POST", "/validate")
    assert answer.status == 200
    document = answer.document
    assert (document["keyType"], document["name"]) == ("account", tenant.slug)
    assert {"userId", "email", "message"} <= document.keys()
    # Whose login it is, where it is somebody's.
    (member,) = tenant.call("GET", "/members").document["items"]
    document = old(tenant, "POST", "/validate", key=tenant.key_of(member["id"])).document
    assert (document["userId"], document["email"]) == (member["id"], member["email"])

    project = old(tenant, "POST", "/projects", {"name": "Their API"})
    assert project.status == 201
    shown = project.document
    assert shown == {
        "id": shown["id"],
        "name": "Their API",
        "slug": "their-api",
        "url": f"{tenant.server.url}/projects/their-api",
    }
    key = tenant.call("POST", "/keys", {"name": "k", "project": "their-api"}).document["key"]
    document = old(tenant, "POST", "/validate", key=key).document
    assert document == {"keyType": "project", "projectId": shown["id"], "projectName": "Their API", **shown}
    assert old(tenant, "GET", "/projects", key=key).document == {"projects": [shown]}
    assert old(tenant, "GET", "/project-metadata", key=key).document["projectId"] == shown["id"]


def test_what_newer_versions_send_is_not_looked_at(tenant):
    assert old(tenant, "POST", "/projects", {"name": "new", "template": "api", "region": "eu"}).status == 201
    assert [item["slug"] for item in old(tenant, "GET", "/projects").document["projects"]] == ["new"]


def test_a_project_s_metadata_is_found_by_its_slug(tenant):
    made = old(tenant, "POST", "/projects", {"name": "found"}).document
    found = old(tenant, "GET", "/project-metadata?project=found")
    assert found.document == {"projectId": made["id"], "name": "found", "collections": [], "hooks": []}
    for query in ("?project=nobody", ""):
        missing = old(tenant, "GET", f"/project-metadata{query}")
        assert (missing.status, missing.code) == (404, "project_not_found")


@pytest.mark.parametrize("name", ["MyShop", "my_shop", "My%20Shop", "my-shop--"])
def test_a_project_that_could_not_be_created_again_is_found_by_its_name(server, name):
    # These clients ask for the name in their file and, unless it is found, create it: the second deploy would fail.
    tenant = server.tenant()
    made = old(tenant, "POST", "/projects", {"name": name.replace("%20", " ")}).document
    assert old(tenant, "POST", "/projects", {"name": name.replace("%20", " ")}).status == 409
    assert old(tenant, "GET", f"/project-metadata?project={name}").document["projectId"] == made["id"]
    assert old(server.tenant(), "GET", f"/project-metadata?project={name}").status == 404


def test_an_own_name_is_found_before_one_that_only_looks_like_it(server):
    tenant = server.tenant()
    first = old(tenant, "POST", "/projects", {"name": "a-b"}).document
    second = old(tenant, "POST", "/projects", {"name": "second"}).document
    assert tenant.call("PATCH", "/projects/second", {"name": "A b"}).status == 200
    assert old(tenant, "GET", "/project-metadata?project=A%20b").document["projectId"] == second["id"]
    assert old(tenant, "GET", "/project-metadata?project=a-b").document["projectId"] == first["id"]
    key = tenant.call("POST", "/keys", {"name": "k", "project": "second"}).document["key"]
    assert old(tenant, "GET", "/project-metadata?project=a-b", key=key).status == 404


def test_a_wrong_key_is_told_in_the_words_that_they_show(tenant):
    refused = old(tenant, "POST", "/validate", key="aero_acct_wrong")
    assert refused.status == 401
    assert refused.document == {
        "error": {"code": "unauthenticated", "message": "API key invalid", "hint": "aerostack login"},
        "code": "unauthenticated",
        "message": "API key invalid",
    }


def test_reports_are_taken_and_dropped(tenant):
    canary = "canary-5f2d9c"
    report = {"error": {"message": canary}, "env": {"API_KEY": canary}}
    taken = tenant.server.call("POST", "/api/v1/cli/telemetry/errors", report)
    assert (taken.status, taken.document) == (200, {"id": "dropped"})
    asked = tenant.server.call("POST", "/api/v1/cli/telemetry/errors/dropped/analyze", {})
    assert (asked.status, asked.document["autoFixable"]) == (200, False)
    assert canary not in tenant.server.log
    for file in tenant.server.data.glob("server.db*"):
        assert canary.encode() not in file.read_bytes()
