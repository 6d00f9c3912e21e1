"""Keys of the account."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.model import Secret
from aerostack.values import dataclass
from aerostack_cloudflare.record import Record
from aerostack_hosted.api.connection import Api, segment

#: What a key may do; the last includes no other.
SCOPES = ("read", "deploy", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteKey:
    """A key. ``value`` is there once, in the answer to its creation."""

    id: str
    name: str
    scopes: tuple[str, ...]
    project_id: str | None
    created_at: str | None
    expires_at: str | None
    last_used_at: str | None
    value: Secret | None = None


def listed(api: Api) -> tuple[RemoteKey, ...]:
    """``GET /keys``."""
    return tuple(_key(item) for item in api.items("/keys", "listing the keys"))


def create(
    api: Api, name: str, *, scopes: Sequence[str], project: str | None, expires_in_days: int | None
) -> RemoteKey:
    """``POST /keys``."""
    body: dict[str, object] = {"name": name, "scopes": list(scopes)}
    if project is not None:
        body["project"] = project
    if expires_in_days is not None:
        body["expires_in"] = expires_in_days
    return _key(api.call("POST", "/keys", f"creating the key {name}", json=body))


def revoke(api: Api, identifier: str) -> None:
    """``DELETE /keys/{id}``."""
    api.send("DELETE", f"/keys/{segment(identifier)}", f"revoking the key {identifier}")


def _key(record: Record) -> RemoteKey:
    value = record.optional_text("key")
    return RemoteKey(
        id=record.text("id"),
        name=record.text("name"),
        scopes=record.texts("scopes"),
        project_id=record.optional_text("project_id"),
        created_at=_moment(record, "created_at"),
        expires_at=_moment(record, "expires_at"),
        last_used_at=_moment(record, "last_used_at"),
        value=Secret(value) if value else None,
    )


def _moment(record: Record, key: str) -> str | None:
    value = record.raw.get(key)
    return None if value is None else str(value)
