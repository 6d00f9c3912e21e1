"""Schedules of deployed Workers."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select, update
from tests.server.servers import fetch

from aerostack_server import clock
from aerostack_server.database import Database, tables
from aerostack_server.deploys import jobs

BINDING = [{"type": "kv_namespace", "name": "NOTES", "resource": "kv:NOTES"}]

AS_OBJECT = """export default {
  async fetch(request, env) { return new Response(await env.NOTES.get("note")); },
  async scheduled({ cron, scheduledTime, type }, env) {
    await env.NOTES.put("note", `${type} ${cron} ${scheduledTime}`);
  },
};"""
AS_INSTANCE = """class App {
  #key = "note";
  async fetch(request, env) { return new Response(await env.NOTES.get(this.#key)); }
  async scheduled({ cron, scheduledTime, type }, env, ctx) {
    ctx.waitUntil(env.NOTES.put(this.#key, `${type} ${cron} ${scheduledTime}`));
  }
}
export default new App();"""
AS_CLASS = """import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  async fetch() { return new Response(await this.env.NOTES.get("note")); }
  async scheduled({ cron, scheduledTime, type }) {
    await this.env.NOTES.put("note", `${type} ${cron} ${scheduledTime}`);
  }
}"""


@pytest.fixture
def database(server):
    opened = Database(server.database_url)
    yield opened
    opened.engine.dispose()


def due(database, project, moment):
    """Set the time of a project's next schedule."""
    table, deployments = tables.jobs, tables.deployments
    (made,) = project.call("GET", "/deployments?limit=1").document["items"]

    def work(connection):
        subject = connection.scalar(select(deployments.c.environment_id).where(deployments.c.id == made["id"]))
        changed = update(table).where(table.c.kind == jobs.CRON, table.c.subject == subject).values(run_after=moment)
        return connection.execute(changed).rowcount, subject

    return database.write_now(work)


def planned(database, subject):
    """When the next schedule of an environment is due."""
    table = tables.jobs
    wanted = select(table.c.run_after).where(table.c.kind == jobs.CRON, table.c.subject == subject)
    return database.read_now(lambda connection: connection.scalar(wanted))


@pytest.mark.parametrize("code", [AS_OBJECT, AS_INSTANCE, AS_CLASS])
def test_a_worker_is_called_when_its_schedule_is_due(tenant, database, code):
    project = tenant.project()
    made = project.live(code, bindings=BINDING, crons=["* * * * *", "0 0 1 1 *"])
    assert project.call("GET", "").document["crons"] == ["* * * * *", "0 0 1 1 *"]
    minute = clock.now() // clock.MINUTE * clock.MINUTE
    changed, subject = due(database, project, minute)
    assert changed == 1
    deadline = time.monotonic() + 60
    while fetch(made["url"])[1] != f"scheduled * * * * * {minute}":
        assert time.monotonic() < deadline, tenant.server.log
        time.sleep(0.05)
    while (following := planned(database, subject)) <= minute:
        assert time.monotonic() < deadline
    assert following % clock.MINUTE == 0
    assert following <= clock.now() + clock.MINUTE


def test_a_private_worker_is_called_too(tenant, database):
    project = tenant.project("hidden", public=False)
    made = project.live(AS_OBJECT, bindings=BINDING, crons=["* * * * *"])
    due(database, project, clock.now())
    deadline = time.monotonic() + 60
    while not fetch(made["url"], {"X-API-Key": tenant.key})[1].startswith("scheduled"):
        assert time.monotonic() < deadline, tenant.server.log
        time.sleep(0.05)


def test_a_schedule_that_fails_is_said_and_comes_again(tenant, database):
    project = tenant.project("failing")
    project.live("export default { scheduled() { throw new Error('no'); } };", crons=["* * * * *"])
    late = clock.now()
    _, subject = due(database, project, late)
    deadline = time.monotonic() + 60
    while planned(database, subject) <= late:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "schedule '* * * * *' of failing/staging:" in tenant.server.log


def test_a_deploy_without_schedules_ends_them(tenant, database):
    project = tenant.project()
    project.live(AS_OBJECT, bindings=BINDING, crons=["* * * * *"])
    project.live(AS_OBJECT, bindings=BINDING)
    changed, _ = due(database, project, clock.now())
    assert changed == 0
    assert project.call("GET", "").document["crons"] == []


def test_nobody_else_can_send_events(tenant):
    project = tenant.project()
    made = project.live(AS_OBJECT, bindings=BINDING, crons=["0 0 1 1 *"])
    fetch(made["url"], {"X-As-Event": "scheduled"}, method="POST")
    assert fetch(made["url"]) == (200, "")
    host = f"http://events.{tenant.server.domain}/"
    assert fetch(host, {"Authorization": "Bearer guess"}, method="POST")[0] == 404


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"crons": ["* * *"]}, "the schedule '* * *' is none: a cron expression has 5 fields, not 3"),
        (
            {"crons": ["* * * * *"], "kind": "commonjs"},
            "schedules need a main module in ES module format, index.js is of the type commonjs",
        ),
    ],
)
def test_what_cannot_be_scheduled_is_refused(tenant, metadata, message):
    refused = tenant.project().deploy(AS_OBJECT, **metadata)
    assert (refused.status, refused.document["message"]) == (422, message)
