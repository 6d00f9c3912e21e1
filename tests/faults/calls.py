"""The remote calls of a deploy: how each is recognised on the wire, and what sending it twice would do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: ``read`` changes nothing; ``repeatable`` has the same effect however often it is sent; ``creating`` makes another
#: thing each time, so that only a look may come between two of them.
Kind = Literal["read", "repeatable", "creating"]


@dataclass(frozen=True, slots=True)
class Call:
    """``path`` matches the path below the account, or below the API for what belongs to no account."""

    name: str
    method: str
    path: re.Pattern[str]
    kind: Kind


def _call(name: str, method: str, path: str, kind: Kind = "read") -> Call:
    return Call(name, method, re.compile(path), kind)


_SCRIPT = r"/workers/scripts/[^/]+"
_DISPATCHED = r"/workers/dispatch/namespaces/[^/]+/scripts/[^/]+"
_ENVIRONMENT = r"/projects/[^/]+/environments/[^/]+"

CALLS = (
    _call("accounts", "GET", r"/accounts"),
    _call("settings", "GET", rf"{_SCRIPT}/settings"),
    _call("deployments", "GET", rf"{_SCRIPT}/deployments"),
    _call("versions", "GET", rf"{_SCRIPT}/versions"),
    _call("worker", "GET", r"/workers/workers/[^/]+"),
    _call("subdomain", "GET", r"/workers/subdomain"),
    _call("database", "GET", r"/d1/database/[^/]+"),
    _call("namespaces", "GET", r"/storage/kv/namespaces"),
    _call("bucket", "GET", r"/r2/buckets/[^/]+"),
    _call("queues", "GET", r"/queues"),
    _call("create database", "POST", r"/d1/database", "creating"),
    _call("create namespace", "POST", r"/storage/kv/namespaces", "creating"),
    _call("create bucket", "POST", r"/r2/buckets", "creating"),
    _call("create queue", "POST", r"/queues", "creating"),
    _call("upload", "PUT", _SCRIPT, "creating"),
    _call("set address", "POST", rf"{_SCRIPT}/subdomain", "repeatable"),
    _call("open files", "POST", rf"{_SCRIPT}/assets-upload-session", "repeatable"),
    _call("send files", "POST", r"/workers/assets/upload", "repeatable"),
    # Of the commands beside deploy. A migration is a query, too: what it did is counted in the database.
    _call("query", "POST", r"/d1/database/[^/]+/query", "repeatable"),
    _call("set secret", "PUT", rf"{_SCRIPT}/secrets", "repeatable"),
    _call("delete secret", "DELETE", rf"{_SCRIPT}/secrets/[^/]+", "repeatable"),
    _call("delete database", "DELETE", r"/d1/database/[^/]+", "repeatable"),
    _call("delete namespace", "DELETE", r"/storage/kv/namespaces/[^/]+", "repeatable"),
    _call("delete bucket", "DELETE", r"/r2/buckets/[^/]+", "repeatable"),
    _call("delete queue", "DELETE", r"/queues/[^/]+", "repeatable"),
    _call("schedules", "GET", rf"{_SCRIPT}/schedules"),
    _call("queue", "GET", r"/queues/[^/]+"),
    _call("set schedules", "PUT", rf"{_SCRIPT}/schedules", "repeatable"),
    _call("add consumer", "POST", r"/queues/[^/]+/consumers", "creating"),
    _call("change consumer", "PUT", r"/queues/[^/]+/consumers/[^/]+", "repeatable"),
    _call("domain", "GET", r"/workers/domains"),
    _call("lead domain", "PUT", r"/workers/domains", "repeatable"),
    _call("detach domain", "DELETE", r"/workers/domains/[^/]+", "repeatable"),
    _call("zones", "GET", r"/zones"),
    _call("routes", "GET", r"/zones/[^/]+/workers/routes"),
    _call("add route", "POST", r"/zones/[^/]+/workers/routes", "creating"),
    _call("change route", "PUT", r"/zones/[^/]+/workers/routes/[^/]+", "repeatable"),
    _call("delete route", "DELETE", r"/zones/[^/]+/workers/routes/[^/]+", "repeatable"),
    # Of wrangler alone.
    _call("service", "GET", r"/workers/services/[^/]+"),
    _call("secrets", "GET", rf"{_SCRIPT}/secrets"),
    _call("post version", "POST", rf"{_SCRIPT}/versions", "creating"),
    _call("post deployment", "POST", rf"{_SCRIPT}/deployments", "repeatable"),
    _call("patch settings", "PATCH", rf"{_SCRIPT}/script-settings", "repeatable"),
    # From Aerostack to its platform.
    _call("dispatch", "PUT", _DISPATCHED, "repeatable"),
    # From the client to Aerostack.
    _call("me", "GET", r"/me"),
    _call("projects", "GET", r"/projects"),
    _call("environment", "GET", _ENVIRONMENT),
    _call("create project", "POST", r"/projects", "creating"),
    _call("ensure resources", "PUT", rf"{_ENVIRONMENT}/resources", "repeatable"),
    _call("deploy", "POST", rf"{_ENVIRONMENT}/deployments", "repeatable"),
    _call("deployment", "GET", rf"{_ENVIRONMENT}/deployments/[^/]+"),
    _call("history", "GET", rf"{_ENVIRONMENT}/deployments"),
    _call("roll back", "POST", rf"{_ENVIRONMENT}/deployments/[^/]+/rollback", "repeatable"),
    _call("put secrets", "PUT", rf"{_ENVIRONMENT}/secrets", "repeatable"),
    _call("secrets of", "GET", rf"{_ENVIRONMENT}/secrets"),
    _call("drop secret", "DELETE", rf"{_ENVIRONMENT}/secrets/[^/]+", "repeatable"),
    _call("migrations", "GET", rf"{_ENVIRONMENT}/d1/[^/]+/migrations"),
    _call("migrate", "POST", rf"{_ENVIRONMENT}/d1/[^/]+/migrations", "repeatable"),
)

_ACCOUNT = re.compile(r"(?:.*?/client/v4(?:/accounts/[0-9a-f]{32})?|/api/v1)(?=/)")


def name_of(method: str, target: str) -> str:
    """The name of the call that a request is; its method and path when it is none that we know."""
    path = _ACCOUNT.sub("", target.partition("?")[0])
    for call in CALLS:
        if call.method == method and call.path.fullmatch(path):
            return call.name
    return f"{method} {path}"
