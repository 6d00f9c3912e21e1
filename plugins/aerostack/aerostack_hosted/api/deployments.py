"""Deployments: immutable uploads to one environment, numbered from 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerostack.errors import NotFoundError
from aerostack.values import dataclass
from aerostack_cloudflare.record import Record
from aerostack_hosted.api.connection import Api, segment

#: States in which nothing will change any more by itself.
SETTLED = frozenset({"live", "superseded", "failed", "pruned"})

#: The longest that the server keeps a reader waiting for a change, in seconds.
PATIENCE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDeployment:
    """``status``: ``queued``, ``running``, ``live``, ``superseded`` or ``failed``; the ``error`` fields say why.

    ``creator`` is ``created_by`` behind its kind, ``user`` or ``key``.
    """

    id: str
    number: int
    status: str
    content_hash: str | None
    url: str | None
    created_at: str | None
    created_by: str | None
    creator: str
    message: str | None
    commit: str | None
    error_code: str | None
    error_message: str | None
    error_hint: str | None

    def document(self) -> dict[str, Any]:
        """It as our own JSON documents have it."""
        return {
            "id": self.id,
            "number": self.number,
            "status": self.status,
            "url": self.url,
            "content_hash": self.content_hash,
            "created_at": self.created_at,
            "created_by": self.created_by,
            "message": self.message,
            "commit": self.commit,
            "error": self.error_message,
        }


def of(record: Record) -> RemoteDeployment:
    """A deployment as the API describes it."""
    error, creator = record.record("error"), record.record("created_by")
    created = record.raw.get("created_at")
    return RemoteDeployment(
        id=record.text("id"),
        number=int(record.number("number")),
        status=record.text("status"),
        content_hash=record.optional_text("content_hash"),
        url=record.optional_text("url"),
        created_at=None if created is None else str(created),
        created_by=creator.optional_text("name"),
        creator=f"{creator.optional_text('kind') or ''} {creator.optional_text('name') or ''}",
        message=record.optional_text("message"),
        commit=record.optional_text("commit"),
        error_code=error.optional_text("code"),
        error_message=error.optional_text("message"),
        error_hint=error.optional_text("hint"),
    )


def create(
    api: Api, project: str, environment: str, *, body: tuple[bytes, str], key: str, live: str | None
) -> RemoteDeployment:
    """``POST …/deployments``. The same ``key`` means the same deployment, so a lost answer costs nothing.

    ``live`` is the id of the deployment that the plan saw live. Raises ``OvertakenError`` when another one is by
    now (412) or is being deployed (409), and ``RemoteError`` with the platform's reason when the upload does not start.
    """
    content, kind = body
    answer = api.call(
        "POST",
        f"{path(project, environment)}",
        f"deploying to {environment}",
        content=content,
        headers={"Content-Type": kind, "Idempotency-Key": key, "If-Match": f'"{live}"' if live else '"none"'},
        repeatable=True,
    )
    return of(answer.record("deployment") if "deployment" in answer.raw else answer)


def get(api: Api, project: str, environment: str, deployment: str, *, wait: int = 0) -> RemoteDeployment:
    """``GET …/deployments/{id}``; with ``wait`` it answers when the status changes, or after so many seconds."""
    answer = api.call(
        "GET",
        f"{path(project, environment)}/{segment(deployment)}",
        f"reading the deployment {deployment}",
        params={"wait": str(wait)} if wait else None,
    )
    return of(answer.record("deployment") if "deployment" in answer.raw else answer)


def listed(api: Api, project: str, environment: str) -> Iterator[RemoteDeployment]:
    """``GET …/deployments``, the newest first."""
    for item in api.items(path(project, environment), "listing the deployments"):
        yield of(item)


def numbered(api: Api, project: str, environment: str, number: int) -> RemoteDeployment:
    """The deployment of that number. Raises ``NotFoundError``."""
    for item in listed(api, project, environment):
        if item.number == number:
            return item
    raise NotFoundError(f"{environment} has no deployment {number}", applied=False, hint="aerostack deployments list")


def rollback(api: Api, project: str, environment: str, deployment: str, *, key: str) -> RemoteDeployment:
    """``POST …/deployments/{id}/rollback``: a new deployment of that content."""
    answer = api.call(
        "POST",
        f"{path(project, environment)}/{segment(deployment)}/rollback",
        f"rolling {environment} back",
        headers={"Idempotency-Key": key},
        repeatable=True,
    )
    return of(answer.record("deployment") if "deployment" in answer.raw else answer)


def log(api: Api, project: str, environment: str, deployment: str) -> str:
    """``GET …/deployments/{id}/log``."""
    response = api.request(
        "GET", f"{path(project, environment)}/{segment(deployment)}/log", f"reading the log of {deployment}"
    )
    return response.content.decode("utf-8", "replace")


def path(project: str, environment: str) -> str:
    """Where the deployments of an environment are."""
    return f"/projects/{segment(project)}/environments/{segment(environment)}/deployments"
