"""Environments of a project, and the resources in them."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.errors import NotFoundError
from aerostack.model import Resource
from aerostack.values import dataclass
from aerostack_cloudflare.record import Record
from aerostack_hosted.api import deployments
from aerostack_hosted.api.connection import Api, segment
from aerostack_hosted.api.deployments import RemoteDeployment


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteResource:
    """What a binding refers to on Aerostack. ``name`` is the one in aerostack.toml, ``id`` the platform's."""

    kind: str
    binding: str
    name: str
    id: str | None
    status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteEnvironment:
    """An environment, with all that a plan needs to know of it. ``secrets`` are names, never values."""

    name: str
    url: str | None
    public: bool
    live: RemoteDeployment | None
    resources: tuple[RemoteResource, ...]
    secrets: tuple[str, ...]
    crons: tuple[str, ...]


class NoProjectError(NotFoundError):
    """The API says that there is no such project in the account of the key."""


def get(api: Api, project: str, environment: str) -> RemoteEnvironment | None:
    """``GET /projects/{project}/environments/{env}``; ``None`` when the project has no such environment yet.

    Raises ``NoProjectError`` when there is no such project. Both only if the API itself says so.
    """
    try:
        return _environment(api.call("GET", _path(project, environment), f"reading {environment} of {project}"))
    except NotFoundError as error:
        if error.code == "environment_not_found":
            return None
        if error.code == "project_not_found":
            raise NoProjectError(error.message, status=404, applied=False, hint=error.hint, code=error.code) from None
        raise


def listed(api: Api, project: str) -> tuple[RemoteEnvironment, ...]:
    """``GET /projects/{project}/environments``."""
    path = f"/projects/{segment(project)}/environments"
    return tuple(_environment(item) for item in api.items(path, f"listing the environments of {project}"))


def ensure_resources(
    api: Api, project: str, environment: str, wanted: Sequence[Resource]
) -> tuple[RemoteResource, ...]:
    """``PUT …/resources``: make every one exist; nothing is made twice, and nothing deleted."""
    body = {
        "resources": [
            {"kind": resource.kind, "binding": resource.binding, "name": resource.name} for resource in wanted
        ]
    }
    answer = api.call(
        "PUT", f"{_path(project, environment)}/resources", f"creating the resources of {environment}", json=body
    )
    return tuple(_resource(item) for item in answer.records("items" if "items" in answer.raw else "resources"))


def _path(project: str, environment: str) -> str:
    return f"/projects/{segment(project)}/environments/{segment(environment)}"


def _environment(record: Record) -> RemoteEnvironment:
    live = record.raw.get("live")
    return RemoteEnvironment(
        name=record.text("name"),
        url=record.optional_text("url"),
        public=record.flag("public"),
        live=None if live is None else deployments.of(record.record("live")),
        resources=tuple(_resource(item) for item in record.records("resources")),
        secrets=record.texts("secrets"),
        crons=record.texts("crons"),
    )


def _resource(record: Record) -> RemoteResource:
    return RemoteResource(
        kind=record.text("kind"),
        binding=record.optional_text("binding") or "",
        name=record.text("name"),
        id=record.optional_text("id"),
        status=record.optional_text("status"),
    )
