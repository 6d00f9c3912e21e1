"""Which npm packages hold the native programs for this machine."""

from __future__ import annotations

import os
import sys

from aerostack.errors import MissingExecutableError
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """The names under which npm knows one kind of machine. ``workerd`` and ``esbuild`` are package names."""

    key: str
    esbuild: str
    workerd: str


_PLATFORMS = {
    ("linux", "x86_64"): Platform("linux-x64", "@esbuild/linux-x64", "@cloudflare/workerd-linux-64"),
    ("linux", "aarch64"): Platform("linux-arm64", "@esbuild/linux-arm64", "@cloudflare/workerd-linux-arm64"),
    ("darwin", "x86_64"): Platform("darwin-x64", "@esbuild/darwin-x64", "@cloudflare/workerd-darwin-64"),
    ("darwin", "arm64"): Platform("darwin-arm64", "@esbuild/darwin-arm64", "@cloudflare/workerd-darwin-arm64"),
}


def here() -> Platform:
    """This machine. Raises ``MissingExecutableError`` where Cloudflare publishes no workerd that we can drive."""
    # Where there is no uname, there is no workerd either. The module `platform` would take 3 ms to say the same.
    return of(sys.platform, os.uname().machine if hasattr(os, "uname") else "")


def of(system: str, machine: str) -> Platform:
    """The platform that Python calls ``system`` (``sys.platform``) and ``machine`` (``os.uname().machine``)."""
    # The same processor has two names: Linux says aarch64 and x86_64, others arm64 and amd64.
    names = {"arm64": "aarch64", "amd64": "x86_64"} if system == "linux" else {"aarch64": "arm64", "amd64": "x86_64"}
    machine = machine.lower()
    found = _PLATFORMS.get((system, names.get(machine, machine)))
    if found is None:
        hint = "use Linux or macOS on x86-64 or arm64"
        if system in ("win32", "cygwin"):
            hint = "run aerostack inside WSL (Windows Subsystem for Linux)"
        raise MissingExecutableError(f"esbuild and workerd cannot be run on {system} {machine}", hint=hint)
    return found
