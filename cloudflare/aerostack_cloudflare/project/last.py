"""What was live when the last deploy of this project had ended: the journal's memory of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

from aerostack import line
from aerostack.errors import JournalError
from aerostack.model import Journal, JournalView, Resolution, Tools
from aerostack.values import dataclass
from aerostack_cloudflare.project.glance import Glance

#: Under this name the journal keeps it.
DEPLOYED = "deployed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """``digest`` is the content hash of the version, ``state`` the ``Glance.state`` of then, ``url`` the address, and
    ``secrets`` the names of those that are set, with commas.

    ``digest`` is empty where another program built the code. ``work`` is how many milliseconds the account took for the
    upload, without the way, where that is known, and ``at`` the time of the end of that deploy, in seconds since 1970.
    """

    deployment: str
    version: str
    digest: str
    state: str
    url: str
    secrets: str
    work: str = ""
    at: str = ""

    @classmethod
    def of(
        cls, glance: Glance, *, digest: str, url: str | None, secrets: Iterable[str], work: float | None = None
    ) -> Last | None:
        """What ``glance`` saw; ``None`` when it saw no version that answers alone."""
        if glance.deployment is None or glance.version is None:
            return None
        return cls(
            deployment=glance.deployment,
            version=glance.version,
            digest=digest,
            state=glance.state,
            url=url or "",
            secrets=",".join(sorted(secrets)),
            work="" if work is None else str(round(work * 1000)),
            at=f"{time.time():.3f}",
        )

    @property
    def work_seconds(self) -> float | None:
        """``work`` in seconds."""
        return int(self.work) / 1000 if self.work.isdecimal() else None

    @property
    def since(self) -> float:
        """``at`` as a number."""
        try:
            return float(self.at)
        except ValueError:
            return 0.0

    def still(self, glance: Glance) -> bool:
        """Whether nothing has been changed since."""
        return (self.deployment, self.version, self.state) == (glance.deployment, glance.version, glance.state)

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the Worker answers: nowhere when its address is off."""
        try:
            state = json.loads(self.state)
        except ValueError:
            return ()
        on = isinstance(state, dict) and state.get("workers_dev") is True
        return (self.url,) if on and self.url else ()

    @property
    def text(self) -> str:
        """One line, as the journal keeps it."""
        return line.written(self)


def parse(text: object) -> Last | None:
    """A ``Last.text``; ``None`` for anything else."""
    return line.parsed(Last, text)


def recall(journal: JournalView) -> Last | None:
    """What the journal remembers."""
    return parse(journal.known(DEPLOYED))


def remember(
    journal: Journal,
    glance: Glance,
    *,
    digest: str,
    url: str | None,
    resolution: Resolution,
    tools: Tools,
    work: float | None = None,
) -> None:
    """Keep what ``glance`` saw at the end of a deploy for the next one, and the ``work`` of the upload in seconds.

    It is live whether or not that can be kept: a journal that cannot be written is a warning here.
    """
    names = resolution.details.get("secrets")
    secrets = [str(name) for name in names] if isinstance(names, list) else []
    keep(journal, Last.of(glance, digest=digest, url=url, secrets=secrets, work=work), tools)


def keep(journal: Journal, last: Last | None, tools: Tools) -> None:
    """``remember`` of what is known already; ``None`` forgets."""
    try:
        if last is None:
            journal.forget(DEPLOYED)
            return
        journal.record(DEPLOYED, last.text)
    except JournalError as error:
        tools.warn(f"{error.message}; the next deploy will have to look at everything again")
