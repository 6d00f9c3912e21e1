"""Which host names lead to which script, and back."""

from __future__ import annotations

import re

_PORT = re.compile(r":\d*\Z")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")

#: Host names under which the API answers. Any other could be a foreign page's name that resolves to this machine.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Addresses:
    """The subdomain and port of the account, and the scripts that answer at theirs. An empty one is none.

    Every request to a Worker asks it, so it is held in memory; the database is written first, then this.
    """

    def __init__(self, subdomain: str, enabled: set[str]) -> None:
        self.subdomain = subdomain
        self.port = 0
        self._enabled = enabled

    def url(self, script: str) -> str | None:
        """Where the script answers when it is enabled; ``None`` without a subdomain."""
        return f"http://{script}.{self.subdomain}.localhost:{self.port}" if self.subdomain else None

    def script(self, host: str) -> str | None:
        """The script that a ``Host`` header names, existing or not; ``None`` for a host that is not below ours."""
        if not self.subdomain:
            return None
        name = hostname(host)
        suffix = f".{self.subdomain}.localhost"
        return name.removesuffix(suffix) if name.endswith(suffix) else None

    def answers(self, script: str) -> bool:
        """Whether the script is enabled."""
        return script in self._enabled

    def switch(self, script: str, enabled: bool) -> None:
        """Enable or disable a script."""
        if enabled:
            self._enabled.add(script)
        else:
            self._enabled.discard(script)


def hostname(host: str) -> str:
    """A ``Host`` header without its port, in lower case."""
    return _PORT.sub("", host).lower().removesuffix(".")


def is_label(text: str) -> bool:
    """Whether the text may be one part of a host name."""
    return _LABEL.match(text) is not None
