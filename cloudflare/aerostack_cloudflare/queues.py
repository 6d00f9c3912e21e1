"""Queues."""

from __future__ import annotations

from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import HEX32, Record


@dataclass(frozen=True, slots=True)
class Queue:
    """``id`` has 32 hex digits."""

    id: str
    name: str


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

    def delete(self, queue_id: str) -> None:
        """Delete it with its messages. ``DELETE /accounts/{account}/queues/{id}``"""
        self._api.call("DELETE", f"/{segment(queue_id)}", f"deleting the queue {queue_id}")


def _queue(record: Record) -> Queue:
    return Queue(record.identifier("queue_id", HEX32), record.text("queue_name"))
