"""HTTP over a unix socket to a workerd."""

from __future__ import annotations

import errno
from pathlib import Path

import aiohttp

_CONNECT_SECONDS = 5.0

#: For a question to a process that may be computing.
PATIENT = aiohttp.ClientTimeout(total=None)


class ConnectionLost(aiohttp.ClientError):
    """The connection broke before an answer came; what was asked for may have been done."""


async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a GET or PUT again by itself: a Worker must not be run twice for one request."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise ConnectionLost(str(error)) from error


def session(socket: Path) -> aiohttp.ClientSession:
    """A session that adds nothing to a request and changes nothing in an answer.

    Each request has a connection of its own: connecting costs a tenth of a millisecond here, and a connection that is
    kept may be closed by the other side at the very moment it is used again.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.UnixConnector(str(socket), limit=0, force_close=True),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        middlewares=(once,),
        read_bufsize=256 * 1024,
    )


def nobody_listens(error: aiohttp.ClientConnectorError) -> bool:
    """Whether the process behind the socket is gone, in contrast to us being short of something, such as files."""
    return error.os_error.errno in (errno.ECONNREFUSED, errno.ENOENT)
