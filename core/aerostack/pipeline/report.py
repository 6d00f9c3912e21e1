"""What a deploy did, as one value and as the JSON document of ``aerostack deploy --json``."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from aerostack.errors import AerostackError, OvertakenError
from aerostack.model import Action, Deployment, Provisioned
from aerostack.pipeline.plan import action_document, heading
from aerostack.pipeline.prepare import Prepared
from aerostack.tools import RunTools
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finished deploy. ``unsaved`` is why new ids could not be written to aerostack.toml, if they could not."""

    prepared: Prepared
    target: str
    deployment: Deployment
    provisioned: Provisioned
    actions: tuple[Action, ...]
    duration_ms: int
    notes: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    unsaved: AerostackError | None = field(default=None)

    def document(self) -> dict[str, Any]:
        """The JSON document: stable keys, one object."""
        return {
            "outcome": self.deployment.outcome,
            **heading(self.prepared),
            "target": self.target,
            "version": self.deployment.version,
            "urls": list(self.deployment.urls),
            "resources": {
                resource.binding or resource.key: {
                    "kind": resource.kind,
                    "name": resource.name,
                    "id": resource.id,
                    "outcome": resource.outcome,
                }
                for resource in self.provisioned.resources
            },
            "actions": [action_document(action) for action in self.actions],
            "notes": list(self.notes),
            "written": list(self.written),
            "duration_ms": self.duration_ms,
        }


def unfinished(tools: RunTools, error: BaseException) -> dict[str, Any]:
    """What the JSON document of a failed deploy says of it: the actions that were carried out before, and the outcome.

    ``not_applied`` means that what should be live certainly is not, whatever else was done before; ``unknown`` that
    nobody could see.
    """
    certain = not tools.began
    if isinstance(error, AerostackError):
        certain = certain or getattr(error, "applied", False) is not None
        # What failed after the flip without being about it, such as a full disk or a refused address, tells nothing of
        # what is live; only that somebody else's is.
        certain = certain and (not tools.flipped or isinstance(error, OvertakenError))
    return {
        "outcome": "not_applied" if certain else "unknown",
        "actions": [action_document(action) for action in tools.all_carried_out],
    }


def error_document(error: AerostackError) -> dict[str, Any]:
    """``error`` as it stands in a JSON document."""
    return {
        "code": error.code,
        "message": error.message,
        "cause": error.cause,
        "hint": error.hint,
        "where": str(error.where) if error.where else None,
    }
