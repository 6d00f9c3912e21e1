"""Output that is cut off, full, closed, or read with another encoding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack.cli.streams import visible
from aerostack.testing import RunningEdge

Run = Callable[..., Any]
AEROSTACK = Path(sys.executable).with_name("aerostack")


@pytest.fixture
def shell(environment: dict[str, str], edge: RunningEdge, project: Path) -> Callable[[str], Any]:
    """Run a line of sh in the project. Python buffers there, as it does for users."""
    environment.pop("PYTHONUNBUFFERED", None)
    environment |= dict(edge.environ) | {"PATH": f"{AEROSTACK.parent}:{os.environ['PATH']}"}

    def run(line: str) -> Any:
        return subprocess.run(["sh", "-c", line], cwd=project, env=environment, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("argv", ["--help", "--version", "config schema", "deploy --json"])
def test_a_full_disk_behind_stdout_is_said_once(shell: Callable[[str], Any], argv: str) -> None:
    done = shell(f"aerostack {argv} >/dev/full")
    assert done.returncode == 1
    assert done.stderr.count("error:") == 1
    assert "error: the result cannot be written to stdout: No space left on device" in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("argv", ["--help", "--version", "config schema", "plan --json"])
def test_a_reader_that_leaves_is_not_talked_about(shell: Callable[[str], Any], argv: str) -> None:
    done = shell(f"{{ aerostack {argv}; echo status $? >&2; }} | true")
    assert "Exception ignored" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


def test_a_deploy_does_not_stop_because_nobody_listens(
    run: Run, environment: dict[str, str], edge: RunningEdge, project: Path
) -> None:
    """stderr is a pipe without a reader from the first line on."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [AEROSTACK, "deploy"], cwd=project, env=environment | dict(edge.environ), stdout=subprocess.PIPE, stderr=writer
    )
    os.close(writer)
    assert done.returncode == 0
    assert run("deploy", "--json").document["outcome"] == "unchanged"


def test_closed_streams_change_nothing_else(shell: Callable[[str], Any]) -> None:
    assert shell("aerostack deploy >&- 2>&-").returncode == 0
    kept = shell("aerostack deploy --json 2>&-")
    assert kept.returncode == 0
    assert '"outcome": "unchanged"' in kept.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_json_in_every_locale(environment: dict[str, str], tmp_path: Path, encoding: str) -> None:
    for folder in (tmp_path / "n\u00f6", os.fsdecode(os.fsencode(tmp_path) + b"/\xff")):
        argv = [AEROSTACK, "plan", folder, "--json"]
        done = subprocess.run(argv, env=environment | {"PYTHONIOENCODING": encoding}, capture_output=True)
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr
        error = json.loads(done.stdout.decode())["error"]
        assert error["code"] == "config_missing"
        assert os.fspath(folder) in error["message"]


def test_people_get_marks_that_their_terminal_cannot_show_in_another_form(run: Run) -> None:
    done = run("plan", env={"PYTHONIOENCODING": "ascii"})
    assert done.status == 0
    assert "\\u25c6 reading the account" in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with\nlines\tand tabs", "plain, with\nlines\tand tabs"),
        ("grün ◆ 漢字", "grün ◆ 漢字"),
        ("\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"),
        ("over\rwritten", "over\\rwritten"),
        ("from Windows\r\n", "from Windows\n"),
        ("c1 \x9b31m", "c1 \\x9b31m"),
        ("turned \u202e round", "turned \\u202e round"),
    ],
)
def test_what_would_command_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
