"""A whole deploy to Aerostack: the real command line, server, platform and Worker."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.plugins.hosted.conftest import Hosted

from aerostack.testing import fetch

Run = Callable[..., Any]


def verbs(document: dict[str, Any]) -> dict[str, str]:
    return {action["key"]: action["verb"] for action in document["actions"]}


def test_the_first_deploy_creates_everything_and_answers(run: Run, project: Path) -> None:
    before = (project / "aerostack.toml").read_bytes()
    document = run("deploy", "--yes", "--json").document
    assert document["outcome"] == "applied"
    assert (document["backend"], document["backend_source"]) == ("aerostack", "default")
    assert document["environment"] == "staging"
    assert verbs(document) == {"project": "create", "d1/DB": "create", "kv/CACHE": "create", "worker": "create"}
    status, body = fetch(document["urls"][0])
    assert status == 200, body
    json.loads(body)
    # The placeholder may stay: no user of Aerostack needs an id.
    assert (project / "aerostack.toml").read_bytes() == before


def test_an_unchanged_project_writes_nothing(run: Run, writes: Callable[..., list[str]]) -> None:
    first = run("deploy", "--yes", "--json").document
    seen = writes("deploy", "--json")
    again = run("deploy", "--json").document
    assert seen == []
    assert again["outcome"] == "unchanged"
    assert set(verbs(again).values()) == {"keep"}
    assert (again["version"], again["urls"]) == (first["version"], first["urls"])


def test_deploy_does_exactly_what_plan_said(run: Run, project: Path) -> None:
    planned = run("plan", "--json").document
    deployed = run("deploy", "--yes", "--json").document
    assert deployed["actions"] == planned["actions"]
    source = next(project.glob("src/index.*"))
    source.write_text(source.read_text(encoding="utf-8") + "\nglobalThis.changed = 1;\n", encoding="utf-8")
    planned = run("plan", "--json").document
    assert verbs(planned) == {"d1/DB": "keep", "kv/CACHE": "keep", "worker": "update"}
    assert run("deploy", "--json").document["actions"] == planned["actions"]


def test_every_environment_name_is_one(run: Run) -> None:
    staging = run("deploy", "--yes", "--json").document
    production = run("deploy", "--env", "production", "--json").document
    assert verbs(production) == {"d1/DB": "create", "kv/CACHE": "create", "worker": "create"}
    assert production["urls"] != staging["urls"]
    assert production["resources"]["DB"]["id"] != staging["resources"]["DB"]["id"]
    assert fetch(production["urls"][0])[0] == 200


def test_a_slip_in_an_environments_name_makes_no_new_one(run: Run) -> None:
    done = run("deploy", "--env", "stagin")
    assert done.status == 2
    assert "unknown environment `stagin`" in done.stderr
    assert "did you mean `staging`?" in done.stderr


def test_there_is_no_environment_without_a_name(run: Run) -> None:
    done = run("deploy", "--env", "")
    assert done.status == 2
    assert "error: Aerostack has no environment without a name" in done.stderr
    assert "hint: name one: --env production" in done.stderr


def test_without_a_terminal_no_project_is_created(run: Run) -> None:
    done = run("deploy")
    assert done.status == 1
    assert "and nothing was created" in done.stderr
    assert "hint: answer yes, or pass --yes to have it created; or link this folder" in done.stderr
    assert run("plan", "--json").document["actions"][0]["key"] == "project"


def test_a_worker_that_does_not_start_replaces_nothing(run: Run, project: Path) -> None:
    live = run("deploy", "--yes", "--json").document
    source = next(project.glob("src/index.*"))
    working = source.read_text(encoding="utf-8")
    source.write_text(working + '\nthrow new Error("not today");\n', encoding="utf-8")
    done = run("deploy", "--json")
    assert done.status == 1
    assert "not today" in done.document["error"]["message"]
    assert done.document["error"]["hint"]
    assert fetch(live["urls"][0])[0] == 200
    source.write_text(working, encoding="utf-8")
    assert run("deploy", "--json").document["outcome"] == "unchanged"


def test_a_key_that_cannot_be_honoured_is_refused_by_name(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[site]\nbucket = "public"\n', encoding="utf-8")
    done = run("deploy", "--yes")
    assert done.status == 2
    assert "the backend `aerostack` cannot honour the key `site`" in done.stderr
    assert "aerostack.toml:" in done.stderr


def test_a_private_worker_is_closed_until_it_is_made_public(run: Run) -> None:
    url = run("deploy", "--yes", "--private", "--json").document["urls"][0]
    assert fetch(url)[0] == 401
    opened = run("deploy", "--public", "--json").document
    assert verbs(opened)["worker"] == "update"
    assert fetch(url)[0] == 200
    assert run("deploy", "--json").document["outcome"] == "unchanged"


def test_required_secrets_are_told_until_they_are_set(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text('secrets = { required = ["TOKEN"] }\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
    told = run("deploy", "--yes", "--json").document["notes"]
    assert any("required secrets that are not set in staging: TOKEN" in note for note in told)
    assert any("`aerostack secrets set TOKEN --env staging`" in note for note in told)
    assert run("secrets", "set", "TOKEN", stdin="geheim").status == 0
    assert run("deploy", "--json").document["notes"] == []


def test_backends_take_turns_without_an_edit(run: Run, aerostack: Run, hosted: Hosted, project: Path) -> None:
    """Each keeps its own ids: those of an account are in the file, those of Aerostack are nobody's business."""
    account = aerostack("edge", "env", "--json", "--data", hosted.data / "edge").document
    first = run("deploy", "--yes", "--json").document
    own = run("deploy", "--backend", "cfapi", "--env", "staging", "--json", env=account).document
    assert own["resources"]["DB"]["id"] in (project / "aerostack.toml").read_text(encoding="utf-8")
    assert own["resources"]["DB"]["id"] != first["resources"]["DB"]["id"]
    again = run("deploy", "--json").document
    assert (again["outcome"], again["resources"]["DB"]["id"]) == ("unchanged", first["resources"]["DB"]["id"])
    text = (project / "aerostack.toml").read_text(encoding="utf-8")
    for backend, outcome in (("cfapi", "unchanged"), ("wrangler", "applied"), ("cfapi", "applied")):
        done = run("deploy", "--backend", backend, "--env", "staging", "--json", env=account).document
        assert (done["outcome"], done["resources"]["DB"]["id"]) == (outcome, own["resources"]["DB"]["id"])
    assert run("deploy", "--json").document["outcome"] == "unchanged"
    assert (project / "aerostack.toml").read_text(encoding="utf-8") == text


def test_the_history_says_which_commit_and_why(run: Run, project: Path) -> None:
    def git(*argv: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        return subprocess.run(["git", *who, *argv], cwd=project, check=True, capture_output=True, text=True).stdout

    def newest() -> dict[str, Any]:
        found = run("deployments", "list", "--json").document["deployments"][0]
        return {name: found[name] for name in ("message", "commit")}

    run("deploy", "--yes")
    assert newest() == {"message": None, "commit": None}
    git("init", "-q")
    git("add", "src", "aerostack.toml")
    git("commit", "-q", "-m", "Greet <b>twice</b>\n\nand more")
    source = next(project.glob("src/index.*"))
    source.write_text(source.read_text(encoding="utf-8") + "\nglobalThis.a = 1;\n", encoding="utf-8")
    run("deploy")
    head = git("rev-parse", "HEAD").strip()
    assert newest() == {"message": "Greet <b>twice</b>", "commit": f"{head}-dirty"}
    git("commit", "-q", "-a", "-m", "Set a")
    source.write_text(source.read_text(encoding="utf-8").replace("a = 1", "a = 2"), encoding="utf-8")
    git("commit", "-q", "-a", "-m", "Change a")
    run("deploy", "--message", "by hand")
    assert newest() == {"message": "by hand", "commit": git("rev-parse", "HEAD").strip()}
