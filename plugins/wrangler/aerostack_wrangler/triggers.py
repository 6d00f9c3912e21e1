"""What makes a Worker run, as wrangler will set it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aerostack.model import Json, Project


def triggers(project: Project) -> str:
    """In words, such as ``workers.dev on, 2 routes, 1 schedule``."""
    config = project.config
    crons, queues = config.get("triggers"), config.get("queues")
    parts = [
        f"workers.dev {'on' if has_address(project) else 'off'}",
        _several(_routes(project), "route"),
        _several(_count(crons.get("crons")) if isinstance(crons, Mapping) else 0, "schedule"),
        _several(_count(queues.get("consumers")) if isinstance(queues, Mapping) else 0, "queue consumer"),
    ]
    return ", ".join(part for part in parts if part)


def has_address(project: Project) -> bool:
    """Whether the Worker is to answer on workers.dev: unless the file says so or not, when it has no route."""
    wanted = project.config.get("workers_dev")
    return wanted if isinstance(wanted, bool) else _routes(project) == 0


def _routes(project: Project) -> int:
    return _count(project.config.get("routes")) + (1 if project.config.get("route") else 0)


def _count(value: Json) -> int:
    return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else 0


def _several(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}" if number else ""
