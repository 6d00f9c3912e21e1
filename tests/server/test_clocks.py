"""Replicas whose clocks are days apart are one server: all of them go by the clock of their database."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.clocks import DAY, wrong_clock
from tests.server.servers import replica, running_server

from aerostack_server import clock
from aerostack_server.database import Database
from aerostack_server.deploys import jobs

pytestmark = pytest.mark.xdist_group("replicas")

SAYS = "export default {{ fetch() {{ return new Response('{}'); }}, scheduled() {{}} }};"
NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
#: Have the database itself note who takes a lease, and how many milliseconds there are to its end.
NOTE = f"""
CREATE TABLE seen (owner text, rest bigint);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO seen VALUES (NEW.lease_owner, NEW.lease_until - {NOW}); RETURN NEW; END $$;
CREATE TRIGGER note AFTER UPDATE ON jobs FOR EACH ROW WHEN (NEW.lease_until > 0) EXECUTE FUNCTION note();
"""


@pytest.fixture(scope="module")
def replicas(edge, new_database, tmp_path_factory):
    """One whose clock is two days behind, and one whose clock is two days ahead."""
    url = new_database("postgresql")
    behind, ahead = wrong_clock(-2 * DAY), wrong_clock(2 * DAY)
    alone = {"AEROSTACK_SERVER_PROCESSES": "1"}
    with (
        running_server(edge, tmp_path_factory.mktemp("server"), url, **behind, **alone) as one,
        replica(one, **ahead) as two,
    ):
        yield one, two


@pytest.fixture(scope="module")
def database(replicas):
    database = Database(replicas[0].database_url)
    yield database
    database.engine.dispose()


@pytest.mark.parametrize("begins", [0, 1])
def test_a_login_that_one_begins_is_known_to_the_other(replicas, begins):
    begun = replicas[begins].call("POST", "/api/v1/device/code", {"client_name": "laptop"}).document
    asked = {"device_code": begun["device_code"]}
    answer = replicas[1 - begins].call("POST", "/api/v1/device/token", asked)
    assert answer.document == {"error": "authorization_pending"}


@pytest.mark.parametrize("makes", [0, 1])
def test_a_key_for_a_day_is_good_at_either(replicas, makes):
    tenant = replicas[makes].tenant()
    made = tenant.call("POST", "/keys", {"name": "ci", "scopes": ["read"], "expires_in": 1})
    assert made.status == 201, made.body
    for server in replicas:
        assert server.call("GET", "/api/v1/me", key=made.document["key"]).status == 200


def test_a_lease_ends_half_a_minute_later_whoever_takes_it(replicas, database):
    one, two = replicas
    database.write_now(lambda connection: connection.execute(text(NOTE)))
    tenant = one.tenant()
    project = tenant.project()
    beside = replace(project, tenant=replace(tenant, server=two))
    deadline, seen, number = time.monotonic() + 60, [], 0
    while len({owner for owner, _ in seen}) < 2:
        assert time.monotonic() < deadline, seen
        number += 1
        (project, beside)[number % 2].live(SAYS.format(number))
        seen = database.read_now(lambda connection: connection.execute(text("SELECT owner, rest FROM seen")).all())
    for owner, rest in seen:
        assert 0 < rest <= jobs.LEASE + 2 * clock.SECOND, (owner, rest)


@pytest.mark.parametrize("deploys", [0, 1])
def test_a_schedule_is_due_when_the_database_says_so(replicas, database, deploys):
    tenant = replicas[deploys].tenant()
    tenant.project().live(SAYS.format("hello"), crons=["* * * * *"])
    left = text(f"""
        SELECT run_after - {NOW} FROM jobs
        JOIN environments ON environments.id = subject JOIN projects ON projects.id = project_id
        WHERE kind = 'cron' AND account_id = :account
    """)
    due = database.read_now(lambda connection: connection.scalar(left, {"account": tenant.id}))
    assert -clock.MINUTE < due <= clock.MINUTE + 2 * clock.SECOND
