"""The entry point: the file that ``main`` names, or the one that everybody has."""

from __future__ import annotations

from pathlib import Path

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.flatten import Flat
from aerostack.project.keypath import shown
from aerostack.suggest import closest

USUAL = ("src/index.ts", "src/index.js")
#: What the original aerostack generated; files still name it as their entry.
_GENERATED = "dist/worker.js"


def entry_point(document: Document, flat: Flat) -> Path | None:
    """The entry point, inside the project's folder; ``None`` for a Worker of static files only.

    Writes the default into ``flat.config``. Raises ``ConfigError`` when the file is outside, or missing and nothing
    makes it.
    """
    root = document.path.parent
    main: str = flat.config.get("main", "")
    if main == _GENERATED and not (root / main).is_file():
        main = ""
    if not main:
        main = next((usual for usual in USUAL if (root / usual).is_file()), "")
        if main:
            flat.config["main"] = main
        elif "assets" in flat.config and not flat.config.get("main"):
            return None
        elif "pages_build_output_dir" in flat.config:
            raise ConfigError(
                "this is a Pages project: it has `pages_build_output_dir`, and no Worker",
                key="pages_build_output_dir",
                hint='publish the folder as static files instead: [assets] directory = "…"; then delete '
                "`pages_build_output_dir`. Code in a folder `functions` becomes a Worker: set main to it",
                where=document.locate(flat.origin(("pages_build_output_dir",))),
            )
        else:
            raise ConfigError(
                f"no entry point: `main` is not set, and there is neither {USUAL[0]} nor {USUAL[1]}",
                key="main",
                hint='name the file that the Worker starts with: main = "src/index.ts"',
                where=document.locate(("main",)),
            )
    where = document.locate(flat.origin(("main",)))
    path = root / main
    try:
        real = path.resolve()
        inside = real.is_relative_to(root.resolve())
        found, folder = real.is_file(), real.is_dir()
    except (OSError, ValueError, RuntimeError):  # a null byte, a name that is too long, a loop of links
        inside, found, folder = True, False, False
    if not inside:
        link = "" if ".." in Path(main).parts or Path(main).is_absolute() else ", through a symbolic link"
        raise ConfigError(
            f"the entry point `{shown(main)}` lies outside the project{link}",
            key="main",
            hint=f"move it below the folder of {document.path.name}, or move {document.path.name} up",
            where=where,
        )
    if not found and not _is_made(flat):
        what = "is a folder" if folder else "does not exist"
        raise ConfigError(
            f"the entry point `{shown(main)}` {what}", key="main", hint=_advice(root, Path(main)), where=where
        )
    return path


def _is_made(flat: Flat) -> bool:
    """Whether a build command makes the entry point: then it need not be there before the build."""
    build = flat.config.get("build")
    return isinstance(build, dict) and bool(build.get("command"))


def _advice(root: Path, main: Path) -> str:
    folder = (root / main).parent
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_file()) if folder.is_dir() else []
    same_stem = next((name for name in names if Path(name).stem == main.stem), None)
    near = same_stem or closest(main.name, names)
    if near is None:
        usual = next((usual for usual in USUAL if (root / usual).is_file()), None)
        return f'did you mean main = "{usual}"?' if usual else "create it, or set main to the file that is there"
    return f'did you mean main = "{shown((main.parent / near).as_posix())}"?'
