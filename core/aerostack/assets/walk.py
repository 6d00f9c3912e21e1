"""The files of a folder, none of them from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from aerostack.assets.ignore import FILE, META, Ignore
from aerostack.errors import BundleError, Location
from aerostack.values import dataclass

_PAGES = "_worker.js"


@dataclass(frozen=True, slots=True)
class Walk:
    """``withheld`` collects, while it goes on, the names of what has to be asked for and was not."""

    root: Path
    ignore: Ignore
    withheld: list[str] = field(default_factory=list)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Each file that is to be published: its path below the folder, and the file itself.

        Raises ``BundleError`` for a symbolic link that leaves the folder, goes in a circle or leads nowhere, for what
        is neither a file nor a folder, and for a name that no address has.
        """
        yield from self._below(self.root, "", (self.root,))

    def _below(self, folder: Path, prefix: str, parents: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
        for entry in _entries(folder):
            path = prefix + entry.name
            if path in META:
                continue
            if entry.is_symlink():
                yield from self._link(Path(entry.path), path, parents)
            elif entry.is_dir(follow_symlinks=False):
                yield from self._folder(Path(entry.path), path, parents)
            else:
                yield from self._file(Path(entry.path), path, is_file=entry.is_file(follow_symlinks=False))

    def _folder(self, real: Path, path: str, parents: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
        if self.ignore.ignores_folder(path):
            return
        if self.ignore.withholds_folder(path):
            self.withheld.append(path)
            return
        yield from self._below(real, f"{path}/", (*parents, real))

    def _file(self, real: Path, path: str, *, is_file: bool) -> Iterator[tuple[str, Path]]:
        if self.ignore.ignores(path):
            return
        if self.ignore.withholds(path):
            self.withheld.append(path)
            return
        if not is_file:
            raise _error(real, f"the static file {path} is no file that could be read", "remove it")
        self._check_name(real, path)
        yield path, real

    def _link(self, link: Path, path: str, parents: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
        if self.ignore.ignores(path) or self.ignore.ignores_folder(path):
            return
        if self.ignore.withholds(path):
            self.withheld.append(path)
            return
        try:
            real = link.resolve(strict=True)
        except (OSError, RuntimeError):
            raise _error(link, f"the symbolic link {path} leads nowhere", _remove(path)) from None
        if not real.is_relative_to(self.root):
            raise _error(
                link,
                f"the symbolic link {path} leads out of the assets folder, and what it leads to would be published",
                f"replace it by what is meant, or {_remove(path)}",
            )
        if real in parents:
            raise _error(link, f"the symbolic link {path} leads to a folder that it lies in", _remove(path))
        target = real.relative_to(self.root).as_posix()
        if self.ignore.withholds(target):
            # Another name makes nothing public that has to be asked for.
            self.withheld.append(path)
        elif real.is_dir():
            yield from self._below(real, f"{path}/", (*parents, real))
        else:
            yield from self._file(real, path, is_file=real.is_file())

    def _check_name(self, real: Path, path: str) -> None:
        if not self.ignore.present and path.partition("/")[0] == _PAGES:
            raise _error(
                real,
                f"{_PAGES} is code of a Pages project, which would be published as a static file",
                f"name it in {FILE} (a line `{_PAGES}`), or let {FILE} be empty to publish it",
            )
        if not path.isprintable() or "\\" in path or not _is_unicode(path):
            raise _error(real, f"no address can name the static file {path!a}", "rename it")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _error(folder, f"the folder {folder.name} cannot be read: {reason}", "make it readable") from error


def _is_unicode(text: str) -> bool:
    """Not for a file name that is no UTF-8, of which Python keeps the bytes as halves of surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _remove(path: str) -> str:
    return f"remove it, or name it in {FILE} (a line `/{path}`)"


def _error(path: Path, message: str, hint: str) -> BundleError:
    return BundleError(message, hint=hint, where=Location(path), code="assets")
