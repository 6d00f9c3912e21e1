"""The first step: what a deploy would do. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aerostack.journal import FileJournals
from aerostack.model import Action, Resolution
from aerostack.pipeline.explain import explained
from aerostack.pipeline.prepare import Prepared
from aerostack.tools import RunTools
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A prepared project and the plan for it."""

    prepared: Prepared
    resolution: Resolution

    def document(self) -> dict[str, Any]:
        """The JSON document of ``aerostack plan --json``."""
        return {
            **heading(self.prepared),
            "target": self.resolution.target,
            "actions": [action_document(action) for action in self.resolution.actions],
            "drift": list(self.resolution.drift),
            "notes": [*self.prepared.project.notes, *self.resolution.notes],
        }


def plan(prepared: Prepared, tools: RunTools) -> Planned:
    """Ask the backend for its plan. A failure is explained."""
    with explained(prepared.project, tools):
        return resolve(prepared, tools)


def resolve(prepared: Prepared, tools: RunTools) -> Planned:
    """``plan`` as a part of something larger that explains its failures itself."""
    journals = journals_of(prepared)
    resolution = prepared.backend.resolve(prepared.project, prepared.settings, prepared.request.policy, journals, tools)
    return Planned(prepared=prepared, resolution=resolution)


def journals_of(prepared: Prepared) -> FileJournals:
    """The journals that belong to the prepared project, backend and environment."""
    return FileJournals(prepared.project.root, prepared.choice.name, prepared.project.environment)


def heading(prepared: Prepared) -> dict[str, Any]:
    """What every document of a run begins with."""
    return {
        "backend": prepared.choice.name,
        "backend_source": prepared.choice.source,
        "environment": prepared.project.environment,
        "worker": prepared.project.name,
    }


def action_document(action: Action) -> Mapping[str, Any]:
    """One action as JSON."""
    return asdict(action)
