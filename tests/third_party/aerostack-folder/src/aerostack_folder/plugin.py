"""The backend ``folder``: the Worker's modules become files, a resource becomes a file that holds its id."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from aerostack.errors import ConflictError
from aerostack.hookspecs import hookimpl
from aerostack.model import (
    Action,
    BackendSpec,
    Deployment,
    Journal,
    Project,
    Provisioned,
    ProvisionedResource,
    Resolution,
    Resource,
    Tools,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """``[backend.folder]``: ``path`` is the folder that everything goes into."""

    path: str = "deployed"


@hookimpl
def aerostack_backend() -> BackendSpec:
    return BackendSpec(summary="a folder on this machine", settings=FolderSettings)


@hookimpl
def aerostack_resolve(project: Project, settings: FolderSettings) -> Resolution:
    folder = project.root / settings.path
    actions = [_plan(resource, folder) for resource in project.resources]
    exists = (folder / project.name).exists()
    actions.append(Action(verb="update" if exists else "create", kind="worker", key="worker", name=project.name))
    return Resolution(target=settings.path, actions=tuple(actions))


@hookimpl
def aerostack_provision(
    project: Project, resolution: Resolution, settings: FolderSettings, journal: Journal, tools: Tools
) -> Provisioned:
    planned = {action.key: action for action in resolution.actions}
    made = []
    for resource in project.resources:
        action = planned[resource.key]
        remote_id = action.id
        if remote_id is None:
            remote_id = str(uuid.uuid4()) if resource.kind == "d1" else uuid.uuid4().hex
            journal.intend(resource.key, resource.name)
            file = _file(resource, project.root / settings.path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(remote_id)
            tools.done(action)
        journal.record(resource.key, remote_id)
        made.append(
            ProvisionedResource(
                key=resource.key,
                kind=resource.kind,
                binding=resource.binding,
                name=resource.name,
                id=remote_id,
                outcome="found" if action.id else "created",
            )
        )
    return Provisioned(resources=tuple(made))


@hookimpl
def aerostack_deploy(project: Project, resolution: Resolution, settings: FolderSettings, tools: Tools) -> Deployment:
    bundle = tools.bundle(project).result()
    folder = project.root / settings.path / project.name
    if not folder.resolve().is_relative_to(project.root.resolve()):
        raise ConflictError("the folder lies outside the project", hint="set `path` under [backend.folder]")
    folder.mkdir(parents=True, exist_ok=True)
    for module in bundle.modules:
        (folder / Path(module.name).name).write_bytes(module.content)
    tools.done(resolution.actions[-1])
    return Deployment(version=bundle.digest[:12], urls=(folder.as_uri(),))


def _plan(resource: Resource, folder: Path) -> Action:
    file = _file(resource, folder)
    known = resource.id or (file.read_text() if file.exists() else None)
    return Action(
        verb="keep" if known else "create", kind=resource.kind, key=resource.key, name=resource.name, id=known
    )


def _file(resource: Resource, folder: Path) -> Path:
    return folder / resource.kind / f"{resource.name}.id"
