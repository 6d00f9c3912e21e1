"""What every client reads before it deploys, as fast as it can be read: SQL by hand, no thread, no model.

``tests/server`` compares the answers with those that are made the ordinary way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from aerostack_server import clock
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import not_found
from aerostack_server.server import Server

_PROJECT = """
SELECT id, name, slug, public, created_at FROM projects
WHERE account_id = :account AND (id = :reference OR slug = :reference)
"""
#: In one round, which costs more than what is read: lists are JSON, which each database makes by its own functions.
_ENVIRONMENT = """
SELECT p.id, p.slug, p.public, e.id, e.name, e.crons, e.created_at,
       CAST((SELECT {many}({one}(kind, binding, name, remote_id, created_at, id)) FROM resources
             WHERE environment_id = e.id) AS TEXT),
       CAST((SELECT {many}(name) FROM secrets WHERE environment_id = e.id) AS TEXT),
       d.id, d.number, d.status, d.content_hash, d.created_at, d.finished_at, d.created_by_kind, d.created_by_name,
       d.message, d.commit_ref
FROM projects p
LEFT JOIN environments e ON e.project_id = p.id AND e.name = :name
LEFT JOIN deployments d ON d.id = e.live_id
WHERE p.account_id = :account AND (p.id = :reference OR p.slug = :reference)
"""
_OF_SQLITE = _ENVIRONMENT.format(many="json_group_array", one="json_array")
_OF_POSTGRES = _ENVIRONMENT.format(many="json_agg", one="json_build_array")


async def project(server: Server, caller: Caller, reference: str) -> dict[str, Any]:
    """As ``GET /projects/{project}`` shows it. Raises ``Problem``."""
    found = await _project(server, caller, reference)
    return {
        "id": found[0],
        "name": found[1],
        "slug": found[2],
        "public": bool(found[3]),
        "dashboard_url": f"{server.settings.url}/projects/{found[2]}",
        "created_at": clock.shown(found[4]),
    }


async def environment(server: Server, caller: Caller, reference: str, name: str) -> dict[str, Any]:
    """As ``GET /projects/{project}/environments/{environment}`` shows it. Raises ``Problem``."""
    database = server.database
    found = await database.row(
        _OF_SQLITE if database.is_sqlite else _OF_POSTGRES,
        {"account": caller.account_id, "reference": reference, "name": name},
    )
    if found is None or (caller.project_id is not None and found[0] != caller.project_id):
        raise not_found("project")
    (_, slug, public, identifier, name, crons, created_at, resources, secrets, *live) = found
    if identifier is None:
        raise not_found("environment")
    url = server.deploys.url(slug, name, caller.account_slug)
    return {
        "name": name,
        "url": url,
        "public": bool(public),
        "live": _live(server, slug, name, url, live) if live[0] else None,
        "created_at": clock.shown(created_at),
        "resources": [
            {
                "kind": kind,
                "binding": binding,
                "name": called,
                "id": remote_id,
                "status": "ready" if remote_id else "missing",
            }
            for kind, binding, called, remote_id, *_ in sorted(json.loads(resources or "[]"), key=lambda row: row[4:])
        ],
        "secrets": sorted(json.loads(secrets or "[]")),
        "crons": json.loads(crons),
    }


async def _project(server: Server, caller: Caller, reference: str) -> Any:
    found = await server.database.row(_PROJECT, {"account": caller.account_id, "reference": reference})
    if found is None or (caller.project_id is not None and found[0] != caller.project_id):
        raise not_found("project")
    return found


def _live(server: Server, slug: str, environment: str, url: str, row: Sequence[Any]) -> dict[str, Any]:
    identifier, number, status, content_hash, created_at, finished_at, kind, name, message, commit = row
    path = f"projects/{slug}/environments/{environment}/deployments/{identifier}/log"
    return {
        "id": identifier,
        "number": number,
        "environment": environment,
        "status": status,
        "content_hash": content_hash,
        "url": url,
        "created_at": clock.shown(created_at),
        "finished_at": clock.shown(finished_at),
        "created_by": {"kind": kind, "name": name},
        "message": message,
        "commit": commit,
        "error": None,
        "log_url": f"{server.settings.url}/api/v1/{path}",
    }
