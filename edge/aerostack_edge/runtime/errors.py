"""What the runtime raises beside ``StartupError``."""

from __future__ import annotations

from aerostack_edge.model import StartupError


class UnknownScript(Exception):
    """There is no live version of the script; the message is its name."""


class UnsupportedBinding(StartupError):
    """A binding that the edge cannot give to a Worker. ``binding`` is its name, ``type`` its wire type."""

    def __init__(self, binding: str, type: str, why: str = "the edge does not support this type") -> None:
        super().__init__(f"binding {binding} of type {type}: {why}")
        self.binding = binding
        self.type = type


class StoreUnavailable(Exception):
    """The store did not answer. What was asked of it may or may not have been done."""


class StoreFull(StoreUnavailable):
    """The store failed for want of room on its disk. What was asked of it has not been done."""
