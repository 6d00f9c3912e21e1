"""The resources of an environment on Aerostack, which keeps them itself and gives each binding its own."""

from __future__ import annotations

from aerostack.capabilities import OwnedResource
from aerostack.errors import UnsupportedError
from aerostack.model import Project, Tools
from aerostack_hosted import place as places
from aerostack_hosted.api import environments
from aerostack_hosted.settings import HostedSettings


def listed(project: Project, settings: HostedSettings, tools: Tools) -> tuple[OwnedResource, ...]:
    """Those that the server has made for the environment, a binding each, under the names of aerostack.toml.

    Which of them the live version uses it does not tell.
    """
    place = places.find(project, settings, tools)
    environment = environments.get(place.api, place.project, place.environment)
    named = {(item.kind, item.binding or item.name) for item in project.resources}
    return tuple(
        OwnedResource(
            kind=item.kind,  # type: ignore[arg-type]
            name=item.name,
            id=item.id,
            bindings=(item.binding,) if (item.kind, item.binding) in named else (),
            made=True,
            live=None,
        )
        for item in (environment.resources if environment else ())
        if item.id
    )


def refuse_deletion(project: Project, resource: OwnedResource) -> UnsupportedError:
    """Why none is deleted alone."""
    return UnsupportedError(
        f"Aerostack keeps {resource.kind} {resource.name} while there is the environment {project.environment}: "
        "an earlier deployment that a rollback makes live again may use it",
        hint="it goes with its environment: in the dashboard, or with the whole project: aerostack projects delete",
    )
