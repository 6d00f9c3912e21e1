"""Making an earlier deployment live again, as a new one."""

from __future__ import annotations

import secrets

from aerostack.capabilities import OpenJournals, RolledBack
from aerostack.errors import NotFoundError, RemoteError, UsageError
from aerostack.model import Journal, Project, Tools
from aerostack_hosted import place as places
from aerostack_hosted.api import deployments
from aerostack_hosted.api.deployments import RemoteDeployment
from aerostack_hosted.deploy import follow
from aerostack_hosted.last import Last, recall, remember
from aerostack_hosted.place import Place
from aerostack_hosted.settings import HostedSettings

#: Under this name the journal keeps where a rollback goes and its key, until its end is known.
_KEY = "rollback"


def rollback(
    project: Project, version: str | None, settings: HostedSettings, journals: OpenJournals, tools: Tools
) -> RolledBack:
    """``version`` is the number of a deployment; ``None`` is the one that was live before."""
    place = places.find(project, settings, tools)
    journal = journals.at(place.target)
    aim, key = _aim(place, version, journal)
    journal.record(_KEY, f"{aim.id}#{key}")
    try:
        made = deployments.rollback(place.api, place.project, place.environment, aim.id, key=key)
        made = follow(place.api, place.project, place.environment, made, tools.step)
    except RemoteError as error:
        if error.applied is False:
            journal.forget(_KEY)
        raise
    journal.forget(_KEY)
    last = recall(journal, place.project)
    if last is not None:
        remember(journal, Last.of(place.project, made, public=last.public == "yes"), tools)
    return RolledBack(
        version=made.id,
        said=f"{place.environment} runs what deployment {aim.number} brought, as deployment {made.number}",
        urls=(made.url,) if made.url else (),
        details={"rolled_back_to": aim.number, **made.document()},
    )


def _aim(place: Place, version: str | None, journal: Journal) -> tuple[RemoteDeployment, str]:
    """Where to, and the key. Those of a run that was killed on the way: going back once more would undo what it did."""
    if version is not None and not (version.isascii() and version.isdigit()):
        raise UsageError(f"`{version}` is no number of a deployment", hint="see them: aerostack deployments list")
    begun, _, key = (journal.known(_KEY) or "").rpartition("#")
    if version is None and begun:
        return deployments.get(place.api, place.project, place.environment, begun), key
    if version is not None:
        aim = deployments.numbered(place.api, place.project, place.environment, int(version))
    else:
        aim = _before(place)
    return aim, key if begun == aim.id else secrets.token_hex(16)


def _before(place: Place) -> RemoteDeployment:
    for item in deployments.listed(place.api, place.project, place.environment):
        if item.status == "superseded":
            return item
    raise NotFoundError(
        f"nothing was live in {place.environment} before", applied=False, hint="aerostack deployments list"
    )
