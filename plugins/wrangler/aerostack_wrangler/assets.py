"""The static files that wrangler is given: a folder that holds what is to be published, and nothing else.

By itself wrangler publishes all of ``assets.directory`` without a word: ``.env`` and ``.git``, and what symbolic links
lead to. The folder that it gets instead lies in ``.aerostack``, and is made of hard links, which take no room.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from aerostack import assets
from aerostack.bundle import run_build
from aerostack.errors import BundleError, ConfigError, Location
from aerostack.model import Assets, Project, Tools
from aerostack.state import refuse_links
from aerostack_wrangler.place import assets_folder, folder

#: It says that everything else in the folder is meant, such as a ``_worker.js``.
_IGNORE = ".assetsignore"


def prepare(project: Project, config: dict[str, Any], tools: Tools) -> bool:
    """Make the folder for a deploy, and lead wrangler's ``config`` to it; false for a project without static files.

    The files are those that are there after the build command, which therefore runs here and not in wrangler. Raises
    ``BundleError`` and ``ConfigError``.
    """
    if not project.config.get("assets"):
        return False
    assets.check(project)
    run_build(project, tools.run, tools.step)
    built = config.pop("build", None)
    files = assets.collect(project)
    assert files is not None
    if built:
        # Nobody could say so before.
        for note in assets.notes(files):
            tools.warn(note)
    published = assets_folder(project)
    try:
        _fill(published, files)
    except OSError as error:
        raise ConfigError(
            f"{published} cannot be written: {error.strerror or error}",
            hint="make the folder .aerostack writable, with room on the disk",
        ) from error
    config["assets"] = {**config["assets"], "directory": published.relative_to(folder(project)).as_posix()}
    return True


def planned(project: Project) -> tuple[str, ...]:
    """What can be said of the static files before the build command runs, if there is one.

    Raises ``BundleError`` and ``ConfigError``.
    """
    if not project.config.get("assets"):
        return ()
    assets.check(project)
    return () if project.config.get("build") else assets.notes(assets.collect(project))


def _fill(folder: Path, files: Assets) -> None:
    refuse_links(folder)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    made = {folder}
    for file in files.files:
        place = folder / file.path[1:]
        if place.parent not in made:
            place.parent.mkdir(parents=True, exist_ok=True)
            made.add(place.parent)
        _link(file.file, place)
    texts = {name: str(files.config[name]) for name in ("_headers", "_redirects") if name in files.config}
    for name, text in {**texts, _IGNORE: ""}.items():
        (folder / name).write_text(text, encoding="utf-8")


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place, follow_symlinks=False)
    except OSError:  # on another disk, or a file of somebody else's
        shutil.copyfile(file, place, follow_symlinks=False)
    if place.is_symlink():
        # Put there since it was looked at; wrangler would publish what it leads to.
        raise BundleError(
            f"the static file {file.name} became a symbolic link while it was being deployed",
            hint="deploy again when nothing writes into the folder any more",
            where=Location(file),
        )
