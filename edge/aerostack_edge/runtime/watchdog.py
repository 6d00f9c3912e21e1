"""The watchdog of a process: ends it when it computes without end, or holds more memory than it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import psutil

from aerostack_edge.runtime.limits import Limits
from aerostack_edge.runtime.process import Process

_BUSY_PAUSE = 0.2
# What does nothing neither computes nor grows.
_IDLE_PAUSE = 1.0
# CPU seconds after which it is asked whether it still hears: what only waits for others is left alone.
_WORTH_ASKING = 0.1


async def guard(
    process: Process, limits: Limits, *, ask: Callable[[], Coroutine[Any, Any, None]], requests: Callable[[], int]
) -> None:
    """Watch ``process`` until it has ended, and end it when it passes a limit.

    ``ask`` returns when its event loop has answered, or when it has ended; ``requests`` is how many are in it. The CPU
    time between question and answer is what counts: it is never more than what the requests in it took.
    """
    question: asyncio.Task[None] | None = None
    asked = heard = allowed = spent = 0.0
    pause = _BUSY_PAUSE
    try:
        usage = psutil.Process(process.pid)
        while not await process.gone(pause):
            before = spent
            with usage.oneshot():
                resident, times = usage.memory_info().rss, usage.cpu_times()
            spent = times.user + times.system
            exceeded = limits.memory_exceeded(resident)
            if question is None:
                if spent - heard >= _WORTH_ASKING:
                    asked, allowed = spent, limits.silence(requests())
                    question = asyncio.create_task(ask())
            elif question.done():
                question, heard = None, spent
            elif spent - asked >= allowed:
                exceeded = limits.cpu_exceeded
            if exceeded:
                await process.end(exceeded)
            pause = _BUSY_PAUSE if question or requests() or spent > before else _IDLE_PAUSE
    except psutil.NoSuchProcess:
        pass  # it ended between two looks
    finally:
        if question is not None:
            question.cancel()
            await asyncio.gather(question, return_exceptions=True)
