"""The root of all paths, and the parts of one that may hold any character."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

ROOT = "/client/v4"


def tail(request: web.Request, after: str) -> str:
    """The rest of the path after the segment ``after``, decoded once: keys may hold slashes, encoded or not."""
    return unquote(request.raw_path.partition("?")[0].partition(f"/{after}/")[2])
