"""Reading an upload: a form of one JSON part and the modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, hdrs, web

from aerostack_edge.api import body, codes
from aerostack_edge.model import Module, ModuleType

UPLOAD_LIMIT = 100 * 1024 * 1024
_METADATA_LIMIT = 1024 * 1024

_TYPES: dict[str, ModuleType] = {
    "application/javascript+module": "esm",
    "application/javascript": "commonjs",
    "text/javascript+module": "esm",
    "text/javascript": "commonjs",
    "text/plain": "text",
    "application/octet-stream": "data",
    "application/wasm": "wasm",
    "application/source-map": "sourcemap",
    "text/x-python": "python",
}
MIME: dict[ModuleType, str] = {type: mime for mime, type in reversed(_TYPES.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """``metadata`` is what the form's JSON part says; nothing of it has been checked."""

    metadata: dict[str, Any]
    modules: tuple[Module, ...]


async def received(request: web.Request, *, part: str = "metadata") -> Upload:
    """Read the form; ``part`` names the JSON part. Raises ``ApiError``."""
    if request.content_type != "multipart/form-data":
        raise codes.MALFORMED(reason="the body must be multipart/form-data")
    metadata: dict[str, Any] | None = None
    modules: dict[str, Module] = {}
    left = UPLOAD_LIMIT
    try:
        async for piece in await request.multipart():
            if not isinstance(piece, BodyPartReader):
                raise codes.MALFORMED(reason="a part of the form is a form itself")
            content = await _content(piece, left)
            left -= len(content)
            if piece.name == part:
                if len(content) > _METADATA_LIMIT:
                    raise codes.TOO_LARGE(limit=_METADATA_LIMIT)
                metadata = body.mapping(body.parsed(content), part)
            else:
                # Some clients name every part alike and tell the modules apart by file name only.
                module = _module(piece.filename or piece.name, piece.headers.get(hdrs.CONTENT_TYPE), content)
                if module.name in modules:
                    raise codes.SCRIPT_INVALID(reason=f"The module {module.name} is uploaded twice.")
                modules[module.name] = module
    except (ValueError, AssertionError, EOFError) as error:
        raise codes.MALFORMED(reason="the multipart form is broken") from error
    if metadata is None:
        raise codes.MALFORMED(reason=f"the form has no part named {part}")
    return Upload(metadata=metadata, modules=tuple(modules.values()))


async def _content(piece: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await piece.read_chunk(256 * 1024):
        content += chunk
        if len(content) > limit:
            raise codes.SCRIPT_TOO_LARGE(limit=UPLOAD_LIMIT)
    return bytes(content)


def _module(name: str | None, mime: str | None, content: bytes) -> Module:
    if not name:
        raise codes.SCRIPT_INVALID(reason="A module has no name.")
    if not name.isprintable():
        raise codes.SCRIPT_INVALID(reason="The name of a module has characters that cannot be printed.")
    kind = (mime or "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise codes.SCRIPT_INVALID(reason=f"The module {name} has the unknown content type {kind or '(none)'}.")
    return Module(name=name, type=_TYPES[kind], content=content)
