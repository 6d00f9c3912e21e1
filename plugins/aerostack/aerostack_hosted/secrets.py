"""The secrets of an environment on Aerostack: written all or none, listed by name, never read."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.capabilities import OpenJournals, SecretName, SecretsChanged
from aerostack.errors import NotFoundError
from aerostack.model import Project, Secret, Tools
from aerostack_hosted import place as places
from aerostack_hosted.api import secrets
from aerostack_hosted.place import Place
from aerostack_hosted.settings import HostedSettings


def listed(project: Project, settings: HostedSettings, tools: Tools) -> tuple[SecretName, ...]:
    """Their names, and when each was set."""
    place = places.find(project, settings, tools)
    return secrets.listed(place.api, place.project, place.environment)


def change(
    project: Project,
    changes: Mapping[str, Secret | None],
    settings: HostedSettings,
    journals: OpenJournals,
    tools: Tools,
) -> SecretsChanged:
    """Set and delete. The server keeps them itself and answers when they are kept, so there is nothing to read back."""
    place = places.find(project, settings, tools)
    deleted = [name for name, value in changes.items() if value is None]
    if len(changes) == 1 and deleted:
        _delete(place, deleted[0], journals)
    else:
        secrets.put(place.api, place.project, place.environment, changes)
    return SecretsChanged()


def _delete(place: Place, name: str, journals: OpenJournals) -> None:
    """One that is not set is an error, unless it was us who deleted it: in a request whose answer was lost, or in a run
    that was killed.
    """
    journal, key = journals.at(place.target), f"secret/{name}"
    known = {item.name for item in secrets.listed(place.api, place.project, place.environment)}
    if name in known or not journal.intended(key, name):
        journal.intend(key, name)
        try:
            secrets.delete(place.api, place.project, place.environment, name)
        except NotFoundError:
            if name not in known:
                journal.forget(key)
                raise
    journal.forget(key)
