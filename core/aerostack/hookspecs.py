"""The hooks of a backend, and one for any plugin. This is the whole plugin API, with the values in
:mod:`aerostack.model`.

A backend is a module (or object) registered under the entry-point group ``aerostack.backends``; the entry point's name
is its name. It implements the first four hooks below with ``@hookimpl``, and takes only the arguments it needs, by
name. Only the chosen backend is imported. Hooks return values, never generators; their parameters have no defaults and
none is keyword-only (pluggy cannot call such hooks). A hook reports failure by raising one of :mod:`aerostack.errors`.

``aerostack_config`` and all hooks of a capability (:mod:`aerostack.capabilities`) are optional: a backend has all hooks
of a capability or none, and names those that it has in ``BackendSpec.capabilities``. What changes something runs under
the lock of the environment, and stands in the journal before the call that does it.

``aerostack_diagnose`` is for every module in the entry-point group ``aerostack.plugins``, backend or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pluggy

from aerostack.capabilities import Migration, OpenJournals, OwnedResource, RolledBack, SecretName, SecretsChanged
from aerostack.errors import AerostackError
from aerostack.model import (
    BackendSpec,
    Bundle,
    Deployment,
    Diagnosis,
    Journal,
    Journals,
    Policy,
    Project,
    Provisioned,
    Resolution,
    Resource,
    Secret,
    Tools,
)

__all__ = [
    "aerostack_apply_migration",
    "aerostack_backend",
    "aerostack_change_secrets",
    "aerostack_config",
    "aerostack_delete_resource",
    "aerostack_deploy",
    "aerostack_diagnose",
    "aerostack_migrations",
    "aerostack_provision",
    "aerostack_resolve",
    "aerostack_resources",
    "aerostack_rollback",
    "aerostack_secrets",
    "hookimpl",
]

hookspec = pluggy.HookspecMarker("aerostack")
hookimpl = pluggy.HookimplMarker("aerostack")


@hookspec(firstresult=True)
def aerostack_backend() -> BackendSpec:  # type: ignore[empty-body]
    """Describe the backend. Pure: no I/O, no heavy imports."""


@hookspec(firstresult=True)
def aerostack_resolve(  # type: ignore[empty-body]
    project: Project, settings: Any, policy: Policy, journals: Journals, tools: Tools
) -> Resolution:
    """Plan the deploy: say for every resource, the Worker and its triggers what will be done, and why.

    May read remote state and ``journals.at(target)``; must not change either. A read that decides about creating
    fails closed: an answer of 500 is not "there is none". What somebody changed behind the last deploy goes into
    ``Resolution.drift``. Where the journal and a glance at the live version show that nothing changed, nothing more
    need be read, unless ``policy.refresh`` says so. ``settings`` is an instance of the class in
    ``BackendSpec.settings``.
    """


@hookspec(firstresult=True)
def aerostack_provision(  # type: ignore[empty-body]
    project: Project, resolution: Resolution, settings: Any, policy: Policy, journal: Journal, tools: Tools
) -> Provisioned:
    """Make every planned resource exist, and do nothing that the plan does not hold.

    A reconcile: observe, ensure, tolerate "already exists" by looking it up by name, record, return. Announce each
    creation with ``journal.intend`` before the call and ``journal.record`` the id as soon as it is known, so that a
    killed run is resumed with nothing made twice. Recorded ids are a cache; the remote side is the truth.
    Report each action carried out with ``tools.done``.
    """


@hookspec(firstresult=True)
def aerostack_deploy(  # type: ignore[empty-body]
    project: Project, resolution: Resolution, provisioned: Provisioned, settings: Any, journal: Journal, tools: Tools
) -> Deployment:
    """Upload the code and make it live, apply the triggers, and look whether all of it can be seen.

    Report each action with ``tools.done``. Raise ``StaleError`` when the plan turns out not to be true any more before
    the Worker was touched, and ``OvertakenError`` when somebody else's version is live in the end.
    """


@hookspec(firstresult=True)
def aerostack_config(project: Project, ids: Mapping[str, str], folder: Path) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """Optional: the configuration that this backend writes for another program, as it would lie in ``folder``.

    ``ids`` are remote ids by ``Resource.key``, as far as they are known. Pure but for reading the project's files.
    """


@hookspec(firstresult=True)
def aerostack_resources(  # type: ignore[empty-body]
    project: Project, settings: Any, journals: OpenJournals, tools: Tools
) -> tuple[OwnedResource, ...]:
    """Capability ``resources``: those that exist of what the environment names, uses, or was made for it. Reads only.

    Also what was deleted from here, if that is known: whoever says it twice means it once. A read that fails is an
    error: what could not be seen is neither there nor gone.
    """


@hookspec(firstresult=True)
def aerostack_delete_resource(  # type: ignore[empty-body]
    project: Project, resource: OwnedResource, settings: Any, journals: OpenJournals, tools: Tools
) -> OwnedResource:
    """Capability ``resources``: delete one with all that is in it, and return it. The user was asked.

    One that is gone already is deleted. Returns when a read has shown that it is gone.
    """


@hookspec(firstresult=True)
def aerostack_rollback(  # type: ignore[empty-body]
    project: Project, version: str | None, settings: Any, journals: OpenJournals, tools: Tools
) -> RolledBack:
    """Capability ``rollback``: make an earlier version live again, with one write. Data stays as it is.

    ``version`` is as the user typed it, in the backend's own form; ``None`` means the one that was live before. Raises
    ``NotFoundError`` when there is none, and ``OvertakenError`` when something else is live than was last deployed from
    here and no ``version`` says what is meant.
    """


@hookspec(firstresult=True)
def aerostack_secrets(  # type: ignore[empty-body]
    project: Project, settings: Any, journals: OpenJournals, tools: Tools
) -> tuple[SecretName, ...]:
    """Capability ``secrets``: the names of those that are set. Reads only."""


@hookspec(firstresult=True)
def aerostack_change_secrets(  # type: ignore[empty-body]
    project: Project, changes: Mapping[str, Secret | None], settings: Any, journals: OpenJournals, tools: Tools
) -> SecretsChanged:
    """Capability ``secrets``: set them, and delete those that are ``None``; all or none.

    A value is revealed in the last line before the wire, and in no other. Returns when the names were read back. Raises
    ``NotFoundError`` when one that is to be deleted is not set.
    """


@hookspec(firstresult=True)
def aerostack_migrations(  # type: ignore[empty-body]
    project: Project, database: Resource, table: str, settings: Any, journals: OpenJournals, tools: Tools
) -> tuple[str, ...]:
    """Capability ``migrations``: the names of those that ``table`` of the database says are applied. Reads only."""


@hookspec(firstresult=True)
def aerostack_apply_migration(  # type: ignore[empty-body]
    project: Project,
    database: Resource,
    table: str,
    migration: Migration,
    settings: Any,
    journals: OpenJournals,
    tools: Tools,
) -> Migration:
    """Capability ``migrations``: apply one and note it in ``table``, in one transaction, and return it.

    When the answer is lost, the row in the table decides. Raises with the file as ``where``.
    """


@hookspec(firstresult=True)
def aerostack_diagnose(error: AerostackError, project: Project, bundle: Bundle | None) -> Diagnosis | None:
    """Explain why a plan or a deploy failed; ``None`` when there is nothing to add. Pure: no network, no output.

    Asked only after a failure, of any backend. ``bundle`` is what was built, ``None`` when the run did not come that
    far or the backend builds by itself.
    """
