"""The API as an application: its routes, who may call them, and what a failure looks like."""

from __future__ import annotations

import asyncio
import hmac
import traceback
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

from aiohttp import web

from aerostack_edge import disk
from aerostack_edge.addresses import hostname
from aerostack_edge.api import (
    account,
    asset_sessions,
    codes,
    consumers,
    d1,
    d1_dump,
    deployments,
    dispatch,
    domains,
    kv,
    kv_values,
    latest,
    log,
    messages,
    queues,
    r2,
    r2_objects,
    references,
    schedules,
    scripts,
    secrets,
    settings,
    tails,
    transfers,
    versions,
    workers,
    zones,
)
from aerostack_edge.api.envelope import ApiError, refusal
from aerostack_edge.api.paths import ROOT
from aerostack_edge.control import Control, control
from aerostack_edge.runtime import StoreFull, StoreUnavailable

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_BELOW_ACCOUNT = (
    account,
    asset_sessions,
    consumers,
    d1,
    d1_dump,
    deployments,
    dispatch,
    domains,
    kv,
    kv_values,
    latest,
    messages,
    queues,
    r2,
    r2_objects,
    references,
    schedules,
    scripts,
    secrets,
    settings,
    tails,
    versions,
    workers,
    zones,
)
#: What follows is as good as a token.
_KEYED = (tails.PREFIX, transfers.PREFIX)


def routes() -> Iterable[web.RouteDef]:
    """Every route, with its whole path."""
    for noun in _BELOW_ACCOUNT:
        yield from (_below(route) for route in noun.routes("/accounts/{account}"))
    yield from (_below(route) for route in (*log.routes(), *transfers.routes(), *tails.sockets()))


async def answer(request: web.Request, handler: Handler, report: Callable[[str], None]) -> web.StreamResponse:
    """Let ``handler`` answer if the caller may ask; whatever happens, the answer has Cloudflare's form.

    ``report`` gets the traceback of a bug of ours: the caller is only told that there was one.
    """
    edge = control(request)
    path = request.path.removeprefix(ROOT)
    if path.startswith(log.PREFIX):
        return await _guarded(edge, request, path, handler, report)
    begun = edge.requests.begin()
    status = 499  # the client left before there was an answer
    try:
        await asyncio.sleep(edge.requests.latency)
        response = await _guarded(edge, request, path, handler, report)
        status = response.status
    finally:
        edge.requests.end(begun, request.method, _logged(path), tuple(sorted(request.query)), status)
    return response


async def _guarded(
    edge: Control, request: web.Request, path: str, handler: Handler, report: Callable[[str], None]
) -> web.StreamResponse:
    try:
        _admit(edge, request, path)
        refused = edge.requests.refusal
        if refused is not None and not path.startswith(log.PREFIX) and refused.meets(request.method, path):
            raise ApiError(refused.status, refused.code, refused.message)
        return await handler(request)
    except ApiError as error:
        return refusal(error)
    except web.HTTPNotFound:
        return refusal(codes.NO_ROUTE(path=path))
    except web.HTTPMethodNotAllowed:
        return refusal(codes.NO_METHOD(method=request.method, path=path))
    except web.HTTPException as error:
        return refusal(ApiError(error.status, error.status, error.reason))
    except StoreFull:
        report(f"{request.method} {path} failed: {codes.DISK_FULL()}")
        return refusal(codes.DISK_FULL())
    except StoreUnavailable as error:
        return refusal(codes.UNAVAILABLE(reason=error))
    except ConnectionError:
        raise  # the client is gone: nobody to answer
    except Exception as error:
        if disk.is_full(error, edge.data):
            report(f"{request.method} {path} failed: {codes.DISK_FULL()}")
            return refusal(codes.DISK_FULL())
        report(f"{request.method} {path} failed:\n{traceback.format_exc()}")
        return refusal(codes.INTERNAL())


def _logged(path: str) -> str:
    return next((prefix for prefix in _KEYED if path.startswith(prefix)), path)


def _admit(edge: Control, request: web.Request, path: str) -> None:
    host = hostname(request.host)
    if host not in edge.hosts:
        raise codes.FOREIGN_HOST(host=host)
    if path.startswith(_KEYED) or asset_sessions.UPLOAD.fullmatch(path):
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise codes.NO_CREDENTIALS()
    if not hmac.compare_digest(token.strip().encode(errors="replace"), edge.token.encode()):
        raise codes.INVALID_TOKEN() if path == "/user/tokens/verify" else codes.BAD_TOKEN()
    named = request.match_info.get("account")
    if named is not None and named != edge.account:
        raise codes.FOREIGN_ACCOUNT()


def _below(route: web.RouteDef) -> web.RouteDef:
    return web.RouteDef(route.method, f"{ROOT}{route.path}", route.handler, route.kwargs)
