"""Where the journal may lie: below the project, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from aerostack.errors import JournalError

STATE = ".aerostack"


def state_folder(path: Path) -> Path:
    """The folder ``.aerostack`` that a file of the journal lies in."""
    return next(parent for parent in path.parents if parent.name == STATE)


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
