"""Secrets at rest: AES-256-GCM under a master key that is not in the database.

A sealed value is a version byte, the key's id, the nonce and the ciphertext; what it belongs to is authenticated with
it, so that a row copied to another place does not open. Several master keys may be given, newest first: the first
seals, all open.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aerostack.errors import ConfigError
from aerostack.model import Secret

_VERSION = b"\x01"
_ID, _NONCE = 4, 12


class Vault:
    """Opens and seals."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = {sha256(key).digest()[:_ID]: AESGCM(key) for key in keys}
        self._first = sha256(keys[0]).digest()[:_ID]

    def seal(self, place: str, value: str) -> bytes:
        """``place`` says what it is a secret of, such as ``env_…/API_KEY``."""
        nonce = os.urandom(_NONCE)
        sealed = self._keys[self._first].encrypt(nonce, value.encode(), place.encode())
        return _VERSION + self._first + nonce + sealed

    def open(self, place: str, sealed: bytes) -> str:
        """Raises ``ConfigError`` when the master key it was sealed with is not given any more."""
        name, rest = sealed[1 : 1 + _ID], sealed[1 + _ID :]
        cipher = self._keys.get(name)
        try:
            if cipher is None or sealed[:1] != _VERSION or len(rest) < _NONCE:
                raise InvalidTag
            return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], place.encode()).decode()
        except InvalidTag:
            raise ConfigError(
                f"a secret ({place}) cannot be opened: it was sealed with another master key",
                key="AEROSTACK_SERVER_MASTER_KEY",
                hint="give the old key too, after the new one and a comma",
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether it is sealed with the first key; what is not should be sealed again."""
        return sealed[1 : 1 + _ID] == self._first


def of(given: Secret | None, folder: Path) -> Vault:
    """With the keys in ``AEROSTACK_SERVER_MASTER_KEY``, else with the one in ``folder``, which is made if need be.

    Raises ``ConfigError`` for what is no master key.
    """
    if given is not None:
        return Vault(tuple(_decoded(part) for part in given.reveal().split(",")))
    file = folder / "master.key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(file)
    lines = file.read_text(errors="replace").split()
    try:
        # Without one there is nothing to open secrets with, and a new one would open none of them.
        return Vault(tuple(_decoded(line) for line in lines or [""]))
    except ConfigError:
        raise ConfigError(
            f"{file} holds no master key",
            key="AEROSTACK_SERVER_MASTER_KEY",
            hint="restore the file from a backup: with another key no secret can be opened",
        ) from None


def _make(file: Path) -> None:
    """A new key, there as a whole or not at all; of several who make one, the first one's stays."""
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=".master.key.")
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(key + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
    finally:
        Path(draft).unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ConfigError(
            "a master key is 32 bytes in base64",
            key="AEROSTACK_SERVER_MASTER_KEY",
            hint="make one: openssl rand -base64 32",
        )
    return key
