"""Which environment of which project on Aerostack a command beside deploy works on."""

from __future__ import annotations

from urllib.parse import urlsplit

from aerostack.errors import UsageError
from aerostack.model import Project, Tools
from aerostack.values import dataclass
from aerostack_hosted import choice
from aerostack_hosted.api import me
from aerostack_hosted.api.connection import Api
from aerostack_hosted.settings import HostedSettings
from aerostack_hosted.target import connect


@dataclass(frozen=True, slots=True)
class Place:
    """``project`` is an id or a slug, ``target`` the server, as the journal knows it."""

    api: Api
    project: str
    environment: str

    @property
    def target(self) -> str:
        return target(self.api)


def find(project: Project, settings: HostedSettings, tools: Tools) -> Place:
    """The one that a deploy would go to. Raises ``AuthError``, ``ConfigError`` and ``UsageError``."""
    environment = environment_of(project)
    api = connect(settings, tools)
    chosen = choice.choose(project.file, api.url, settings.project)
    # Somebody who names a project names it to the server, which knows what the key may do there.
    reference = chosen.reference if settings.project else choice.check_key(chosen, me.read(api)).reference
    return Place(api, reference, environment)


def environment_of(project: Project) -> str:
    """The environment's name. Raises ``UsageError`` for the base."""
    if project.environment is None:
        raise UsageError("Aerostack has no environment without a name", hint="name one: --env production")
    return project.environment


def target(api: Api) -> str:
    """The server, in a form fit for a file name."""
    return urlsplit(api.url).netloc
