"""What an upload says of static assets: the token of the session that sent them, and how they are served."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from aerostack_edge.api import body, codes, tokens
from aerostack_edge.api.tokens import TokenError
from aerostack_edge.assets.config import ConfigError, parsed
from aerostack_edge.assets.files import MissingFilesError
from aerostack_edge.assets.headers import HeadersError
from aerostack_edge.assets.redirects import RedirectsError
from aerostack_edge.control import Control
from aerostack_edge.state.versions import StoredAssets, Version


async def settled(
    edge: Control, script: str, metadata: Mapping[str, Any], before: Version | None, *, code: bool
) -> StoredAssets | None:
    """The assets of a version that an upload describes; ``before`` is the version whose assets it may keep.

    ``code`` says whether there is a Worker beside them. Raises ``ApiError``.
    """
    said = body.mapping(metadata.get("assets") or {}, "assets")
    kept = before.content.assets if before and metadata.get("keep_assets") is True else None
    config = body.mapping(said.get("config") or {}, "assets.config")
    if (token := said.get("jwt")) is not None:
        if not isinstance(token, str):
            raise codes.MALFORMED(reason="assets.jwt must be a string")
        digest = await _redeemed(edge, token, script)
    elif kept is not None:
        digest = kept.manifest
        config = config or dict(kept.config)
    elif said:
        raise codes.ASSETS_TOKEN(reason="there is none")
    else:
        return None
    _check(config, code=code)
    return StoredAssets(manifest=digest, config={key: value for key, value in config.items() if value is not None})


async def _redeemed(edge: Control, token: str, script: str) -> str:
    try:
        ticket = tokens.read(token, edge.token, now=time.time())
    except TokenError as error:
        raise codes.ASSETS_TOKEN(reason=error) from error
    if ticket.account != edge.account or ticket.script != script:
        raise codes.ASSETS_TOKEN(reason=f"it is for another Worker, {ticket.script}")
    if ticket.use != "complete":
        raise codes.ASSETS_TOKEN(reason="it is the token of an upload that is not complete")
    wanted = await edge.files.session(ticket.session)
    if wanted is None:
        raise codes.ASSETS_TOKEN(reason="its upload session is over")
    try:
        return await edge.files.settled(wanted)
    except MissingFilesError as error:
        raise codes.ASSETS_TOKEN(reason=f"the asset {error.paths[0]} has to be uploaded again") from error


def _check(wire: Mapping[str, Any], *, code: bool) -> None:
    try:
        found = parsed(wire)
    except RedirectsError as error:
        raise codes.REDIRECTS_INVALID(reason=error) from error
    except HeadersError as error:
        raise codes.SCRIPT_INVALID(reason=f"Invalid _headers configuration:\n{error}") from error
    except ConfigError as error:
        raise codes.SCRIPT_INVALID(reason=str(error)) from error
    if not code and (found.worker_first or found.routing):
        raise codes.SCRIPT_INVALID(reason="assets.config.run_worker_first needs a Worker: the upload has no modules")
