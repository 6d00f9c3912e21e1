"""Keys in the desktop's keyring: only for who asked for it, through its own program, never in an argument."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.security.faulty import answer, faulty_api

from aerostack_hosted.keyring import _commands

CANARY = "canary-0123456789abcdef"
ME = {"kind": "account", "account": {"id": "a1", "name": "Ada"}, "key": {"name": "ci", "scopes": ["read"]}}

# As secret-tool is called: store, lookup and clear, the attributes as arguments and the value on stdin.
SECRET_TOOL = """#!/bin/sh
here=$(dirname "$0"); echo "$*" >> "$here/argv"; env >> "$here/environment"
command=$1; shift; case $1 in --*) shift;; esac
kept=$here/kept-$(echo "$*" | tr -c 'a-z0-9\\n' -)
case $command in
store) cat > "$kept";;
lookup) [ ! -f "$kept" ] || cat "$kept";;
clear) rm -f "$kept";;
esac
"""


@pytest.fixture
def api() -> Iterator[str]:
    """An API that knows whose key it is."""
    with faulty_api(answer(200, ME)) as address:
        yield address


@pytest.fixture
def keyring(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A folder on PATH with a keyring's program, which writes down how it is called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    say(folder, SECRET_TOOL)
    environment["PATH"] = f"{folder}:{environment['PATH']}"
    environment["CLOUDFLARE_API_TOKEN"] = CANARY
    return folder


@pytest.fixture
def login(aerostack: Callable[..., Any], api: str) -> Callable[..., Any]:
    return lambda *flags: aerostack("login", "--with-key", "--api-url", api, *flags, stdin=CANARY)


def say(folder: Path, script: str) -> None:
    (folder / "secret-tool").write_text(script)
    (folder / "secret-tool").chmod(0o755)


def stored(environment: dict[str, str]) -> str:
    return (Path(environment["HOME"]) / ".config/aerostack/credentials.json").read_text()


def test_a_keyring_is_used_only_when_asked_for(
    login: Callable[..., Any], keyring: Path, environment: dict[str, str]
) -> None:
    assert login().status == 0
    assert not (keyring / "argv").exists()
    assert CANARY in stored(environment)


def test_a_key_in_the_keyring_is_nowhere_else(
    login: Callable[..., Any], aerostack: Callable[..., Any], keyring: Path, environment: dict[str, str], api: str
) -> None:
    assert login("--keyring").status == 0
    assert CANARY not in stored(environment)
    who = aerostack("whoami", "--json")
    assert who.status == 0
    assert who.document["source"] == "the profile default in the keyring"
    assert [line.split()[0] for line in (keyring / "argv").read_text().splitlines()] == ["store", "lookup", "lookup"]
    for seen in ("argv", "environment"):
        assert CANARY not in (keyring / seen).read_text()
    assert login().status == 0  # where it was
    assert CANARY not in stored(environment)
    assert aerostack("logout").status == 0
    assert not list(keyring.glob("kept-*"))
    assert json.loads(stored(environment))["keys"] == {}


def test_going_back_to_the_file_empties_the_keyring(
    login: Callable[..., Any], keyring: Path, environment: dict[str, str]
) -> None:
    assert login("--keyring").status == 0
    assert login("--no-keyring").status == 0
    assert CANARY in stored(environment)
    assert not list(keyring.glob("kept-*"))


def test_a_command_that_needs_no_key_asks_no_keyring(
    login: Callable[..., Any], aerostack: Callable[..., Any], keyring: Path, api: str
) -> None:
    assert login("--keyring").status == 0
    (keyring / "argv").unlink()
    done = aerostack("whoami", env={"AEROSTACK_API_KEY": "another", "AEROSTACK_API_URL": api})
    assert done.status == 0
    assert "from AEROSTACK_API_KEY" in done.stderr
    assert not (keyring / "argv").exists()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("#!/bin/sh\necho no session bus >&2; exit 1\n", "`secret-tool` ended with status 1: no session bus"),
        ("#!/bin/sh\ncat >/dev/null\n", "it holds no key for this login"),
        ("#!/bin/sh\ncat >/dev/null; echo other\n", "it gives another key than was stored"),
        ("#!/nowhere\n", "`secret-tool` cannot be run: No such file or directory"),
        ("#!/bin/sh\n[ $1 = store ] || exec sleep 60\n", "`secret-tool` did not answer within 3 seconds"),
    ],
)
def test_a_keyring_that_does_not_work_is_no_silent_file(
    login: Callable[..., Any], keyring: Path, environment: dict[str, str], script: str, why: str
) -> None:
    say(keyring, script)
    done = login("--keyring")
    assert done.status == 2
    assert f"error: the keyring of this machine cannot be used: {why}" in done.stderr
    assert "aerostack login --no-keyring" in done.stderr
    assert not (Path(environment["HOME"]) / ".config/aerostack/credentials.json").exists()
    assert CANARY not in done.stdout + done.stderr


def test_without_its_program_there_is_no_keyring(
    login: Callable[..., Any], environment: dict[str, str], tmp_path: Path
) -> None:
    environment["PATH"] = str(tmp_path)
    done = login("--keyring")
    assert done.status == 2
    assert "there is no `secret-tool` on this machine" in done.stderr


def test_on_macos_the_key_goes_through_stdin_as_well() -> None:
    commands = _commands("https://api.example.com", 'a "b"', f"{CANARY}\\", "darwin")
    assert commands.store == ("security", "-i")
    assert commands.stdin == (
        f'"add-generic-password" "-U" "-s" "aerostack https://api.example.com" "-a" "a \\"b\\"" "-w" "{CANARY}\\\\"\n'
    )
    assert CANARY not in repr(commands)
