"""Whose key it is."""

from __future__ import annotations

from aerostack.values import dataclass
from aerostack_cloudflare.record import Record
from aerostack_hosted.api.connection import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """``kind`` is ``account``, ``project`` or ``user``. A key of a project has ``project_id`` and ``project_slug``."""

    kind: str
    account_id: str
    account_name: str
    key_name: str | None
    scopes: tuple[str, ...]
    expires_at: str | None
    user: str | None
    project_id: str | None
    project_slug: str | None
    project_name: str | None


def read(api: Api) -> Me:
    """``GET /me``. Raises ``AuthError`` for a key that is not valid."""
    answer = api.call("GET", "/me", "asking who the key belongs to")
    account, key, user = answer.record("account"), answer.record("key"), answer.record("user")
    project = answer.record("project")
    return Me(
        kind=answer.text("kind"),
        account_id=account.text("id"),
        account_name=account.text("name"),
        key_name=key.optional_text("name"),
        scopes=key.texts("scopes"),
        expires_at=_moment(key),
        user=user.optional_text("email") or user.optional_text("name"),
        project_id=project.optional_text("id"),
        project_slug=project.optional_text("slug"),
        project_name=project.optional_text("name"),
    )


def _moment(key: Record) -> str | None:
    value = key.raw.get("expires_at")
    return None if value is None else str(value)
