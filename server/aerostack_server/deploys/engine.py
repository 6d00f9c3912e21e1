"""Carry out what is queued for one environment. In a thread."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from aerostack.errors import ConfigError, RateLimitError, RemoteError, RemoteTimeoutError, UnavailableError
from aerostack.model import Module
from aerostack_server import clock
from aerostack_server.api.failures import of_platform
from aerostack_server.database import Database, tables
from aerostack_server.deploys import crons, deployments, entry, jobs, keyring, manifest, resources, secrets, submissions
from aerostack_server.deploys.artifacts import Artifacts, MissingArtifactError
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.deploys.jobs import Lease
from aerostack_server.deploys.metadata import platform_metadata
from aerostack_server.deploys.place import Place, place
from aerostack_server.identity.vault import Vault
from aerostack_server.platform.platform import Platform
from aerostack_server.problems import Problem
from aerostack_server.projects.projects import Project

#: Who is said to have made a deployment that nobody asked for.
PLATFORM = ("server", "aerostack")

#: A platform that does not answer is asked so many times, later and later.
_ATTEMPTS = 6


class Engine:
    """Everything that a deploy needs. ``carry_out`` is safe to repeat at any point."""

    def __init__(self, database: Database, platform: Platform, artifacts: Artifacts, vault: Vault) -> None:
        self._database = database
        self._platform = platform
        self._artifacts = artifacts
        self._vault = vault
        self._keyring = keyring.Keyring(database, platform)

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
            elif where.live_script not in (None, where.script):
                # It changed between public and private, and so its name.
                self._platform.account.dispatch.delete(self._platform.namespace, str(where.live_script))

    def _next(self, connection: Connection, lease: Lease) -> Deployment | None:
        """Of several that wait only the newest is worth the work."""
        if not jobs.holds(connection, lease):
            return None
        newest = deployments.newest(connection, lease.subject, *deployments.OPEN)
        if newest is None:
            jobs.finish(connection, lease)
            return None
        deployments.supersede(connection, newest)
        table = tables.deployments
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
        log = ""
        main, modules = entry.added(document, modules)
        if not where.public:
            self._write_route(where)
            if where.live_script != where.script:
                # It may be the first of its account: whoever has a key gets in as soon as it is live.
                self._keyring.tell(where.account_id)
        account, platform = self._platform.account, self._platform
        tags = [where.account_id, where.project_id, deployment.id]
        metadata = platform_metadata(document, known, opened, tags)
        if main is not None:
            metadata["main_module"] = main
        if files := document.get("assets"):
            token = manifest.send(platform, self._artifacts, where.script, files["manifest"])
            metadata["assets"] = {"jwt": token, "config": files["config"]}
            # Not how many of them were new: that would tell what other tenants have.
            log = f"{files['files']} static files, {files['size'] / 1024:.1f} KiB\n"
        metadata["bindings"] += entry.bindings(document, platform.dispatch_worker, platform.token)
        account.dispatch.upload(platform.namespace, where.script, metadata=metadata, modules=modules)
        if where.public and where.live_script not in (None, where.script):
            account.kv.delete_key(platform.routes, where.route_key)
        size = sum(len(module.content) for module in modules)
        return f"{log}uploaded {len(modules)} modules, {size / 1024:.1f} KiB\n"

    def _write_route(self, where: Place) -> None:
        """Tell the dispatch Worker who may call: before there is anything to call."""
        route = {"account": where.account_id, "project": where.project_id}
        self._platform.account.kv.put(self._platform.routes, where.route_key, json.dumps(route).encode())

    def _flip(self, connection: Connection, lease: Lease, where: Place, deployment: Deployment, log: str) -> bool:
        """Let it be the live one, if nobody else's became that meanwhile."""
        if not jobs.holds(connection, lease):
            return False
        environments, table = tables.environments, tables.deployments
        schedules = deployment.document.get("crons", [])
        unchanged = environments.c.live_id == where.live_id if where.live_id else environments.c.live_id.is_(None)
        flipped = connection.execute(
            update(environments)
            .where(environments.c.id == where.environment_id, unchanged)
            .values(live_id=deployment.id, crons=json.dumps(schedules))
        )
        if not flipped.rowcount:
            return False
        if where.live_id:
            connection.execute(update(table).where(table.c.id == where.live_id).values(status="superseded"))
        connection.execute(
            update(table)
            .where(table.c.id == deployment.id)
            .values(status="live", finished_at=clock.now(), log=deployment.log + log, script=where.script)
        )
        crons.plan(connection, where.environment_id, schedules)
        jobs.finish(connection, lease)
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
        for name in where.scripts:
            account.dispatch.delete(self._platform.namespace, name)
        account.kv.delete_key(self._platform.routes, where.route_key)

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
            jobs.finish(connection, lease)

        if uncertain and where.live_id is None:
            with contextlib.suppress(RemoteError):  # it has not answered for minutes, and nobody knows the address
                self.remove(where)
        self._database.write_now(work)


def resend(connection: Connection, environment_id: str, by: tuple[str, str], why: str) -> Deployment | None:
    """Have what is live, or about to be, uploaded again; ``None`` when an upload comes anyway, or nothing is there."""
    if deployments.newest(connection, environment_id, "queued") is not None:
        return None
    source = deployments.newest(connection, environment_id, "running") or deployments.newest(
        connection, environment_id, "live"
    )
    if source is None:
        return None
    return submissions.again(connection, environment_id, source, by, why)


def privacy_changed(connection: Connection, project: Project, by: tuple[str, str]) -> list[Deployment]:
    """Have every Worker of the project sent under its other name."""
    keyring.changed(connection, project.account_id)
    environments = tables.environments
    # In one order, or two who change it at once could wait for each other.
    wanted = select(environments.c.id).where(environments.c.project_id == project.id).order_by(environments.c.id)
    found = connection.scalars(wanted).all()
    why = "Made public" if project.public else "Made private"
    made = (resend(connection, environment_id, by, why) for environment_id in found)
    return [deployment for deployment in made if deployment is not None]
