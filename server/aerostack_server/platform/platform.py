"""The account: its clients, one for each token, and what has to be there before the first Worker."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, ConflictError
from aerostack.http import Client, TokenBucket
from aerostack.model import Module, Secret
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.kv import Namespace
from aerostack_server.platform.events import Events
from aerostack_server.platform.shares import Shares
from aerostack_server.settings import Settings

_WORKER = Path(__file__).with_name("dispatch_worker.js")
#: Of the dispatch Worker and of the namespace it reads, beside the dispatch namespace's name.
_SUFFIXES = {"worker": "dispatch", "routes": "routes"}
_LIMITS = {"cpuMs": 1000, "subRequests": 200}
_COMPATIBILITY = "2026-01-01"
#: Of the 1200, for each token. The rest is for who else has it.
_REQUESTS = 1000


class Platform:
    """Safe to use from several threads. Every call may raise ``RemoteError``.

    ``events`` is a secret between the server and its dispatch Worker. Cloudflare allows each token 1200 requests in 5
    minutes, for which ``bucket`` stands: with several tokens, calls go round. Replicas and their processes divide it.
    """

    def __init__(self, settings: Settings, events: Secret, *, bucket: Callable[[], TokenBucket] | None = None) -> None:
        each = max(1, _REQUESTS // (settings.processes * settings.replicas))
        bucket = bucket or (lambda: TokenBucket(each))
        self.shares = Shares(each * len(settings.platform_tokens))
        if not settings.platform_account or not settings.platform_tokens:
            raise ConfigError(
                "the server does not know its platform",
                key="CLOUDFLARE_API_TOKEN",
                hint="set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN (several tokens: AEROSTACK_SERVER_TOKENS)",
            )
        self.namespace = settings.namespace
        self.domain = settings.domain
        self._events = Events(settings, events)
        self._stack = contextlib.ExitStack()
        self._buckets = [bucket() for _ in settings.platform_tokens]
        self._accounts = [
            Cloudflare(
                self._stack.enter_context(Client(settings.platform_url, token=token, budget=bucket)),
                settings.platform_account,
            )
            for token, bucket in zip(settings.platform_tokens, self._buckets, strict=True)
        ]
        self._turn = 0
        self._lock = threading.Lock()
        self._ready = False
        self._routes = ""

    def close(self) -> None:
        """Close the connections."""
        self._events.close()
        self._stack.close()

    @property
    def _host(self) -> str:
        return self.domain.partition(":")[0]

    @property
    def account(self) -> Cloudflare:
        """The client that may send soonest; among equals they take turns."""
        now = time.monotonic()
        with self._lock:
            self._turn += 1
            count = len(self._accounts)
            order = ((self._turn + place) % count for place in range(count))
            return self._accounts[min(order, key=lambda place: self._buckets[place].delay(now))]

    @property
    def routes(self) -> str:
        """The id of the KV namespace that the dispatch Worker reads."""
        self.prepare()
        return self._routes

    def delay(self) -> float:
        """The seconds until Cloudflare's rate limit allows another request, of the freest token."""
        now = time.monotonic()
        return min(bucket.delay(now) for bucket in self._buckets)

    def prepare(self) -> None:
        """Let the dispatch namespace, the dispatch Worker and its route exist. Costs nothing the second time."""
        with self._lock:
            if self._ready:
                return
            account = self._accounts[0]
            account.dispatch.ensure(self.namespace)
            title = f"{self.namespace}-{_SUFFIXES['routes']}"
            self._routes = _namespace(account, title).id
            self._upload_dispatch_worker(account)
            self._ready = True

    def check(self) -> None:
        """Ask the platform for something small. Raises ``RemoteError`` when it does not answer."""
        self.account.subdomain.get()

    def tell(self, label: str, account_slug: str, event: str, told: Mapping[str, Any]) -> None:
        """Call the Worker of a host by something else than a request. Raises ``RemoteError``, also for its failure."""
        self.prepare()
        self._events.send({"name": f"{label}.{account_slug}", "type": event, **told})

    @property
    def dispatch_worker(self) -> str:
        """The name of the dispatch Worker."""
        return f"{self.namespace}-{_SUFFIXES['worker']}"

    def token(self, target: str) -> Secret:
        """With which the dispatch Worker lets another Worker call the one of a host (``label.account``)."""
        return Secret(hmac.digest(self._events.secret.reveal().encode(), target.encode(), "sha256").hex())

    def _upload_dispatch_worker(self, account: Cloudflare) -> None:
        name = self.dispatch_worker
        code = _WORKER.read_bytes()
        metadata = {
            "main_module": "dispatch.js",
            "compatibility_date": _COMPATIBILITY,
            "bindings": [
                {"type": "dispatch_namespace", "name": "TENANTS", "namespace": self.namespace},
                {"type": "kv_namespace", "name": "ROUTES", "namespace_id": self._routes},
                {"type": "json", "name": "SETTINGS", "json": {"domain": self._host, "limits": _LIMITS}},
                {"type": "secret_text", "name": "EVENTS", "text": self._events.secret.reveal()},
            ],
        }
        digest = hashlib.sha256(code + json.dumps(metadata, sort_keys=True).encode()).hexdigest()[:32]
        tag = f"as-dispatch:{digest}"
        deployments = account.scripts.deployments(name)
        live = deployments[0].versions[0][0] if deployments and deployments[0].versions else None
        versions = {item.id: item.annotations.get("workers/tag") for item in account.scripts.versions(name)}
        if live is None or versions.get(live) != tag:
            account.scripts.upload(
                name,
                metadata={**metadata, "annotations": {"workers/tag": tag}},
                modules=(Module(name="dispatch.js", content=code, type="esm"),),
            )
        account.scripts.set_routes(name, (f"*.{self._host}/*",))


def _namespace(account: Cloudflare, title: str) -> Namespace:
    """The KV namespace, made if need be."""
    found = account.kv.find(title)
    if found is not None:
        return found
    try:
        return account.kv.create(title)
    except ConflictError:  # another process was faster
        found = account.kv.find(title)
        if found is None:
            raise
        return found
