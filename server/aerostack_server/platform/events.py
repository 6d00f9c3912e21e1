"""Calling Workers through the dispatch Worker, which knows the server by a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aerostack.http import Client, Timeouts, TokenBucket
from aerostack.model import Secret
from aerostack_server.settings import Settings

#: A schedule may take minutes (seconds).
_PATIENCE = Timeouts(read=900.0, total=900.0)


class Events:
    """``secret`` is what the dispatch Worker compares with."""

    def __init__(self, settings: Settings, secret: Secret) -> None:
        self.secret = secret
        host = f"events.{settings.domain}"
        address = f"{settings.tenant_scheme}://{host}"
        if settings.tenant_scheme == "http":
            # On this machine: names below localhost are not known to every resolver.
            port = urlsplit(address).port
            address = "http://127.0.0.1" + (f":{port}" if port else "")
        # Cloudflare's limit counts calls of its API, not of Workers.
        free = TokenBucket(1_000_000, 1.0)
        self._http = Client(address, headers={"Host": host}, token=secret, timeouts=_PATIENCE, budget=free)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, event: Mapping[str, Any]) -> None:
        """Wait until the Worker has done it. Raises ``RemoteError``."""
        self._http.request("POST", "/", operation=f"calling {event['name']}", json=event)
