"""Everything on this machine in one go, as a user who has nothing yet."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import AEROSTACK
from tests.plugins.hosted.conftest import free_port

from aerostack.testing import fetch

#: One after the other: they all take the usual ports.
pytestmark = pytest.mark.xdist_group("up")

Run = Callable[..., Any]

#: Bytes that server and edge take while nobody uses them.
MOST = 150_000_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "local"


@pytest.fixture
def here(aerostack: Run, data: Path, project: Path) -> Iterator[Run]:
    """Run a command with one data folder; what runs at the end is ended."""

    def command(*argv: object) -> Any:
        own = ("--data", data) if argv[0] in ("up", "down", "status") else ()
        return aerostack(*argv, *own, cwd=project)

    yield command
    command("down")


def tree(pid: int) -> list[int]:
    """A process with all that it started."""
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return [pid, *(found for child in children for found in tree(child))]


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def memory(pid: int) -> int:
    """Bytes that a process takes from the machine: what it shares is counted by its share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def test_up_deploy_down_and_up_again(here: Run, data: Path, project: Path) -> None:
    first = here("up", "--detach", "--json").document
    assert {"api_url", "dashboard_url", "edge_url", "account", "pid"} <= set(first)
    password = first["account"]["password"]
    assert len(password) >= 12
    assert sum(memory(pid) for pid in tree(first["pid"])) < MOST
    # The command line is logged in: the default backend, no flag.
    assert here("whoami", "--json").document["api_url"] == first["api_url"]
    here("projects", "create", project.parent.name)
    deployed = here("deploy", "--yes", "--json").document
    assert fetch(deployed["urls"][0])[0] == 200
    key = here("keys", "create", "--name", "ci", "--json").document["key"]
    assert key.startswith("aero_")
    again = here("up", "--detach", "--json").document
    assert again == {name: value for name, value in first.items() if name != "account"}
    assert here("status", "--json").document["running"] is True
    assert here("down").stdout == "stopped\n"
    assert here("status").status == 1
    assert here("down").stdout == "nothing was running\n"
    back = here("up", "--detach", "--json").document
    assert (back["api_url"], back["edge_url"]) == (first["api_url"], first["edge_url"])
    assert "account" not in back
    assert here("deploy", "--json").document["outcome"] == "unchanged"
    assert fetch(deployed["urls"][0])[0] == 200
    said = "".join(log.read_text() for log in data.glob("*.log"))
    assert password not in said
    assert key not in said


def test_up_takes_no_database_that_is_meant_for_something_else(
    environment: dict[str, str], aerostack: Run, data: Path, tmp_path: Path
) -> None:
    other = tmp_path / "of-the-project.db"
    meant = {
        "DATABASE_URL": f"sqlite:///{other}",
        "AEROSTACK_SERVER_TOKENS": "of-production",
        "AEROSTACK_SERVER_ARTIFACTS": "s3://of-production",
    }
    started = aerostack(
        "up", "--detach", "--json", "--data", data, "--port", free_port(), "--edge-port", free_port(), env=meant
    )
    try:
        assert started.document["account"]["email"] == "admin@localhost"
        assert aerostack("whoami", env=meant).status == 0
        assert not other.exists()
    finally:
        aerostack("down", "--data", data)


def test_up_logs_in_anew_where_another_server_answered_before(aerostack: Run, data: Path) -> None:
    ports = ("--port", free_port(), "--edge-port", free_port())
    try:
        first = aerostack("up", "--detach", "--json", "--data", data, *ports).document
        aerostack("keys", "revoke", aerostack("keys", "list", "--json").document["keys"][0]["id"])
        assert aerostack("whoami").status == 1
        # Its key was revoked.
        assert aerostack("up", "--detach", "--json", "--data", data, *ports).document["pid"] == first["pid"]
        assert aerostack("whoami").status == 0
        aerostack("down", "--data", data)
        # All of it was thrown away.
        data.rename(data.with_name("thrown-away"))
        again = aerostack("up", "--detach", "--json", "--data", data, *ports).document
        assert (again["api_url"], again["account"]["email"]) == (first["api_url"], "admin@localhost")
        assert aerostack("whoami").status == 0
    finally:
        aerostack("down", "--data", data)


@pytest.mark.parametrize("detach", [True, False])
def test_up_runs_nothing_of_the_folder_that_it_is_called_in(
    environment: dict[str, str], data: Path, tmp_path: Path, detach: bool
) -> None:
    here, ran = tmp_path / "here", tmp_path / "ran"
    here.mkdir()
    for name in ("queue", "sqlite3", "typing", "aerostack"):
        (here / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write(__name__)\nraise SystemExit(__name__)\n")
    command = [AEROSTACK, "up", "--data", data, "--port", str(free_port()), "--edge-port", str(free_port())]
    try:
        with subprocess.Popen(
            [*command, *(["--detach"] if detach else [])], cwd=here, env=environment, stderr=subprocess.PIPE, text=True
        ) as up:
            assert up.stderr is not None
            for line in up.stderr:
                if line == "Ctrl-C ends it\n":
                    up.send_signal(signal.SIGINT)
        assert up.returncode == 0
        assert not ran.exists(), ran.read_text()
    finally:
        subprocess.run([AEROSTACK, "down", "--data", data], env=environment, check=True, stdout=subprocess.DEVNULL)


def test_ctrl_c_is_how_up_in_a_terminal_ends(environment: dict[str, str], data: Path) -> None:
    with subprocess.Popen(
        [AEROSTACK, "up", "--data", data, "--port", str(free_port()), "--edge-port", str(free_port())],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as up:
        assert up.stderr is not None
        said = []
        for line in up.stderr:
            said.append(line)
            if line == "Ctrl-C ends it\n":
                # Nobody waits for it in the background: the command line itself must not stay in memory.
                taken = sum(memory(pid) for pid in tree(up.pid))
                up.send_signal(signal.SIGINT)
    assert up.returncode == 0, said
    assert said[-1] == "stopped; the next `aerostack up` finds everything again\n"
    assert taken < MOST


def test_up_finds_everything_again_after_a_supervisor_was_killed(here: Run, project: Path) -> None:
    # Ports of its own: others of this machine may have the usual ones.
    first = here("up", "--detach", "--json", "--port", free_port(), "--edge-port", free_port()).document
    deployed = here("deploy", "--yes", "--json").document
    os.kill(first["pid"], signal.SIGKILL)
    assert here("status").status == 1
    # What the supervisor started ends by itself, and is waited for.
    back = here("up", "--detach", "--json").document
    assert back == {name: value for name, value in first.items() if name not in ("account", "pid")} | {
        "pid": back["pid"]
    }
    assert back["pid"] != first["pid"]
    assert fetch(deployed["urls"][0])[0] == 200
