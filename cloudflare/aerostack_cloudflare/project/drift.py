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
}


@dataclass(frozen=True, slots=True)
class Change:
    """``subject`` is ``version`` or the name of a setting, ``said`` a sentence about it."""

    subject: str
    said: str

    @property
    def is_address(self) -> bool:
        """Whether it is about where the Worker answers."""
        return self.subject in ("workers_dev", "preview_urls")


def drift(last: Last | None, glance: Glance, versions: Mapping[str, Version]) -> tuple[Change, ...]:
    """What was changed. Nothing without a memory of an earlier deploy: it was not changed behind one.

    A version with a tag of ours is somebody's deploy with aerostack, and no drift; nor is a secret that was set.
    """
    if last is None or glance.deployment is None:
        return ()
    if glance.deployment != last.deployment:
        strangers = [versions.get(version_id) for version_id, _ in glance.versions]
        return tuple(
            Change("version", _uploaded(version))
            for version in strangers
            if version is not None and not _is_ours(version)
        )
    return tuple(_changed(last.state, glance.state))


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


def _changed(before: str, now: str) -> list[Change]:
    then, today = _fields(before), _fields(now)
    return [
        Change(
            key, f"{_NAMES.get(key, key)}: {_shown(then.get(key))} after the last deploy, {_shown(today.get(key))} now"
        )
        for key in sorted(then.keys() | today.keys())
        if then.get(key) != today.get(key)
    ]


def _fields(state: str) -> Mapping[str, Any]:
    try:
        document = json.loads(state)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _shown(value: object) -> str:
    if value is None:
        return "unset"
    return ("on" if value else "off") if isinstance(value, bool) else json.dumps(value)
