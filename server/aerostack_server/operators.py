"""What the operator of a server does beside it: accounts, passwords that were forgotten, and old code.

It works on the database, so that the server may run or not. Nobody signs up by himself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, func, select

from aerostack.errors import AerostackError, ConfigError
from aerostack_server import clock
from aerostack_server.database import Database, migrate_apart, tables
from aerostack_server.deploys.artifacts import artifacts
from aerostack_server.deploys.pruning import Pruned, Pruning
from aerostack_server.identity import passwords, users
from aerostack_server.problems import Problem
from aerostack_server.settings import from_environment

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """``label`` is its part of the addresses of its Workers; ``owners`` are e-mail addresses."""

    label: str
    name: str
    owners: tuple[str, ...]
    projects: int


def create_account(environ: Mapping[str, str], *, name: str, email: str, password: str) -> Account:
    """One more, with its owner. Raises ``AerostackError``."""

    def work(connection: Connection) -> Account:
        made, _ = users.create_account(connection, name=name, address=email, password_hash=hashed)
        return next(account for identifier, account in _accounts(connection) if identifier == made)

    hashed = _wording(lambda: passwords.hashed(password))
    return _done(environ, work)


def accounts(environ: Mapping[str, str]) -> list[Account]:
    """All of them, the oldest first. Raises ``AerostackError``."""
    return _done(environ, lambda connection: [account for _, account in _accounts(connection)])


def set_password(environ: Mapping[str, str], *, email: str, password: str) -> None:
    """A new one: who was signed in with the old one is no longer. Keys stay. Raises ``AerostackError``."""
    hashed = _wording(lambda: passwords.hashed(password))
    _done(environ, lambda connection: users.set_password(connection, email, hashed))


def prune(environ: Mapping[str, str], *, keep: int, days: int, only_look: bool) -> Pruned:
    """Forget the code of old deployments, or only count them. Raises ``AerostackError``."""
    settings = from_environment(environ)
    with _database(environ) as database:
        pruning = Pruning(database, artifacts(settings.artifacts_url, settings.data / "artifacts", environ))
        old = pruning.outdated(keep=keep, days=days)
        return Pruned(deployments=len(old), files=0, size=0) if only_look else pruning.forget(old)


def _accounts(connection: Connection) -> list[tuple[str, Account]]:
    found, members, people, projects = tables.accounts, tables.memberships, tables.users, tables.projects
    owners: dict[str, list[str]] = {}
    for row in connection.execute(
        select(members.c.account_id, people.c.email)
        .join(people, people.c.id == members.c.user_id)
        .where(members.c.role == "owner")
        .order_by(members.c.created_at, people.c.email)
    ):
        owners.setdefault(row.account_id, []).append(row.email)
    counted = select(projects.c.account_id, func.count()).group_by(projects.c.account_id)
    counts = {row[0]: row[1] for row in connection.execute(counted)}
    return [
        (
            row.id,
            Account(
                label=row.slug,
                name=row.name,
                owners=tuple(owners.get(row.id, ())),
                projects=counts.get(row.id, 0),
            ),
        )
        for row in connection.execute(select(found).order_by(found.c.created_at, found.c.id))
    ]


def _done(environ: Mapping[str, str], work: Callable[[Connection], T]) -> T:
    with _database(environ) as database:
        return _wording(lambda: database.write_now(work))


@contextlib.contextmanager
def _database(environ: Mapping[str, str]) -> Iterator[Database]:
    url = from_environment(environ).database_url
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).exists():
        # SQLite would make an empty one, and the operator would look for what he has just made in the true one.
        raise ConfigError(
            f"there is no database {file}",
            key="DATABASE_URL",
            hint="give AEROSTACK_SERVER_DATA or DATABASE_URL as the server has it",
        )
    migrate_apart(url)
    asyncio.run(_follow_clock(url))
    database = Database(url)
    try:
        yield database
    finally:
        database.engine.dispose()


async def _follow_clock(url: str) -> None:
    """Go by the clock that the servers go by."""
    database = Database(url)
    await database.open()
    await clock.follow(database.moment)
    await database.close()


def _wording(work: Callable[[], T]) -> T:
    """A refusal as the command line says it."""
    try:
        return work()
    except Problem as problem:
        raise AerostackError(problem.message, hint=problem.hint, code=problem.code) from None
