"""The paths of the tools; the first question installs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from aerostack.toolchain import folder, platforms
from aerostack.values import dataclass

Progress: TypeAlias = Callable[[str], None]

# `engines` in its package.json.
_FOR_WRANGLER = (22, 12, 0)


def esbuild(*, progress: Progress | None = None) -> Path:
    """The native esbuild. Raises as :func:`aerostack.toolchain.install`, as the others do."""
    return _path(f"{platforms.here().esbuild}/bin/esbuild", progress)


def workerd(*, progress: Progress | None = None) -> Path:
    """The native workerd, Cloudflare's runtime."""
    return _path(f"{platforms.here().workerd}/bin/workerd", progress)


def simulators(*, progress: Progress | None = None) -> Path:
    """The folder with the Workers that simulate D1, KV, R2 and others; miniflare publishes them."""
    return _path("miniflare/dist/src/workers", progress)


@dataclass(frozen=True, slots=True)
class Wrangler:
    """``argv`` is the beginning of its command line, ``environ`` what makes it start faster."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    version: str


def wrangler(*, progress: Progress | None = None) -> Wrangler:
    """The pinned wrangler, and a Node.js that is new enough for it."""
    from aerostack.toolchain import nodejs

    cli = _path("wrangler/wrangler-dist/cli.js", progress)
    return Wrangler(
        # The script itself: `bin/wrangler.js` would start a second Node.js.
        argv=(str(nodejs.node(_FOR_WRANGLER).path), "--no-warnings", str(cli)),
        # Compiled once, a third of wrangler's start is saved.
        environ={"NODE_COMPILE_CACHE": str(folder.current() / ".compiled")},
        version=folder.pinned()["wrangler"],
    )


def _path(inside: str, progress: Progress | None) -> Path:
    path = folder.current() / "node_modules" / inside
    if not path.exists():
        path = folder.install(progress=progress).path / "node_modules" / inside
    return path
