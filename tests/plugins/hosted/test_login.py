"""Logging in and out, with a key and through a browser."""

from __future__ import annotations

import re
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import AEROSTACK
from tests.plugins.hosted.conftest import Hosted
from tests.plugins.hosted.terminal import at_terminal

from aerostack_server.database import Database, tables
from aerostack_server.identity import devices

Run = Callable[..., Any]


@pytest.fixture
def plain(aerostack: Run, hosted: Hosted, project: Path) -> Run:
    """The command line of somebody who has no key in the environment."""

    def command(*argv: object, stdin: str = "") -> Any:
        return aerostack(*argv, cwd=project, env={"AEROSTACK_API_URL": hosted.api_url}, stdin=stdin)

    return command


def test_in_and_out_with_a_key(plain: Run, hosted: Hosted, environment: dict[str, str]) -> None:
    refused = plain("login", "--with-key", stdin="aero_acct_nothing\n")
    assert refused.status == 1
    assert "error: asking who the key belongs to failed: API key invalid" in refused.stderr
    done = plain("login", "--with-key", stdin=f"{hosted.key}\n")
    assert done.stdout == f"logged in to {hosted.api_url} as the account admin\n"
    file = Path(environment["HOME"]) / ".config" / "aerostack" / "credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    known = plain("whoami", "--json").document
    assert (known["account"]["name"], known["source"]) == ("admin", "the profile default")
    file.chmod(0o644)
    readable = plain("whoami")
    assert readable.status == 2
    assert "can be read by other users of this machine" in readable.stderr
    file.chmod(0o600)
    assert plain("logout").stdout == f"logged out of {hosted.api_url}\n"
    assert plain("logout").stdout == f"there was no login to {hosted.api_url}\n"
    gone = plain("deploy")
    assert gone.status == 1
    assert f"error: not logged in to {hosted.api_url}" in gone.stderr
    for shown in (refused, done, readable, gone):
        assert hosted.key not in shown.stdout + shown.stderr


def test_profiles_are_kept_apart(plain: Run, hosted: Hosted) -> None:
    plain("login", "--with-key", "--profile", "work", stdin=hosted.key)
    assert plain("whoami", "--profile", "work").status == 0
    missing = plain("whoami", "--profile", "home")
    assert missing.status == 1
    assert "hint: aerostack login --profile home" in missing.stderr


def test_without_a_terminal_nobody_is_sent_to_a_browser(plain: Run) -> None:
    done = plain("login")
    assert done.status == 2
    assert "error: there is no terminal to log in on" in done.stderr
    assert "aerostack login --with-key < key.txt" in done.stderr


@pytest.mark.parametrize("approve", [True, False])
def test_through_a_browser(hosted: Hosted, environment: dict[str, str], project: Path, approve: bool) -> None:
    decided = threading.Thread(target=decide, args=(hosted, approve), daemon=True)
    decided.start()
    env = environment | {"AEROSTACK_API_URL": hosted.api_url}
    session = at_terminal([AEROSTACK, "login"], [], cwd=project, env=env)
    decided.join()
    assert re.search(r"code: [A-Z]{4}-[A-Z]{4}\n", session.screen)
    assert f"{hosted.api_url}/device?code=" in session.screen
    if approve:
        assert session.status == 0
        assert "as admin@localhost in the account admin" in session.screen
    else:
        assert session.status == 1
        assert "error: the login was refused in the browser" in session.screen


def test_a_first_deploy_asks_before_it_creates_a_project(
    hosted: Hosted, environment: dict[str, str], project: Path, name: str
) -> None:
    env = environment | {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}
    no = at_terminal([AEROSTACK, "deploy"], [("Create it? [y/N]", "n")], cwd=project, env=env)
    assert no.status == 1
    assert f"There is no project {name} in the account admin of {hosted.api_url}." in no.screen
    assert at_terminal([AEROSTACK, "deploy"], [("Create it? [y/N]", "y")], cwd=project, env=env).status == 0


def test_a_secret_that_is_typed_is_not_shown(
    run: Run, hosted: Hosted, environment: dict[str, str], project: Path
) -> None:
    run("deploy", "--yes")
    env = environment | {"AEROSTACK_API_URL": hosted.api_url, "AEROSTACK_API_KEY": hosted.key}
    session = at_terminal([AEROSTACK, "secrets", "set", "TOKEN"], [("TOKEN: ", "geheim")], cwd=project, env=env)
    assert session.status == 0
    assert "geheim" not in session.screen


def decide(hosted: Hosted, approve: bool) -> None:
    """What the dashboard does when its user decides about the login that waits."""
    database = Database(f"sqlite:///{hosted.data / 'server' / 'server.db'}")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        code = database.read_now(
            lambda connection: connection.scalar(
                select(tables.device_logins.c.user_code).where(tables.device_logins.c.status == "pending")
            )
        )
        if code is not None:
            break
        time.sleep(0.05)

    def work(connection: Any) -> None:
        member = connection.execute(select(tables.memberships)).first()
        devices.decide(connection, code, account=member.account_id, user=member.user_id, approve=approve)

    database.write_now(work)
