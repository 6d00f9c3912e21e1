"""The edge's runtime: Workers in workerd processes, and the store they share. It knows nothing of the API."""

from __future__ import annotations

from aerostack.cron import Cron
from aerostack_edge.runtime.errors import StoreFull, StoreUnavailable, UnknownScript, UnsupportedBinding
from aerostack_edge.runtime.messages import Message
from aerostack_edge.runtime.producer import check_messages, message_delay
from aerostack_edge.runtime.runtime import Runtime
from aerostack_edge.runtime.store import Store, StoreReply

__all__ = [
    "Cron",
    "Message",
    "Runtime",
    "Store",
    "StoreFull",
    "StoreReply",
    "StoreUnavailable",
    "UnknownScript",
    "UnsupportedBinding",
    "check_messages",
    "message_delay",
]
