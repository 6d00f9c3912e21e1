"""The folder that holds the installed tools: either complete or not there."""

from __future__ import annotations

import functools
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aerostack.errors import MissingExecutableError
from aerostack.toolchain import platforms
from aerostack.values import dataclass

PINNED = Path(__file__).with_name("pinned")
_LOCK_FILE = PINNED / "package-lock.json"
_PACKAGE_FILE = PINNED / "package.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """The tools on this machine. ``packages`` gives the pinned version of each package we asked for."""

    path: Path
    packages: Mapping[str, str]


def base() -> Path:
    """Where the tools of every version live: ``AEROSTACK_TOOLCHAIN_DIR``, or a folder in the user's cache."""
    chosen = os.environ.get("AEROSTACK_TOOLCHAIN_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().absolute() / "aerostack" / "toolchain"


def current() -> Path:
    """The folder of the versions that this aerostack pins, whether it exists or not."""
    # The platform is part of the name because home directories are shared between machines.
    return base() / f"{_fingerprint()}-{platforms.here().key}"


def pinned() -> Mapping[str, str]:
    """The version of each package that we ask for."""
    versions: Mapping[str, str] = json.loads(_PACKAGE_FILE.read_text(encoding="utf-8"))["dependencies"]
    return versions


def install(*, progress: Callable[[str], None] | None = None, force: bool = False) -> Installed:
    """Install the pinned tools unless they are there; ``force`` installs again.

    Several processes may do so at once: one installs, the others wait and use it. Raises ``MissingExecutableError``
    when there is no Node.js or the registry cannot be reached, ``CommandError`` when npm fails otherwise.
    """
    target = current()
    packages = pinned()
    installed = Installed(path=target, packages=packages)
    if not force and _is_complete(target):
        return installed
    try:
        with _locked(target.parent):
            # Another process may have done it while we waited for the lock.
            if force or not _is_complete(target):
                _install_into(target, packages, progress)
    except OSError as error:
        raise MissingExecutableError(
            f"the tools cannot be installed in {target.parent}: {error.strerror or error}",
            hint="set AEROSTACK_TOOLCHAIN_DIR to a folder that you may write to and that has 300 MB of space",
        ) from error
    return installed


def _install_into(target: Path, packages: Mapping[str, str], progress: Callable[[str], None] | None) -> None:
    import shutil

    from aerostack.toolchain import nodejs, npm

    installer = nodejs.npm()
    if progress:
        names = ", ".join(f"{name} {version}" for name, version in packages.items())
        progress(f"Installing {names} (once, about 60 MB)")
    # We hold the lock, so whatever an interrupted installation left behind is nobody's.
    for left_over in target.parent.glob(".partial-*"):
        shutil.rmtree(left_over)
    partial = target.parent / f".partial-{target.name}"
    partial.mkdir()
    try:
        shutil.copy(_PACKAGE_FILE, partial)
        shutil.copy(_LOCK_FILE, partial)
        npm.run_ci(installer, partial)
        # npm treats a platform package that it cannot have as optional and succeeds without it.
        for path in _required(partial):
            if not path.exists():
                raise MissingExecutableError(
                    f"npm installed the tools without {path.relative_to(partial / 'node_modules')}",
                    hint="use a registry that has every platform's package (npm config set registry <address>), "
                    "then run: aerostack toolchain install",
                )
        if target.exists():
            # A rename cannot replace a folder with something in it.
            target.rename(target.parent / f".partial-old-{target.name}")
        partial.rename(target)
    finally:
        for rest in target.parent.glob(".partial-*"):
            shutil.rmtree(rest)


def _required(root: Path) -> tuple[Path, ...]:
    here = platforms.here()
    modules = root / "node_modules"
    return (
        modules / here.esbuild / "bin" / "esbuild",
        modules / here.workerd / "bin" / "workerd",
        modules / "miniflare" / "dist" / "src" / "workers",
        modules / "wrangler" / "wrangler-dist" / "cli.js",
    )


def _is_complete(root: Path) -> bool:
    return all(path.exists() for path in _required(root))


@functools.cache
def _fingerprint() -> str:
    # It tells versions apart, and is computed in every deploy: the library of real hashes takes long to load.
    return f"{zlib.crc32(_LOCK_FILE.read_bytes()):08x}"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    # The lock belongs to the open file: it is gone when the process is, however it ended.
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
