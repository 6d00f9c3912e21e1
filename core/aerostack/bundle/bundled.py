"""Modules made by esbuild."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aerostack import toolchain
from aerostack.bundle import esbuild, nodejs
from aerostack.bundle.run import Run
from aerostack.files import temporary_folder
from aerostack.model import Module, Project

_TIMEOUT = 600.0


def modules(
    project: Project, main: Path, *, run: Run, step: Callable[[str], None], warn: Callable[[str], None]
) -> tuple[Module, ...]:
    """Bundle ``main``: the code first, then the files it imports as modules, then the source map."""
    with temporary_folder() as folder:
        # Resolved, because esbuild resolves symlinks and the paths in its reports are relative to that.
        work = folder.resolve()
        meta = _run_esbuild(project, main, work, run, step, warn)
        from aerostack.bundle import output

        return output.collect(project, main, work / "out", meta)


def _run_esbuild(
    project: Project, main: Path, work: Path, run: Run, step: Callable[[str], None], warn: Callable[[str], None]
) -> Mapping[str, Any]:
    program = toolchain.esbuild(progress=step)
    metafile = work / "meta.json"
    packages: set[str] = set()
    while True:
        argv = esbuild.argv(
            project, main, esbuild=program, outdir=work / "out", metafile=metafile, packages=sorted(packages)
        )
        # NODE_PATH would let packages from elsewhere on this machine into the bundle.
        result = run(argv, cwd=project.root, env={"NODE_PATH": ""}, timeout=_TIMEOUT, check=False)
        if result.status != 0:
            from aerostack.bundle import failure

            raise failure.of(project, result.stderr)
        meta: Mapping[str, Any] = json.loads(metafile.read_text(encoding="utf-8"))
        # `process/browser` is part of the npm package and not of the built-in module; an alias catches both.
        mistaken = nodejs.mistaken({name for _, name, _ in externals(meta)}) - packages
        if not mistaken:
            break
        packages |= mistaken
    if result.stderr.strip():
        warn(result.stderr.strip())
    return meta


def externals(meta: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Who imports what that is not in the bundle, and how, by esbuild's metafile."""
    return [
        (importer, imported["path"], imported["kind"])
        for importer, source in meta["inputs"].items()
        for imported in source["imports"]
        if imported.get("external")
    ]
