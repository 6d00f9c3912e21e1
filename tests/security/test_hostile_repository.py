"""A repository that was written to harm whoever deploys it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A file of the user's, outside the project."""
    file = tmp_path / "precious"
    file.write_text("ssh-ed25519 AAAA")
    return file


@pytest.mark.parametrize("command", ["deploy", "unlock", "plan"])
@pytest.mark.parametrize("link", ["_base.lock", "ACCOUNT/_base.json"])
def test_a_link_in_the_journal_overwrites_no_file(
    run: Run, edge: Any, project: Path, precious: Path, command: str, link: str
) -> None:
    account = edge.environ["CLOUDFLARE_ACCOUNT_ID"]
    file = project / ".aerostack" / "journal" / "cfapi" / link.replace("ACCOUNT", account)
    file.parent.mkdir(parents=True)
    file.symlink_to(precious)
    done = run(command, "--json")
    assert precious.read_text() == "ssh-ed25519 AAAA"
    if done.status:
        assert done.document["error"]["code"] == "journal"
        assert "is a symbolic link, and nothing is written through it" in done.stderr
        assert f"hint: rm {file}" in done.stderr


def test_the_journal_as_a_link_makes_nothing_elsewhere(run: Run, project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / ".aerostack").symlink_to(elsewhere)
    done = run("deploy")
    assert done.status == 1
    assert "error: .aerostack is a symbolic link, and nothing is written through it" in done.stderr
    assert list(elsewhere.iterdir()) == []
