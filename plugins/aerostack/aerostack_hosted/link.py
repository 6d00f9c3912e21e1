"""The project that a folder is linked to: ``.aerostack/project.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, JournalError
from aerostack.state import STATE, refuse_links, write_state
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """``api_url`` is the API that the project is on; ``None`` in a file that an older client wrote."""

    project_id: str
    api_url: str | None = None


def path(root: Path) -> Path:
    """Where the link of the project in ``root`` is."""
    return root / STATE / "project.json"


def read(root: Path) -> Link | None:
    """The link; ``None`` when there is none. Raises ``ConfigError`` for a damaged one: it decides where code goes."""
    file = path(root)
    try:
        refuse_links(file)
        document: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, JournalError) as error:
        raise _damaged(file, str(error)) from error
    project = document.get("project_id") if isinstance(document, dict) else None
    if not isinstance(project, str) or not project:
        raise _damaged(file, "it holds no project_id")
    url = document.get("api_url")
    return Link(project_id=project, api_url=url if isinstance(url, str) else None)


def write(root: Path, link: Link) -> None:
    """Link the project in ``root``."""
    content = json.dumps({"project_id": link.project_id, "api_url": link.api_url}, indent=2) + "\n"
    try:
        write_state(path(root), content.encode())
    except OSError as error:
        raise ConfigError(
            f"{path(root)} cannot be written: {error.strerror or error}",
            hint="make the folder .aerostack writable",
            code="link",
        ) from error


def remove(root: Path) -> bool:
    """Forget the link; whether there was one."""
    try:
        path(root).unlink()
    except FileNotFoundError:
        return False
    return True


def _damaged(file: Path, why: str) -> ConfigError:
    return ConfigError(
        f"the link {file} cannot be read: {why}",
        hint="link the folder again: aerostack unlink; aerostack link <project-id>",
        code="link",
    )
