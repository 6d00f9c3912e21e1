"""wrangler's ``deploy`` and ``delete``, with everything that comes along."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("wrangler")


def test_bindings_without_ids_are_provisioned_once(project):
    project.configure(
        kv_namespaces=[{"binding": "KV"}],
        d1_databases=[{"binding": "DB"}],
        r2_buckets=[{"binding": "R2"}],
        queues={"producers": [{"binding": "JOBS"}]},
    )
    project.wrangler("deploy")
    first = project.account("GET", f"/workers/scripts/{project.name}/settings")["bindings"]
    assert {binding["name"]: binding["type"] for binding in first} == {
        "KV": "kv_namespace",
        "DB": "d1",
        "R2": "r2_bucket",
        "JOBS": "queue",
    }
    project.answer("two")
    said = project.wrangler("deploy")
    assert "last updated via" not in said
    assert project.account("GET", f"/workers/scripts/{project.name}/settings")["bindings"] == first
    assert project.visit() == "two"


def test_triggers_are_set_with_the_deploy_and_go_with_the_worker(project):
    project.account("POST", "/queues", {"queue_name": project.name})
    zone = f"{project.name}.example"
    project.configure(
        triggers={"crons": ["*/5 * * * *"]},
        routes=[f"{zone}/*", {"pattern": f"shop.{zone}", "custom_domain": True}],
        workers_dev=True,
        observability={"enabled": True},
        queues={"consumers": [{"queue": project.name, "max_batch_size": 5}]},
    )
    said = project.wrangler("deploy")
    assert f"{project.name}.edge.localhost" in said
    project.wrangler("triggers", "deploy")
    script = f"/workers/scripts/{project.name}"
    assert [item["cron"] for item in project.account("GET", f"{script}/schedules")["schedules"]] == ["*/5 * * * *"]
    assert [route["pattern"] for route in project.account("GET", f"{script}/routes")] == [f"{zone}/*"]
    domains = project.account("GET", f"/workers/domains?service={project.name}")
    assert [domain["hostname"] for domain in domains] == [f"shop.{zone}"]
    assert project.account("GET", f"{script}/script-settings")["observability"] == {"enabled": True}
    (queue,) = project.account("GET", f"/queues?name={project.name}")
    assert [consumer["script"] for consumer in queue["consumers"]] == [project.name]
    project.wrangler("delete")
    assert project.account("GET", f"/workers/domains?service={project.name}") == []
    assert project.account("GET", f"/queues/{queue['queue_id']}/consumers") == []


ROOM = """
import { DurableObject } from "cloudflare:workers";
export class %(class)s extends DurableObject {
  async fetch() {
    const n = ((await this.ctx.storage.get("n")) ?? 0) + 1;
    await this.ctx.storage.put("n", n);
    return new Response("%(says)s" + n);
  }
}
export default { fetch(request, env) { return env.ROOM.get(env.ROOM.idFromName("a")).fetch(request); } };
"""


def test_durable_objects_live_through_migrations_and_go_with_the_worker(project):
    def deploy(says: str, name: str, *migrations: dict[str, object]) -> None:
        project.write("index.js", ROOM % {"class": name, "says": says})
        bindings = [{"name": "ROOM", "class_name": name}]
        project.configure(durable_objects={"bindings": bindings}, migrations=list(migrations))
        project.wrangler("deploy")

    first = {"tag": "v1", "new_sqlite_classes": ["Room"]}
    second = {"tag": "v2", "renamed_classes": [{"from": "Room", "to": "Hall"}]}
    deploy("a", "Room", first)
    assert [project.visit(), project.visit()] == ["a1", "a2"]
    deploy("b", "Room", first)
    assert project.visit() == "b3"
    deploy("c", "Hall", first, second)
    assert project.visit() == "c4"
    project.wrangler("delete")
    listed = project.account("GET", "/workers/durable_objects/namespaces?per_page=1000")
    assert project.name not in [item["script"] for item in listed]


def test_code_that_does_not_start_is_refused_and_what_is_live_stays(project):
    project.wrangler("deploy")
    project.write("index.js", 'throw new Error("not today"); export default {};')
    assert "Uncaught Error: not today" in project.wrangler("deploy", status=1)
    assert "code: 10021" in project.wrangler("versions", "upload", status=1)
    assert project.visit() == "one"


def test_a_dispatch_namespace_is_deployed_into_again_and_again(project):
    project.wrangler("dispatch-namespace", "create", project.name)
    assert project.name in project.wrangler("dispatch-namespace", "list")
    assert project.name in project.wrangler("dispatch-namespace", "get", project.name)
    for text in ("one", "two"):
        project.answer(text)
        assert f"Dispatch Namespace: {project.name}" in project.wrangler("deploy", "--dispatch-namespace", project.name)
    namespace = f"/workers/dispatch/namespaces/{project.name}"
    assert [script["id"] for script in project.account("GET", f"{namespace}/scripts")] == [project.name]
    project.wrangler("dispatch-namespace", "delete", project.name)
    namespaces = project.account("GET", "/workers/dispatch/namespaces")
    assert project.name not in [item["namespace_name"] for item in namespaces]
