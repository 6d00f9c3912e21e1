"""Every command, when all goes well and when nothing does: no secret comes out anywhere.

Secrets are canaries: in the environment, in files, on stdin, and in what the API answers.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fuzz.answers import right_answer
from tests.security.commands import Command, commands
from tests.security.faulty import answer, faulty_api

Run = Callable[..., Any]
Attempt = Callable[..., tuple[int, list[str]]]


def canary(name: str) -> str:
    """A secret that is like nothing else, and can be a token, a password or a value."""
    return f"canary{name}0123456789abcdef"


ENVIRONMENT = {
    "CLOUDFLARE_API_TOKEN": canary("Token"),
    "AEROSTACK_API_KEY": canary("Key"),
    "AEROSTACK_SERVER_MASTER_KEY": canary("Master"),
    "DATABASE_URL": f"postgresql://aerostack:{canary('Database')}@127.0.0.1:9/aerostack",
    "MY_SERVICE_PASSWORD": canary("Password"),
}
STORED, DEV, STDIN, REMOTE = canary("Stored"), canary("Dev"), canary("Stdin"), canary("Remote")
ALL = (
    *(value for name, value in ENVIRONMENT.items() if name != "DATABASE_URL"),
    canary("Database"),
    STORED,
    DEV,
    STDIN,
)

#: A secret of the API that is the result of a command, and the key that the user wants to be remembered.
RESULTS = {"keys create": REMOTE}
KEPT = (".config/aerostack/credentials.json", ".dev.vars")

#: What a build command sees of its surroundings, and there what the user has set for programs such as itself.
SEEN, USERS = "seen", (canary("Database"), canary("Password"))

#: Those that such an API is enough for: they show that the others get as far as they can.
DONE = {
    "whoami", "login", "logout", "link", "projects list", "keys list", "keys create", "keys revoke", "secrets list",
    "secrets set", "secrets import", "secrets delete", "deployments list", "logs",
}  # fmt: skip

COMMANDS = commands()
CASES = [
    pytest.param(command, backend, id=f"{command.name} {backend or ''}".strip())
    for command in COMMANDS
    for backend in command.backends
]


def echo(request: bytes) -> bytes:
    """A refusal that repeats all that it was sent, as a proxy that wants to help may."""
    said = request.decode("utf-8", "replace")
    error = {"code": 10021, "message": f"cannot use {said}", "hint": f"what of {said}", "details": said}
    return answer(400, {"success": False, "errors": [error], "result": None, "error": error})


ME = {"kind": "account", "account": {"id": "acc_1", "name": "Ada"}, "key": {"name": "ci", "scopes": ["read"]}}


def generous(request: bytes) -> bytes:
    """All that any call of ours looks for, at once; the key that a creation answers with is a canary."""
    if request.split(b" ")[1].endswith(b"/me"):
        return answer(200, ME)
    if request.startswith((b"DELETE ", b"PUT ")) and b"/api/v1/" in request.split(b"\r\n")[0]:
        return answer(204, b"")  # Aerostack has nothing to say to these
    right = right_answer() | ({"key": REMOTE} if request.startswith(b"POST ") else {}) | {"status": "live"}
    return answer(200, {**right, "success": True, "errors": [], "messages": [], "result": right, "items": [right]})


@pytest.fixture
def folder(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A project whose build looks around, and the files in which users keep secrets."""
    project = tmp_path / "project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "index.js").write_text('export default { fetch() { return new Response("hello"); } };\n')
    spy = f"env > {SEEN}; cat /proc/[0-9]*/cmdline >> {SEEN} 2>/dev/null; true"
    (project / "aerostack.toml").write_text(
        f'name = "demo"\nproject_id = "prj_1"\ncompatibility_date = "2026-01-01"\n\n[build]\ncommand = "{spy}"\n'
    )
    (project / ".dev.vars").write_text(f"DEV_TOKEN={DEV}\n")
    environment["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    return project


@pytest.fixture
def attempt(aerostack: Run, environment: dict[str, str], folder: Path, taken: int) -> Attempt:
    """Run a command against an API and say where a canary came out; with ``keyless`` the key is the stored one."""

    def run(
        command: Command, backend: str | None, flags: tuple[str, ...], address: str, *, keyless: bool
    ) -> tuple[int, list[str]]:
        stored = Path(environment["HOME"]) / ".config" / "aerostack" / "credentials.json"
        stored.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = {"url": address, "profile": "default"}
        stored.write_text(json.dumps({"version": 1, "current": place, "keys": {address: {"default": STORED}}}))
        stored.chmod(0o600)
        given = ENVIRONMENT | {
            "CLOUDFLARE_ACCOUNT_ID": "a" * 32,
            "CLOUDFLARE_API_BASE_URL": address,
            "AEROSTACK_API_URL": address,
        }
        if keyless:
            del given["AEROSTACK_API_KEY"]
        argv = command.argv(backend, port=taken, flags=flags)
        done = aerostack(*argv, cwd=folder, env=given, stdin=f"API_TOKEN={STDIN}\n")
        return done.status, leaks(done, command, folder, Path(environment["HOME"]))

    return run


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def leaks(done: Any, command: Command, folder: Path, home: Path) -> list[str]:
    """Where a canary came out."""
    allowed = RESULTS.get(command.name)
    shown = {"stdout": done.stdout, "stderr": done.stderr}
    if allowed is not None:
        shown["stdout"] = shown["stdout"].replace(allowed, "")
    found = [f"{secret} in {name}" for name, text in shown.items() for secret in (*ALL, REMOTE) if secret in text]
    for root in (folder, folder.parent / "tmp", home):
        for path in root.rglob("*"):
            name = str(path.relative_to(root))
            if path.is_file() and name not in KEPT:
                content = path.read_bytes()
                passed_on = USERS if name == SEEN else ()
                found += [
                    f"{secret} in {name}"
                    for secret in (*ALL, REMOTE)
                    if secret.encode() in content and secret not in passed_on
                ]
    return found


def test_every_command_is_tried() -> None:
    names = {command.name for command in COMMANDS}
    assert {"deploy", "secrets import", "keys create", "edge env", "login", "server serve", "wrangler"} <= names


@pytest.mark.parametrize(("command", "backend"), CASES)
def test_a_command_that_is_refused_tells_no_secret(attempt: Attempt, command: Command, backend: str | None) -> None:
    """At its first write, or if it has none at its first read.

    With --json and --debug all that can be shown of an error is: for people, for programs, and its traceback.
    """
    refused: list[bytes] = []

    def refuse_writes(request: bytes) -> bytes:
        if request.startswith(b"GET "):
            return generous(request)
        refused.append(request)
        return echo(request)

    for api in (refuse_writes, echo):
        with faulty_api(api) as address:
            assert attempt(command, backend, ("--json", "--debug"), address, keyless=False)[1] == []
        if refused:
            return


@pytest.mark.parametrize(("command", "backend"), CASES)
def test_a_command_that_succeeds_tells_no_secret(attempt: Attempt, command: Command, backend: str | None) -> None:
    with faulty_api(generous) as address:
        status, found = attempt(command, backend, (), address, keyless=True)
    assert found == []
    assert status == 0 or command.name not in DONE or backend not in (None, "aerostack")
