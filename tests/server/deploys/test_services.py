"""Workers that call others of their account."""

from __future__ import annotations

import json

import pytest
from tests.server.servers import fetch

CALLEE = """export default { async fetch(request, env) {
  return Response.json({ method: request.method, url: request.url, body: await request.text(), env: env.WHO,
    headers: Object.keys(Object.fromEntries(request.headers)) });
} };"""
AS_OBJECT = """export default { async fetch(request, env) {
  if (new URL(request.url).pathname === "/names") return Response.json(Object.keys(env).sort());
  return env.API.fetch("https://any.example/path?q", { method: "POST", body: "hello" });
} };"""
AS_CLASS = """import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  fetch(request) { return this.env.API.fetch("https://any.example/path?q", { method: "POST", body: "hello" }); }
}"""
API = {"type": "service", "name": "API", "service": "api"}


def variable(text):
    return {"type": "plain_text", "name": "WHO", "text": text}


@pytest.mark.parametrize("code", [AS_OBJECT, AS_CLASS])
def test_a_service_is_called_in_the_same_environment(tenant, code):
    api = tenant.project("API", public=False)
    api.live(CALLEE, bindings=[variable("staging")])
    api.live(CALLEE, bindings=[variable("production")], environment="production")
    site = tenant.project("site")
    for environment in ("staging", "production"):
        made = site.live(code, bindings=[API], environment=environment)
        status, text = fetch(made["url"])
        assert status == 200, text
        seen = json.loads(text)
        assert (seen["method"], seen["url"], seen["body"]) == ("POST", "https://any.example/path?q", "hello")
        assert seen["env"] == environment
        assert not [name for name in seen["headers"] if name.startswith("x-as-")]
    made = site.live(code, bindings=[{**API, "environment": "production"}])
    assert json.loads(fetch(made["url"])[1])["env"] == "production"


def test_a_worker_sees_its_own_bindings_only(tenant):
    tenant.project("api")
    made = tenant.project("site").live(AS_OBJECT, bindings=[API, variable("me")])
    assert json.loads(fetch(f"{made['url']}/names")[1]) == ["API", "WHO"]
    # Nothing is deployed there yet.
    assert fetch(made["url"])[0] == 404


def test_a_token_for_one_service_opens_no_other(tenant):
    secret = tenant.project("secret", public=False)
    secret.live(CALLEE)
    made = tenant.project("site").live(CALLEE)
    target = f"secret-staging.{tenant.slug}"
    for token in ("", "00" * 32, "zz"):
        assert fetch(made["url"], {"X-As-Target": target, "X-As-Token": token})[0] == 404


@pytest.mark.parametrize(
    ("binding", "status", "message"),
    [
        ({"service": "nobody"}, 422, "there is no project nobody whose Worker could be called"),
        (
            {"service": "site", "entrypoint": "Admin"},
            422,
            "the binding API has `entrypoint`, which Aerostack cannot honour: services are called by fetch alone",
        ),
        ({}, 422, "the binding API names no service"),
    ],
)
def test_what_cannot_be_called_is_refused(tenant, binding, status, message):
    refused = tenant.project("site").deploy(AS_OBJECT, bindings=[{"type": "service", "name": "API", **binding}])
    assert (refused.status, refused.document["message"]) == (status, message)


def test_a_key_of_one_project_reaches_no_other(tenant):
    tenant.project("api")
    site = tenant.project("site")
    key = tenant.call("POST", "/keys", {"name": "site", "project": "site", "scopes": ["read", "deploy"]}).document[
        "key"
    ]
    limited = type(site)(type(tenant)(tenant.server, tenant.id, tenant.slug, key), site.slug)
    refused = limited.deploy(AS_OBJECT, bindings=[API])
    assert refused.document["message"] == "there is no project api whose Worker could be called"
    limited.live(AS_OBJECT, bindings=[{**API, "service": "site", "environment": "other"}])
