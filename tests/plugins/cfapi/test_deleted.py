"""Something that a live Worker uses was deleted behind its back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.testing import RunningEdge

STAGING = ("--env", "staging", "--backend", "cfapi")
Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("key", "path"), [("DB", "/d1/database/"), ("CACHE", "/storage/kv/namespaces/")], ids=["d1", "kv"]
)
def test_what_was_deleted_is_made_again_once_its_id_is_gone_from_the_file(
    run: Run, edge: RunningEdge, project: Path, key: str, path: str
) -> None:
    file = project / "aerostack.toml"
    deployed = run("deploy", *STAGING, "--json").document
    gone = deployed["resources"][key]["id"]
    edge.account("DELETE", f"{path}{gone}")
    refused = run("plan", *STAGING, "--json")
    assert refused.status == 1
    assert gone in refused.document["error"]["message"]
    assert "remove it and deploy again to have one created" in refused.document["error"]["hint"]
    # What the hint says helps: the live binding to the deleted thing is no reason to keep it.
    file.write_text(re.sub(rf'.*"{gone}".*\n', "", file.read_text(encoding="utf-8")), encoding="utf-8")
    planned = run("plan", *STAGING, "--json").document
    again = run("deploy", *STAGING, "--json").document
    assert again["actions"] == planned["actions"]
    assert again["resources"][key]["outcome"] == "created"
    assert again["resources"][key]["id"] != gone
    assert run("deploy", *STAGING, "--json").document["outcome"] == "unchanged"


def test_a_binding_of_the_live_worker_is_kept_without_file_and_journal(run: Run, project: Path) -> None:
    """A fresh checkout of the project, under another name of the database."""
    file = project / "aerostack.toml"
    before = file.read_text(encoding="utf-8")
    resources = run("deploy", *STAGING, "--json").document["resources"]
    file.write_text(re.sub(r'"db-', '"renamed-', before), encoding="utf-8")
    for journal in project.glob(".aerostack/journal/*/*/*.json"):
        journal.unlink()
    planned = run("plan", *STAGING, "--json").document
    kept = {action["key"]: action["id"] for action in planned["actions"] if action["verb"] == "keep"}
    assert kept["d1/DB"] == resources["DB"]["id"]
    assert kept["kv/CACHE"] == resources["CACHE"]["id"]
