"""From esbuild's words to an error."""

from __future__ import annotations

import re
from pathlib import Path

from aerostack.bundle import nodejs, packages
from aerostack.errors import BundleError, Location
from aerostack.model import Project
from aerostack.suggest import closest

_HEAD = re.compile(r"^(?:✘|X) \[ERROR\] (.*)$")
_WARNING = re.compile(r"^(?:▲|!) \[WARNING\] ")
_PLACE = re.compile(r"^    (\S.*):(\d+):(\d+):$")
_UNRESOLVED = re.compile(r'Could not resolve "(.+?)"(?: \(originally "(.+)"\))?$')
_PACKAGE = re.compile(r"(?:@[a-z0-9-][a-z0-9._-]*/)?[a-z0-9-][a-z0-9._-]*", re.IGNORECASE)


def of(project: Project, said: str) -> BundleError:
    """The error for an esbuild that failed and ``said`` this on stderr: every message, and the place of the first."""
    blocks = _blocks(said)
    if not blocks:
        return BundleError(f"esbuild failed: {said.strip() or 'it said nothing'}")
    first = blocks[0]
    text = "\n\n".join("\n".join(block) for block in blocks)
    if len(blocks) > 1:
        text = f"{len(blocks)} errors\n\n{text}"
    return BundleError(text, hint=_hint(project, first), where=_place(project, first))


def _blocks(said: str) -> list[list[str]]:
    """The lines of each error, without esbuild's marker, trailing blank lines, and advice that does not apply here."""
    blocks: list[list[str]] = []
    current: list[str] | None = None
    for line in said.splitlines():
        head = _HEAD.match(line)
        if head:
            current = [head[1]]
            blocks.append(current)
        elif _WARNING.match(line) or re.match(r"^\d+ (error|warning)s?\b", line):
            current = None
        elif current is not None and not (_UNRESOLVED.match(current[0]) and re.match(r"^  \S", line)):
            # The note below an unresolved import explains flags of esbuild that users of aerostack do not have.
            current.append(line)
    for block in blocks:
        while not block[-1].strip():
            block.pop()
    return blocks


def _place(project: Project, block: list[str]) -> Location | None:
    for line in block[1:]:
        place = _PLACE.match(line)
        if place:
            # esbuild counts columns from 0.
            return Location(project.root / place[1], int(place[2]), int(place[3]) + 1)
    named = re.match(r"Invalid (alias|define|loader)", block[0])
    return project.where.get(named[1]) if named else None


def _hint(project: Project, block: list[str]) -> str | None:
    if block[0].startswith("Bundling with source phase imports"):
        return 'import it without the phase: import module from "./file.wasm"'
    unresolved = _UNRESOLVED.match(block[0])
    if not unresolved:
        return None
    specifier = unresolved[1]
    if specifier.removeprefix("node:") in nodejs.BUILTINS:
        return nodejs.hint(project)
    if unresolved[2]:  # through an alias, such as @shared
        return f'add the file {specifier.removeprefix("./")}, or correct the import of "{unresolved[2]}"'
    if specifier.startswith("."):
        return _near(project, block, specifier)
    name = "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])
    if not _PACKAGE.fullmatch(name):
        return (
            f'declare what "{specifier}" stands for: under [alias] in {project.file.name}, or as paths in tsconfig.json'
        )
    return packages.hint(project.root, name)


def _near(project: Project, block: list[str], specifier: str) -> str:
    place = _place(project, block)
    folder = (place.path.parent if place else project.root) / Path(specifier).parent
    wanted = Path(specifier).name
    if folder.is_dir():
        names = {path.stem: path.name for path in folder.iterdir()} | {
            path.name: path.name for path in folder.iterdir()
        }
        near = closest(wanted, names)
        if near:
            return f"is it {names[near]}? That file is there"
    return f'"{specifier}" is relative to the file that imports it: correct the path, or add the file'
