"""Find and read what wrangler would read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, Location
from aerostack.project import document
from aerostack.project.text import read_text
from aerostack.project.wrangler_file.jsonc import Comment, parse

#: In wrangler's own order of preference.
NAMES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")


def find(path: Path) -> Path:
    """The configuration at ``path``: a file, or the one in that folder. Raises ``ConfigError`` when there is none."""
    if path.is_dir():
        found = next((path / name for name in NAMES if (path / name).is_file()), None)
        if found is None:
            raise ConfigError(
                f"there is none of {', '.join(NAMES)} in {path}",
                hint="name the file: aerostack init --from-wrangler path/to/wrangler.toml",
                code="wrangler_file",
            )
        return found
    if not path.is_file():
        raise ConfigError(
            f"there is no file {path}",
            hint="name wrangler's configuration: aerostack init --from-wrangler path/to/wrangler.toml",
            code="wrangler_file",
        )
    if path.suffix not in (".toml", ".json", ".jsonc"):
        raise ConfigError(
            f"{path.name} is no configuration of wrangler's",
            hint="its name ends in .toml, .json or .jsonc",
            where=Location(path),
            code="wrangler_file",
        )
    return path


def read_json(path: Path) -> tuple[dict[str, Any], tuple[Comment, ...]]:
    """The data of a ``wrangler.json`` or ``wrangler.jsonc``, and its comments. Raises ``ConfigError``."""
    return parse(_text(path), path)


def read_toml(path: Path) -> str:
    """The text of a ``wrangler.toml``. Raises ``ConfigError`` when it is not TOML."""
    return document.parse(_text(path), path).text


def _text(path: Path) -> str:
    # wrangler reads over the mark that editors on Windows put first.
    return read_text(path, bom=True)
