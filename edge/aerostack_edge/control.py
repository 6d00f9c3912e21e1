"""All that a request of the API may need, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from aerostack_edge.addresses import Addresses
from aerostack_edge.assets.files import Files
from aerostack_edge.events import Events
from aerostack_edge.requests import RequestLog
from aerostack_edge.routes import Routes
from aerostack_edge.runtime import Runtime
from aerostack_edge.scripts import Scripts
from aerostack_edge.state.database import Database
from aerostack_edge.tails import Tails
from aerostack_edge.transfers import Transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The parts of a running edge. ``hosts`` are the names under which the API answers, ``data`` its folder."""

    account: str
    token: str = field(repr=False)
    hosts: frozenset[str]
    data: Path
    database: Database
    runtime: Runtime
    scripts: Scripts
    files: Files
    events: Events
    addresses: Addresses
    routes: Routes
    requests: RequestLog
    transfers: Transfers
    tails: Tails = field(default_factory=Tails)


CONTROL = web.AppKey("control", Control)


def control(request: web.Request) -> Control:
    """The edge that the request came to."""
    return request.app[CONTROL]
