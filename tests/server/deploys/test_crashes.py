"""Nothing that was acknowledged is lost, whichever process dies when."""

from __future__ import annotations

import dataclasses
import http.client
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from tests.server.servers import Tenant, fetch, replica, running_server

from aerostack_server.database import Database, tables

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"
ROUNDS = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def own_server(request, edge, tmp_path, new_database):
    """One that the test may kill."""
    with running_server(edge, tmp_path, new_database(request.param)) as running:
        yield running


def settled(project):
    """The history once nothing is under way, oldest first."""
    deadline = time.monotonic() + 60
    while True:
        items = project.call("GET", "/deployments?limit=100").document["items"]
        if all(item["status"] not in ("queued", "running") for item in items):
            return items[::-1]
        assert time.monotonic() < deadline, items
        time.sleep(0.1)


def expire(server):
    """Let the time of all leases pass."""
    database = Database(server.database_url)
    database.write_now(lambda connection: connection.execute(update(tables.jobs).values(lease_until=0)))
    database.engine.dispose()


def test_a_killed_server_goes_on_with_what_it_acknowledged(own_server):
    project = own_server.tenant().project()
    acknowledged, stop = {}, threading.Event()

    def deploy():
        while not stop.is_set():
            text = uuid.uuid4().hex
            try:
                made = project.deploy(SAYS.format(text), wait=False)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # killed: what was not answered to its end is nobody's promise
                continue
            assert made.status in (201, 202), made.body
            acknowledged[made.document["id"]] = text

    for _ in range(ROUNDS):
        with ThreadPoolExecutor(3) as threads:
            clients = [threads.submit(deploy) for _ in range(3)]
            seen = len(acknowledged)
            while len(acknowledged) < seen + 8:
                time.sleep(0.01)
            own_server.stop(signal.SIGKILL)
            stop.set()
            for client in clients:
                client.result()
            stop.clear()
        expire(own_server)
        own_server.start()
        history = settled(project)
        assert {item["id"] for item in history} >= acknowledged.keys()
        assert [item["number"] for item in history] == list(range(1, len(history) + 1))
        assert [item["status"] for item in history] == ["superseded"] * (len(history) - 1) + ["live"]
        live = history[-1]
        if live["id"] in acknowledged:
            assert fetch(live["url"]) == (200, acknowledged[live["id"]])


def test_replicas_share_the_work_and_take_it_over(edge, new_database, tmp_path):
    with running_server(edge, tmp_path, new_database("postgresql")) as one, replica(one) as two:
        tenant = one.tenant()
        project = tenant.project()
        beside = dataclasses.replace(project, tenant=Tenant(two, tenant.id, tenant.slug, tenant.key))
        with ThreadPoolExecutor(8) as threads:
            answers = list(
                threads.map(lambda number: (project, beside)[number % 2].deploy(SAYS.format(number)), range(12))
            )
        assert {answer.status for answer in answers} == {201}
        assert sorted(answer.document["number"] for answer in answers) == list(range(1, 13))
        last = next(number for number, answer in enumerate(answers) if answer.document["number"] == 12)
        history = settled(beside)
        assert fetch(history[-1]["url"]) == (200, str(last))
        # The other one finishes what a dead one had begun.
        project.deploy(SAYS.format("late"), wait=False)
        one.stop(signal.SIGKILL)
        expire(two)
        assert settled(beside)[-1]["status"] == "live"
        assert fetch(history[-1]["url"]) == (200, "late")
