from __future__ import annotations

import pytest

from aerostack.errors import MissingExecutableError
from aerostack.toolchain import platforms


@pytest.mark.parametrize(
    ("system", "machine", "key", "workerd"),
    [
        ("linux", "x86_64", "linux-x64", "@cloudflare/workerd-linux-64"),
        ("linux", "arm64", "linux-arm64", "@cloudflare/workerd-linux-arm64"),
        ("linux", "aarch64", "linux-arm64", "@cloudflare/workerd-linux-arm64"),
        ("darwin", "x86_64", "darwin-x64", "@cloudflare/workerd-darwin-64"),
        ("darwin", "arm64", "darwin-arm64", "@cloudflare/workerd-darwin-arm64"),
    ],
)
def test_each_machine_has_its_packages(system: str, machine: str, key: str, workerd: str) -> None:
    platform = platforms.of(system, machine)
    assert (platform.key, platform.esbuild, platform.workerd) == (key, f"@esbuild/{key}", workerd)


@pytest.mark.parametrize(
    ("system", "machine", "hint"),
    [
        ("win32", "AMD64", "run aerostack inside WSL (Windows Subsystem for Linux)"),
        ("linux", "riscv64", "use Linux or macOS on x86-64 or arm64"),
    ],
)
def test_other_machines_are_told_so(system: str, machine: str, hint: str) -> None:
    with pytest.raises(MissingExecutableError) as raised:
        platforms.of(system, machine)
    assert raised.value.hint == hint
    assert raised.value.message.startswith(f"esbuild and workerd cannot be run on {system} ")
