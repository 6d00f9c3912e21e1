"""Custom domains: host names of a zone of the account that lead to a Worker."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from aerostack.errors import NotFoundError
from aerostack.http import Client
from aerostack_cloudflare.api import Api, segment
from aerostack_cloudflare.record import Record


class Domains:
    """The custom domains of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._api = Api(http, "workers", f"/accounts/{account_id}/workers/domains")

    def worker(self, hostname: str) -> str | None:
        """The name of the Worker that a host name leads to. ``GET /accounts/{account}/workers/domains?hostname=``"""
        found = self._find(hostname)
        return found.text("service") if found else None

    def id(self, hostname: str, script: str) -> str | None:
        """The id by which to detach a host name, if it leads to that Worker.

        ``GET /accounts/{account}/workers/domains?hostname=``
        """
        found = self._find(hostname)
        return found.text("id") if found and found.text("service") == script else None

    def of(self, script: str) -> tuple[str, ...]:
        """The host names that lead to a Worker. ``GET /accounts/{account}/workers/domains?service=``"""
        operation = f"listing the domains of the Worker {script}"
        found = self._api.call("GET", "", operation, params={"service": script}).records
        return tuple(item.text("hostname") for item in found if item.text("service") == script)

    def detach(self, domain_id: str, hostname: str) -> None:
        """Let a host name lead nowhere. ``DELETE /accounts/{account}/workers/domains/{id}``"""
        with contextlib.suppress(NotFoundError):
            self._api.call("DELETE", f"/{segment(domain_id)}", f"detaching the domain {hostname}", repeatable=True)

    def attach(self, hostname: str, script: str, zone: Mapping[str, str]) -> None:
        """Lead a host name to a Worker, wherever it leads now; ``zone`` is its ``zone_id`` or ``zone_name``, if known.

        ``PUT /accounts/{account}/workers/domains``
        """
        operation = f"leading the domain {hostname} to the Worker {script}"
        self._api.call("PUT", "", operation, json={"hostname": hostname, "service": script, **zone}, repeatable=True)

    def _find(self, hostname: str) -> Record | None:
        operation = f"looking up the domain {hostname}"
        found = self._api.call("GET", "", operation, params={"hostname": hostname}).records
        # Whatever the filter does, only that very name counts.
        return next((item for item in found if item.text("hostname") == hostname), None)
