"""The whole way on real parts: esbuild, the edge, workerd, and HTTP to the Worker that was deployed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aerostack.testing import RunningEdge, fetch, serial_rounds

Run = Callable[..., Any]
STAGING = ("--env", "staging", "--backend", "cfapi")


def database(project: Path) -> str:
    document = tomllib.loads((project / "aerostack.toml").read_text(encoding="utf-8"))
    return str(document["env"]["staging"]["d1_databases"][0]["database_id"])


def comments(text: str) -> list[str]:
    return re.findall(r"#.*$", text, flags=re.MULTILINE)


def test_the_demo_is_deployed_and_answers(run: Run, project: Path) -> None:
    before = (project / "aerostack.toml").read_text(encoding="utf-8")
    document = run("deploy", *STAGING, "--json").document
    assert document["outcome"] == "applied"
    assert (document["backend"], document["environment"]) == ("cfapi", "staging")
    assert document["worker"].endswith("-staging")
    assert uuid.UUID(document["version"])
    resources = document["resources"]
    assert {name: (item["kind"], item["outcome"]) for name, item in resources.items()} == {
        "DB": ("d1", "created"),
        "CACHE": ("kv", "created"),
    }
    assert resources["DB"]["id"] == database(project)
    assert document["duration_ms"] > 0
    after = (project / "aerostack.toml").read_text(encoding="utf-8")
    assert comments(after) == comments(before)
    status, body = fetch(document["urls"][0])
    assert status == 200, body
    json.loads(body)


def test_a_deploy_from_elsewhere_by_path_is_the_same(
    aerostack: Callable[..., Any], edge: RunningEdge, project: Path, tmp_path: Path
) -> None:
    first = aerostack("deploy", project, *STAGING, "--json", cwd=tmp_path, env=dict(edge.environ))
    assert first.document["outcome"] == "applied"
    again = aerostack("deploy", *STAGING, "--json", cwd=project, env=dict(edge.environ))
    assert again.document["outcome"] == "unchanged"
    assert again.document["worker"] == first.document["worker"]
    assert again.document["version"] == first.document["version"]


def test_budgets_of_requests_and_serial_rounds(run: Run, edge: RunningEdge, project: Path) -> None:
    def measured(*argv: object) -> tuple[str, int, int, int]:
        edge.forget()
        with edge.latency(0.2):
            outcome = run(*argv).document["outcome"]
        requests = edge.requests()
        writes = sum(entry["method"] != "GET" for entry in requests)
        return outcome, serial_rounds(requests), writes, len(requests) - writes

    outcome, rounds, writes, _ = measured("deploy", *STAGING, "--json")
    assert outcome == "applied"
    assert rounds <= 5  # reads, creations, upload, address, read-back
    assert writes == 4  # database, namespace, upload, address
    source = next(project.glob("src/index.*"))
    source.write_text(source.read_text(encoding="utf-8") + "\nglobalThis.changed = 1;\n", encoding="utf-8")
    outcome, rounds, writes, _ = measured("deploy", *STAGING, "--json")
    assert (outcome, writes) == ("applied", 1)
    assert rounds <= 3  # reads, upload, read-back
    outcome, rounds, writes, reads = measured("deploy", *STAGING, "--json")
    assert (outcome, writes) == ("unchanged", 0)
    assert rounds <= 1
    assert reads <= 2


def test_two_reads_are_enough_again_once_all_of_them_saw_nothing_to_do(
    run: Run, edge: RunningEdge, project: Path
) -> None:
    """A fresh checkout has no journal; nor is --refresh satisfied with what it says."""
    run("deploy", *STAGING, "--json")
    for journal in project.glob(".aerostack/journal/*/*/*.json"):
        journal.unlink()
    counts = []
    for flags in ((), (), ("--refresh",)):
        edge.forget()
        assert run("deploy", *STAGING, "--json", *flags).document["outcome"] == "unchanged"
        counts.append(len(edge.requests()))
    assert counts[0] > 2
    assert counts[1] == 2
    assert counts[2] == counts[0]


def test_all_reads_are_sent_at_once_where_a_file_has_changed_however_long_the_build_takes(
    run: Run, edge: RunningEdge, project: Path
) -> None:
    """What the build finds out says the time of the file sooner."""
    slow = project / "build.sh"
    slow.write_text("sleep 1\n", encoding="utf-8")
    file = project / "aerostack.toml"
    file.write_text(f'{file.read_text(encoding="utf-8")}\n[build]\ncommand = "sh build.sh"\n', encoding="utf-8")
    run("deploy", *STAGING, "--json")
    source = next(project.glob("src/index.*"))
    source.write_text(source.read_text(encoding="utf-8") + "\nglobalThis.changed = 1;\n", encoding="utf-8")
    edge.forget()
    with edge.latency(0.3):
        assert run("deploy", *STAGING, "--json").document["outcome"] == "applied"
    reads = [entry for entry in edge.requests() if entry["method"] == "GET"]
    (upload,) = (entry for entry in edge.requests() if entry["method"] == "PUT")
    before = [entry for entry in reads if entry["started"] < upload["started"]]
    assert len(before) > 2
    assert serial_rounds(before) == 1


def test_deploy_does_exactly_what_plan_said(run: Run, edge: RunningEdge) -> None:
    edge.forget()
    planned = run("plan", *STAGING, "--json").document
    assert all(entry["method"] == "GET" for entry in edge.requests())
    edge.forget()
    deployed = run("deploy", *STAGING, "--json").document
    assert deployed["actions"] == planned["actions"]
    assert [(a["verb"], a["key"]) for a in planned["actions"]] == [
        ("create", "d1/DB"),
        ("create", "kv/CACHE"),
        ("create", "worker"),
        ("update", "workers.dev"),
    ]
    # And the account saw that many writes, of that kind.
    wrote = [entry["path"].rsplit("/", 2)[-2:] for entry in edge.requests() if entry["method"] != "GET"]
    ends = sorted("/".join(parts) for parts in wrote)
    worker = deployed["worker"]
    assert ends == sorted(["d1/database", "kv/namespaces", f"scripts/{worker}", f"{worker}/subdomain"])
    again = run("plan", *STAGING, "--json").document
    assert {action["verb"] for action in again["actions"]} == {"keep"}


def test_a_killed_deploy_is_resumed_with_nothing_made_twice(
    run: Run, edge: RunningEdge, project: Path, environment: dict[str, str]
) -> None:
    """SIGKILL as soon as the database exists; the next run uses that one."""
    program = Path(sys.executable).with_name("aerostack")
    edge.forget()
    with subprocess.Popen(
        [program, "deploy", *STAGING],
        cwd=project,
        env=environment | dict(edge.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            if any(entry["method"] == "POST" and "d1/database" in entry["path"] for entry in edge.requests()):
                process.send_signal(signal.SIGKILL)
                break
    again = run("deploy", *STAGING, "--json").document
    assert again["outcome"] in ("applied", "unchanged")
    name = again["resources"]["DB"]["name"]
    assert [item["name"] for item in edge.account("GET", f"/d1/database?name={name}")] == [name]
