"""Deployments: live at once, never replaced by one that fails, each done once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.server.servers import fetch

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"
BROKEN = "throw new Error('not today');"


def test_what_is_deployed_answers_at_its_address(tenant):
    project = tenant.project("My Shop")
    made = project.live(SAYS.format("one"), message="the first", commit="abc123")
    assert made["url"] == f"http://my-shop-staging.{tenant.slug}.{tenant.server.domain}"
    assert made["number"] == 1
    assert (made["message"], made["commit"], made["created_by"]) == (
        "the first",
        "abc123",
        {"kind": "key", "name": "tests"},
    )
    assert fetch(made["url"]) == (200, "one")
    environment = project.call("GET", "").document
    assert environment["live"]["id"] == made["id"]
    again = project.live(SAYS.format("two"))
    assert again["number"] == 2
    assert fetch(made["url"]) == (200, "two")
    statuses = [item["status"] for item in project.call("GET", "/deployments").document["items"]]
    assert statuses == ["live", "superseded"]


def test_a_worker_that_does_not_start_leaves_the_live_one(tenant):
    project = tenant.project()
    live = project.live(SAYS.format("good"))
    failed = project.deploy(BROKEN)
    assert failed.status == 422
    assert failed.code == "platform_10021"
    assert "not today" in failed.document["error"]["message"]
    assert fetch(live["url"]) == (200, "good")
    history = project.call("GET", "/deployments").document["items"]
    assert [item["status"] for item in history] == ["failed", "live"]
    assert "not today" in history[0]["error"]["message"]
    log = project.call("GET", f"/deployments/{history[0]['id']}/log")
    assert "not today" in log.body.decode()


def test_one_idempotency_key_is_one_deployment(tenant):
    project = tenant.project()
    first = project.deploy(SAYS.format("one"), key="0123456789")
    assert project.deploy(SAYS.format("one"), key="0123456789").document["id"] == first.document["id"]
    other = project.deploy(SAYS.format("two"), key="0123456789")
    assert (other.status, other.code) == (422, "invalid")
    assert other.document["message"] == "this Idempotency-Key was used for another deployment"
    assert len(project.call("GET", "/deployments").document["items"]) == 1


def test_the_same_key_at_the_same_moment_is_one_deployment_too(tenant):
    project = tenant.project()
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: project.deploy(SAYS.format("one"), key="0123456789"), range(6)))
    assert [answer.status for answer in answers] == [201] * 6
    assert len({answer.document["id"] for answer in answers}) == 1


def test_deploys_at_the_same_moment_end_with_the_newest(tenant):
    project = tenant.project()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: project.deploy(SAYS.format(number)), range(8)))
    assert {answer.status for answer in answers} == {201}
    assert {answer.document["status"] for answer in answers} <= {"live", "superseded"}
    history = project.call("GET", "/deployments").document["items"]
    assert [item["number"] for item in history] == list(range(8, 0, -1))
    assert [item["status"] for item in history] == ["live"] + ["superseded"] * 7
    newest = next(number for number, answer in enumerate(answers) if answer.document["number"] == 8)
    assert fetch(history[0]["url"]) == (200, str(newest))


def test_a_deploy_that_expects_something_else_to_be_live_is_refused(tenant):
    project = tenant.project()
    first = project.live(SAYS.format("one"), live="none")
    late = project.deploy(SAYS.format("two"), live="none")
    assert (late.status, late.code) == (412, "live_changed")
    assert late.document["message"] == f"deployment 1 by tests ({first['id']}) is live now, not nothing"
    project.live(SAYS.format("two"), live=f'"{first["id"]}"')


def test_a_rollback_is_a_deployment_of_the_old_content(tenant):
    project = tenant.project()
    first = project.live(SAYS.format("one"))
    project.live(SAYS.format("two"))
    headers = {"Idempotency-Key": "rollback-1"}
    back = project.call("POST", "/deployments/1/rollback", headers=headers)
    assert back.status == 201, back.body
    assert (back.document["number"], back.document["message"]) == (3, "Rollback to 1")
    assert back.document["content_hash"] == first["content_hash"]
    assert fetch(first["url"]) == (200, "one")
    project.deploy(BROKEN)
    refused = project.call("POST", "/deployments/4/rollback", headers={"Idempotency-Key": "rollback-2"})
    assert (refused.status, refused.code) == (409, "failed_deployment")


def test_variables_and_resources_are_bound(tenant):
    project = tenant.project()
    code = """export default { async fetch(request, env) {
      await env.CACHE.put("seen", "yes");
      await env.DB.exec("CREATE TABLE IF NOT EXISTS visits (at TEXT)");
      await env.FILES.put("a/b", "file");
      await env.JOBS.send({ hello: 1 });
      return Response.json([env.NAME, env.OPTIONS.deep, await (await env.FILES.get("a/b")).text()]);
    } };"""
    bindings = [
        {"type": "plain_text", "name": "NAME", "text": "shop"},
        {"type": "json", "name": "OPTIONS", "json": {"deep": [1]}},
        {"type": "d1", "name": "DB", "resource": "d1:DB"},
        {"type": "kv_namespace", "name": "CACHE", "resource": "kv:CACHE"},
        {"type": "r2_bucket", "name": "FILES", "resource": "r2:FILES"},
        {"type": "queue", "name": "JOBS", "resource": "queue:JOBS"},
    ]
    made = project.live(code, bindings=bindings)
    status, text = fetch(made["url"])
    assert (status, json.loads(text)) == (200, ["shop", [1], "file"])
    known = project.call("GET", "").document["resources"]
    assert {(item["kind"], item["binding"], item["status"]) for item in known} == {
        (kind, binding, "ready")
        for kind, binding in [("d1", "DB"), ("kv", "CACHE"), ("r2", "FILES"), ("queue", "JOBS")]
    }
    # The other environment has everything for itself.
    project.live(code, bindings=bindings, environment="production")
    others = project.call("GET", "", environment="production").document["resources"]
    assert not {item["id"] for item in known} & {item["id"] for item in others}


def test_secrets_reach_the_worker_at_once_and_nobody_else(tenant):
    project = tenant.project()
    code = "export default { fetch(request, env) { return new Response(env.TOKEN ?? 'none'); } };"
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": "first"}}).status == 204
    made = project.live(code)
    assert fetch(made["url"]) == (200, "first")
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": "second-hush-7f3a", "OTHER": "x"}}).status == 204
    assert fetch(made["url"]) == (200, "second-hush-7f3a")
    assert project.call("DELETE", "/secrets/OTHER").status == 204
    assert [item["name"] for item in project.call("GET", "/secrets").document["items"]] == ["TOKEN"]
    history = project.call("GET", "/deployments").document["items"]
    assert [item["message"] for item in history] == ["Secrets changed: OTHER", "Secrets changed: OTHER, TOKEN", None]
    assert project.call("PUT", "/secrets", {"secrets": {"TOKEN": None}}).status == 204
    assert fetch(made["url"]) == (200, "none")
    assert "second-hush-7f3a" not in tenant.server.log


def test_a_secret_with_which_the_worker_does_not_start_is_refused(tenant):
    project = tenant.project()
    code = """import { env } from "cloudflare:workers";
    if (env.TOKEN === "bad") throw new Error("bad token");
    export default { fetch() { return new Response(env.TOKEN); } };"""
    project.call("PUT", "/secrets", {"secrets": {"TOKEN": "good"}})
    made = project.live(code)
    refused = project.call("PUT", "/secrets", {"secrets": {"TOKEN": "bad"}})
    assert refused.status == 422
    assert "bad token" in refused.document["message"]
    assert fetch(made["url"]) == (200, "good")


def test_what_is_deleted_is_gone(tenant):
    project = tenant.project()
    made = project.live(SAYS.format("one"), bindings=[{"type": "d1", "name": "DB", "resource": "d1:DB"}])
    database = project.call("GET", "").document["resources"][0]["id"]
    edge = tenant.server.edge
    assert edge.account("GET", f"/d1/database/{database}")["uuid"] == database
    assert project.call("DELETE", "").status == 204
    assert fetch(made["url"])[0] == 404
    assert database not in {item["uuid"] for item in edge.account("GET", "/d1/database?per_page=1000")}
    gone = project.call("GET", "")
    assert (gone.status, gone.code) == (404, "environment_not_found")
