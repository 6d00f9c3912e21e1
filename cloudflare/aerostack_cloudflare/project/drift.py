"""What somebody changed behind the last deploy, such as in the dashboard. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aerostack.values import dataclass
from aerostack_cloudflare.project.glance import Glance
from aerostack_cloudflare.project.last import Last
from aerostack_cloudflare.script import Version

#: How the tags of versions begin that aerostack uploaded, from whichever machine.
_OURS = ("as1:", "aw1:")

#: Changes that an upload keeps, so that nothing of theirs is overwritten.
_KEPT = frozenset({"secret"})

_NAMES = {
    "workers_dev": "workers.dev",
    "preview_urls": "preview URLs",
    "logpush": "logpush",
    "observability": "observability",
    "tail_consumers": "the tail consumers",
    "schedules": "the schedules",
}

#: How the names of settings begin that are about the consumer of the queue behind it.
_CONSUMER = "consumer/"
#: And those about where a host name leads.
_DOMAIN = "domain/"
#: Or a route by pattern.
_ROUTE = "route/"


@dataclass(frozen=True, slots=True)
class Change:
    """``subject`` is ``version`` or the name of a setting, ``said`` a sentence about it."""

    subject: str
    said: str

    @property
    def action(self) -> str:
        """The key of the plan's action that would overwrite it."""
        if self.subject in ("workers_dev", "preview_urls"):
            return "workers.dev"
        return self.subject if _is_trigger(self.subject) else "worker"


def drift(last: Last | None, glance: Glance, versions: Mapping[str, Version]) -> tuple[Change, ...]:
    """What was changed. Nothing without a memory of an earlier deploy: it was not changed behind one.

    ``versions`` have the newest first. A version with a tag of ours is somebody's deploy with aerostack, and no drift,
    unless it is older than that of the last deploy: somebody went back. Nor is a secret that was set.
    """
    if last is None or glance.deployment is None:
        return ()
    if glance.deployment != last.deployment:
        live = [versions[version_id] for version_id, _ in glance.versions if version_id in versions]
        if len(live) == 1 and _is_older(live[0], last.version, versions):
            return (Change("version", _went_back(glance, live[0], last)),)
        return tuple(Change("version", _uploaded(version)) for version in live if not _is_ours(version))
    return changes(last.state, glance.state, "after the last deploy")


def _is_older(live: Version, last: str, versions: Mapping[str, Version]) -> bool:
    order = list(versions)
    return last in versions and order.index(live.id) > order.index(last)


def _went_back(glance: Glance, version: Version, last: Last) -> str:
    when = f" on {made}" if (made := glance.deployments[0].created_on) else ""
    older = f"which is older than the one deployed last ({last.version})"
    return f"somebody went back{when} to the version {version.id}, {older}"


def _is_ours(version: Version) -> bool:
    tag = version.annotations.get("workers/tag")
    if isinstance(tag, str) and tag.startswith(_OURS):
        return True
    return version.annotations.get("workers/triggered_by") in _KEPT


def _uploaded(version: Version) -> str:
    metadata = version.raw.get("metadata")
    known: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
    source = f" through {known['source']}" if known.get("source") else ""
    author = f" by {known['author_email']}" if known.get("author_email") else ""
    when = f" on {version.created_on}" if version.created_on else ""
    return f"the version {version.id} is live, which aerostack did not upload: made{source}{author}{when}"


def changes(before: str, now: str, when: str) -> tuple[Change, ...]:
    """What is different between two of ``Glance.state``; ``when`` says in words when ``before`` was."""
    then, today = _fields(before), _fields(now)
    return tuple(
        Change(key, _told(key, then.get(key), today.get(key), when))
        for key in sorted(then.keys() | today.keys())
        if then.get(key) != today.get(key) and _was_looked_at(key, then, today)
    )


def _was_looked_at(key: str, then: Mapping[str, Any], today: Mapping[str, Any]) -> bool:
    """Triggers, domains and routes are looked at where the file names them, and the file may name others by now."""
    return not _is_trigger(key) or (key in then and key in today)


def _is_trigger(key: str) -> bool:
    return key == "schedules" or key.startswith((_CONSUMER, _DOMAIN, _ROUTE))


def _told(key: str, before: object, now: object, when: str) -> str:
    if key.startswith(_CONSUMER):
        subject = f"the consumer of {key.removeprefix(_CONSUMER)}"
        if isinstance(before, dict) and isinstance(now, dict):
            names = [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
            before, now = ({name: one.get(name) for name in sorted(names)} for one in (before, now))
        return f"{subject}: {_shown(before, 'none')} {when}, {_shown(now, 'gone')} now"
    if key.startswith((_DOMAIN, _ROUTE)):
        kind, _, name = key.partition("/")
        return f"the {kind} {name}: led to {before or 'nothing'} {when}, leads to {now or 'nothing'} now"
    return f"{_NAMES.get(key, key)}: {_shown(before)} {when}, {_shown(now)} now"


def _fields(state: str) -> Mapping[str, Any]:
    try:
        document = json.loads(state)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _shown(value: object, none: str = "unset") -> str:
    if value is None:
        return none
    return ("on" if value else "off") if isinstance(value, bool) else json.dumps(value)
