"""The command lines that are read without typer mean what typer reads in them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from aerostack.cli import quick
from aerostack.cli.deploy import deploy, plan
from aerostack.cli.flags import for_typer

FLAGS = [
    "--env", "-e", "--backend", "-b", "--use-own-account", "--option", "-o", "--no-provision", "--adopt", "--overwrite",
    "--refresh", "--timeout", "--public", "--private", "--yes", "-y", "--json", "--debug", "--help", "--nope", "--",
]  # fmt: skip
WORDS = ["staging", "", ".", "60", "0", "a=b", "-x", "--json", "d1/db", "ünï"]
PARTS = st.one_of(
    st.sampled_from(FLAGS),
    st.sampled_from(WORDS),
    st.builds("{}={}".format, st.sampled_from(FLAGS), st.sampled_from(WORDS)),
    st.builds("{}{}".format, st.sampled_from(["-e", "-b", "-o", "-y"]), st.sampled_from(WORDS)),
)


def as_typer_reads(command: Any, arguments: list[str]) -> dict[str, Any]:
    """Raises what typer raises."""
    heard: dict[str, Any] = {}

    @functools.wraps(command)
    def listening(**values: Any) -> None:
        heard.update(values)

    app = typer.Typer(add_completion=False)
    app.command()(for_typer(listening))
    typer.main.get_command(app).main(args=arguments, standalone_mode=False)
    return heard


@pytest.mark.parametrize("command", [deploy, plan])
@given(arguments=st.lists(PARTS, max_size=5))
def test_what_is_read_is_what_typer_reads(command: Any, arguments: list[str]) -> None:
    read = quick.read(command, arguments)
    if read is not None:
        heard = as_typer_reads(command, arguments)
        assert {name: value for name, value in heard.items() if name in read} == read
        defaults = as_typer_reads(command, [])
        assert all(heard[name] == defaults[name] for name in heard.keys() - read.keys())


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("", {}),
        ("--env staging --backend cfapi", {"env": "staging", "backend": "cfapi"}),
        ("--env=staging -b cfapi --json", {"env": "staging", "backend": "cfapi", "as_json": True}),
        ("there --option a=b -o c=d", {"path": Path("there"), "option": ["a=b", "c=d"]}),
        ("--adopt=all --private -y", {"adopt": ["all"], "public": False, "yes": True}),
    ],
)
def test_what_people_type_is_read_at_once(line: str, means: dict[str, Any]) -> None:
    assert quick.read(deploy, line.split()) == means


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "--evn staging",
        "--env",
        "--env --json",
        "--json=yes",
        "--env a --env b",
        "a b",
        "-estaging",
        "--timeout 0",
    ],
)
def test_what_needs_explaining_is_left_to_typer(line: str) -> None:
    assert quick.read(deploy, line.split()) is None
