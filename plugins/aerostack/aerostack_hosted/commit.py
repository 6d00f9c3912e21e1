"""Which commit of git is deployed, for the history."""

from __future__ import annotations

from pathlib import Path

from aerostack.errors import CommandError, MissingExecutableError
from aerostack.model import Tools
from aerostack.values import dataclass

# What a repository may have git run is not run: this only reads.
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")

#: Seconds. A history is no reason to keep a deploy waiting.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Commit:
    """``name`` is its hash, with ``-dirty`` behind it when tracked files differ from it."""

    name: str
    subject: str


def checked_out(root: Path, tools: Tools) -> Commit | None:
    """The commit that a folder was checked out at; ``None`` without git or a commit."""
    name = _said(root, tools, "describe", "--always", "--dirty", "--abbrev=64", "--exclude=*")
    if not name:
        return None
    return Commit(name, _said(root, tools, "log", "-1", "--format=%s"))


def _said(root: Path, tools: Tools, *arguments: str) -> str:
    quiet = {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = tools.run((*_GIT, *arguments), cwd=root, env=quiet, timeout=_PATIENCE, check=False)
    except (CommandError, MissingExecutableError):
        return ""
    return done.stdout.strip() if done.status == 0 else ""
