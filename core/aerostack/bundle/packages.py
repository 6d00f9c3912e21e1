"""Missing npm packages: what to run."""

from __future__ import annotations

import json
from pathlib import Path

# By lock file: who manages the packages, how all of them are installed, how one is added.
_PACKAGE_MANAGERS = (
    ("pnpm-lock.yaml", "pnpm install", "pnpm add"),
    ("yarn.lock", "yarn install", "yarn add"),
    ("bun.lock", "bun install", "bun add"),
    ("bun.lockb", "bun install", "bun add"),
    ("package-lock.json", "npm install", "npm install"),
)
_SECTIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def hint(root: Path, name: str) -> str:
    """How to get the npm package ``name``, which could not be found for the project in ``root``."""
    install, add = _commands(root)
    if _declares(root, name):
        return f"{name} is in package.json but not installed; run: {install}"
    return f"{name} is not in package.json; run: {add} {name}"


def _commands(root: Path) -> tuple[str, str]:
    # In a workspace the lock file is further up.
    for folder in (root, *root.parents):
        for lock_file, install, add in _PACKAGE_MANAGERS:
            if (folder / lock_file).is_file():
                return install, add
        if (folder / ".git").exists():
            break
    return "npm install", "npm install"


def _declares(root: Path, name: str) -> bool:
    try:
        document = json.loads((root / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        # No package.json, or one about which esbuild has complained as well.
        return False
    return isinstance(document, dict) and any(
        isinstance(document.get(section), dict) and name in document[section] for section in _SECTIONS
    )
