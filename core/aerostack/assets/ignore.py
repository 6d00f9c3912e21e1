"""Which files of the folder are not published: those that ``.assetsignore`` names, and those that are never meant.

``.assetsignore`` is written as ``.gitignore`` is, and matches whatever the case, as in wrangler. What wrangler would
publish without a word although it is no content (keys, credentials, repositories, configuration) is withheld, unless a
line of ``.assetsignore`` asks for it by name: ``!.env.example``. A pattern with a wildcard does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aerostack.errors import ConfigError, Location
from aerostack.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

FILE = ".assetsignore"

#: What a platform reads instead of publishing it. ``.assetsignore`` may name them no differently.
META = (FILE, "_headers", "_redirects")

#: Names of files and folders, in lower case, at whatever depth.
_WITHHELD = re.compile(
    r"\.env.*|\.dev\.vars.*"
    r"|\.git|\.hg|\.svn|node_modules|\.wrangler|\.aerostack"
    r"|aerostack\.toml|wrangler\.(toml|json|jsonc)"
    r"|.*\.(pem|key|p12|pfx|jks|keystore)|id_(rsa|dsa|ecdsa|ed25519).*"
    r"|\.ssh|\.aws|\.gnupg|\.npmrc|\.netrc|\.pypirc|\.htpasswd|\.git-credentials"
)
_WILDCARD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Ignore:
    """``present`` says whether there is an ``.assetsignore``. Paths are relative to the folder, with slashes."""

    present: bool = False
    _ignored: GitIgnoreSpec | None = None
    _named: GitIgnoreSpec | None = None

    def ignores(self, path: str) -> bool:
        """Whether ``.assetsignore`` says so of a file."""
        return self._ignored is not None and self._ignored.match_file(path.lower())

    def ignores_folder(self, path: str) -> bool:
        """Whether it says so of a folder, below which nothing can be taken back in."""
        return self.ignores(f"{path}/")

    def withholds(self, path: str) -> bool:
        """Whether a file is one that has to be asked for by name, or lies in such a folder."""
        lowered = path.lower()
        if not any(_WITHHELD.fullmatch(part) for part in lowered.split("/")):
            return False
        return self._named is None or not self._named.match_file(lowered)

    def withholds_folder(self, path: str) -> bool:
        """Whether nothing below a folder can be published."""
        return self._named is None and self.withholds(path)


def read(folder: Path, content: bytes | None) -> Ignore:
    """What ``content`` says, the file ``.assetsignore`` of the folder. Raises ``ConfigError`` when it is no text."""
    if content is None:
        return Ignore()
    where = Location(folder / FILE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ConfigError(f"{FILE} is no text in UTF-8", hint="save it as UTF-8, without null characters", where=where)
    lines = [line.strip("\r").lower() for line in text.split("\n")]
    # A wildcard would ask for what nobody thought of.
    named = [line[1:] for line in lines if line.startswith("!") and not _WILDCARD.search(line)]
    return Ignore(True, _spec(lines), _spec(named) if named else None)


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
