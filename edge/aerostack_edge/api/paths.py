"""The root of all paths, and the parts of one that may hold any character."""

from __future__ import annotations

from urllib.parse import unquote

from aiohttp import web

ROOT = "/client/v4"


def tail(request: web.Request) -> str:
    """The last part of the route's path, decoded once: keys may hold slashes, encoded or not."""
    resource = request.match_info.route.resource
    assert resource is not None, "only routes with a path have a handler that asks"
    # By its place, as what comes before it may have any name.
    before = resource.canonical.count("/")
    path = request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path_qs
    return unquote(path.partition("?")[0].split("/", before)[before])
