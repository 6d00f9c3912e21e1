"""Carry out what is queued for one environment. In a thread."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from aerostack.errors import ConfigError, RateLimitError, RemoteError, RemoteTimeoutError, UnavailableError
from aerostack.model import Module
from aerostack_server import clock
from aerostack_server.api.failures import of_platform
from aerostack_server.database import Database, tables
from aerostack_server.deploys import deployments, jobs, resources, secrets
from aerostack_server.deploys.artifacts import Artifacts, MissingArtifactError
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.deploys.jobs import Lease
from aerostack_server.deploys.metadata import platform_metadata
from aerostack_server.identity.vault import Vault
from aerostack_server.platform import names
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import Problem
from aerostack_server.projects.environments import label

#: Who is said to have made a deployment that nobody asked for.
PLATFORM = ("server", "aerostack")

#: A platform that does not answer is asked so many times, later and later.
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an environment's Worker lives."""

    environment_id: str
    environment: str
    live_id: str | None
    project_id: str
    project_slug: str
    public: bool
    account_id: str
    account_slug: str

    @property
    def label(self) -> str:
        """The first part of its host name."""
        return label(self.project_slug, self.environment)

    @property
    def script(self) -> str:
        """Its Worker in the dispatch namespace."""
        return names.script(self.label, self.account_slug)

    @property
    def route(self) -> str:
        """Under which the dispatch Worker looks it up."""
        return names.route(self.label, self.account_slug)


def place(connection: Connection, environment_id: str) -> Place | None:
    """``None`` when the environment is gone."""
    environments, projects, accounts = tables.environments, tables.projects, tables.accounts
    row = connection.execute(
        select(
            environments.c.name,
            environments.c.live_id,
            projects.c.id,
            projects.c.slug,
            projects.c.public,
            accounts.c.id.label("account_id"),
            accounts.c.slug.label("account_slug"),
        )
        .join(projects, projects.c.id == environments.c.project_id)
        .join(accounts, accounts.c.id == projects.c.account_id)
        .where(environments.c.id == environment_id)
    ).first()
    if row is None:
        return None
    return Place(
        environment_id=environment_id,
        environment=row.name,
        live_id=row.live_id,
        project_id=row.id,
        project_slug=row.slug,
        public=bool(row.public),
        account_id=row.account_id,
        account_slug=row.account_slug,
    )


class Engine:
    """Everything that a deploy needs. ``carry_out`` is safe to repeat at any point."""

    def __init__(self, database: Database, platform: Platform, artifacts: Artifacts, vault: Vault) -> None:
        self._database = database
        self._platform = platform
        self._artifacts = artifacts
        self._vault = vault

    def carry_out(self, lease: Lease) -> None:
        """Deploy the newest of what is queued; older ones are superseded."""
        write = self._database.write_now
        where = self._database.read_now(lambda connection: place(connection, lease.subject))
        newest = write(lambda connection: self._next(connection, lease))
        if where is None or newest is None:
            return
        try:
            log = self._upload(where, newest)
        except (UnavailableError, RateLimitError, RemoteTimeoutError) as error:
            if lease.attempts < _ATTEMPTS:
                wait = getattr(error, "retry_after", None) or min(60.0, 2.0**lease.attempts)
                write(lambda connection: jobs.postpone(connection, lease, wait))
                return
            self._fail(lease, where, newest, of_platform(error), uncertain=not isinstance(error, RateLimitError))
        except RemoteError as error:
            self._fail(lease, where, newest, of_platform(error))
        except (ConfigError, MissingArtifactError) as error:
            self._fail(lease, where, newest, Problem(500, error.code or "failed", error.message, hint=error.hint))
        else:
            if not write(lambda connection: self._flip(connection, lease, where, newest, log)):
                self._tidy(lease.subject, where)

    def _next(self, connection: Connection, lease: Lease) -> Deployment | None:
        """Of several that wait only the newest is worth the work."""
        if not jobs.holds(connection, lease):
            return None
        table, now = tables.deployments, clock.now()
        open_ones = [
            deployments.of(row)
            for row in connection.execute(
                select(table)
                .where(table.c.environment_id == lease.subject, table.c.status.in_(("queued", "running")))
                .order_by(table.c.number.desc())
            )
        ]
        if not open_ones:
            jobs.finish(connection, lease)
            return None
        newest, *older = open_ones
        for deployment in older:
            connection.execute(
                update(table)
                .where(table.c.id == deployment.id)
                .values(status="superseded", finished_at=now, log=f"superseded by deployment {newest.number}\n")
            )
        connection.execute(update(table).where(table.c.id == newest.id).values(status="running"))
        return newest

    def _upload(self, where: Place, deployment: Deployment) -> str:
        document = deployment.document
        known = self._database.read_now(lambda connection: resources.listed(connection, where.environment_id))
        self._platform.prepare()
        resources.create_missing(self._database, self._platform, known)
        known = self._database.read_now(lambda connection: resources.listed(connection, where.environment_id))
        opened = self._database.read_now(
            lambda connection: secrets.opened(connection, self._vault, where.environment_id)
        )
        modules = [
            Module(name=entry["name"], content=self._artifacts.get(entry["sha256"]), type=entry["type"])
            for entry in document["modules"]
        ]
        self.write_route(where)
        self._platform.account.dispatch.upload(
            self._platform.namespace,
            where.script,
            metadata=platform_metadata(document, known, opened, [where.account_id, where.project_id, deployment.id]),
            modules=modules,
        )
        size = sum(len(module.content) for module in modules)
        return f"uploaded {len(modules)} modules, {size / 1024:.1f} KiB\n"

    def write_route(self, where: Place) -> None:
        """Tell the dispatch Worker who may call."""
        account, routes = self._platform.account, self._platform.routes
        route = {"private": not where.public, "account": where.account_id, "project": where.project_id}
        key, value = f"route/{where.route}", json.dumps(route, sort_keys=True).encode()
        if account.kv.value(routes, key) != value:
            account.kv.put(routes, key, value)

    def _flip(self, connection: Connection, lease: Lease, where: Place, deployment: Deployment, log: str) -> bool:
        """Let it be the live one, if nobody else's became that meanwhile."""
        if not jobs.holds(connection, lease):
            return False
        environments, table = tables.environments, tables.deployments
        unchanged = environments.c.live_id == where.live_id if where.live_id else environments.c.live_id.is_(None)
        flipped = connection.execute(
            update(environments)
            .where(environments.c.id == where.environment_id, unchanged)
            .values(live_id=deployment.id, crons=json.dumps(deployment.document.get("crons", [])))
        )
        if not flipped.rowcount:
            return False
        if where.live_id:
            connection.execute(update(table).where(table.c.id == where.live_id).values(status="superseded"))
        connection.execute(
            update(table)
            .where(table.c.id == deployment.id)
            .values(status="live", finished_at=clock.now(), log=deployment.log + log)
        )
        self._settle(connection, lease)
        return True

    def _tidy(self, environment_id: str, where: Place) -> None:
        """Undo an upload that came too late: its environment is gone, or another replica has deployed meanwhile."""
        if self._database.read_now(lambda connection: place(connection, environment_id)) is None:
            self.remove(where)
        else:
            self._database.write_now(lambda connection: resend(connection, environment_id, PLATFORM, "Restored"))

    def remove(self, where: Place) -> None:
        """Take the Worker away. Raises ``RemoteError``."""
        account = self._platform.account
        account.dispatch.delete(self._platform.namespace, where.script)
        account.kv.delete_key(self._platform.routes, f"route/{where.route}")

    def _fail(
        self, lease: Lease, where: Place, deployment: Deployment, problem: Problem, *, uncertain: bool = False
    ) -> None:
        """``uncertain`` says that the platform may have taken it all the same."""
        reason: Mapping[str, Any] = {"code": problem.code, "message": problem.message, "hint": problem.hint}

        def work(connection: Connection) -> None:
            if not jobs.holds(connection, lease):
                return
            table = tables.deployments
            connection.execute(
                update(table)
                .where(table.c.id == deployment.id)
                .values(
                    status="failed",
                    finished_at=clock.now(),
                    error=json.dumps(reason),
                    log=f"{deployment.log}{problem.message}\n",
                )
            )
            if uncertain and deployment.created_by != PLATFORM:
                resend(connection, where.environment_id, PLATFORM, f"Restored after {deployment.number} failed")
            self._settle(connection, lease)

        if uncertain and where.live_id is None:
            with contextlib.suppress(RemoteError):  # it has not answered for minutes, and nobody knows the address
                self.remove(where)
        self._database.write_now(work)

    def _settle(self, connection: Connection, lease: Lease) -> None:
        """The job ends, unless something came in while it ran."""
        if deployments.newest(connection, lease.subject, "queued") is None:
            jobs.finish(connection, lease)
        else:
            jobs.postpone(connection, lease, 0)


def resend(connection: Connection, environment_id: str, by: tuple[str, str], why: str) -> Deployment | None:
    """Have what is live, or about to be, uploaded again; ``None`` when an upload comes anyway, or nothing is there."""
    if deployments.newest(connection, environment_id, "queued") is not None:
        return None
    source = deployments.newest(connection, environment_id, "running") or deployments.newest(
        connection, environment_id, "live"
    )
    if source is None:
        return None
    made = deployments.again(connection, environment_id, source, by, why)
    jobs.enqueue(connection, jobs.DEPLOY, environment_id)
    return made
