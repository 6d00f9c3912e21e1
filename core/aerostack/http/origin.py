"""A server: scheme, host and port."""

from __future__ import annotations

from urllib.parse import SplitResult

from aerostack.errors import ConfigError
from aerostack.http.address import is_loopback
from aerostack.values import dataclass

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Origin:
    """``host`` as the resolver takes it: ASCII, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, parts: SplitResult) -> Origin:
        """The server of an address. Raises ``ConfigError`` for a host name that no server can have."""
        return cls(parts.scheme, _resolvable(parts.hostname or ""), parts.port or _PORTS[parts.scheme])

    @property
    def here(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"{self._bracketed}:{self.port}"

    @property
    def netloc(self) -> str:
        """Host and port as the header ``Host`` has them: the scheme's own port is left out."""
        return self._bracketed if self.port == _PORTS[self.scheme] else self.place

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


def _resolvable(host: str) -> str:
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    # The limits of DNS. The resolver of Python raises no OSError for them.
    if not all(0 < len(label) < 64 for label in name.removesuffix(".").split(".")):
        raise ConfigError(
            "the address of the API holds a host name that cannot exist",
            hint="write it like https://host/path",
            code="address",
        )
    return name
