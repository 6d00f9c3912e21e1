"""The command line as a stranger meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import aerostack as package

Run = Callable[..., Any]

WORKER = 'export default { fetch() { return new Response("hello"); } };\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.js").write_text(WORKER)
    (tmp_path / "aerostack.toml").write_text(
        'name = "hello"\nmain = "src/index.js"\ncompatibility_date = "2026-01-01"\n'
    )
    return tmp_path


def test_version_and_help(aerostack: Run) -> None:
    assert aerostack("--version").stdout == f"aerostack {package.__version__}\n"
    shown = aerostack("--help")
    assert shown.status == 0
    for command in ("deploy", "plan", "backends", "config", "toolchain", "edge", "unlock", "login", "projects"):
        assert f"  {command} " in shown.stdout


@pytest.mark.parametrize(
    ("argv", "error", "hint"),
    [
        (("deploy", "--evn", "x"), "error: no such option: --evn", "hint: aerostack deploy --help"),
        (("deplyo",), "error: no such command 'deplyo'", "hint: aerostack --help"),
        (("deploy", "a", "b"), "error: got unexpected extra argument(s) (b)", "hint: aerostack deploy --help"),
        (("edge", "serve", "--port", "x"), "error: invalid value for '--port'", "hint: aerostack edge serve --help"),
        (("deploy", "-o", "x"), "error: `-o x` is not of the form key=value", "hint: for example: -o concurrency=4"),
        (
            ("plan", "-b", "cfapi", "-o", "concurrency=x"),
            "error: `-o concurrency` must be a whole number, not `x`",
            "hint: write -o concurrency=4",
        ),
        (
            ("plan", "-b", "cfapi", "-o", "concurrency=0"),
            "error: settings of the backend `cfapi`: concurrency must be between 1 and 32, not 0",
            "hint: correct it under [backend.cfapi], or in the flag -o",
        ),
        (
            ("deploy", "--backend", "cfapi", "--use-own-account"),
            "error: --use-own-account means --backend wrangler, which contradicts --backend cfapi",
            "hint: leave one of the two out",
        ),
        (("deploy", "--backend", "cfappi"), "error: there is no backend `cfappi`", "hint: did you mean `cfapi`?"),
    ],
)
def test_wrong_flags_are_usage_errors(
    aerostack: Run, project: Path, argv: tuple[str, ...], error: str, hint: str
) -> None:
    done = aerostack(*argv, cwd=project)
    assert done.status == 2
    assert done.stdout == ""
    assert error in done.stderr
    assert hint in done.stderr


def test_wrong_flags_are_json_when_json_was_asked_for(aerostack: Run) -> None:
    done = aerostack("deploy", "--json", "--evn", "x")
    assert done.status == 2
    assert done.document["error"]["code"] == "usage"


def test_where_no_project_is_the_error_says_so(aerostack: Run, tmp_path: Path) -> None:
    done = aerostack("deploy", "--json", cwd=tmp_path)
    assert done.status == 2
    document = done.document
    assert document["outcome"] == "not_applied"
    assert "aerostack.toml" in document["error"]["message"]
    assert document["error"]["hint"]


def test_without_a_login_the_default_backend_says_how_to_log_in(aerostack: Run, project: Path) -> None:
    done = aerostack("deploy", cwd=project)
    assert done.status == 1
    assert "backend aerostack (default)" in done.stderr
    assert "environment staging (default)" in done.stderr
    assert "error: not logged in to https://api.aerostack.dev" in done.stderr
    assert "hint: aerostack login; in CI set AEROSTACK_API_KEY" in done.stderr


def test_the_backend_of_the_file_is_blamed_at_its_place(aerostack: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[deploy]\nbackend = "cfappi"\n')
    done = aerostack("deploy", cwd=project)
    assert done.status == 2
    assert "error: aerostack.toml:6:" in done.stderr
    assert "there is no backend `cfappi`" in done.stderr


def test_backends_are_listed(aerostack: Run) -> None:
    assert f"cfapi      aerostack {package.__version__}" in aerostack("backends").stdout
    rows = aerostack("backends", "--check", "--json").document["backends"]
    assert next(row for row in rows if row["name"] == "cfapi")["status"] == "ok"


def test_config_check_finds_every_mistake(aerostack: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    assert aerostack("config", "check", cwd=project).stdout == "no mistakes found\n"
    file.write_text(file.read_text() + 'compatibility_flags = "x"\nworkers_dev = 1\n')
    done = aerostack("config", "check", "--json", cwd=project)
    assert done.status == 2
    assert done.document["ok"] is False
    assert [problem["where"].split(":")[1] for problem in done.document["problems"]] == ["4", "5"]
    assert aerostack("config", "check", cwd=project).stderr.count("error:") == 2


def test_the_schema_is_json(aerostack: Run) -> None:
    schema = json.loads(aerostack("config", "schema").stdout)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "d1_databases" in schema["properties"]


def test_unlock_says_that_nobody_holds_anything(aerostack: Run, project: Path) -> None:
    assert aerostack("unlock", cwd=project).stdout == "no lock is held\n"
    folder = project / ".aerostack" / "journal" / "cfapi"
    folder.mkdir(parents=True)
    (folder / "staging.lock").write_text('{"user": "ann", "host": "h", "pid": 1, "since": "2026-01-01"}')
    assert (
        aerostack("unlock", cwd=project).stdout
        == "cfapi/staging: was held by ann on h, process 1, since 2026-01-01, which is gone; cleared\n"
    )
    assert aerostack("unlock", cwd=project).stdout == "no lock is held\n"


def test_edge_env_without_an_edge_says_how_to_start_one(aerostack: Run, tmp_path: Path) -> None:
    done = aerostack("edge", "env", "--data", tmp_path / "none")
    assert done.status == 1
    assert "aerostack edge serve" in done.stderr
