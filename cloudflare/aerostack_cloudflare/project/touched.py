"""Whether the code has changed since the last deploy, as far as that can be told without building it."""

from __future__ import annotations

import os

from aerostack.model import Project

#: So many files and folders are looked at: it is not to take longer than what it spares.
_MOST = 1000


def touched(project: Project, since: float) -> bool:
    """Whether aerostack.toml or a file beside or below the entry point is newer than ``since``, in seconds since 1970.

    A guess, by which reads are sent early. What is imported from elsewhere is not seen, nor what lies in hidden folders
    and in ``node_modules``.
    """
    try:
        if project.file.stat().st_mtime > since:
            return True
        folders = [os.fspath(project.main.parent)] if project.main is not None else []
        left = _MOST
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    left -= 1
                    if left < 0:
                        return False
                    if entry.name.startswith(".") or entry.name == "node_modules":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.is_file() and entry.stat().st_mtime > since:
                        return True
    except OSError:
        return False
    return False
