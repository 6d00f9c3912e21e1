"""Secrets of an environment: written, listed by name, never read."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.capabilities import SecretName
from aerostack.model import Secret
from aerostack_hosted.api.connection import Api, segment


def listed(api: Api, project: str, environment: str) -> tuple[SecretName, ...]:
    """``GET …/secrets``."""
    return tuple(
        SecretName(name=item.text("name"), updated_at=_moment(item.raw.get("updated_at")))
        for item in api.items(_path(project, environment), f"listing the secrets of {environment}")
    )


def put(api: Api, project: str, environment: str, values: Mapping[str, Secret | None]) -> None:
    """``PUT …/secrets``: all or nothing; ``None`` deletes."""
    body = {"secrets": {name: value.reveal() if value else None for name, value in values.items()}}
    hidden = [value for value in values.values() if value]
    api.send("PUT", _path(project, environment), f"setting secrets of {environment}", json=body, hidden=hidden)


def delete(api: Api, project: str, environment: str, name: str) -> None:
    """``DELETE …/secrets/{name}``. Raises ``NotFoundError`` when it is not set."""
    api.send("DELETE", f"{_path(project, environment)}/{segment(name)}", f"deleting the secret {name}")


def _path(project: str, environment: str) -> str:
    return f"/projects/{segment(project)}/environments/{segment(environment)}/secrets"


def _moment(value: object) -> str | None:
    return None if value is None else str(value)
