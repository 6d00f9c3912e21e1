"""Zones, and the routes in them: patterns of addresses that lead to Workers."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from aerostack.errors import NotFoundError
from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import HEX32, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``script`` is the Worker that it leads to; ``None`` where somebody wants none at all."""

    id: str
    pattern: str
    script: str | None

    @property
    def leads_to(self) -> str:
        """The same in words."""
        return self.script or "no Worker"


class Zones:
    """The zones of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._http = http
        self._account_id = account_id
        self._zones = Api(http, "zones", "/zones")
        self._routes = Api(http, "routes", "/zones")
        self._ids: dict[str, str] = {}

    def find(self, names: Sequence[str]) -> str | None:
        """The id of the first of the names that is a zone of the account; what was found once is not asked again.

        ``GET /zones?name=``
        """
        for name in names:
            if name in self._ids:
                return self._ids[name]
            params = {"name": name, "account.id": self._account_id}
            for zone in self._zones.call("GET", "", f"looking up the zone {name}", params=params).records:
                # Whatever the filter does, only that very name counts.
                if zone.text("name") == name:
                    return self._ids.setdefault(name, zone.identifier("id", HEX32))
        return None

    def routes(self, zone_id: str) -> tuple[Route, ...]:
        """All routes of a zone, whichever Worker they lead to. ``GET /zones/{zone}/workers/routes``"""
        operation = f"reading the routes of the zone {zone_id}"
        return tuple(map(_route, self._routes.call("GET", f"/{segment(zone_id)}/workers/routes", operation).records))

    def add_route(self, zone_id: str, pattern: str, script: str) -> Route:
        """Lead a pattern to a Worker; ``ConflictError`` when there is a route of that pattern already.

        ``POST /zones/{zone}/workers/routes``
        """
        path, operation = f"/{segment(zone_id)}/workers/routes", _leading(pattern, script)
        body = {"pattern": pattern, "script": script}

        def send() -> Route:
            return Route(
                id=self._routes.call("POST", path, operation, json=body).record.identifier("id", HEX32),
                pattern=pattern,
                script=script,
            )

        def find() -> Route | None:
            found = (route for route in self.routes(zone_id) if route.pattern == pattern and route.script == script)
            return next(found, None)

        return settle(self._http, send, find)

    def change_route(self, zone_id: str, route_id: str, pattern: str, script: str) -> None:
        """Lead a route to a Worker, wherever it leads now. ``PUT /zones/{zone}/workers/routes/{route}``"""
        self._routes.call(
            "PUT",
            f"/{segment(zone_id)}/workers/routes/{segment(route_id)}",
            _leading(pattern, script),
            json={"pattern": pattern, "script": script},
            repeatable=True,
        )

    def delete_route(self, zone_id: str, route_id: str, pattern: str) -> None:
        """Let a pattern lead nowhere. ``DELETE /zones/{zone}/workers/routes/{route}``"""
        path = f"/{segment(zone_id)}/workers/routes/{segment(route_id)}"
        with contextlib.suppress(NotFoundError):
            self._routes.call("DELETE", path, f"removing the route {pattern}", repeatable=True)


def _leading(pattern: str, script: str) -> str:
    return f"leading the route {pattern} to the Worker {script}"


def _route(record: Record) -> Route:
    # Written as an empty string too, where there is no Worker.
    return Route(
        id=record.identifier("id", HEX32),
        pattern=record.text("pattern"),
        script=record.optional_text("script") or None,
    )
