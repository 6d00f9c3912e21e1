"""The keys of this machine's user: ``~/.config/aerostack/credentials.json``, by API address and profile.

The file is private (0600 in a folder of 0700), replaced atomically, and refused when somebody else could read or
write it. Of a key that the user wanted in the keyring it holds ``{"in": "keyring"}`` instead.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError
from aerostack.files import write_atomic
from aerostack.model import Secret
from aerostack.values import dataclass
from aerostack_hosted.keyring import KeptKey

DEFAULT_PROFILE = "default"
_VERSION = 1
_IN_KEYRING = {"in": "keyring"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """``keys`` holds a key by address and profile; ``current`` is the address and profile of the last login."""

    keys: Mapping[tuple[str, str], Secret] = field(default_factory=dict)
    current: tuple[str, str] | None = None

    def key(self, url: str, profile: str) -> Secret | None:
        """The key of one profile at one address."""
        return self.keys.get((url, profile))

    @property
    def in_keyring(self) -> frozenset[tuple[str, str]]:
        """The addresses and profiles whose key is in the keyring."""
        return frozenset(place for place, key in self.keys.items() if isinstance(key, KeptKey))

    def addresses(self, profile: str) -> tuple[str, ...]:
        """Where a profile has a key."""
        return tuple(url for url, name in self.keys if name == profile)

    def adding(self, url: str, profile: str, key: Secret) -> Credentials:
        """With a new key, which becomes the current one."""
        return Credentials({**self.keys, (url, profile): key}, (url, profile))

    def without(self, url: str, profile: str) -> Credentials:
        """Without one key; another profile at the same address becomes the current one, if there is one."""
        keys = {place: key for place, key in self.keys.items() if place != (url, profile)}
        if self.current != (url, profile):
            return replace(self, keys=keys)
        return Credentials(keys, next((place for place in keys if place[0] == url), None))


def path(environ: Callable[[str], str | None]) -> Path:
    """Where the file is: below ``XDG_CONFIG_HOME``, else ``~/.config``."""
    base = environ("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "aerostack" / "credentials.json"


def read(file: Path) -> Credentials:
    """What is stored; nothing when there is no file.

    Raises ``ConfigError`` when others could read the file, when it belongs to somebody else, or when it is damaged.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return Credentials()
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    with os.fdopen(descriptor, "rb") as stream:
        _check_private(file, os.fstat(stream.fileno()))
        try:
            document: Any = json.loads(stream.read())
        except (ValueError, RecursionError) as error:
            raise _unreadable(file, f"it is no JSON: {error}") from error
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise _unreadable(file, "it was written by another version of aerostack")
    return _parse(document)


def write(file: Path, credentials: Credentials) -> None:
    """Store, atomically and for the user alone. Raises ``ConfigError`` when that cannot be done."""
    keys: dict[str, dict[str, object]] = {}
    for (url, profile), key in credentials.keys.items():
        keys.setdefault(url, {})[profile] = _IN_KEYRING if isinstance(key, KeptKey) else key.reveal()
    current = credentials.current
    document = {
        "version": _VERSION,
        "current": {"url": current[0], "profile": current[1]} if current else None,
        "keys": keys,
    }
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(file.parent.stat().st_mode) & 0o077:
            file.parent.chmod(0o700)
        write_atomic(file, (json.dumps(document, indent=2) + "\n").encode(), mode=0o600)
    except OSError as error:
        raise ConfigError(
            f"the key cannot be stored in {file}: {error.strerror or error}",
            hint=f"make {file.parent} writable for you, or set AEROSTACK_API_KEY instead",
            code="credentials",
        ) from error


def _check_private(file: Path, status: os.stat_result) -> None:
    if status.st_uid != os.getuid():
        raise ConfigError(
            f"{file} belongs to somebody else, so its keys are not used",
            hint=f"move it away and log in again: mv {file} {file}.old; aerostack login",
            code="credentials",
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise ConfigError(
            f"{file} can be read by other users of this machine, so its keys are not used",
            hint=f"chmod 600 {file}; if somebody may have read it, revoke the keys: aerostack keys list",
            code="credentials",
        )


def _parse(document: Mapping[str, Any]) -> Credentials:
    keys: dict[tuple[str, str], Secret] = {}
    stored = document.get("keys")
    for url, profiles in stored.items() if isinstance(stored, dict) else ():
        for profile, value in profiles.items() if isinstance(profiles, dict) else ():
            if isinstance(value, str) and value:
                keys[url, profile] = Secret(value)
            elif value == _IN_KEYRING:
                keys[url, profile] = KeptKey(url, profile)
    current = document.get("current")
    last = {"url": current.get("url"), "profile": current.get("profile")} if isinstance(current, dict) else None
    places = (place for place in keys if {"url": place[0], "profile": place[1]} == last)
    return Credentials(keys, next(places, None))


def _unreadable(file: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{file} cannot be used: {why}",
        hint=f"move it away and log in again: mv {file} {file}.old; aerostack login",
        code="credentials",
    )
