"""What belongs to somebody else does not exist."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest
from tests.server.api.routes import BODIES, routes
from tests.server.servers import form

CODE = b"export default { fetch() { return new Response('mine') } }"
#: In each of them at least one name of something that belongs to an account.
ABOUT = [route for route in routes() if route.names and route.policy != "public"]


def sent(route):
    """A request with which only the names can be wrong."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if str(route).endswith("/deployments") and route.method == "POST":
        metadata = {
            "main": "index.js",
            "modules": [{"name": "index.js", "type": "esm", "sha256": hashlib.sha256(CODE).hexdigest()}],
            "compatibility_date": "2026-01-01",
        }
        body, kind = form({"metadata": json.dumps(metadata).encode()}, {"index.js": CODE})
        return {"body": body, "headers": {**headers, "Content-Type": kind}}
    if "/kv/" in route.path and route.method == "PUT":
        return {"body": b"value", "headers": headers}
    return {"document": BODIES.get(str(route)), "headers": headers}


@pytest.fixture
def owned(tenant):
    """One of everything that has a name in a path."""
    project = tenant.project("mine")
    kinds = [{"kind": "kv", "binding": "CACHE", "name": "c"}, {"kind": "d1", "binding": "DB", "name": "d"}]
    assert project.call("PUT", "/resources", {"resources": kinds}).status == 200
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": "t"}}).status == 204
    assert project.call("PUT", "/kv/CACHE/values/answer", body=b"42").status == 204
    made = project.live(CODE.decode())
    (member,) = tenant.call("GET", "/members").document["items"]
    key = tenant.call("POST", "/keys", {"name": "victim"}).document
    identifier = tenant.call("GET", f"/projects/{project.slug}").document["id"]
    return {
        "tenant": tenant,
        "project": [project.slug, identifier],
        "environment": "staging",
        "deployment": made["id"],
        "binding": {"kv": "CACHE", "d1": "DB"},
        "name": "TOKEN",
        "key": key["id"],
        "member": member["id"],
    }


def names(route, owned):
    """The path's names, once for each way to write the project."""
    known = {name: owned[name] for name in route.names if name in owned and isinstance(owned[name], str)}
    if "binding" in route.names:
        known["binding"] = owned["binding"]["kv" if "/kv/" in route.path else "d1"]
    if "/kv/" in route.path and "key" in route.names:
        known["key"] = "answer"
    if "project" in route.names:
        return [{**known, "project": reference} for reference in owned["project"]]
    return [known]


def test_the_full_matrix_answers_as_if_nothing_were_there(server, owned):
    stranger = server.tenant()
    another = owned["tenant"].project("another")
    narrow = owned["tenant"].call(
        "POST", "/keys", {"name": "n", "project": another.slug, "scopes": ["read", "deploy", "admin"]}
    )
    assert len(ABOUT) > 25
    for route in ABOUT:
        missing = {name: f"{name}-of-nobody" for name in route.names}
        if "project" in route.names:
            missing["environment"] = "staging"
        for key in (stranger.key, narrow.document["key"]):
            nothing = server.call(route.method, f"/api/v1{route.filled(**missing)}", key=key, **sent(route))
            assert nothing.status == 404, (str(route), nothing.body)
            for known in names(route, owned):
                answer = server.call(route.method, f"/api/v1{route.filled(**known)}", key=key, **sent(route))
                assert (answer.status, answer.body) == (404, nothing.body), str(route)

    # And nothing of it was done.
    owner, path = owned["tenant"], f"/projects/{owned['project'][0]}"
    seen = owner.call("GET", f"{path}/environments/staging").document
    assert seen["live"]["id"] == owned["deployment"]
    assert (seen["secrets"], len(seen["resources"])) == (["TOKEN"], 2)
    assert owner.call("GET", f"{path}/environments/staging/kv/CACHE/values/answer").body == b"42"
    assert owned["key"] in {item["id"] for item in owner.call("GET", "/keys").document["items"]}


def test_lists_show_what_is_one_s_own(server, owned):
    stranger = server.tenant()
    for path in ("/projects", "/audit", "/keys", "/members"):
        found = stranger.call("GET", path).document["items"]
        assert not {owned["key"], owned["member"], owned["project"][1]} & {item.get("id") for item in found}, path
    assert stranger.call("GET", "/cli/projects").document == {"projects": []}
    refused = stranger.call("GET", f"/cli/project-metadata?project={owned['project'][0]}")
    assert refused.body == stranger.call("GET", "/cli/project-metadata?project=nobody").body
    body, kind = form({"project_id": owned["project"][1].encode()}, {"worker": CODE})
    assert stranger.call("POST", "/cli/deploy", body=body, headers={"Content-Type": kind}).status == 404
    # A key of another's project cannot be had either.
    refused = stranger.call("POST", "/keys", {"name": "k", "project": owned["project"][1]})
    assert (refused.status, refused.code) == (404, "project_not_found")


def test_two_accounts_may_use_the_same_names(server, tenant):
    stranger = server.tenant()
    assert tenant.project("same").slug == stranger.project("same").slug == "same"
    again = tenant.call("POST", "/projects", {"name": "Same"})
    assert (again.status, again.code) == (409, "project_exists")
