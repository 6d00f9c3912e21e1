"""From what the user typed to the file."""

from __future__ import annotations

from pathlib import Path

from aerostack.errors import ConfigError
from aerostack.project.document import FILE_NAME
from aerostack.suggest import closest

_WRANGLER_FILES = ("wrangler.toml", "wrangler.jsonc", "wrangler.json")


def find(path: Path) -> Path:
    """The ``aerostack.toml`` meant by ``path``, a folder or the file itself, as an absolute path.

    Raises ``ConfigError`` with the code ``config_missing`` when there is none.
    """
    if path.is_dir():
        candidate = path / FILE_NAME
        if not candidate.is_file():
            raise ConfigError(f"no {FILE_NAME} in {_shown(path)}", hint=_advice(path), code="config_missing")
    elif path.is_file():
        candidate = path
        if path.suffix != ".toml":
            raise ConfigError(
                f"{path} is not an {FILE_NAME}",
                hint=f"pass the folder that holds {FILE_NAME}, or the file itself",
                code="config_missing",
            )
    else:
        near = closest(path.name, _names(path.parent))
        raise ConfigError(
            f"no such file or folder: {path}",
            hint=f"did you mean {path.parent / near}?" if near else f"pass the folder that holds {FILE_NAME}",
            code="config_missing",
        )
    # The folder is made real, the file is not: a linked aerostack.toml belongs to the folder that links to it.
    return candidate.parent.resolve() / candidate.name


def _shown(folder: Path) -> str:
    return "this folder" if folder == Path() else str(folder)


def _advice(folder: Path) -> str:
    here = folder.resolve()
    for name in _WRANGLER_FILES:
        if (here / name).is_file():
            where = "" if folder == Path() else f" {_quoted(folder)}"
            return f"there is a {name}, which can be turned into one: aerostack init --from-wrangler{where}"
    near = closest(FILE_NAME, _names(here))
    if near:
        return f"rename {near}: mv {_join(folder, near)} {_join(folder, FILE_NAME)}"
    parent = next((parent for parent in here.parents if (parent / FILE_NAME).is_file()), None)
    if parent is not None:
        return f"there is one in {parent}: run the command there, or pass that folder"
    return 'create it with two lines: name = "my-app" and main = "src/index.ts"'


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:  # a folder that cannot be listed offers nothing to suggest
        return []


def _join(folder: Path, name: str) -> str:
    return _quoted(folder / name)


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
