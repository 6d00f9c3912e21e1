"""Where an environment's Worker lives."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aerostack_server.database import tables
from aerostack_server.platform import names
from aerostack_server.projects.environments import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``live_script`` is what the live deployment's Worker is called."""

    environment_id: str
    environment: str
    live_id: str | None
    live_script: str | None
    crons: tuple[str, ...]
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
        """What its Worker is to be called in the dispatch namespace."""
        return names.script(self.label, self.account_slug, public=self.public)

    @property
    def scripts(self) -> tuple[str, ...]:
        """What its Worker may be called."""
        return tuple(names.script(self.label, self.account_slug, public=public) for public in (True, False))

    @property
    def route_key(self) -> str:
        """Where the dispatch Worker looks whether it is private."""
        return names.route_key(self.label, self.account_slug)


def place(connection: Connection, environment_id: str) -> Place | None:
    """``None`` when the environment is gone."""
    environments, projects, accounts = tables.environments, tables.projects, tables.accounts
    live = tables.deployments.alias("live")
    row = connection.execute(
        select(
            environments.c.name,
            environments.c.live_id,
            environments.c.crons,
            live.c.script,
            projects.c.id,
            projects.c.slug,
            projects.c.public,
            accounts.c.id.label("account_id"),
            accounts.c.slug.label("account_slug"),
        )
        .join(projects, projects.c.id == environments.c.project_id)
        .join(accounts, accounts.c.id == projects.c.account_id)
        .outerjoin(live, live.c.id == environments.c.live_id)
        .where(environments.c.id == environment_id)
    ).first()
    if row is None:
        return None
    return Place(
        environment_id=environment_id,
        environment=row.name,
        live_id=row.live_id,
        live_script=row.script,
        crons=tuple(json.loads(row.crons)),
        project_id=row.id,
        project_slug=row.slug,
        public=bool(row.public),
        account_id=row.account_id,
        account_slug=row.account_slug,
    )
