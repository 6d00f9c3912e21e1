"""Tails: what Workers did, for those who watch."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any, TypeAlias

from aiohttp import web

#: A trace item as Cloudflare's tails send it: event, logs, exceptions, outcome, eventTimestamp, scriptName, …
Item: TypeAlias = dict[str, Any]

_KEPT = 1000


class Watcher:
    """One who watches. Who is slow loses the oldest items."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Item] = asyncio.Queue(_KEPT)

    def put(self, item: Item) -> None:
        """Show an item."""
        if self._items.full():
            self._items.get_nowait()
        self._items.put_nowait(item)

    async def items(self) -> AsyncIterator[Item]:
        """Items as they come, without end."""
        while True:
            yield await self._items.get()


class Tails:
    """Who watches which script."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)

    def watched(self, script: str) -> bool:
        """Whether anybody watches the script."""
        return bool(self._watchers.get(script))

    @contextlib.contextmanager
    def joined(self, script: str) -> Iterator[Watcher]:
        """Watch the script from here on."""
        watcher = Watcher()
        self._watchers[script].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[script].discard(watcher)
            if not self._watchers[script]:
                del self._watchers[script]

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take what a process sends: who it is, and items."""
        said = json.loads(await request.read())
        for item in said["items"]:
            seen = _item(item, said["script"], said["version"])
            for watcher in self._watchers.get(said["script"], ()):
                watcher.put(seen)
        return web.Response(status=204)


def _item(item: Item, script: str, version: str) -> Item:
    """With what the process does not know, and without what says nothing of the client: our connection to it."""
    namespace, _, name = script.rpartition("/")
    event = item.get("event")
    if isinstance(event, dict) and isinstance(request := event.get("request"), dict):
        request.pop("cf", None)
    named = {"scriptName": name, "scriptVersion": {"id": version}}
    return {**item, **named, **({"dispatchNamespace": namespace} if namespace else {})}
