"""What is too much, or not what it says, is refused before anything is done."""

from __future__ import annotations

import hashlib
import json

import pytest
from tests.server.servers import form

CODE = b"export default {};"


def entry(name, content=CODE, kind="esm"):
    return {"name": name, "type": kind, "sha256": hashlib.sha256(content).hexdigest()}


def upload(project, metadata, files):
    body, kind = form({"metadata": json.dumps(metadata).encode()}, files)
    headers = {"Content-Type": kind, "Idempotency-Key": "0123456789"}
    return project.tenant.call("POST", project.path(rest="/deployments"), body=body, headers=headers)


@pytest.fixture
def project(tenant):
    return tenant.project()


@pytest.mark.parametrize(
    ("metadata", "files", "message"),
    [
        ({"modules": []}, {}, "`main` is a.js, which is none of the modules"),
        (
            {"modules": [entry("a.js")]},
            {"a.js": b"other"},
            "the module a.js is not what its sha256 says: it was damaged on the way",
        ),
        (
            {"modules": [entry("a.js"), entry("b.js")]},
            {"a.js": CODE},
            "the module b.js is not both in the metadata and in the form",
        ),
        ({"modules": [entry("a.js"), entry("A.js")]}, {"a.js": CODE}, "two modules are called A.js"),
        ({"modules": [entry("b.js")]}, {"b.js": CODE}, "`main` is a.js, which is none of the modules"),
        ({"modules": [entry("../a.js")], "main": "../a.js"}, {}, "'../a.js' cannot be the name of a module"),
        ({"modules": [entry("con.js")], "main": "con.js"}, {}, "'con.js' cannot be the name of a module"),
        ({"containers": []}, {}, "metadata.containers: Extra inputs are not permitted"),
        (
            {"bindings": [{"type": "hyperdrive", "name": "PG", "id": "1"}]},
            {},
            "the binding PG is of the type hyperdrive, which Aerostack cannot honour",
        ),
        (
            {"bindings": [{"type": "d1", "name": "DB", "id": "11111111-1111-4111-8111-111111111111"}]},
            {},
            "the binding DB names no resource",
        ),
        (
            {"bindings": [{"type": "plain_text", "name": "_AEROSTACK_X", "text": ""}]},
            {},
            "the binding _AEROSTACK_X has a name of Aerostack's own",
        ),
    ],
)
def test_what_is_no_deployment_says_why(project, metadata, files, message):
    base = {"main": "a.js", "modules": [entry("a.js")], "compatibility_date": "2026-01-01"}
    refused = upload(project, base | metadata, files)
    assert (refused.status, refused.document["message"]) == (422, message)
    assert project.call("GET", "/deployments").status == 404


def test_a_deploy_without_an_idempotency_key_is_refused(project):
    body, kind = form({"metadata": b"{}"}, {})
    refused = project.tenant.call("POST", project.path(rest="/deployments"), body=body, headers={"Content-Type": kind})
    assert (refused.status, refused.code) == (422, "invalid")
    assert refused.document["message"] == (
        "the header Idempotency-Key has to be there, of 8 to 128 printable characters without spaces"
    )


def test_what_is_larger_than_a_deploy_may_be_is_refused_by_its_announcement(project):
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Idempotency-Key": "0123456789"}
    headers["Content-Length"] = str(101 * 1024 * 1024)
    refused = project.tenant.call("POST", project.path(rest="/deployments"), body=b"", headers=headers)
    assert (refused.status, refused.code) == (413, "too_large")


def test_large_modules_pass(project):
    content = b"export default { fetch() { return new Response('large'); } };\n//" + b"x" * (5 * 1024 * 1024)
    metadata = {"main": "a.js", "modules": [entry("a.js", content)], "compatibility_date": "2026-01-01"}
    assert upload(project, metadata, {"a.js": content}).status == 201
