"""The whole way: plan, confirm, provision, write ids back, upload."""

from __future__ import annotations

import time
from typing import Protocol

from aerostack import project
from aerostack.errors import AbortedError, AerostackError, BackendContractError, ConfigError, OvertakenError, StaleError
from aerostack.journal import Lock
from aerostack.model import Action, Provisioned
from aerostack.pipeline.explain import explained
from aerostack.pipeline.plan import Planned, journals_of, resolve
from aerostack.pipeline.prepare import Prepared, reloaded
from aerostack.pipeline.report import Report
from aerostack.tools import RunTools

#: So many times a plan is made anew when the world changes under it.
_MOST_PLANS = 3


class Approval(Protocol):
    """Who decides about a plan that needs more than the command to deploy."""

    def deletion(self, planned: Planned) -> bool:
        """Whether what the plan deletes may be deleted."""

    def again(self, planned: Planned, reason: AerostackError) -> bool:
        """Whether ``planned``, made anew because of ``reason``, is to be carried out. The user has to see it first."""


def deploy(prepared: Prepared, tools: RunTools, approval: Approval, started: float) -> Report:
    """Do exactly what ``plan`` says. ``started`` is the ``time.monotonic()`` at which the command began.

    Raises ``LockedError``, ``AbortedError``, ``OvertakenError`` and whatever the backend raises, explained.
    """
    with explained(prepared.project, tools), Lock(journals_of(prepared).lock_path).held():
        planned = resolve(prepared, tools)
        for _ in range(_MOST_PLANS - 1):
            try:
                return _carry_out(planned, tools, approval, started)
            except StaleError as error:
                again = resolve(reloaded(prepared), tools)
                if again.resolution == planned.resolution or not approval.again(again, error):
                    raise
                planned = again
        return _carry_out(planned, tools, approval, started)


def _carry_out(planned: Planned, tools: RunTools, approval: Approval, started: float) -> Report:
    prepared, resolution = planned.prepared, planned.resolution
    refuse_drift(planned)
    doomed = [f"{action.kind} {action.name}" for action in resolution.actions if action.verb == "delete"]
    if doomed and not approval.deletion(planned):
        raise AbortedError(
            f"nothing was changed: this deploy would delete {', '.join(doomed)}", hint="answer yes, or pass --yes"
        )
    tools.begin(resolution)
    journal = journals_of(prepared).at(resolution.target)
    arguments = (prepared.project, resolution)
    provisioned = prepared.backend.provision(*arguments, prepared.settings, prepared.request.policy, journal, tools)
    written, unsaved = _write_back(prepared, provisioned)
    deployment = prepared.backend.deploy(*arguments, provisioned, prepared.settings, journal, tools)
    _check_carried_out(planned, tools.carried_out)
    return Report(
        prepared=prepared,
        target=resolution.target,
        deployment=deployment,
        provisioned=provisioned,
        actions=resolution.actions,
        duration_ms=round((time.monotonic() - started) * 1000),
        notes=(*prepared.project.notes, *resolution.notes),
        written=written,
        unsaved=unsaved,
    )


def refuse_drift(planned: Planned) -> None:
    """Raise ``OvertakenError`` when the plan would overwrite what somebody changed, and was not asked to."""
    drift = planned.resolution.drift
    if not drift or planned.prepared.request.policy.overwrite:
        return
    raise OvertakenError(
        f"{planned.prepared.project.name} was changed behind the last deploy, and this one would overwrite that: "
        + "; ".join(drift),
        applied=False,
        hint="bring the change into aerostack.toml or the code; or overwrite it: --overwrite",
        code="drift",
    )


def _write_back(prepared: Prepared, provisioned: Provisioned) -> tuple[tuple[str, ...], AerostackError | None]:
    """Put ids that the file does not have yet into it. The ids are in the journal already, so a failure loses none."""
    if prepared.backend.spec().keeps_ids:
        return (), None
    missing = {resource.key for resource in prepared.project.resources if resource.id is None}
    ids = {key: remote_id for key, remote_id in provisioned.ids.items() if key in missing}
    if not ids:
        return (), None
    try:
        return tuple(str(place) for place in project.write_ids(prepared.project, ids)), None
    except ConfigError as error:
        return (), error


def _check_carried_out(planned: Planned, carried_out: list[Action]) -> None:
    """A backend that does more or less than its plan is broken, and the user must know."""
    wanted = [action for action in planned.resolution.actions if action.writes]
    if sorted(map(repr, carried_out)) == sorted(map(repr, wanted)):
        return
    extra = ", ".join(sorted({f"{action.verb} {action.key}" for action in carried_out if action not in wanted}))
    left = ", ".join(sorted({f"{action.verb} {action.key}" for action in wanted if action not in carried_out}))
    backend = planned.prepared.backend
    error = BackendContractError(
        f"the backend `{backend.name}` did not do what it planned"
        + (f"; not planned: {extra}" if extra else "")
        + (f"; not done: {left}" if left else ""),
        hint=f"this is a bug in {backend.package}",
    )
    error.backend = backend.name
    raise error
