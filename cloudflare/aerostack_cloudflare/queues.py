"""Queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import HEX32, Record


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who gets a queue's messages. ``script`` is the Worker's name; ``None`` when it is none, but something that pulls.

    ``settings`` are as Cloudflare names them: ``batch_size``, ``max_wait_time_ms``.
    """

    id: str | None
    script: str | None
    dead_letter_queue: str | None
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Queue:
    """``id`` has 32 hex digits."""

    id: str
    name: str
    consumers: tuple[Consumer, ...] = ()


class Queues:
    """The queues of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._http = http
        self._api = Api(http, "queues", f"/accounts/{account_id}/queues")

    def find(self, name: str) -> Queue | None:
        """The queue of that exact name. ``GET /accounts/{account}/queues?name=``

        The filter is undocumented, so nothing but an exact match counts.
        """
        found = self._api.pages("", f"looking up the queue {name}", per_page=100, params={"name": name})
        return next((queue for queue in map(_queue, found) if queue.name == name), None)

    def list(self) -> tuple[Queue, ...]:
        """All queues. ``GET /accounts/{account}/queues``"""
        return tuple(_queue(item) for item in self._api.pages("", "listing the queues", per_page=100))

    def create(self, name: str) -> Queue:
        """A new queue; ``ConflictError`` when the name is taken. ``POST /accounts/{account}/queues``"""
        operation = f"creating the queue {name}"

        def send() -> Queue:
            return _queue(self._api.call("POST", "", operation, json={"queue_name": name}).record)

        return settle(self._http, send, lambda: self.find(name))

    def get(self, queue_id: str) -> Queue:
        """Raises ``NotFoundError``. ``GET /accounts/{account}/queues/{id}``"""
        return _queue(self._api.call("GET", f"/{segment(queue_id)}", f"reading the queue {queue_id}").record)

    def add_consumer(
        self, queue_id: str, script: str, *, settings: Mapping[str, Any], dead_letter_queue: str | None = None
    ) -> Consumer:
        """Let a Worker consume the queue; ``ConflictError`` when somebody does already, since there can be one only.

        ``POST /accounts/{account}/queues/{id}/consumers``
        """
        path, operation = f"/{segment(queue_id)}/consumers", f"letting the Worker {script} consume the queue {queue_id}"
        body = _consumer_body(script, settings, dead_letter_queue)

        def send() -> Consumer:
            return _consumer(self._api.call("POST", path, operation, json=body).record)

        def find() -> Consumer | None:
            return next((item for item in self.get(queue_id).consumers if item.script == script), None)

        return settle(self._http, send, find)

    def change_consumer(
        self,
        queue_id: str,
        consumer_id: str,
        script: str,
        *,
        settings: Mapping[str, Any],
        dead_letter_queue: str | None = None,
    ) -> Consumer:
        """Set how a Worker consumes the queue. ``PUT /accounts/{account}/queues/{id}/consumers/{consumer}``"""
        answer = self._api.call(
            "PUT",
            f"/{segment(queue_id)}/consumers/{segment(consumer_id)}",
            f"changing how the Worker {script} consumes the queue {queue_id}",
            json=_consumer_body(script, settings, dead_letter_queue),
            repeatable=True,
        )
        return _consumer(answer.record)

    def delete(self, queue_id: str) -> None:
        """Delete it with its messages. ``DELETE /accounts/{account}/queues/{id}``"""
        self._api.call("DELETE", f"/{segment(queue_id)}", f"deleting the queue {queue_id}")


def _queue(record: Record) -> Queue:
    consumers = tuple(map(_consumer, record.records("consumers")))
    return Queue(record.identifier("queue_id", HEX32), record.text("queue_name"), consumers)


def _consumer(record: Record) -> Consumer:
    # Cloudflare's documents call the Worker `script_name`, its answers `script`, and older ones `service`.
    named = (record.optional_text(key) for key in ("script", "script_name", "service"))
    return Consumer(
        id=record.optional_text("consumer_id"),
        script=next((name for name in named if name), None),
        dead_letter_queue=record.optional_text("dead_letter_queue"),
        settings=record.record("settings").raw,
    )


def _consumer_body(script: str, settings: Mapping[str, Any], dead_letter_queue: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "worker", "script_name": script, "settings": dict(settings)}
    return body | ({"dead_letter_queue": dead_letter_queue} if dead_letter_queue else {})
