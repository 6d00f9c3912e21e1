"""A project under a name of its own, and the command line logged in to a real server with a real edge behind it."""

from __future__ import annotations

import json
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cli.proxy import Fatal, fatal_proxy
from tests.conftest import AEROSTACK, clean_environment


@dataclass(frozen=True)
class Hosted:
    """An Aerostack of its own: its addresses, and a key that may do everything."""

    api_url: str
    edge_url: str
    data: Path
    key: str


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """`aerostack up`, once for the session."""
    data, home = tmp_path_factory.mktemp("local"), tmp_path_factory.mktemp("home")
    environment = clean_environment(home)

    def command(*argv: object) -> Any:
        done = subprocess.run(
            [AEROSTACK, *map(str, argv)], env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    # Ports of its own: other workers start theirs at the same moment.
    ports = ("--port", free_port(), "--edge-port", free_port())
    up = command("up", "--detach", "--json", "--data", data, *ports)
    try:
        made = command(
            "keys", "create", "--name", "tests", "--json", *(f"--scope={s}" for s in ("read", "deploy", "admin"))
        )
        yield Hosted(api_url=up["api_url"], edge_url=up["edge_url"], data=data, key=made["key"])
    finally:
        command("down", "--json", "--data", data)


@pytest.fixture
def name() -> str:
    """All tests share one server, so each needs names of its own."""
    return f"demo-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def project(demo: Path, name: str) -> Path:
    """The demo project."""
    file = demo / "aerostack.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"demo-api"', f'"{name}"'), encoding="utf-8")
    return demo


@pytest.fixture
def key(hosted: Hosted) -> str:
    """A key of the account."""
    return hosted.key


@pytest.fixture
def run(aerostack: Callable[..., Any], hosted: Hosted, project: Path) -> Callable[..., Any]:
    """Run a command in the project."""
    login = {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}

    def command(*argv: object, env: dict[str, str] | None = None, stdin: str = "") -> Any:
        return aerostack(*argv, cwd=project, env=login | (env or {}), stdin=stdin)

    return command


@pytest.fixture
def writes(run: Callable[..., Any], hosted: Hosted) -> Callable[..., list[str]]:
    """The requests of a command that are no reads."""

    def seen(*argv: object) -> list[str]:
        watched = Fatal(0, "before")  # strikes never
        with fatal_proxy(hosted.api_url, watched) as address:
            assert run(*argv, env={"AEROSTACK_API_URL": address}).status == 0
        return watched.writes

    return seen
