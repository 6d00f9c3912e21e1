"""Patching the newest version: another one with other secrets, and what is live stays live."""

from __future__ import annotations

import json

import pytest

SHOWS = "export default { fetch(request, env) { return Response.json(env); } };"


@pytest.fixture
def latest(api, name):
    bindings = [{"name": "TEXT", "type": "plain_text", "text": "t"}]
    assert api.upload(name, SHOWS, bindings=bindings).status == 200
    api.enable(name)
    return f"/workers/workers/{name}/versions/latest"


def patch(api, latest, env, **said):
    return api(
        "PATCH",
        latest,
        content=json.dumps({"env": env, "annotations": {"workers/tag": None, **said}}),
        headers={"Content-Type": "application/merge-patch+json"},
    )


def secret(text):
    return {"type": "secret_text", "text": text}


def test_secrets_are_changed_in_a_version_that_is_not_live(api, name, latest):
    patched = patch(api, latest, {"A": secret("hush"), "B": secret("b")}, **{"workers/message": "why"})
    assert patched.result["number"] == 2
    assert patched.result["annotations"] == {"workers/triggered_by": "secret", "workers/message": "why"}
    assert b"hush" not in patched.content
    assert json.loads(api.visit(name)[1]) == {"TEXT": "t"}
    newest = patch(api, latest, {"B": None}).result["id"]
    assert api("GET", latest).result["id"] == newest
    body = {"versions": [{"version_id": newest, "percentage": 100}]}
    assert api("POST", f"/workers/scripts/{name}/deployments", json=body).status == 200
    assert json.loads(api.visit(name)[1]) == {"TEXT": "t", "A": "hush"}


@pytest.mark.parametrize(
    ("env", "code", "message"),
    [
        ({"TEXT": secret("s")}, 10021, "The binding name 'TEXT' is used already."),
        ({"ABSENT": None}, 10056, "Secret not found: ABSENT"),
        ({"V": {"type": "plain_text", "text": "v"}}, 19000, "A binding other than secret_text in a patch is not"),
        ({"V": {"type": "secret_text"}}, 7400, "The request is malformed: text must be a string"),
    ],
)
def test_other_changes_are_refused(api, latest, env, code, message):
    refused = patch(api, latest, env).refused
    assert refused[1] == code
    assert refused[2].startswith(message)
    assert api("GET", latest).result["number"] == 1
