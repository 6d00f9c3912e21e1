"""Who did what, for the members of the account to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from aerostack_server import clock
from aerostack_server.database import Statement
from aerostack_server.identity.caller import Caller

_ENTRY = Statement("""
INSERT INTO audit (account_id, at, actor_kind, actor_name, action, subject, detail)
VALUES (:account_id, :at, :actor_kind, :actor_name, :action, :subject, :detail)
""")


def entry(caller: Caller, action: str, subject: str, **detail: Any) -> dict[str, Any]:
    """What ``note_all`` adds. ``detail`` holds no secret."""
    return {
        "account_id": caller.account_id,
        "at": clock.now(),
        "actor_kind": "user" if caller.kind == "user" else "key",
        "actor_name": caller.name,
        "action": action,
        "subject": subject,
        "detail": json.dumps(detail),
    }


def note(connection: Connection, caller: Caller, action: str, subject: str, **detail: Any) -> None:
    """Add an entry, in the transaction of what it tells of. ``detail`` holds no secret."""
    note_all(connection, [entry(caller, action, subject, **detail)])


def note_operator(connection: Connection, account: str, action: str, subject: str) -> None:
    """Add what whoever operates the server did to an account."""
    who = {"actor_kind": "operator", "actor_name": "the operator of the server"}
    _ENTRY.run(connection, account_id=account, at=clock.now(), action=action, subject=subject, detail="{}", **who)


def note_all(connection: Connection, entries: Sequence[dict[str, Any]]) -> None:
    """Add several."""
    _ENTRY.run_all(connection, entries)
