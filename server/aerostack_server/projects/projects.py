"""Projects: what is deployed under one name, in several environments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from aerostack_server import clock, ids
from aerostack_server.database import tables
from aerostack_server.deploys import keyring
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import conflict, invalid, not_found
from aerostack_server.settings import Settings

#: Host names hold slug and environment in one label of 63.
_LONGEST_SLUG = 40

_FIND = select(tables.projects).where(
    tables.projects.c.account_id == bindparam("account"),
    or_(tables.projects.c.id == bindparam("reference"), tables.projects.c.slug == bindparam("reference")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """``public`` says whether everybody may call its Workers."""

    id: str
    account_id: str
    name: str
    slug: str
    public: bool
    created_at: int

    def document(self, settings: Settings) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "public": self.public,
            "dashboard_url": f"{settings.url}/projects/{self.slug}",
            "created_at": clock.shown(self.created_at),
        }


def find(connection: Connection, caller: Caller, reference: str) -> Project:
    """By id or slug. Raises ``Problem`` for what does not exist, or not for this caller."""
    row = connection.execute(_FIND, {"account": caller.account_id, "reference": reference}).first()
    if row is None or (caller.project_id is not None and row.id != caller.project_id):
        raise not_found("project")
    return _project(row)


def called(connection: Connection, caller: Caller, text: str) -> Project:
    """By id, slug or name, or by the slug that the name would get. Raises ``Problem`` as ``find`` does."""
    projects = tables.projects
    ways = (projects.c.id == text, projects.c.slug == text, projects.c.name == text, projects.c.slug == _slug(text))
    wanted = (
        select(projects)
        .where(projects.c.account_id == caller.account_id, or_(*ways))
        .order_by(case(*((way, rank) for rank, way in enumerate(ways))), projects.c.created_at)
    )
    if caller.project_id is not None:
        wanted = wanted.where(projects.c.id == caller.project_id)
    row = connection.execute(wanted.limit(1)).first()
    if row is None:
        raise not_found("project")
    return _project(row)


def listed(connection: Connection, caller: Caller, *, after: tuple[int, str] | None, limit: int) -> list[Project]:
    """The newest first; ``after`` is the moment and id of the last one seen."""
    projects = tables.projects
    wanted = select(projects).where(projects.c.account_id == caller.account_id)
    if caller.project_id is not None:
        wanted = wanted.where(projects.c.id == caller.project_id)
    if after is not None:
        moment, last = after
        wanted = wanted.where(
            or_(projects.c.created_at < moment, (projects.c.created_at == moment) & (projects.c.id < last))
        )
    rows = connection.execute(wanted.order_by(projects.c.created_at.desc(), projects.c.id.desc()).limit(limit))
    return [_project(row) for row in rows]


def create(connection: Connection, account: str, name: str, *, public: bool = True) -> Project:
    """Raises ``Problem`` for a name without a letter or digit, and for one that is taken."""
    slug = _slug(name)
    if not slug:
        raise invalid("a project's name has at least one letter or digit")
    made = Project(id=ids.new("prj"), account_id=account, name=name, slug=slug, public=public, created_at=clock.now())
    try:
        connection.execute(
            insert(tables.projects).values(
                id=made.id, account_id=account, name=name, slug=slug, public=public, created_at=made.created_at
            )
        )
    except IntegrityError:
        raise conflict("project_exists", f"there is a project {slug} already", hint="choose another name") from None
    keyring.changed(connection, account)
    return made


def change(connection: Connection, project: Project, *, name: str | None, public: bool | None) -> Project:
    """The slug stays: addresses are made of it."""
    values = {key: value for key, value in (("name", name), ("public", public)) if value is not None}
    if values:
        connection.execute(update(tables.projects).where(tables.projects.c.id == project.id).values(**values))
    return _project(connection.execute(select(tables.projects).where(tables.projects.c.id == project.id)).one())


def remove(connection: Connection, project: Project) -> None:
    """With its environments, their history and secrets."""
    connection.execute(delete(tables.projects).where(tables.projects.c.id == project.id))


def _slug(name: str) -> str:
    return ids.slug(name, _LONGEST_SLUG)


def _project(row: Row[Any]) -> Project:
    return Project(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        slug=row.slug,
        public=bool(row.public),
        created_at=row.created_at,
    )
