"""Every route of the API, as the application has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute

from aerostack_server import app


@dataclass(frozen=True)
class Route:
    """``path`` is below ``/api/v1``, with names in braces."""

    method: str
    path: str
    policy: str
    made: APIRoute

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """What its path is about."""
        return re.findall(r"{(\w+)", self.path)

    def filled(self, **values: str) -> str:
        """The path with these in it."""
        return re.sub(r"{(\w+)(:path)?}", lambda found: values[found[1]], self.path)


def routes() -> list[Route]:
    """All that the application includes."""
    return list(_routes())


def _routes() -> Iterator[Route]:
    for module in (*app.ROUTERS, *app.EXISTING_CLIENTS):
        for made in module.router.routes:
            assert isinstance(made, APIRoute), made
            for method in sorted(made.methods):
                yield Route(method, made.path, getattr(made.endpoint, "policy", "none"), made)


#: What a route wants to be given, so that nothing but the caller is wrong with a request.
BODIES: dict[str, dict[str, Any]] = {
    "POST /projects": {"name": "another"},
    "PATCH /projects/{project}": {"name": "renamed"},
    "PUT /projects/{project}/environments/{environment}/resources": {
        "resources": [{"kind": "kv", "binding": "MORE", "name": "more"}]
    },
    "PUT /projects/{project}/environments/{environment}/secrets": {"secrets": {"A": "b"}},
    "POST /projects/{project}/environments/{environment}/d1/{binding}/query": {"sql": "SELECT 1"},
    "POST /projects/{project}/environments/{environment}/d1/{binding}/migrations": {
        "migrations": [{"name": "0001.sql", "sql": "SELECT 1"}]
    },
    "POST /projects/{project}/assets/missing": {"hashes": ["0" * 32]},
    "POST /keys": {"name": "another"},
    "POST /members": {"email": "a@example.com", "password": "correct horse battery"},
    "PATCH /members/{member}": {"role": "viewer"},
    "POST /device/code": {"client_name": "a program"},
    "POST /device/token": {"device_code": "none"},
    "POST /cli/projects": {"name": "another"},
}
