"""How projects are doing, in two statements for a whole page of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from aerostack_server import clock
from aerostack_server.database import tables
from aerostack_server.deploys.deploys import Deploys
from aerostack_server.identity.caller import Caller
from aerostack_server.projects import projects
from aerostack_server.projects.projects import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An environment. ``status`` is ``live``, ``deploying``, ``failed`` or ``empty``: what happened last."""

    name: str
    url: str
    status: str
    live_number: int | None
    live_since: str | None
    live_by: str | None
    busy: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A project with its environments."""

    project: Project
    environments: Sequence[Standing] = field(default=())


def listed(
    connection: Connection, deploys: Deploys, caller: Caller, *, after: tuple[int, str] | None, limit: int
) -> list[Row]:
    """Projects, the newest first."""
    found = projects.listed(connection, caller, after=after, limit=limit)
    known = environments(connection, deploys, caller, found)
    return [Row(project, known.get(project.id, [])) for project in found]


def environments(
    connection: Connection, deploys: Deploys, caller: Caller, of: Iterable[Project]
) -> dict[str, list[Standing]]:
    """The environments of projects, by the id of the project."""
    slugs = {project.id: project.slug for project in of}
    places, live, last = tables.environments, tables.deployments.alias("live"), tables.deployments.alias("last")
    rows = connection.execute(
        select(
            places.c.project_id,
            places.c.name,
            live.c.number,
            live.c.finished_at,
            live.c.created_by_name,
            last.c.status,
        )
        .join(live, live.c.id == places.c.live_id, isouter=True)
        .join(last, (last.c.environment_id == places.c.id) & (last.c.number == places.c.last_number), isouter=True)
        .where(places.c.project_id.in_(slugs))
        .order_by(places.c.name)
    )
    found: dict[str, list[Standing]] = {}
    for row in rows:
        busy = row.status in ("queued", "running")
        status = "deploying" if busy else "failed" if row.status == "failed" else "live" if row.number else "empty"
        found.setdefault(row.project_id, []).append(
            Standing(
                name=row.name,
                url=deploys.url(slugs[row.project_id], row.name, caller.account_slug),
                status=status,
                live_number=row.number,
                live_since=clock.shown(row.finished_at),
                live_by=row.created_by_name,
                busy=busy,
            )
        )
    return found
