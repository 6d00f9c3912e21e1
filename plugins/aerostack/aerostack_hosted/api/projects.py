"""Projects of the account."""

from __future__ import annotations

from aerostack.errors import NotFoundError
from aerostack.values import dataclass
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import Record
from aerostack_hosted.api.connection import Api, segment


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteProject:
    """A project. ``public`` says whether everybody may call its Workers."""

    id: str
    name: str
    slug: str
    public: bool
    dashboard_url: str | None
    created_at: str | None


def listed(api: Api) -> tuple[RemoteProject, ...]:
    """``GET /projects``, all pages."""
    return tuple(_project(item) for item in api.items("/projects", "listing the projects"))


def get(api: Api, reference: str) -> RemoteProject | None:
    """``GET /projects/{id or slug}``; ``None`` only when the API itself says that there is none."""
    try:
        return _project(api.call("GET", f"/projects/{segment(reference)}", f"reading the project {reference}"))
    except NotFoundError:
        return None


def create(api: Api, name: str, *, public: bool | None = None) -> RemoteProject:
    """``POST /projects``. When the answer is lost, the project is looked for by its name before it is sent again.

    Raises ``ConflictError`` when there is one of that name.
    """
    body: dict[str, object] = {"name": name} | ({} if public is None else {"public": public})

    def send() -> RemoteProject:
        return _project(api.call("POST", "/projects", f"creating the project {name}", json=body))

    def find() -> RemoteProject | None:
        return next((project for project in listed(api) if project.name == name), None)

    return settle(api.client, send, find)


def delete(api: Api, reference: str) -> None:
    """``DELETE /projects/{id or slug}``, with everything in it."""
    api.send("DELETE", f"/projects/{segment(reference)}", f"deleting the project {reference}")


def _project(record: Record) -> RemoteProject:
    created = record.raw.get("created_at")
    return RemoteProject(
        id=record.text("id"),
        name=record.text("name"),
        slug=record.text("slug"),
        public=record.flag("public"),
        dashboard_url=record.optional_text("dashboard_url"),
        created_at=None if created is None else str(created),
    )
