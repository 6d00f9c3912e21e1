"""`aerostack secrets` on an account of one's own."""

from __future__ import annotations

import subprocess
from typing import Literal

import pytest
from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK
from tests.plugins.own_account.conftest import Own, both

CANARY = "canary-5e7b1c90"


def names(own: Own) -> list[str]:
    return [item["name"] for item in own.run("secrets", "list", "--json").document["secrets"]]


@both
def test_secrets_are_set_and_deleted_and_the_worker_sees_them(own: Own) -> None:
    own.deploy("one ")
    done = own.run("secrets", "set", "TOKEN", stdin=f"{CANARY}\n")
    assert (done.status, done.stdout) == (0, "set TOKEN in base\n"), done.stderr
    assert own.visit() == f"one {CANARY}"
    own.edge.forget()
    several = own.run("secrets", "import", "--json", stdin='{"TOKEN": "changed", "OTHER": "x"}')
    assert several.document["set"] == ["OTHER", "TOKEN"]
    assert several.document["version"] == own.live()[0]
    assert own.writes() == ["PATCH secrets-bulk"]
    assert own.visit() == "one changed"
    assert names(own) == ["OTHER", "TOKEN"]
    assert own.run("secrets", "delete", "TOKEN").stdout == "deleted TOKEN from base\n"
    assert own.visit() == "one "
    assert names(own) == ["OTHER"]
    assert CANARY not in done.stdout + done.stderr


def test_a_value_stands_in_no_output_and_in_no_file(own: Own) -> None:
    own.deploy("one ")
    taken = own.run("secrets", "import", "--debug", stdin=f"TOKEN={CANARY}\nNAME WITHOUT VALUE {CANARY}\n")
    assert taken.status == 2
    wrong = own.run("secrets", "set", "TOKEN", "--debug", env={"CLOUDFLARE_API_TOKEN": "nonsense-0123"}, stdin=CANARY)
    assert wrong.status == 1
    unreachable = {"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9/client/v4"}
    lost = own.run("secrets", "set", "TOKEN", "--debug", "--json", env=unreachable, stdin=CANARY)
    assert lost.document["error"]["code"] == "unavailable"
    shown = "".join(done.stdout + done.stderr for done in (taken, wrong, lost))
    assert CANARY not in shown
    assert [file for file in own.folder.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()] == []


def test_a_deploy_after_it_has_nothing_to_do(own: Own) -> None:
    own.deploy("one ")
    version = own.run("secrets", "set", "TOKEN", "--json", stdin="x").document["version"]
    own.edge.forget()
    again = own.run("deploy", "--backend", "cfapi", "--json").document
    assert (again["outcome"], again["version"]) == ("unchanged", version)
    assert own.writes() == []
    assert own.visit() == "one x"


def test_what_cannot_be_is_refused_and_nothing_is_sent(own: Own) -> None:
    nobody = own.run("secrets", "set", "TOKEN", "--json", stdin="x")
    assert nobody.status == 1
    assert nobody.document["error"]["hint"] == (
        "secrets belong to a Worker that is there: deploy first, with the same --env and --backend"
    )
    own.deploy("one ")
    own.edge.forget()
    missing = own.run("secrets", "delete", "TOKEN", "--json")
    assert missing.status == 1
    assert missing.document["error"]["message"] == f"no secret TOKEN is set on {own.name}"
    assert missing.document["error"]["hint"] == "see those that are: aerostack secrets list"
    empty = own.run("secrets", "set", "TOKEN", stdin="")
    assert empty.status == 2
    assert "error: no value was given for TOKEN" in empty.stderr
    assert own.writes() == []


def test_an_import_that_is_refused_sets_none(own: Own) -> None:
    file = own.folder / "aerostack.toml"
    file.write_text(file.read_text() + '[vars]\nGREETING = "hello"\n')
    own.deploy("one ")
    done = own.run("secrets", "import", "--json", stdin="TOKEN=x\nGREETING=y\n")
    assert done.status == 1
    assert "'GREETING' is used already" in done.document["error"]["message"]
    assert done.document["outcome"] == "not_applied"
    assert names(own) == []


def test_a_version_that_is_not_live_is_not_made_so_by_the_way(own: Own) -> None:
    first = own.deploy("one ")
    own.deploy("two ")
    assert own.run("rollback").status == 0
    done = own.run("secrets", "set", "TOKEN", "--json", stdin="x")
    assert done.status == 1
    assert done.document["error"]["cause"] == (
        "the newest version of the Worker is not live, and a changed secret would make it so"
    )
    assert own.live()[0] == first


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_change_leaves_a_doubt_that_is_told(
    own: Own, environment: dict[str, str], when: Literal["before", "after"]
) -> None:
    own.deploy("one ")
    assert own.run("secrets", "set", "TOKEN", stdin="old").status == 0
    fatal = Fatal(1, when)
    with fatal_proxy(own.edge.environ["CLOUDFLARE_API_BASE_URL"], fatal) as address:
        with subprocess.Popen(
            [AEROSTACK, "secrets", "set", "TOKEN", "--backend", own.backend],
            cwd=own.folder,
            env=environment | dict(own.edge.environ) | {"CLOUDFLARE_API_BASE_URL": address},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid
            process.communicate(b"new")
        assert process.returncode < 0
    listed = own.run("secrets", "list", "--json")
    assert "warning: setting TOKEN was interrupted: its value may be the old one, set it again" in listed.stderr
    assert [item["doubtful"] for item in listed.document["secrets"]] == [True]
    assert own.run("secrets", "set", "TOKEN", stdin="new").status == 0
    assert own.visit() == "one new"
    assert [item["doubtful"] for item in own.run("secrets", "list", "--json").document["secrets"]] == [False]
