"""`aerostack resources` on an account of one's own: what a project owns, and what nobody uses any more."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK
from tests.plugins.own_account.conftest import Own

from aerostack.http import Client
from aerostack.model import Secret
from aerostack_cloudflare.account import Cloudflare

RESOURCES = """
[[d1_databases]]
binding = "DB"
database_name = "{name}-db"

[[kv_namespaces]]
binding = "CACHE"

[[r2_buckets]]
binding = "FILES"
bucket_name = "{name}-files"
jurisdiction = "eu"

[[queues.producers]]
binding = "JOBS"
queue = "{name}-jobs"
"""


@pytest.fixture
def file(own: Own) -> Path:
    return own.folder / "aerostack.toml"


@pytest.fixture(params=["cfapi", "wrangler"])
def bare(own: Own, file: Path, request: pytest.FixtureRequest) -> str:
    """The file as it is when a project uses nothing; the backend has made four things, which the Worker uses."""
    before = file.read_text()
    file.write_text(before + RESOURCES.format(name=own.name))
    (own.folder / "index.js").write_text("export default { fetch: () => new Response() };\n")
    done = own.run("deploy", "--backend", request.param, "--json")
    assert done.status == 0, done.stderr
    object.__setattr__(own, "backend", request.param)
    return before


def owned(own: Own, *flags: str) -> list[dict[str, Any]]:
    done = own.run("resources", "--json", *flags)
    assert done.status == 0, done.stderr
    return list(done.document["resources"])


def there(own: Own) -> list[str]:
    """The kinds of what there is of the project."""
    environ = own.edge.environ
    token = Secret(environ["CLOUDFLARE_API_TOKEN"])
    with Client(environ["CLOUDFLARE_API_BASE_URL"], token=token) as http:
        account = Cloudflare(http, environ["CLOUDFLARE_ACCOUNT_ID"])
        found = {
            "d1": account.d1.list(),
            "kv": account.kv.list(),
            "r2": account.r2.list("eu"),
            "queue": account.queues.list(),
        }
    return [kind for kind, items in found.items() for item in items if own.name in str(item)]


def test_what_is_made_is_in_use_then_the_live_workers_then_an_orphan_then_gone(own: Own, file: Path, bare: str) -> None:
    found = owned(own)
    assert [(one["kind"], one["bindings"], one["made"], one["live"], one["orphan"]) for one in found] == [
        ("d1", ["DB"], True, True, False),
        ("kv", ["CACHE"], True, True, False),
        ("r2", ["FILES"], True, True, False),
        ("queue", ["JOBS"], True, True, False),
    ]
    assert owned(own, "--orphans") == []
    file.write_text(bare)
    # Not deployed yet: the live Worker needs them.
    assert owned(own, "--orphans") == []
    refused = own.run("resources", "--delete", f"d1/{own.name}-db", "--yes")
    assert refused.status == 1
    assert f"error: d1/{own.name}-db is in use: the live Worker" in refused.stderr
    assert "remove it from aerostack.toml and deploy, then run the same command again" in refused.stderr
    assert own.run("deploy", "--backend", own.backend).status == 0
    orphans = owned(own, "--orphans")
    assert [(one["kind"], one["live"], one["orphan"]) for one in orphans] == [
        ("d1", False, True),
        ("kv", False, True),
        ("r2", False, True),
        ("queue", False, True),
    ]
    own.edge.forget()
    shown = own.run("resources", "--orphans")
    assert own.writes() == []
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["d1", "kv", "r2", "queue"]
    for one in orphans:
        command = f"aerostack resources --delete {one['kind']}/{one['name']} --backend {own.backend}"
        assert one["delete"] == command
        assert f"to delete {one['name']}: {command}" in shown.stderr
    assert len(there(own)) == 4
    unasked = own.run("resources", "--delete", f"d1/{own.name}-db")
    assert unasked.status == 1
    assert f"error: d1 {own.name}-db was not deleted" in unasked.stderr
    assert "hint: answer yes, or pass --yes" in unasked.stderr
    assert len(there(own)) == 4
    flags = [flag for one in orphans for flag in ("--delete", f"{one['kind']}/{one['name']}")]
    done = own.run("resources", *flags, "--yes", "--json")
    assert done.status == 0, done.stderr
    assert done.document["outcome"] == "applied"
    assert [item["kind"] for item in done.document["deleted"]] == ["d1", "kv", "r2", "queue"]
    assert there(own) == []
    assert owned(own) == []
    again = own.run("resources", "--delete", f"d1/{own.name}-db", "--json")
    assert f"d1 {own.name}-db is gone already" in again.stderr
    assert (again.status, again.document["outcome"], again.document["deleted"]) == (0, "unchanged", [])
    unknown = own.run("resources", "--delete", f"d1/{own.name}", "--yes")
    assert unknown.status == 1
    assert f"error: there is no d1/{own.name} among what this project owns" in unknown.stderr
    assert "hint: see them, and how each is named: aerostack resources" in unknown.stderr


def test_what_another_environment_names_is_no_orphan(own: Own, file: Path) -> None:
    before = file.read_text()
    file.write_text(before + f'[[d1_databases]]\nbinding = "DB"\ndatabase_name = "{own.name}-db"\n')
    own.deploy("one")
    identifier = owned(own)[0]["id"]
    entry = f'[[env.staging.d1_databases]]\nbinding = "DB"\ndatabase_id = "{identifier}"\n'
    file.write_text(f"{before}{entry}")
    own.deploy("two")
    assert owned(own, "--orphans") == []
    (one,) = owned(own)
    assert (one["bindings"], one["elsewhere"], one["orphan"]) == ([], ["staging"], False)
    refused = own.run("resources", "--delete", f"d1/{identifier}", "--yes")
    assert f"error: d1/{identifier} is in use: [staging]" in refused.stderr
    file.write_text(f'{before}# once "{identifier}"\n')
    assert owned(own)[0]["orphan"] is False
    file.write_text(before)
    assert owned(own)[0]["orphan"] is True


def test_what_is_only_used_is_nobodys_orphan(own: Own, file: Path) -> None:
    made = own.edge.account("POST", "/d1/database", {"name": f"{own.name}-theirs"})
    before = file.read_text()
    file.write_text(before + f'[[d1_databases]]\nbinding = "DB"\ndatabase_id = "{made["uuid"]}"\n')
    own.deploy("one")
    (one,) = owned(own)
    assert (one["name"], one["made"], one["orphan"], one["delete"]) == (f"{own.name}-theirs", False, False, None)
    refused = own.run("resources", "--delete", f"d1/{own.name}-theirs", "--yes")
    assert f"error: d1/{own.name}-theirs was not made from here" in refused.stderr
    file.write_text(before)
    own.deploy("two")
    assert owned(own) == []
    assert there(own) == ["d1"]


def test_what_a_killed_run_may_have_made_is_said_to_be_doubtful(
    own: Own, file: Path, environment: dict[str, str]
) -> None:
    before = file.read_text()
    file.write_text(before + f'[[d1_databases]]\nbinding = "DB"\ndatabase_name = "{own.name}-db"\n')
    (own.folder / "index.js").write_text("export default { fetch: () => new Response() };\n")
    fatal = Fatal(1, "after")
    with fatal_proxy(own.edge.environ["CLOUDFLARE_API_BASE_URL"], fatal) as address:
        with subprocess.Popen(
            [AEROSTACK, "deploy", "--backend", own.backend],
            cwd=own.folder,
            env=environment | dict(own.edge.environ) | {"CLOUDFLARE_API_BASE_URL": address},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            fatal.pid = process.pid
        assert process.returncode < 0
    file.write_text(before)
    (one,) = owned(own, "--orphans")
    assert (one["name"], one["made"]) == (f"{own.name}-db", None)
    shown = own.run("resources", "--orphans")
    assert "nobody: of a run that was interrupted, or somebody else's" in shown.stdout
    assert own.run("resources", "--delete", f"d1/{own.name}-db", "--yes").status == 0
    assert there(own) == []
