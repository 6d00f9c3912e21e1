"""From what esbuild made to modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from aerostack.bundle import entry, nodejs, rules, sourcemap, unbundled
from aerostack.bundle.bundled import externals
from aerostack.model import Module, Project


def collect(project: Project, main: Path, outdir: Path, meta: Mapping[str, Any]) -> tuple[Module, ...]:
    """The modules that esbuild put into ``outdir``, by its metafile. Raises ``BundleError``."""
    name = f"{main.stem}.js"
    code = (outdir / name).read_bytes()
    report = next(output for output in meta["outputs"].values() if output.get("entryPoint"))
    entry.check_exports(project, main, report["exports"], code)
    entry.check_builtins(project, externals(meta))

    needs_require = any(path.startswith("node:") and kind == "require-call" for _, path, kind in externals(meta))
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
