"""Node.js built-in modules inside a Worker."""

from __future__ import annotations

from collections.abc import Collection

from aerostack.model import Project

_NAMES = """
    assert assert/strict async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel
    dns dns/promises domain events fs fs/promises http http2 https inspector inspector/promises module net os path
    path/posix path/win32 perf_hooks process punycode querystring readline readline/promises repl stream
    stream/consumers stream/promises stream/web string_decoder sys timers timers/promises tls trace_events tty url util
    util/types v8 vm wasi worker_threads zlib
"""

BUILTINS = frozenset(_NAMES.split())

# From this compatibility date on the runtime has nodejs_compat switched on by itself.
_ON_BY_DEFAULT = "2026-08-04"

# workerd offers `require` only through node:module, and a bundle in ES module format has none of its own. With this,
# CommonJS packages reach the built-in modules as they would in Node.js.
REQUIRE = (
    'import { createRequire as __createRequire } from "node:module"; const require = __createRequire("file:///");\n'
)


def is_enabled(project: Project) -> bool:
    """Whether the Worker may import Node.js built-in modules, by its compatibility date and flags."""
    flags = _flags(project)
    if "nodejs_compat" in flags or "nodejs_compat_v2" in flags:
        return True
    return str(project.config.get("compatibility_date") or "") >= _ON_BY_DEFAULT and "no_nodejs_compat" not in flags


def has_navigator(project: Project) -> bool:
    """Whether ``navigator`` exists in the Worker, by its compatibility date and flags."""
    flags = _flags(project)
    if "global_navigator" in flags:
        return True
    return str(project.config.get("compatibility_date") or "") >= "2022-03-21" and "no_global_navigator" not in flags


def is_available(project: Project, specifier: str) -> bool:
    """Whether ``import "node:…"`` finds its module in the Worker."""
    if specifier == "node:async_hooks" and "nodejs_als" in _flags(project):
        return True
    return is_enabled(project)


def hint(project: Project) -> str:
    """The edit that makes built-in modules available."""
    flags = [flag for flag in _flags(project) if flag != "no_nodejs_compat"]
    wanted = ", ".join(f'"{flag}"' for flag in (*flags, "nodejs_compat"))
    return f"set compatibility_flags = [{wanted}] in {project.file.name}"


def aliases(packages: Collection[str]) -> dict[str, str]:
    """What each bare name of a built-in module stands for; ``packages`` are names that mean an npm package."""
    # esbuild applies an alias to everything below the name too, so `fs` covers `fs/promises`.
    names = sorted(name for name in BUILTINS if "/" not in name and name not in packages)
    return {name: f"node:{name}" for name in names}


def mistaken(specifiers: Collection[str]) -> set[str]:
    """The packages meant by specifiers such as ``node:process/browser``, made of the npm package by an alias."""
    unknown = (name.removeprefix("node:") for name in specifiers if name.startswith("node:"))
    return {name.split("/")[0] for name in unknown if "/" in name and name not in BUILTINS}


def _flags(project: Project) -> tuple[str, ...]:
    flags = project.config.get("compatibility_flags")
    return tuple(str(flag) for flag in flags) if isinstance(flags, (list, tuple)) else ()
