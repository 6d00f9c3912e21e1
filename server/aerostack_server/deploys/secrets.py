"""Secrets of an environment: sealed in the database, open only on the way to the platform."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import Connection, Row, delete, insert, literal, select, tuple_, update

from aerostack_server import clock
from aerostack_server.database import tables
from aerostack_server.deploys import entry
from aerostack_server.identity.vault import Vault
from aerostack_server.problems import invalid, not_found

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
_LARGEST = 32 * 1024
_MOST = 200


def listed(connection: Connection, environment_id: str) -> list[Row[tuple[str, int]]]:
    """Names, and when they were set."""
    table = tables.secrets
    wanted = select(table.c.name, table.c.updated_at).where(table.c.environment_id == environment_id)
    return list(connection.execute(wanted.order_by(table.c.name)))


def change(connection: Connection, vault: Vault, environment_id: str, values: Mapping[str, str | None]) -> None:
    """Set those with a value, delete those without; all or nothing. Raises ``Problem``."""
    table, now = tables.secrets, clock.now()
    for name, value in values.items():
        if not _NAME.match(name) or name.startswith(entry.PREFIX):
            raise invalid(f"{name[:60]!r} cannot be the name of a secret", hint="letters, digits and _")
        if value is not None and len(value.encode()) > _LARGEST:
            raise invalid(f"the value of {name} is larger than {_LARGEST // 1024} KiB")
        here = (table.c.environment_id == environment_id) & (table.c.name == name)
        if value is None:
            connection.execute(delete(table).where(here))
            continue
        sealed = vault.seal(_place(environment_id, name), value)
        if not connection.execute(update(table).where(here).values(sealed=sealed, updated_at=now)).rowcount:
            connection.execute(
                insert(table).values(environment_id=environment_id, name=name, sealed=sealed, updated_at=now)
            )
    if len(listed(connection, environment_id)) > _MOST:
        raise invalid(f"an environment has at most {_MOST} secrets")


def remove(connection: Connection, environment_id: str, name: str) -> None:
    """Raises ``Problem`` when there is none of that name."""
    table = tables.secrets
    gone = connection.execute(delete(table).where(table.c.environment_id == environment_id, table.c.name == name))
    if not gone.rowcount:
        raise not_found("secret")


def opened(connection: Connection, vault: Vault, environment_id: str) -> dict[str, str]:
    """The values, for the platform."""
    table = tables.secrets
    rows = connection.execute(select(table).where(table.c.environment_id == environment_id))
    return {row.name: vault.open(_place(environment_id, row.name), row.sealed) for row in rows}


def reseal(connection: Connection, vault: Vault, after: tuple[str, str], count: int) -> tuple[str, str] | None:
    """Seal ``count`` of them with the first master key, in their order after one; the last one, ``None`` at the end."""
    table = tables.secrets
    rows = connection.execute(
        select(table)
        .where(tuple_(table.c.environment_id, table.c.name) > tuple_(*map(literal, after)))
        .order_by(table.c.environment_id, table.c.name)
        .limit(count)
    ).all()
    for row in rows:
        if not vault.is_current(row.sealed):
            place = _place(row.environment_id, row.name)
            changed = update(table).where(table.c.environment_id == row.environment_id, table.c.name == row.name)
            # Whoever changed it meanwhile has sealed it with the first key.
            connection.execute(
                changed.where(table.c.sealed == row.sealed).values(
                    sealed=vault.seal(place, vault.open(place, row.sealed))
                )
            )
    return (rows[-1].environment_id, rows[-1].name) if len(rows) == count else None


def _place(environment_id: str, name: str) -> str:
    return f"{environment_id}/{name}"
