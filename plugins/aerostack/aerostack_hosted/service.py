"""What other parts of aerostack on this machine may ask of the client, found as the service ``login``."""

from __future__ import annotations

import os

from aerostack.model import Secret
from aerostack_hosted import credentials
from aerostack_hosted.credentials import DEFAULT_PROFILE


def remember(url: str, key: str) -> None:
    """Log the command line in to the API at ``url``. Raises ``ConfigError`` when the key cannot be stored."""
    file = credentials.path(os.environ.get)
    credentials.write(file, credentials.read(file).adding(url, DEFAULT_PROFILE, Secret(key)))


def key(url: str) -> Secret | None:
    """The key for the API at ``url``. Raises ``ConfigError`` when the keys cannot be read."""
    return credentials.read(credentials.path(os.environ.get)).key(url, DEFAULT_PROFILE)


def select(url: str) -> None:
    """Make the login at ``url`` the current one."""
    file = credentials.path(os.environ.get)
    stored = credentials.read(file)
    key = stored.key(url, DEFAULT_PROFILE)
    if key is not None and stored.current != (url, DEFAULT_PROFILE):
        credentials.write(file, stored.adding(url, DEFAULT_PROFILE, key))
