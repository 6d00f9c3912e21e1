"""``GET /api/v1/audit``."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, Row, select

from aerostack_server import clock
from aerostack_server.api import pages
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.database import tables

router = APIRouter(route_class=PolicyRoute, tags=["audit"])


@router.get("/audit")
@policy("account:admin")
async def listed(request: Request, limit: pages.Limit = pages.LIMIT, cursor: pages.Cursor = None) -> Response:
    """Who did what, the newest first."""
    caller, after = caller_of(request), pages.after(cursor)
    rows = await server_of(request).database.read(
        lambda connection: entries(connection, caller.account_id, after[0] if after else None, limit + 1)
    )
    return answer(pages.page(rows, limit, shown, lambda row: (row.id, "")))


def entries(connection: Connection, account: str, before: int | None, limit: int) -> list[Row[Any]]:
    """The last ones, or those before the entry ``before``."""
    log = tables.audit
    wanted = select(log).where(log.c.account_id == account)
    if before is not None:
        wanted = wanted.where(log.c.id < before)
    return list(connection.execute(wanted.order_by(log.c.id.desc()).limit(limit)))


def shown(row: Row[Any]) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "at": clock.shown(row.at),
        "actor": {"kind": row.actor_kind, "name": row.actor_name},
        "action": row.action,
        "subject": row.subject,
        "detail": json.loads(row.detail),
    }
