"""Which of a script's live versions answers a request."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aerostack_edge.model import ScriptVersion
from aerostack_edge.runtime.instance import Instance

#: A live version and its percentage of the requests.
Split = Sequence[tuple[ScriptVersion, float]]

_KEY = "Cloudflare-Workers-Version-Key"
_OVERRIDES = "Cloudflare-Workers-Version-Overrides"
# One member of a dictionary of structured headers (RFC 9651): name="version"
_OVERRIDE = re.compile(r'\s*([A-Za-z0-9_*/.-]+)\s*=\s*"([^"]*)"\s*')
_STEPS = 1 << 32


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says of it: requests of one ``key`` get one version; ``version`` is the id of the one it wants."""

    key: str = ""
    version: str = ""

    @classmethod
    def of(cls, script: str, headers: Mapping[str, str]) -> Wish:
        """The wish in the headers of a request to the script. An unreadable header is no wish."""
        members = map(_OVERRIDE.fullmatch, headers.get(_OVERRIDES, "").split(","))
        wanted = {member[1]: member[2] for member in members if member}
        return cls(key=headers.get(_KEY, ""), version=wanted.get(script, ""))


@dataclass(frozen=True, slots=True)
class Share:
    """A process and its percentage."""

    instance: Instance
    percentage: float


class Traffic:
    """The processes that share the requests of a script; there is at least one."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self.shares = tuple(shares)
        self._total = sum(share.percentage for share in self.shares)

    def choose(self, wish: Wish) -> Instance:
        """The process for a request: the wanted one, else by chance, which the key decides where there is one."""
        for share in self.shares:
            if share.instance.version.id == wish.version:
                return share.instance
        if len(self.shares) == 1:
            return self.shares[0].instance
        rest = _chance(wish.key) * self._total
        for share in self.shares:
            rest -= share.percentage
            if rest < 0:
                return share.instance
        return self.shares[-1].instance

    def has(self, instance: Instance) -> bool:
        """Whether the process is one of them."""
        return any(share.instance is instance for share in self.shares)

    def running(self, split: Split) -> dict[str, Instance]:
        """Those of its processes that run a version of ``split``, by the id of the version."""
        wanted = {version.id for version, _ in split}
        return {
            share.instance.version.id: share.instance
            for share in self.shares
            if share.instance.alive and share.instance.version.id in wanted
        }


def _chance(key: str) -> float:
    if not key:
        # It shares out requests and guards nothing.
        return random.random()  # nosec B311
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()[:4]) / _STEPS
