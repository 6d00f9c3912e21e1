"""Which script answers for a host name that is none of ours: by its routes and its custom domains."""

from __future__ import annotations

import re
from collections.abc import Callable

from aerostack_edge.addresses import hostname
from aerostack_edge.state import triggers
from aerostack_edge.state.database import Database

_SCHEME = re.compile(r"^(\*?)(?:https?://)?")


class Routes:
    """The patterns of the account, in memory: every request is compared with them. ``refresh`` after each change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: list[tuple[Callable[[str], object], str]] = []

    async def refresh(self) -> None:
        """Read them anew."""
        kept = [
            *await self._database.read(triggers.listed, "domain"),
            *await self._database.read(triggers.listed, "route"),
        ]
        # As Cloudflare does it, the most specific pattern wins.
        kept.sort(key=lambda trigger: (trigger.kind == "domain", len(trigger.key)), reverse=True)
        self._known = [(_matcher(trigger.kind, trigger.key), trigger.script) for trigger in kept]

    def script(self, host: str, path: str) -> str | None:
        """The script that a request to ``host`` (a ``Host`` header) and ``path`` goes to."""
        address = f"{hostname(host)}{path or '/'}"
        return next((script for matches, script in self._known if matches(address)), None)


def _matcher(kind: triggers.Kind, key: str) -> Callable[[str], object]:
    pattern = f"{key}/*" if kind == "domain" else _SCHEME.sub(r"\1", key)
    host, slash, path = pattern.partition("/")
    expression = f"{_wild(host.lower())}/{_wild(path) if slash else '.*'}"
    return re.compile(expression).fullmatch


def _wild(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("*"))
