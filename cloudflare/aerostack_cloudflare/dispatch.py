"""Workers for Platforms: namespaces of Workers that a dispatch Worker calls by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from aerostack.errors import ConflictError, NotFoundError
from aerostack.http import Client
from aerostack.model import Module
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, absent, segment
from aerostack_cloudflare.upload import upload_form

#: What the several endpoints say of a Worker that is not there.
_NO_SCRIPT = frozenset({10007, 10090, 10092})
_NO_TAIL = 19003


@dataclass(frozen=True, slots=True)
class Tail:
    """``url`` is that of a WebSocket with the protocol ``trace-v1``; it is all that is needed to watch."""

    id: str
    url: str = field(repr=False)


class Dispatch:
    """The dispatch namespaces of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self._api = Api(http, "workers", f"/accounts/{account_id}/workers/dispatch/namespaces")

    def exists(self, namespace: str) -> bool:
        """``GET …/workers/dispatch/namespaces/{namespace}``"""
        operation = f"reading the dispatch namespace {namespace}"
        try:
            self._api.call("GET", f"/{segment(namespace)}", operation)
        except NotFoundError:
            return False
        return True

    def ensure(self, namespace: str) -> None:
        """Let the namespace exist. ``POST …/workers/dispatch/namespaces``"""
        if self.exists(namespace):
            return
        try:
            self._api.call("POST", "", f"creating the dispatch namespace {namespace}", json={"name": namespace})
        except ConflictError:  # somebody else was faster
            if not self.exists(namespace):
                raise

    def upload(
        self, namespace: str, name: str, *, metadata: Mapping[str, Any], modules: Sequence[Module]
    ) -> Mapping[str, Any]:
        """Upload a Worker; it replaces the one of that name at once, and only if it starts.

        ``PUT …/workers/dispatch/namespaces/{namespace}/scripts/{name}``
        """
        content, kind = upload_form(metadata, modules)
        answer = self._api.call(
            "PUT",
            _script(namespace, name),
            f"uploading the Worker {name}",
            content=content,
            headers={"Content-Type": kind},
            repeatable=True,
        )
        return answer.record.raw

    def tags(self, namespace: str, name: str) -> tuple[str, ...] | None:
        """The tags of a Worker; ``None`` when there is none of that name. ``GET …/scripts/{name}/tags``"""
        operation = f"reading the tags of the Worker {name}"
        answer = absent(lambda: self._api.call("GET", f"{_script(namespace, name)}/tags", operation), _NO_SCRIPT)
        if answer is None:
            return None
        return tuple(tag for tag in answer.result or () if isinstance(tag, str))

    def open_tail(self, namespace: str, name: str) -> Tail | None:
        """Watch a Worker live; ``None`` where that cannot be done. ``POST …/scripts/{name}/tails``

        The edge can. Cloudflare shows Workers in a namespace to tail Workers only.
        """
        operation = f"watching the Worker {name}"
        try:
            record = self._api.call("POST", f"{_script(namespace, name)}/tails", operation, json={}).record
        except NotFoundError as error:
            if error.remote_code in _NO_SCRIPT:
                raise
            return None
        return Tail(record.text("id"), record.text("url"))

    def close_tail(self, namespace: str, name: str, tail: Tail) -> None:
        """Watch no longer. ``DELETE …/scripts/{name}/tails/{id}``"""
        path, operation = (
            f"{_script(namespace, name)}/tails/{segment(tail.id)}",
            f"watching the Worker {name} no longer",
        )
        absent(lambda: self._api.call("DELETE", path, operation), _NO_SCRIPT | {_NO_TAIL})

    def delete(self, namespace: str, name: str) -> None:
        """Remove a Worker; nothing happens when there is none. ``DELETE …/scripts/{name}``"""
        operation = f"deleting the Worker {name}"
        absent(
            lambda: self._api.call("DELETE", _script(namespace, name), operation, params={"force": "true"}), _NO_SCRIPT
        )


def _script(namespace: str, name: str) -> str:
    return f"/{segment(namespace)}/scripts/{segment(name)}"
