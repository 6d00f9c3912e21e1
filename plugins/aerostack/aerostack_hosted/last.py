"""What was live when the last deploy of this environment from here had ended, and what somebody made of it since."""

from __future__ import annotations

from aerostack import line
from aerostack.errors import JournalError
from aerostack.model import Journal, JournalView, Tools
from aerostack.values import dataclass
from aerostack_hosted.api.deployments import RemoteDeployment
from aerostack_hosted.api.environments import RemoteEnvironment

#: Under this name the journal keeps it.
_KEY = "deployed"

#: How the server begins the message of a deployment that goes back to an earlier one.
_ROLLBACK = "Rollback to "


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """``deployment`` is an id, ``creator`` the kind and name of who made it; ``public`` is ``yes`` or ``no``."""

    project: str
    deployment: str
    content_hash: str
    creator: str
    public: str

    @classmethod
    def of(cls, project: str, live: RemoteDeployment, *, public: bool) -> Last:
        """What was seen live."""
        return cls(
            project=project,
            deployment=live.id,
            content_hash=live.content_hash or "",
            creator=live.creator,
            public="yes" if public else "no",
        )

    @property
    def text(self) -> str:
        """One line, as the journal keeps it."""
        return line.written(self)


def parse(text: object) -> Last | None:
    """A ``Last.text``; ``None`` for anything else."""
    return line.parsed(Last, text)


def recall(journal: JournalView, project: str) -> Last | None:
    """What the journal remembers of that project."""
    last = parse(journal.known(_KEY))
    return last if last and last.project == project else None


def remember(journal: Journal, last: Last | None, tools: Tools) -> None:
    """Keep it for the next deploy. It is live whether or not that can be kept, so a failure is a warning."""
    if last is None or journal.known(_KEY) == last.text:
        return
    try:
        journal.record(_KEY, last.text)
    except JournalError as error:
        tools.warn(f"{error.message}; the next deploy will not see what somebody else deploys meanwhile")


def drift(last: Last | None, seen: RemoteEnvironment | None, *, public: bool | None) -> tuple[str, ...]:
    """What somebody changed since, and a deploy overwrites; ``public`` is what this one is to set. Pure.

    Nothing without a memory: it was not changed behind one. A deploy of somebody else is no drift, but going back from
    one is, whoever did it. A secret that was set stays, and so is none.
    """
    if last is None or seen is None:
        return ()
    found = []
    live = _other(last, seen)
    if live is not None and _is_rollback(live):
        found.append(f"deployment {live.number} is live, which was not made from here ({live.message}{_made(live)})")
    known = last.public == "yes"
    if public is not None and public != seen.public and seen.public != known:
        found.append(f"the project: {_shown(known)} after the last deploy, {_shown(seen.public)} now")
    return tuple(found)


def replaced(last: Last | None, seen: RemoteEnvironment | None) -> tuple[str, ...]:
    """What somebody else deployed since, as a note: a deploy replaces it. Pure."""
    live = _other(last, seen) if last and seen else None
    if last is None or live is None or _is_rollback(live) or live.creator == last.creator:
        return ()
    said = f": {live.message}" if live.message else ""
    return (f"this replaces deployment {live.number}, which was not made from here (deployed{_made(live)}{said})",)


def _other(last: Last, seen: RemoteEnvironment) -> RemoteDeployment | None:
    """What is live, where that is neither the last deployment from here nor the same content."""
    live = seen.live
    same = live is None or live.id == last.deployment or live.content_hash == last.content_hash
    return None if same else live


def _is_rollback(live: RemoteDeployment) -> bool:
    return (live.message or "").startswith(_ROLLBACK)


def _made(live: RemoteDeployment) -> str:
    by = f" by {live.created_by}" if live.created_by else ""
    return by + (f" on {live.created_at}" if live.created_at else "")


def _shown(public: bool) -> str:
    return "public" if public else "private"
