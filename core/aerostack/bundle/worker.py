"""The way from a project to its bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from aerostack.bundle import bundled, command
from aerostack.bundle.run import Run
from aerostack.errors import BundleError, UnsupportedError
from aerostack.model import Assets, Bundle, Module, Project

Tell: TypeAlias = Callable[[str], None]

# Cloudflare's limit for the modules of one upload, before compression and without source maps.
LIMIT = 64 * 1024 * 1024


def _silently(_: str) -> None:
    pass


def build(project: Project, *, run: Run, step: Tell = _silently, warn: Tell = _silently) -> Bundle:
    """Build ``project``. ``run`` starts programs as ``model.Tools.run`` does; nothing else is run.

    ``step`` is told what happens now and what the user's build command printed, ``warn`` esbuild's warnings.
    Raises ``BundleError`` when the code does not build or is too big, ``ConfigError`` for settings that make no sense,
    ``UnsupportedError`` for a Worker in Python, and what :func:`aerostack.toolchain.install` raises.
    """
    if project.main is None and not project.config.get("assets"):
        raise BundleError(
            "there is no code to build: the project has no entry point",
            hint=f'set it in {project.file.name}, for example: main = "src/index.ts"',
        )
    if project.main is not None and project.main.suffix == ".py":
        raise UnsupportedError(
            f"Workers in Python cannot be deployed yet, and {_shown(project, project.main)} is one",
            hint="the entry point has to be JavaScript or TypeScript",
            where=project.where.get("main"),
        )
    modules, files = _built(project, run, step, warn)
    bundle = Bundle(
        main=modules[0].name if modules else None, modules=modules, digest=digest(modules, files), assets=files
    )
    _check_size(bundle)
    return bundle


def _built(project: Project, run: Run, step: Tell, warn: Tell) -> tuple[tuple[Module, ...], Assets | None]:
    if not project.config.get("assets"):
        command.run_build(project, run, step)
        return _modules(project, run, step, warn), None
    from aerostack import assets
    from aerostack.http import parallel

    assets.check(project)
    command.run_build(project, run, step)
    return parallel(lambda: _modules(project, run, step, warn), lambda: assets.collect(project))


def _modules(project: Project, run: Run, step: Tell, warn: Tell) -> tuple[Module, ...]:
    if project.main is None:
        return ()
    _check_entry(project, project.main)
    if project.config.get("no_bundle"):
        from aerostack.bundle import unbundled

        return unbundled.modules(project, project.main)
    return bundled.modules(project, project.main, run=run, step=step, warn=warn)


def digest(modules: Sequence[Module], files: Assets | None = None) -> str:
    """SHA-256 over names, types and contents, as 64 hex digits; the order of the modules counts."""
    import hashlib

    total = hashlib.sha256()
    for module in modules:
        for part in (module.name.encode(), module.type.encode(), module.content):
            # The length keeps ("ab", "c") and ("a", "bc") apart.
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    if files is not None:
        total.update(files.digest.encode())
    return total.hexdigest()


def _check_entry(project: Project, main: Path) -> None:
    if main.is_file():
        return
    build_command = command.of(project)
    name = _shown(project, main)
    if build_command:
        raise BundleError(
            f"the entry point {name} does not exist after the build command `{build_command}`",
            hint=f"`main` in {project.file.name} has to name a file that the build command makes",
            where=project.where.get("main"),
        )
    raise BundleError(
        f"the entry point {name} {'is a folder' if main.is_dir() else 'does not exist'}",
        hint=f"correct `main` in {project.file.name}, or set [build] command if a tool generates the file",
        where=project.where.get("main"),
    )


def _check_size(bundle: Bundle) -> None:
    if bundle.size <= LIMIT:
        return
    largest = max((module for module in bundle.modules if module.type != "sourcemap"), key=lambda m: len(m.content))
    raise BundleError(
        f"the code is {_mebibytes(bundle.size)}, and a Worker may have {_mebibytes(LIMIT)}; "
        f"the largest module is {largest.name} with {_mebibytes(len(largest.content))}",
        hint="serve large files from R2 or as static assets, set minify = true, or drop dependencies",
    )


def _mebibytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MiB"


def _shown(project: Project, path: Path) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.name
