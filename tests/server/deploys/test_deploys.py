"""Deployments: live at once, never replaced by one that fails, each done once."""

from __future__ import annotations

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
