"""Custom domains: host names of a zone of the account that lead to a Worker."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.http import Client
from aerostack_cloudflare.api import Api


class Domains:
    """The custom domains of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._api = Api(http, "workers", f"/accounts/{account_id}/workers/domains")

    def worker(self, hostname: str) -> str | None:
        """The name of the Worker that a host name leads to. ``GET /accounts/{account}/workers/domains?hostname=``"""
        operation = f"looking up the domain {hostname}"
        found = self._api.call("GET", "", operation, params={"hostname": hostname}).records
        # Whatever the filter does, only that very name counts.
        return next((item.text("service") for item in found if item.text("hostname") == hostname), None)

    def attach(self, hostname: str, script: str, zone: Mapping[str, str]) -> None:
        """Lead a host name to a Worker, wherever it leads now; ``zone`` is its ``zone_id`` or ``zone_name``, if known.

        ``PUT /accounts/{account}/workers/domains``
        """
        operation = f"leading the domain {hostname} to the Worker {script}"
        self._api.call("PUT", "", operation, json={"hostname": hostname, "service": script, **zone}, repeatable=True)
