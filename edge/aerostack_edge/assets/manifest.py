"""A manifest: which path is which file, as the client names it by a hash of its own choosing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

#: Cloudflare's limits: of a file in bytes, and of the files of one version.
LARGEST, MOST = 25 * 1024 * 1024, 100_000
# Cloudflare does not say; no file system has longer paths.
_LONGEST_PATH = 4096
# What is asked for in one request: it has to fit into one, and be worth one.
_BUCKET_BYTES, _BUCKET_FILES = 40 * 1024 * 1024, 1000

_HASH = re.compile(r"[0-9a-f]{32}")
_BETWEEN = re.compile(r"[/\\]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class ManifestError(Exception):
    """What is wrong with a manifest; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``hash`` is 32 hex digits and the file's ETag later, ``size`` in bytes."""

    hash: str
    size: int


Manifest: TypeAlias = Mapping[str, Entry]


def parsed(document: Any) -> Manifest:
    """The manifest by path. Raises ``ManifestError``."""
    if not isinstance(document, Mapping):
        raise ManifestError("manifest must be an object")
    if len(document) > MOST:
        raise ManifestError(f"A version has at most {MOST} assets; the manifest has {len(document)}.")
    found = {_path(path): _entry(path, item) for path, item in document.items()}
    sizes: dict[str, int] = {}
    for path, entry in found.items():
        if sizes.setdefault(entry.hash, entry.size) != entry.size:
            raise ManifestError(f"The hash {entry.hash} of {path} has two sizes in the manifest.")
    return found


def buckets(missing: Mapping[str, int]) -> list[list[str]]:
    """Hashes, given with their sizes, in groups that fit into one request each."""
    found: list[list[str]] = []
    room = 0
    for hash, size in missing.items():
        if not found or size > room or len(found[-1]) == _BUCKET_FILES:
            found.append([])
            room = _BUCKET_BYTES
        found[-1].append(hash)
        room -= size
    return found


def _path(path: str) -> str:
    """The path, if it names one file below the root whoever reads it."""
    parts = _BETWEEN.split(path[1:])
    if not path.startswith("/") or not all(parts) or {".", ".."} & set(parts):
        raise ManifestError(
            f"{path!r} is not the path of an asset: it must begin with / and have no empty or dot parts."
        )
    if _CONTROL.search(path) or not _encodable(path):
        raise ManifestError(f"The path {path!r} has characters that no path may have.")
    if len(path.encode()) > _LONGEST_PATH:
        raise ManifestError(f"The path {path[:40]}… is longer than {_LONGEST_PATH} bytes.")
    return path


def _encodable(path: str) -> bool:
    # JSON can hold half of a surrogate pair, which no URL can.
    return not any("\ud800" <= character <= "\udfff" for character in path)


def _entry(path: str, item: Any) -> Entry:
    hash, size = (item.get("hash"), item.get("size")) if isinstance(item, Mapping) else (None, None)
    if not isinstance(hash, str) or not _HASH.fullmatch(hash):
        raise ManifestError(f"The hash of {path} must be 32 hex digits.")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise ManifestError(f"The size of {path} must be a number of bytes.")
    if size > LARGEST:
        raise ManifestError(f"{path} has {size} bytes; an asset has at most {LARGEST}.")
    return Entry(hash, size)
