"""The whole way: plan, confirm, provision, write ids back, upload."""

from __future__ import annotations

import time
from collections.abc import Callable

from aerostack import project
from aerostack.errors import AbortedError, AerostackError, BackendContractError, ConfigError
from aerostack.journal import Lock
from aerostack.model import Action, Provisioned, Resolution
from aerostack.pipeline.explain import explained
from aerostack.pipeline.plan import Planned, journals_of, resolve
from aerostack.pipeline.prepare import Prepared
from aerostack.pipeline.report import Report
from aerostack.tools import RunTools


def deploy(prepared: Prepared, tools: RunTools, confirm: Callable[[Resolution], bool], started: float) -> Report:
    """Do exactly what ``plan`` says. ``started`` is the ``time.monotonic()`` at which the command began.

    ``confirm`` is asked only when the plan deletes something. Raises ``LockedError``, ``AbortedError`` and whatever the
    backend raises, explained.
    """
    with explained(prepared.project, tools):
        return _deploy(prepared, tools, confirm, started)


def _deploy(prepared: Prepared, tools: RunTools, confirm: Callable[[Resolution], bool], started: float) -> Report:
    journals = journals_of(prepared)
    with Lock(journals.lock_path).held():
        planned = resolve(prepared, tools)
        resolution = planned.resolution
        if any(action.verb == "delete" for action in resolution.actions) and not confirm(resolution):
            raise AbortedError("nothing was changed", hint="answer yes, or pass --yes")
        journal = journals.at(resolution.target)
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
