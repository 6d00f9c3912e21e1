"""Who gets the messages of a queue, and what becomes of them afterwards."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aerostack_edge.runtime.messages import Taken


@dataclass(frozen=True, slots=True)
class Consumer:
    """``settings`` as Cloudflare's API has them; ``dead_letter_queue`` is a name, empty for none."""

    script: str
    batch_size: int = 10
    max_wait_time_ms: int = 5000
    max_retries: int = 3
    retry_delay: float = 0
    dead_letter_queue: str = ""

    @classmethod
    def of(cls, script: str, settings: Mapping[str, Any], dead_letter_queue: str) -> Consumer:
        """With Cloudflare's defaults for what the settings leave out."""
        known = ("batch_size", "max_wait_time_ms", "max_retries", "retry_delay")
        given = {key: settings[key] for key in known if settings.get(key) is not None}
        return cls(script=script, dead_letter_queue=dead_letter_queue, **given)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Messages of a batch by what becomes of them; ``retried`` has the seconds to wait by id."""

    done: tuple[str, ...]
    retried: Mapping[str, float]
    dead: tuple[str, ...]


def order(queue: str, batch: Sequence[Taken]) -> bytes:
    """The batch as the process of the script takes it."""
    return json.dumps(
        {
            "queue": queue,
            "messages": [
                {
                    "id": message.id,
                    "timestamp": message.sent,
                    "attempts": message.attempts,
                    "format": message.format,
                    "body": b64encode(message.body).decode(),
                }
                for message in batch
            ],
        }
    ).encode()


#: The answer of a process that ended before it gave one.
FAILED: Mapping[str, Any] = {"outcome": "exception"}


def verdict(batch: Sequence[Taken], said: Mapping[str, Any], consumer: Consumer) -> Verdict:
    """What becomes of each message, given what the script said of it or of all of them.

    A word on one message counts before one on the batch; a script that fails has its messages retried, but not those
    that it acknowledged before.
    """
    explicit = {entry["msgId"]: entry.get("delaySeconds") for entry in said.get("retryMessages", ())}
    acked = set(said.get("explicitAcks", ()))
    everything = said.get("retryBatch") or {}
    again = said.get("outcome") != "ok" or bool(everything.get("retry"))
    done, retried, dead = [], {}, []
    for message in batch:
        if message.id in explicit:
            delay = explicit[message.id]
        elif message.id not in acked and again and not said.get("ackAll"):
            delay = everything.get("delaySeconds")
        else:
            done.append(message.id)
            continue
        if message.attempts > consumer.max_retries:
            dead.append(message.id)
        else:
            retried[message.id] = float(consumer.retry_delay if delay is None else delay)
    return Verdict(tuple(done), retried, tuple(dead))
