"""What can be seen of an entry point before Cloudflare sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from aerostack.bundle import nodejs
from aerostack.errors import BundleError, Location
from aerostack.model import Project

_MODULES = "write it as an ES module: export default { async fetch(request, env) { … } }"


def check_exports(project: Project, main: Path, exports: Sequence[str], code: bytes) -> None:
    """Raise ``BundleError`` unless the code is an ES module Worker."""
    if "default" in exports:
        return
    name = main.relative_to(project.root).as_posix()
    if not exports and b"addEventListener(" in code:
        problem = f"{name} is in the service-worker format, which has no bindings to D1, KV and the like"
    else:
        problem = f"{name} has no default export"
    raise BundleError(problem, hint=_MODULES, where=Location(main))


def check_builtins(project: Project, externals: Iterable[tuple[str, str, str]]) -> None:
    """Raise ``BundleError`` for an import of a Node.js module that the runtime does not offer this Worker.

    Only imports without which the Worker cannot start; a dynamic one may be guarded. ``externals`` are triples of
    importing file, specifier and esbuild's kind of import.
    """
    for importer, specifier, kind in externals:
        if kind != "import-statement" or not specifier.startswith("node:"):
            continue
        if not nodejs.is_available(project, specifier):
            raise BundleError(
                f'"{specifier}" is a module of Node.js, and this Worker may not use those',
                hint=nodejs.hint(project),
                where=_place(project.root / importer, specifier),
            )


def _place(file: Path, specifier: str) -> Location:
    """Where ``specifier`` is imported; esbuild's report names only the file."""
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        for quoted in (f'"{specifier}"', f"'{specifier}'"):
            if quoted in line:
                return Location(file, number, line.index(quoted) + 1)
    return Location(file)
