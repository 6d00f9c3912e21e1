"""What a command works with: the API with the user's key, and the project and environment that are meant."""

from __future__ import annotations

import os
from pathlib import Path

from aerostack import project as files
from aerostack.cli.output import Output
from aerostack.errors import ConfigError
from aerostack.model import Secret
from aerostack.values import dataclass
from aerostack_hosted import choice, login
from aerostack_hosted.api import me
from aerostack_hosted.api.connection import Api
from aerostack_hosted.login import Login

DEFAULT_ENVIRONMENT = "staging"


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a project."""

    project: str
    environment: str


def environ(name: str) -> str | None:
    """A variable of the environment; ``None`` when unset or empty."""
    return os.environ.get(name) or None


def find_login(profile: str | None) -> Login:
    """The login that the command line and the environment mean."""
    key = environ("AEROSTACK_API_KEY")
    return login.find(environ, Secret(key) if key else None, profile)


def open_api(output: Output, profile: str | None) -> Api:
    """The API with the user's key, to be used as a context manager. Raises ``AuthError`` without a key."""
    found = find_login(profile)
    return Api(found.url, login.required(found), tell=output.step)


def find_project(api: Api, path: Path, reference: str | None) -> str:
    """The id or slug of the project: the one that was named, else that of the folder. Raises ``ConfigError``."""
    if reference is not None:
        return reference
    chosen = choice.choose(files.find(path), api.url)
    return choice.check_key(chosen, me.read(api)).reference


def find_place(api: Api, path: Path, reference: str | None, environment: str | None) -> Place:
    """The project and the environment, chosen as a deploy chooses them."""
    return Place(find_project(api, path, reference), _environment(path, reference, environment))


def _environment(path: Path, reference: str | None, named: str | None) -> str:
    chosen = named or environ("AEROSTACK_ENV")
    if chosen:
        return chosen
    try:
        configured = files.read(files.find(path)).deploy(None).environment
    except ConfigError:
        if reference is None:
            raise
        configured = None  # a project that was named needs no file
    return configured or DEFAULT_ENVIRONMENT
