"""Modules made by esbuild."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from aerostack import toolchain
from aerostack.bundle import entry, esbuild, nodejs, rules, sourcemap, unbundled
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
        return _collect(project, main, work / "out", meta)


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
        mistaken = nodejs.mistaken({name for _, name, _ in _externals(meta)}) - packages
        if not mistaken:
            break
        packages |= mistaken
    if result.stderr.strip():
        warn(result.stderr.strip())
    return meta


def _collect(project: Project, main: Path, outdir: Path, meta: Mapping[str, Any]) -> tuple[Module, ...]:
    name = f"{main.stem}.js"
    code = (outdir / name).read_bytes()
    report = next(output for output in meta["outputs"].values() if output.get("entryPoint"))
    entry.check_exports(project, main, report["exports"], code)
    entry.check_builtins(project, _externals(meta))

    needs_require = any(path.startswith("node:") and kind == "require-call" for _, path, kind in _externals(meta))
    maps = []
    map_file = outdir / f"{name}.map"
    if map_file.is_file():
        shift = nodejs.REQUIRE.count("\n") if needs_require else 0
        content = sourcemap.portable(map_file.read_bytes(), outdir=outdir, root=project.root, shift=shift)
        maps.append(Module(name=map_file.name, content=content, type="sourcemap"))
    if needs_require:
        code = nodejs.REQUIRE.encode() + code

    beside = {module.name: module for module in _imported(project, outdir, report)}
    if project.config.get("find_additional_modules"):
        # For imports whose path is computed at run time; those that esbuild could see are in the bundle as well.
        for module in unbundled.additional(project, main):
            beside.setdefault(module.name, module)
    beside.pop(name, None)
    return (Module(name=name, content=code, type="esm"), *(beside[key] for key in sorted(beside)), *maps)


def _imported(project: Project, outdir: Path, report: Mapping[str, Any]) -> Iterator[Module]:
    """The files that esbuild copied because the code imports them, each by the very name it is imported by."""
    types = rules.by_extension(project)
    for imported in report["imports"]:
        if imported.get("external"):
            continue
        # Relative to the root, and so to a folder that is gone soon: only the part below `outdir` means something.
        path = Path(project.root, imported["path"]).resolve()
        module = path.relative_to(outdir.resolve()).as_posix()
        file, _, _query = module.partition("?")
        suffix = _longest(file, types)
        yield Module(name=module, content=(outdir / file).read_bytes(), type=types[suffix])


def _longest(name: str, suffixes: Iterable[str]) -> str:
    return max((suffix for suffix in suffixes if PurePosixPath(name).name.endswith(suffix)), key=len)


def _externals(meta: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Who imports what that is not in the bundle, and how."""
    return [
        (importer, imported["path"], imported["kind"])
        for importer, source in meta["inputs"].items()
        for imported in source["imports"]
        if imported.get("external")
    ]
