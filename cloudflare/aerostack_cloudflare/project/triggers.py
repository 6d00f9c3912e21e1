"""What runs a Worker besides requests: what a project says of schedules and queues, and who is in the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.errors import ConflictError, Location
from aerostack.model import Project
from aerostack.values import dataclass
from aerostack_cloudflare.queues import Consumer, Queue

#: wrangler's keys of a consumer → Cloudflare's settings of it.
_SETTINGS = {
    "max_batch_size": "batch_size",
    "max_batch_timeout": "max_wait_time_ms",
    "max_retries": "max_retries",
    "max_concurrency": "max_concurrency",
    "retry_delay": "retry_delay",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedConsumer:
    """The Worker is to get the messages of ``queue``. ``settings`` are those in the file, as Cloudflare names them."""

    queue: str
    settings: Mapping[str, Any]
    dead_letter_queue: str | None
    where: Location | None

    def same(self, live: Consumer) -> bool:
        """Whether it consumes as the file says. What the file does not name may be anything."""
        return all(live.settings.get(key) == value for key, value in self.settings.items()) and (
            self.dead_letter_queue is None or self.dead_letter_queue == live.dead_letter_queue
        )


def wanted_crons(project: Project) -> tuple[str, ...] | None:
    """The cron expressions; ``None`` leaves them as they are, while an empty list removes all of them."""
    triggers = project.config.get("triggers")
    crons = triggers.get("crons") if isinstance(triggers, Mapping) else None
    return tuple(dict.fromkeys(map(str, crons))) if isinstance(crons, list | tuple) else None


def wanted_consumers(project: Project) -> tuple[WantedConsumer, ...]:
    """In the order of the file, without what pulls. One that is not named any more is left alone, as wrangler does."""
    return tuple(
        WantedConsumer(
            queue=str(entry["queue"]),
            settings={
                name: entry[key] * 1000 if key == "max_batch_timeout" else entry[key]
                for key, name in _SETTINGS.items()
                if entry.get(key) is not None
            },
            dead_letter_queue=entry.get("dead_letter_queue"),
            where=project.where.get(f"queues.consumers[{index}].queue"),
        )
        for index, entry in enumerate(_entries(project))
        if _is_worker(entry)
    )


def pulled_queues(project: Project) -> tuple[str, ...]:
    """The queues whose messages something else is to fetch over HTTP."""
    return tuple(str(entry["queue"]) for entry in _entries(project) if not _is_worker(entry))


def _entries(project: Project) -> Sequence[Mapping[str, Any]]:
    queues = project.config.get("queues")
    entries = queues.get("consumers") if isinstance(queues, Mapping) else None
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list | tuple) else ()


def _is_worker(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("type", "worker") == "worker")


def unset_trigger(project: Project, schedules: Sequence[str] | None, queues: Mapping[str, Queue | None]) -> str | None:
    """What the file says and the account does not show; ``None`` when it shows all of it. ``queues`` are by name."""
    crons = wanted_crons(project)
    if crons is not None and set(schedules or ()) != set(crons):
        return "other schedules are set"
    for wanted in wanted_consumers(project):
        queue = queues.get(wanted.queue)
        if not any(item.script == project.name and wanted.same(item) for item in (queue.consumers if queue else ())):
            return f"the queue {wanted.queue} is not consumed as the file says"
    return None


def consumers_of(project: Project, queues: Mapping[str, Queue | None]) -> Mapping[str, Consumer]:
    """The project's own consumers by queue, of all those that ``queues``, by name, have.

    Raises ``ConflictError`` where somebody else consumes a queue that this Worker is to consume: Cloudflare lets one
    only, and would say so when the code is live already (code 11004).
    """
    own: dict[str, Consumer] = {}
    for wanted in wanted_consumers(project):
        queue = queues.get(wanted.queue)
        for consumer in queue.consumers if queue else ():
            if consumer.script == project.name:
                own[wanted.queue] = consumer
                continue
            who, gone = f"the Worker {consumer.script}", f"remove {wanted.queue} {consumer.script}"
            if consumer.script is None:
                who, gone = "somebody who pulls over HTTP", f"http remove {wanted.queue}"
            raise ConflictError(
                f"the queue {wanted.queue} is consumed by {who} already, and a queue can have one consumer only",
                applied=False,
                where=wanted.where,
                hint="give this environment a queue of its own; or remove the other consumer: "
                f"aerostack wrangler queues consumer {gone}",
            )
    return own
