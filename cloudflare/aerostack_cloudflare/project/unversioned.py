"""Settings that belong to no version: what a project says of them, and whether the account shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aerostack.model import Json, Project, Resolution
from aerostack_cloudflare.project.drift import Change
from aerostack_cloudflare.script import UNVERSIONED, WorkerAddress

#: What a Worker has where nobody has set anything.
_OFF: Mapping[str, Json] = {"logpush": False, "observability": {"enabled": False}, "tail_consumers": []}


def wanted_settings(project: Project, resolution: Resolution) -> dict[str, Json]:
    """Those that the file names; and off, of the others, what somebody changed and the plan overwrites."""
    named = {key: project.config[key] for key in UNVERSIONED if project.config.get(key) is not None}
    return reset(resolution) | named


def reset(resolution: Resolution) -> dict[str, Json]:
    """What turns off that which somebody changed."""
    changed = resolution.details.get("changed")
    return {key: _OFF[key] for key in changed if key in _OFF} if isinstance(changed, list) else {}


def changed_settings(drift: Sequence[Change]) -> list[str]:
    """The ``changed`` of a plan's details."""
    return [change.subject for change in drift if change.subject in _OFF]


def unset_settings(wanted: Mapping[str, Json], seen: WorkerAddress | None, *, absent: bool = False) -> tuple[str, ...]:
    """Those of ``wanted`` that the account shows otherwise. ``absent``: also those that it does not show at all.

    Off and not there are the same. Cloudflare adds what the file does not name, and need not repeat a default.
    """
    live = seen.settings if seen else {}
    return tuple(key for key, value in wanted.items() if not _shows(live.get(key), value, absent=absent))


def _shows(live: object, wanted: Json, *, absent: bool) -> bool:
    if live is None and (not wanted or not absent):
        return True
    if isinstance(wanted, Mapping):
        fields = live if isinstance(live, Mapping) else {}
        return all(_shows(fields.get(key), value, absent=absent) for key, value in wanted.items())
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        items = live if isinstance(live, Sequence) else ()
        return len(items) == len(wanted) and all(
            any(_shows(item, value, absent=absent) for item in items) for value in wanted
        )
    return bool(live == wanted)
