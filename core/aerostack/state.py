"""The folder ``.aerostack`` of a project: what belongs to this machine, and may be deleted."""

from __future__ import annotations

import re
from pathlib import Path

from aerostack.errors import JournalError
from aerostack.files import write_atomic

STATE = ".aerostack"


def state_folder(path: Path) -> Path:
    """The folder ``.aerostack`` that ``path`` lies in."""
    return next(parent for parent in path.parents if parent.name == STATE)


def file_name(text: str) -> str:
    """``text`` as the name of one file.

    A target or an environment name comes from outside: anything that is not plain is escaped, so that two different
    names never share a file and none leaves the folder.
    """
    escaped = re.sub(r"[^A-Za-z0-9_.-]", lambda match: "%" + match.group().encode().hex(), text)
    return "%2e" + escaped[1:] if escaped.startswith(".") else escaped


def refuse_links(path: Path) -> None:
    """Raise ``JournalError`` if ``path`` is reached through a symbolic link at or below ``.aerostack``.

    These files are written without asking, and a repository of somebody else may bring a link along, to have a file
    of the user overwritten.
    """
    state = state_folder(path)
    for place in (path, *path.parents):
        if place.is_symlink():
            raise JournalError(
                f"{place.relative_to(state.parent)} is a symbolic link, and nothing is written through it",
                hint=f"rm {place}",
            )
        if place == state:
            return


def write_state(path: Path, content: bytes, mode: int | None = None) -> None:
    """Replace ``path``, a file below ``.aerostack``, atomically; its folders are made, and git never sees them.

    Raises ``JournalError`` where a symbolic link is on the way, and ``OSError``.
    """
    refuse_links(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    ignore = state_folder(path) / ".gitignore"
    refuse_links(ignore)
    if not ignore.exists():  # ids are written to aerostack.toml; the rest is this machine's own
        ignore.write_text("*\n", encoding="utf-8")
    write_atomic(path, content, mode)
