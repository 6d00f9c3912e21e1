"""The paths of the tools; the first question installs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from aerostack.toolchain import folder, platforms

Progress: TypeAlias = Callable[[str], None]


def esbuild(*, progress: Progress | None = None) -> Path:
    """The native esbuild. Raises as :func:`aerostack.toolchain.install`, as the other two do."""
    return _path(f"{platforms.here().esbuild}/bin/esbuild", progress)


def workerd(*, progress: Progress | None = None) -> Path:
    """The native workerd, Cloudflare's runtime."""
    return _path(f"{platforms.here().workerd}/bin/workerd", progress)


def simulators(*, progress: Progress | None = None) -> Path:
    """The folder with the Workers that simulate D1, KV, R2 and others; miniflare publishes them."""
    return _path("miniflare/dist/src/workers", progress)


def _path(inside: str, progress: Progress | None) -> Path:
    path = folder.current() / "node_modules" / inside
    if not path.exists():
        path = folder.install(progress=progress).path / "node_modules" / inside
    return path
