"""Settings that belong to no version. wrangler sets them after the upload, and is silent when that fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aerostack.model import Json, Project
from aerostack_cloudflare.script import WorkerAddress


def wanted_settings(project: Project, *, update: bool) -> Mapping[str, Json]:
    """What wrangler is to set. In an ``update`` it turns observability off where the file does not name it."""
    named = {key: project.config[key] for key in ("logpush", "tail_consumers") if project.config.get(key) is not None}
    observability = project.config.get("observability")
    if observability is not None or update:
        named["observability"] = observability or {"enabled": False}
    return named


def unset_settings(wanted: Mapping[str, Json], seen: WorkerAddress | None, *, absent: bool) -> tuple[str, ...]:
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
