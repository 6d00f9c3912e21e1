"""``…/assets-upload-session`` and ``/workers/assets/upload``: sending the static files of a version ahead of it."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Mapping

from aiohttp import BodyPartReader, hdrs, web

from aerostack_edge.api import body, codes, tokens
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import checked_name
from aerostack_edge.api.tokens import Ticket, TokenError
from aerostack_edge.assets import manifest
from aerostack_edge.assets.files import Upload
from aerostack_edge.assets.manifest import LARGEST, ManifestError
from aerostack_edge.control import Control, control

#: The path at which the bearer shows the token of a session instead of the account's.
UPLOAD = re.compile(r"/accounts/[^/]+/workers/assets/upload")

_MANIFEST_LIMIT = 32 * 1024 * 1024
_UPLOAD_LIMIT = 100 * 1024 * 1024
# Base64 is longer by a third, and may come in lines.
_ENCODED_LIMIT = LARGEST // 3 * 4 + LARGEST // 16
# So much is kept in memory before it is put on disk together.
_TOGETHER = 4 * 1024 * 1024
# What clients send that want answers without a content type.
_NONE = "application/null"
_CONTENT_TYPE = re.compile(r"[\x20-\x7e]{1,200}")


async def begin(request: web.Request) -> web.Response:
    """Open a session for a manifest: which of its files are missing, and the token with which they may be sent."""
    edge = control(request)
    script = checked_name(request)
    document = await body.document(request, _MANIFEST_LIMIT)
    try:
        wanted = manifest.parsed(document.get("manifest"))
    except ManifestError as error:
        raise codes.ASSETS_MANIFEST(reason=error) from error
    missing = await edge.files.missing(wanted)
    session = await edge.files.begin(wanted)
    token = _token(edge, script, session, complete=not missing)
    return ok({"jwt": token, "buckets": manifest.buckets(missing)})


async def upload(request: web.Request) -> web.Response:
    """Take files, in base64 and each under its hash; the last one brings the token that a version is made with."""
    edge = control(request)
    ticket = _ticket(edge, request)
    if request.query.get("base64") != "true":
        raise codes.MALFORMED(reason="base64 must be true")
    if request.content_type != "multipart/form-data":
        raise codes.MALFORMED(reason="the body must be multipart/form-data")
    wanted = await edge.files.session(ticket.session)
    if wanted is None:
        raise codes.UPLOAD_TOKEN(reason="its upload session is over")
    await _take(edge, request, {entry.hash: entry.size for entry in wanted.values()})
    if await edge.files.missing(wanted):
        return ok({"jwt": None, "buckets": None}, status=202)
    token = _token(edge, ticket.script, ticket.session, complete=True)
    return ok({"jwt": token, "buckets": None}, status=201)


async def _take(edge: Control, request: web.Request, sizes: Mapping[str, int]) -> None:
    """Put the files of the form on disk, some at a time."""
    left = _UPLOAD_LIMIT
    taken: list[Upload] = []
    try:
        async for piece in await request.multipart():
            if not isinstance(piece, BodyPartReader):
                raise codes.MALFORMED(reason="a part of the form is a form itself")
            encoded = await _encoded(piece, left)
            left -= len(encoded)
            taken.append(_file(piece, encoded, sizes))
            if sum(len(upload.content) for upload in taken) > _TOGETHER:
                await edge.files.store(taken)
                taken = []
    except (ValueError, AssertionError, EOFError) as error:
        raise codes.MALFORMED(reason="the multipart form is broken") from error
    await edge.files.store(taken)


async def _encoded(piece: BodyPartReader, left: int) -> bytes:
    content = bytearray()
    while chunk := await piece.read_chunk(256 * 1024):
        content += chunk
        if len(content) > left:
            raise codes.TOO_LARGE(limit=_UPLOAD_LIMIT)
        if len(content) > _ENCODED_LIMIT:
            raise codes.ASSET_TOO_LARGE(hash=piece.name, limit=LARGEST)
    return bytes(content)


def _file(piece: BodyPartReader, encoded: bytes, sizes: Mapping[str, int]) -> Upload:
    hash = piece.name or ""
    if hash not in sizes:
        raise codes.ASSETS_UPLOAD(reason=f"the manifest of this session has no file with the hash {hash!r}")
    try:
        content = base64.b64decode(b"".join(encoded.split()), validate=True)
    except binascii.Error as error:
        raise codes.ASSETS_UPLOAD(reason=f"the content of {hash} is not base64") from error
    if len(content) != sizes[hash]:
        # The hash is the client's own affair; that its file is cut off is not.
        raise codes.ASSETS_UPLOAD(reason=f"the file {hash} has {len(content)} bytes, the manifest says {sizes[hash]}")
    content_type = piece.headers.get(hdrs.CONTENT_TYPE, _NONE)
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise codes.ASSETS_UPLOAD(reason=f"the content type of {hash} cannot be sent")
    return Upload(hash=hash, content=content, content_type="" if content_type == _NONE else content_type)


def _ticket(edge: Control, request: web.Request) -> Ticket:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise codes.NO_CREDENTIALS()
    try:
        ticket = tokens.read(token.strip(), edge.token, now=time.time())
    except TokenError as error:
        raise codes.UPLOAD_TOKEN(reason=error) from error
    if not ticket.account == edge.account == request.match_info["account"]:
        raise codes.FOREIGN_ACCOUNT()
    return ticket


def _token(edge: Control, script: str, session: str, *, complete: bool) -> str:
    ticket = Ticket(account=edge.account, script=script, session=session, use="complete" if complete else "upload")
    return tokens.issued(ticket, edge.token, now=time.time())


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    return [
        web.post(f"{account}/workers/scripts/{{script}}/assets-upload-session", begin),
        web.post(f"{account}/workers/assets/upload", upload),
    ]
