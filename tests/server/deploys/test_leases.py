"""Whoever deploys by a plan has the environment to himself until that is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from tests.server.servers import fetch

from aerostack_server.database import Database, tables

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"


@pytest.fixture
def under_way(server):
    """Let a deployment be one that has not come to its end, or has."""
    database, table = Database(server.database_url), tables.deployments

    def become(identifier, status):
        change = update(table).where(table.c.id == identifier).values(status=status)
        database.write_now(lambda connection: connection.execute(change))

    yield become
    database.engine.dispose()


def test_another_plan_is_a_conflict_that_names_who_is_deploying(tenant, under_way):
    project = tenant.project()
    first = project.live(SAYS.format("one"), live="none", holder="ada@laptop", key="upload-of-ada")
    live = project.live(SAYS.format("two"), live=first["id"])["id"]
    under_way(first["id"], "running")
    late = project.deploy(SAYS.format("three"), live=live, holder="bob@desk")
    assert (late.status, late.code) == (409, "deploy_in_progress")
    assert late.document["message"] == (
        f"deployment 1 by ada@laptop (tests) is under way in this environment, since {first['created_at']}"
    )
    assert late.document["error"]["hint"] == (
        "wait until it has ended (aerostack deployments list), look at the plan again, then deploy again"
    )
    assert late.document["error"]["details"] == {
        "deployment": first["id"],
        "number": 1,
        "holder": "ada@laptop (tests)",
    }
    # Nothing of it is recorded, its job included.
    assert [item["number"] for item in project.call("GET", "/deployments").document["items"]] == [2, 1]
    under_way(first["id"], "failed")
    project.live(SAYS.format("three"), live=live)


def test_what_is_known_to_be_one_s_own_is_no_conflict(tenant, under_way):
    project = tenant.project()
    first = project.live(SAYS.format("one"), live="none", key="upload-one")
    live = project.live(SAYS.format("two"), live=first["id"])["id"]
    under_way(first["id"], "running")
    assert project.deploy(SAYS.format("three"), live=live, replaces="upload-other").status == 409
    project.live(SAYS.format("three"), live=live, replaces="upload-one")


def test_without_a_plan_the_newest_wins(tenant, under_way):
    project = tenant.project()
    first = project.live(SAYS.format("one"))
    project.live(SAYS.format("two"))
    under_way(first["id"], "running")
    project.live(SAYS.format("three"))


def test_other_environments_and_what_the_server_repeats_are_in_nobody_s_way(tenant, under_way):
    project = tenant.project()
    first = project.live(SAYS.format("one"), live="none")
    under_way(first["id"], "running")
    project.live(SAYS.format("one"), live="none", environment="production")
    under_way(first["id"], "live")
    assert project.call("PUT", "/secrets", {"secrets": {"A": "b"}}).status == 204
    again = project.call("GET", "/deployments/2").document
    under_way(again["id"], "running")
    assert project.deploy(SAYS.format("two"), live=again["id"], wait=False).status in (201, 202)


def test_of_many_with_the_same_plan_one_is_carried_out(tenant):
    project = tenant.project()
    first = project.live(SAYS.format("zero"), live="none", holder="ada@laptop")
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda number: project.deploy(SAYS.format(number), live=first["id"], holder=f"{number}@desk"), range(8)
            )
        )
    won = [number for number, answer in enumerate(answers) if answer.status == 201]
    assert len(won) == 1, [answer.body for answer in answers]
    for number, answer in enumerate(answers):
        if number not in won:
            assert (answer.status, answer.code) in ((409, "deploy_in_progress"), (412, "live_changed"))
            assert answer.document["message"].startswith(f"deployment 2 by {won[0]}@desk (tests) ")
    assert fetch(first["url"]) == (200, str(won[0]))
