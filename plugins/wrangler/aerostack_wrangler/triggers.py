"""What makes a Worker run, as wrangler will set it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aerostack.model import Json, Project


def triggers(project: Project) -> str:
    """In words, such as ``workers.dev on, 2 routes, 1 schedule``."""
    config = project.config
    routes = _count(config.get("routes")) + (1 if config.get("route") else 0)
    crons, queues = config.get("triggers"), config.get("queues")
    parts = [
        f"workers.dev {'on' if config.get('workers_dev', routes == 0) else 'off'}",
        _several(routes, "route"),
        _several(_count(crons.get("crons")) if isinstance(crons, Mapping) else 0, "schedule"),
        _several(_count(queues.get("consumers")) if isinstance(queues, Mapping) else 0, "queue consumer"),
    ]
    return ", ".join(part for part in parts if part)


def _count(value: Json) -> int:
    return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else 0


def _several(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}" if number else ""
