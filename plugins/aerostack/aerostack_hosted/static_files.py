"""The static files of a project, on their way to the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import quote

from aerostack import assets
from aerostack.assets.hashing import extension
from aerostack.errors import RemoteError
from aerostack.http import parallel
from aerostack.model import Asset, Assets, Tools
from aerostack_cloudflare.multipart import Part
from aerostack_hosted.api import assets as remote
from aerostack_hosted.api.connection import Api

#: Uploads under way at once.
_AT_ONCE = 3


def upload(api: Api, project: str, files: Assets, tools: Tools) -> None:
    """Let the server have all of them; what it has is not sent. Raises ``RemoteError``, with nothing changed."""
    known = {file.hash: file for file in files.files}
    try:
        lacking = [known[hash] for hash in sorted(remote.missing(api, project, list(known)))]
        if not lacking:
            return
        size = sum(file.size for file in lacking)
        tools.step(f"uploading {len(lacking)} of {len(files.files)} static files ({size / 1024:.1f} KiB)")
        parallel(*(_sending(api, project, portion) for portion in _portions(lacking)), limit=_AT_ONCE)
    except RemoteError as error:
        # Nobody can see a file before a deployment names it.
        error.applied = False
        raise


def _sending(api: Api, project: str, files: Sequence[Asset]) -> Callable[[], None]:
    def send() -> None:
        # Read when it is its turn: all of them would not fit into memory.
        parts = [Part(file.hash, assets.read(file), filename=_named(file)) for file in files]
        remote.upload(api, project, parts)

    return send


def _portions(files: Iterable[Asset]) -> Iterator[list[Asset]]:
    portion: list[Asset] = []
    size = 0
    for file in files:
        if portion and (size + file.size > remote.MOST_BYTES or len(portion) == remote.MOST_FILES):
            yield portion
            portion, size = [], 0
        portion.append(file)
        size += file.size
    if portion:
        yield portion


def _named(file: Asset) -> str:
    """A file name with the extension, which is a part of the hash."""
    ending = extension(file.path)
    # Quoted, as a form has no other way to write every character.
    return quote(f"file.{ending}" if ending else "file", safe="")
