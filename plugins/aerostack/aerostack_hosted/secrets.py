"""The secrets of an environment on Aerostack: written all or none, listed by name, never read."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.capabilities import SecretName, SecretsChanged
from aerostack.model import Project, Secret, Tools
from aerostack_hosted import place as places
from aerostack_hosted.api import secrets
from aerostack_hosted.settings import HostedSettings


def listed(project: Project, settings: HostedSettings, tools: Tools) -> tuple[SecretName, ...]:
    """Their names, and when each was set."""
    place = places.find(project, settings, tools)
    return secrets.listed(place.api, place.project, place.environment)


def change(
    project: Project, changes: Mapping[str, Secret | None], settings: HostedSettings, tools: Tools
) -> SecretsChanged:
    """Set and delete. The server keeps them itself and answers when they are kept, so there is nothing to read back."""
    place = places.find(project, settings, tools)
    deleted = [name for name, value in changes.items() if value is None]
    if len(changes) == 1 and deleted:
        secrets.delete(place.api, place.project, place.environment, deleted[0])
    else:
        secrets.put(place.api, place.project, place.environment, changes)
    return SecretsChanged()
