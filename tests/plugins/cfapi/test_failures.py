"""What goes wrong on the way to an account, and what the user is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aerostack.testing import RunningEdge, fetch

STAGING = ("--env", "staging", "--backend", "cfapi")
Run = Callable[..., Any]


def test_without_credentials_both_ways_to_get_some_are_named(aerostack: Run, project: Path) -> None:
    done = aerostack("deploy", *STAGING, cwd=project, env={"PATH": "/usr/bin:/bin"})
    assert done.status == 1
    assert done.stdout == ""
    assert "CLOUDFLARE_API_TOKEN" in done.stderr
    assert "wrangler login" in done.stderr


def test_a_bad_token_is_refused_and_never_shown(run: Run) -> None:
    done = run("deploy", *STAGING, "--json", env={"CLOUDFLARE_API_TOKEN": "canary-0123456789abcdef"})
    assert done.status == 1
    assert done.document["error"]["code"] == "auth"
    assert done.document["outcome"] == "not_applied"
    assert done.document["error"]["hint"]
    assert "canary" not in done.stdout + done.stderr


def test_an_unreachable_api_ends_in_one_error(run: Run) -> None:
    done = run("deploy", *STAGING, "--json", env={"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:9/client/v4"})
    assert done.status == 1
    assert done.document["error"]["code"] == "unavailable"
    assert done.stderr.count("error:") == 1


def test_a_token_is_never_sent_in_clear_to_another_machine(run: Run) -> None:
    done = run("deploy", *STAGING, env={"CLOUDFLARE_API_BASE_URL": "http://example.com/client/v4"})
    assert done.status != 0
    assert "https" in done.stderr


def test_a_placeholder_with_no_provision_explains_10021_before_cloudflare_has_to(run: Run, project: Path) -> None:
    done = run("deploy", *STAGING, "--no-provision")
    assert done.status == 2
    text = (project / "aerostack.toml").read_text(encoding="utf-8")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "YOUR_STAGING_D1_ID" in line)
    assert f"error: aerostack.toml:{line}:" in done.stderr
    assert "YOUR_STAGING_D1_ID" in done.stderr
    assert "10021" in done.stderr
    assert "hint:" in done.stderr
    assert "DB" in done.stderr


def test_no_provision_creates_no_bucket_either(run: Run, edge: RunningEdge, project: Path) -> None:
    """A bucket has no id that could be missing: its name is its id."""
    file = project / "aerostack.toml"
    name = file.read_text(encoding="utf-8").split('"')[1]
    file.write_text(
        f'name = "{name}"\nmain = "src/index.ts"\n[[r2_buckets]]\nbinding = "FILES"\nbucket_name = "{name}"\n',
        encoding="utf-8",
    )
    edge.forget()
    for command in ("plan", "deploy"):
        done = run(command, "--backend", "cfapi", "--no-provision", "--json")
        assert done.status == 1
        assert done.document["error"] | {"cause": None} == {
            "code": "not_found",
            "message": f"there is no R2 bucket named {name}, and --no-provision forbids to create it",
            "cause": None,
            "hint": "deploy without --no-provision, or create it first",
            "where": "aerostack.toml:3:1",
        }
    assert {entry["method"] for entry in edge.requests()} == {"GET"}


def test_a_read_only_file_loses_no_id(aerostack: Run, edge: RunningEdge, project: Path) -> None:
    """Everything is deployed, the error says what could not be written, and the next run makes nothing twice."""
    file = project / "aerostack.toml"
    before = file.read_bytes()
    file.chmod(0o444)
    first = aerostack("deploy", *STAGING, "--json", cwd=project, env=dict(edge.environ))
    assert first.status != 0
    assert first.document["outcome"] == "applied"
    assert first.document["error"]["code"] == "config_readonly"
    made = first.document["resources"]["DB"]["id"]
    assert made in first.stderr
    assert file.read_bytes() == before
    file.chmod(0o644)
    second = aerostack("deploy", *STAGING, "--json", cwd=project, env=dict(edge.environ))
    assert second.status == 0, second.stderr
    assert second.document["resources"]["DB"] == first.document["resources"]["DB"] | {"outcome": "found"}
    assert made in file.read_text(encoding="utf-8")


def test_a_database_of_somebody_else_is_not_taken_over(run: Run, edge: RunningEdge, project: Path) -> None:
    planned = run("plan", *STAGING, "--json").document
    name = next(action["name"] for action in planned["actions"] if action["key"] == "d1/DB")
    theirs = edge.account("POST", "/d1/database", {"name": name})["uuid"]
    refused = run("deploy", *STAGING, "--json")
    assert refused.status == 1
    assert refused.document["outcome"] == "not_applied"
    assert f"a D1 database named {name} exists already, and this project did not create it" in refused.stderr
    assert f"--adopt d1/{name}" in refused.stderr
    adopted = run("deploy", *STAGING, "--adopt", f"d1/{name}", "--json").document
    assert adopted["resources"]["DB"] == {"kind": "d1", "name": name, "id": theirs, "outcome": "adopted"}


def test_adopt_alone_allows_any(run: Run, edge: RunningEdge) -> None:
    planned = run("plan", *STAGING, "--json").document
    for action in planned["actions"]:
        if action["kind"] == "d1":
            edge.account("POST", "/d1/database", {"name": action["name"]})
        if action["kind"] == "kv":
            edge.account("POST", "/storage/kv/namespaces", {"title": action["name"]})
    adopted = run("deploy", *STAGING, "--adopt", "--json").document
    assert {item["outcome"] for item in adopted["resources"].values()} == {"adopted"}


def test_an_id_that_does_not_exist_is_pointed_at(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    missing = str(uuid.uuid4())
    file.write_text(file.read_text(encoding="utf-8").replace("YOUR_STAGING_D1_ID", missing), encoding="utf-8")
    done = run("deploy", *STAGING)
    assert done.status == 1
    assert f"the D1 database {missing} of the binding `DB` does not exist in this account" in done.stderr
    assert "error: aerostack.toml:" in done.stderr


def test_a_script_that_throws_at_start_leaves_the_live_one(run: Run, project: Path) -> None:
    url = run("deploy", *STAGING, "--json").document["urls"][0]
    assert fetch(url)[0] == 200
    source = next(project.glob("src/index.*"))
    good = source.read_text(encoding="utf-8")
    source.write_text(good + '\nthrow new Error("no way");\n', encoding="utf-8")
    done = run("deploy", *STAGING, "--json")
    assert done.status == 1
    assert "no way" in done.document["error"]["message"]
    assert "10021" in done.stderr
    assert fetch(url)[0] == 200


def test_code_that_does_not_build_is_shown_with_its_place(run: Run, project: Path) -> None:
    source = next(project.glob("src/index.*"))
    source.write_text("export default {\n  fetch( {\n", encoding="utf-8")
    done = run("deploy", *STAGING, "--json")
    assert done.status == 1
    assert done.document["error"]["code"] == "bundle"
    assert done.document["error"]["where"].startswith(f"{source.name}:")


def test_a_key_that_cfapi_cannot_honour_is_refused_by_name(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    workflow = 'workflows = [{ binding = "A", name = "a", class_name = "A" }]\n'
    file.write_text(workflow + file.read_text(encoding="utf-8"), encoding="utf-8")
    done = run("plan", *STAGING)
    assert done.status == 2
    assert "error: aerostack.toml:1:13: the backend `cfapi` cannot honour the key `workflows`" in done.stderr
