"""Where an API lives: which addresses a token may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from aerostack.errors import ConfigError


def check_address(address: str, source: str = "the address of the API") -> str:
    """The base address without a trailing slash.

    ``source`` is what the user would edit, such as the name of a variable. Raises ``ConfigError`` for anything that is
    no plain http(s) address, and for http to another machine: the token would travel in clear.
    """
    parts = _split(address, source)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong(f"{source} is no http or https address", f"write it like https://{parts.hostname or 'host'}/path")
    if parts.username is not None or parts.password is not None:
        raise _wrong(f"{source} holds a user name or password", "remove everything before the @")
    if parts.query or parts.fragment:
        raise _wrong(f"{source} holds a query or a fragment", "end it before the ? or #")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise _wrong(
            f"{source} is plain http to {parts.hostname}: the token would be sent in clear",
            f"use https://{parts.netloc}; plain http is for this machine only (127.0.0.1, localhost)",
        )
    return address.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address is this machine, without asking a resolver."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _split(address: str, source: str) -> SplitResult:
    if any(character.isspace() or not character.isprintable() for character in address):
        raise _wrong(f"{source} holds a blank or a control character", "remove it")
    try:
        parts = urlsplit(address)
        _ = parts.port  # read here because it raises for nonsense
    except ValueError as error:
        raise _wrong(f"{source} is no http or https address: {error}", "write it like https://host/path") from None
    return parts


def _wrong(message: str, hint: str) -> ConfigError:
    # The address itself is not shown: it may hold a password.
    return ConfigError(message, hint=hint, code="address")
