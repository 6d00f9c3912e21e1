"""What a live Worker does, as it happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from aerostack_cloudflare.dispatch import Tail
from aerostack_server.deploys.deploys import Deploys
from aerostack_server.deploys.place import Place
from aerostack_server.problems import Problem, not_found, unavailable

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

#: A silent stream says something so often (seconds): proxies in between cut what is silent.
_HEARTBEAT = 15.0
#: Streams of one process, and items that a slow reader may be behind.
_MOST, _KEPT = 200, 1000
_LARGEST = 4 * 1024 * 1024
_PROTOCOL = "trace-v1"


class Logs:
    """Opens streams of what live Workers do."""

    def __init__(self, deploys: Deploys) -> None:
        self._deploys = deploys
        self._open: set[asyncio.Task[None]] = set()

    async def watch(self, where: Place) -> Watch:
        """Watch from now on. Raises ``Problem``, or ``RemoteError``."""
        from websockets.asyncio.client import connect
        from websockets.typing import Subprotocol

        script, platform = where.live_script, self._deploys.platform
        if script is None:
            raise not_found("deployment")
        if len(self._open) >= _MOST:
            raise unavailable("too many logs are being watched", 30)
        tail = await self._deploys.for_account(
            where.account_id, lambda: platform.account.dispatch.open_tail(platform.namespace, script)
        )
        if tail is None:
            raise Problem(501, "no_live_logs", "this platform does not show what Workers log while they run")
        try:
            socket = await connect(
                tail.url, subprotocols=[Subprotocol(_PROTOCOL)], max_size=_LARGEST, proxy=None, open_timeout=10
            )
        except (OSError, TimeoutError):
            raise unavailable("the platform does not show its logs now") from None
        items: asyncio.Queue[str | None] = asyncio.Queue(_KEPT)
        # A task of its own: the request's may be cancelled at any point, and this has to be closed in any case.
        task = asyncio.create_task(self._read(socket, script, tail, items))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return Watch(items, task)

    async def stop(self) -> None:
        """End all streams."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _read(self, socket: ClientConnection, script: str, tail: Tail, items: asyncio.Queue[str | None]) -> None:
        platform = self._deploys.platform
        try:
            async for text in socket:
                _put(items, json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")))
        finally:
            _put(items, None)
            await socket.close()
            await self._deploys.in_thread(
                lambda: platform.account.dispatch.close_tail(platform.namespace, script, tail)
            )


class Watch:
    """One stream. ``stop`` has to be called."""

    def __init__(self, items: asyncio.Queue[str | None], task: asyncio.Task[None]) -> None:
        self._items = items
        self._task = task

    async def items(self) -> AsyncIterator[str]:
        """JSON documents, each on a line; an empty one now and then while nothing happens."""
        while True:
            try:
                item = await asyncio.wait_for(self._items.get(), _HEARTBEAT)
            except TimeoutError:
                yield ""
                continue
            if item is None:
                return
            yield item

    def stop(self) -> None:
        """Watch no longer."""
        self._task.cancel()


def _put(items: asyncio.Queue[str | None], item: str | None) -> None:
    if items.full():  # who is slow loses the oldest
        items.get_nowait()
    items.put_nowait(item)
