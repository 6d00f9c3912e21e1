"""The reads that are written by hand for speed say what the ordinary ones say."""

from __future__ import annotations

from tests.server.servers import Tenant

CODE = "export default { fetch() { return new Response('hello') } }"


def test_what_a_plan_reads_is_what_every_other_route_shows(tenant: Tenant) -> None:
    made = tenant.call("POST", "/projects", {"name": "Plan me"}).document
    assert tenant.call("GET", f"/projects/{made['id']}").document == made
    assert tenant.call("GET", f"/projects/{made['slug']}").document == made
    assert tenant.call("GET", "/projects/plan-me/environments/staging").code == "environment_not_found"
    assert tenant.call("GET", "/projects/nobody/environments/staging").code == "project_not_found"

    project = tenant.project("planned")
    wanted = [{"kind": "kv", "binding": "CACHE", "name": "cache"}, {"kind": "d1", "binding": "DB", "name": "db"}]
    assert project.call("PUT", "/resources", {"resources": wanted}).status == 200
    assert project.call("PUT", "/secrets", {"secrets": {"B": "2", "A": "1"}}).status in (200, 204)
    seen = project.call("GET", "").document
    (listed,) = tenant.call("GET", f"/projects/{project.slug}/environments").document["items"]
    assert {key: seen[key] for key in listed} == listed
    assert seen["resources"] == project.call("GET", "/resources").document["items"]
    assert {(item["kind"], item["status"]) for item in seen["resources"]} == {("kv", "ready"), ("d1", "ready")}
    assert seen["secrets"] == ["A", "B"]
    assert seen["live"] is None

    made = project.live(CODE)
    live = project.call("GET", "").document["live"]
    assert live == project.call("GET", f"/deployments/{made['id']}").document
