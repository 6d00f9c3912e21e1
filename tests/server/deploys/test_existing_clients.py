"""``POST /api/v1/cli/deploy`` as existing clients send it, part for part."""

from __future__ import annotations

import json

from tests.server.servers import fetch, form

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"


def deploy(tenant, code, files=None, **fields):
    sent = {
        "env": "staging",
        "bindings": "{}",
        "compatibility_date": "2024-01-01",
        **{name: value for name, value in fields.items() if value is not None},
    }
    body, kind = form(
        {name: value.encode() for name, value in sent.items()}, {"worker": code.encode(), **(files or {})}
    )
    return tenant.call(
        "POST", "/cli/deploy", body=body, key=None, headers={"Content-Type": kind, "X-API-Key": tenant.key}
    )


def test_the_answer_is_exactly_200_with_what_they_read(tenant):
    project = tenant.call("POST", "/cli/projects", {"name": "My API"}).document
    made = deploy(tenant, SAYS.format("hello"), project_id=project["id"], name="main")
    assert made.status == 200, made.body
    url = f"http://my-api-staging.{tenant.slug}.{tenant.server.domain}"
    assert made.document == {
        "success": True,
        "scriptName": "my-api",
        "url": url,
        "publicUrl": url,
        "project": {"id": project["id"], "name": "My API", "slug": "my-api"},
        "env": "staging",
        "isPublic": True,
    }
    assert fetch(url) == (200, "hello")


def test_bindings_modules_and_privacy_are_honoured(tenant):
    project = tenant.call("POST", "/cli/projects", {"name": "full"}).document
    code = """import text from "./more.js";
    export default { async fetch(request, env) {
      await env.CACHE.put("a", "kv");
      const { results } = await env.DB.prepare("SELECT 'd1' AS x").all();
      return new Response([text, await env.CACHE.get("a"), results[0].x, typeof env.JOBS.send].join(" "));
    } };"""
    bindings = {
        "d1_databases": [{"binding": "DB", "database_name": "db", "database_id": "local"}],
        "kv_namespaces": [{"binding": "CACHE", "id": "YOUR_KV_ID"}],
        "queues": [{"binding": "JOBS", "queue": "jobs"}],
    }
    made = deploy(
        tenant,
        code,
        {"more.js": b"export default 'module';"},
        project_id=project["id"],
        bindings=json.dumps(bindings),
        compatibility_flags='["nodejs_compat"]',
        isPublic="false",
    )
    assert made.status == 200, made.body
    assert made.document["isPublic"] is False
    assert fetch(made.document["url"])[0] == 401
    assert fetch(made.document["url"], {"X-API-Key": tenant.key}) == (200, "module kv d1 function")


def test_a_failure_has_the_envelope_that_they_show(tenant):
    project = tenant.call("POST", "/cli/projects", {"name": "broken"}).document
    failed = deploy(tenant, "throw new Error('at start');", project_id=project["id"])
    assert failed.status == 422
    error = failed.document["error"]
    assert "at start" in error["message"]
    assert isinstance(error["details"], str)
    assert (failed.document["code"], failed.document["message"]) == (error["code"], error["message"])


def test_what_is_no_such_form_is_refused(tenant):
    project = tenant.call("POST", "/cli/projects", {"name": "odd"}).document
    body, kind = form({"env": b"staging", "project_id": project["id"].encode()}, {})
    refused = tenant.call("POST", "/cli/deploy", body=body, headers={"Content-Type": kind})
    assert (refused.status, refused.document["message"]) == (422, "the form has no file `worker`")
    refused = deploy(tenant, SAYS.format("x"), project_id=project["id"], bindings="[]")
    assert refused.status == 422
    assert deploy(tenant, SAYS.format("x"), project_id="prj_nobodys").status == 404
    refused = deploy(tenant, SAYS.format("x"), project_id=project["id"], compatibility_date="soon")
    assert refused.status == 422
    assert refused.document["message"].startswith("metadata.compatibility_date: ")
