"""`aerostack rollback` on an account of one's own."""

from __future__ import annotations

import subprocess
from typing import Literal

import pytest
from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK
from tests.plugins.own_account.conftest import Own, both

from aerostack.journal import FileJournals, Lock
from aerostack.testing import serial_rounds


@both
def test_what_was_live_before_is_live_again_with_one_write_in_two_rounds(own: Own) -> None:
    first, second = own.deploy("one"), own.deploy("two")
    own.edge.forget()
    with own.edge.latency(0.05):
        done = own.run("rollback", "--json")
    requests = own.edge.requests()
    assert done.status == 0, done.stderr
    assert own.writes() == ["POST deployments"]
    assert serial_rounds(requests) == 2
    document = done.document
    assert (document["outcome"], document["backend"], document["worker"]) == ("applied", own.backend, own.name)
    assert (document["version"], document["previous"]) == (first, [second])
    assert own.visit() == "one"
    again = own.run("rollback")
    assert f"{own.name} runs the version {second} again, instead of {first}" in again.stderr
    assert again.stdout.strip() == document["urls"][0]
    assert own.visit() == "two"


def test_a_version_is_named_by_the_beginning_of_its_id_and_twice_is_once(own: Own) -> None:
    first, second = own.deploy("one"), own.deploy("two")
    third = own.deploy("three")
    assert own.run("rollback", first[:13].upper(), "--json").document["version"] == first
    own.edge.forget()
    again = own.run("rollback", first, "--json")
    assert (again.status, again.document["outcome"], again.document["version"]) == (0, "unchanged", first)
    assert own.writes() == []
    assert own.live() == [first, third, second, first]


def test_there_must_be_something_to_go_back_to(own: Own) -> None:
    nothing = own.run("rollback", "--json")
    assert nothing.status == 1
    assert nothing.document["outcome"] == "not_applied"
    assert nothing.document["error"]["message"] == f"nothing of {own.name} is live in this account"
    assert nothing.document["error"]["hint"] == "deploy it first: aerostack deploy"
    first = own.deploy("one")
    alone = own.run("rollback", "--json")
    assert alone.status == 1
    assert alone.document["error"]["message"] == f"no other version of {own.name} was live before"
    own.deploy("two")
    unknown = own.run("rollback", "0000", "--json")
    assert unknown.status == 1
    assert unknown.document["error"]["message"] == f"there is no version 0000 of {own.name} that can be made live"
    assert unknown.document["error"]["hint"] == f"those that were live before, the last one first: {first}"


def test_other_secrets_come_back_only_when_that_is_meant(own: Own) -> None:
    first = own.deploy("one ")
    own.edge.account("PUT", f"/workers/scripts/{own.name}/secrets", {"name": "TOKEN", "text": "new"})
    assert own.visit() == "one new"
    refused = own.run("rollback", first, "--json")
    assert refused.status == 1
    error = refused.document["error"]
    assert "The following secrets have changed: TOKEN (code 10220)" in error["message"]
    assert error["cause"] == "a secret was changed after that version, which would bring the old one back"
    assert error["hint"] == "the secrets would be what they were then: if that is meant, roll back with --yes"
    assert own.visit() == "one new"
    assert own.run("rollback", first, "--yes").status == 0
    assert own.visit() == "one "


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_rollback_is_finished_and_not_undone(
    own: Own, environment: dict[str, str], when: Literal["before", "after"]
) -> None:
    first, second = own.deploy("one"), own.deploy("two")
    fatal = Fatal(1, when)
    with fatal_proxy(own.edge.environ["CLOUDFLARE_API_BASE_URL"], fatal) as address:
        with subprocess.Popen(
            [AEROSTACK, "rollback", "--backend", own.backend],
            cwd=own.folder,
            env=environment | dict(own.edge.environ) | {"CLOUDFLARE_API_BASE_URL": address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid
        assert process.returncode < 0
    done = own.run("rollback", "--json").document
    assert (done["version"], done["outcome"]) == (first, "applied" if when == "before" else "unchanged")
    assert own.live() == [first, second, first]
    # That run is over: the next one means what it says.
    assert own.run("rollback", "--json").document["version"] == second


def test_what_somebody_else_made_live_is_not_undone_unasked(own: Own) -> None:
    first, second = own.deploy("one"), own.deploy("two")
    third = own.deploy("three")
    theirs = {"strategy": "percentage", "versions": [{"version_id": second, "percentage": 100}]}
    own.edge.account("POST", f"/workers/scripts/{own.name}/deployments", theirs)
    own.edge.forget()
    done = own.run("rollback", "--json")
    assert (done.status, done.document["outcome"]) == (4, "not_applied")
    error = done.document["error"]
    assert error["code"] == "overtaken"
    assert error["message"].startswith(f"{own.name} runs the version {second} since ")
    assert f"which is not what was last deployed from here ({third})" in error["message"]
    assert f"aerostack rollback {third}, with the same --env and --backend" in error["hint"]
    assert own.writes() == []
    assert own.run("rollback", first, "--json").document["version"] == first
    # What was named is ours now, and can be undone.
    assert own.run("rollback", "--json").document["version"] == second


def test_a_rollout_that_is_under_way_ends_with_the_version_that_is_named(own: Own) -> None:
    first, second = own.deploy("one"), own.deploy("two")
    split = [{"version_id": first, "percentage": 50}, {"version_id": second, "percentage": 50}]
    own.edge.account("POST", f"/workers/scripts/{own.name}/deployments", {"strategy": "percentage", "versions": split})
    done = own.run("rollback", second, "--json").document
    assert (done["version"], done["previous"]) == (second, [first, second])


def test_a_deploy_that_is_running_is_not_disturbed(own: Own) -> None:
    own.deploy("one")
    with Lock(FileJournals(own.folder, own.backend, None).lock_path).held():
        done = own.run("rollback")
    assert done.status != 0
    assert "error: another deploy of this environment is running" in done.stderr
