"""A genuinely external package, installed by pip from its own wheel, deploys through the same hooks."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent.parent / "third_party" / "aerostack-folder"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which it is installed beside aerostack."""
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--no-index", "--target", target, PACKAGE],
        check=True,
    )  # fmt: skip
    return {"PYTHONPATH": str(target)}


def test_it_is_listed_and_loads(aerostack: Callable[..., Any], site: dict[str, str]) -> None:
    document = aerostack("backends", "--check", "--json", env=site).document
    row = next(row for row in document["backends"] if row["name"] == "folder")
    assert row == {
        "name": "folder",
        "package": "aerostack-folder 1.0",
        "status": "ok",
        "detail": "a folder on this machine",
        "capabilities": [],
    }


@pytest.mark.parametrize(
    ("argv", "what"),
    [
        (("rollback",), "make an earlier version live again"),
        (("secrets", "list"), "set secrets"),
        (("secrets", "delete", "TOKEN"), "set secrets"),
        (("migrations", "list"), "migrate a database"),
    ],
    ids=["rollback", "secrets", "secrets delete", "migrations"],
)
def test_what_it_has_no_hooks_for_it_cannot_do(
    aerostack: Callable[..., Any], site: dict[str, str], demo: Path, argv: tuple[str, ...], what: str
) -> None:
    (demo / "migrations").mkdir(exist_ok=True)
    done = aerostack(*argv, "--backend", "folder", "--json", cwd=demo, env=site)
    assert done.status == 1
    error = done.document["error"]
    assert (error["code"], error["message"]) == ("unsupported", f"the backend `folder` cannot {what}")
    assert (error["hint"] or "").startswith("choose one with --backend that can: `aerostack backends --check` lists")


def test_a_project_is_deployed_through_it(aerostack: Callable[..., Any], site: dict[str, str], demo: Path) -> None:
    command = ("deploy", "--env", "staging", "--backend", "folder", "-o", "path=out", "--json")
    first = aerostack(*command, cwd=demo, env=site)
    assert first.status == 0, first.stderr
    document = first.document
    assert {name: item["outcome"] for name, item in document["resources"].items()} == {
        "DB": "created",
        "CACHE": "created",
    }
    assert (demo / "out" / document["worker"] / "index.js").is_file()
    written = tomllib.loads((demo / "aerostack.toml").read_text(encoding="utf-8"))
    assert written["env"]["staging"]["d1_databases"][0]["database_id"] == document["resources"]["DB"]["id"]
    again = aerostack(*command, cwd=demo, env=site).document
    assert {name: item["outcome"] for name, item in again["resources"].items()} == {"DB": "found", "CACHE": "found"}
    assert again["resources"]["DB"]["id"] == document["resources"]["DB"]["id"]


def test_its_settings_are_checked_for_it(aerostack: Callable[..., Any], site: dict[str, str], demo: Path) -> None:
    done = aerostack("deploy", "--backend", "folder", "-o", "pth=out", cwd=demo, env=site)
    assert done.status == 2
    assert "error: unknown setting `-o pth`" in done.stderr
    assert "hint: did you mean `path`?" in done.stderr


@pytest.mark.parametrize("flag", ["--message=why", "--public", "--private"])
def test_a_flag_that_it_has_no_setting_for_is_named_as_it_was_typed(
    aerostack: Callable[..., Any], site: dict[str, str], demo: Path, flag: str
) -> None:
    done = aerostack("deploy", "--backend", "folder", flag, cwd=demo, env=site)
    name = flag.partition("=")[0]
    setting = "message" if name == "--message" else "public"
    assert done.status == 2
    assert f"error: the backend `folder` does not know {name}: it has no setting `{setting}`\n" in done.stderr
    assert f"hint: leave {name} out, or choose a backend that has it\n" in done.stderr


def test_without_it_the_name_is_unknown(aerostack: Callable[..., Any], demo: Path) -> None:
    done = aerostack("deploy", "--backend", "folder", cwd=demo)
    assert done.status == 2
    assert "error: there is no backend `folder`" in done.stderr
