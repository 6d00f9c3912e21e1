"""Run independent calls at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, overload

from aerostack.hearing import HEARING

A = TypeVar("A")
B = TypeVar("B")
T = TypeVar("T")


@overload
def parallel(first: Callable[[], A], second: Callable[[], B], /, *, limit: int = 6) -> tuple[A, B]: ...


@overload
def parallel(*work: Callable[[], T], limit: int = 6) -> tuple[T, ...]: ...


def parallel(*work: Callable[[], Any], limit: int = 6) -> tuple[Any, ...]:
    """The results of ``work`` in its order, at most ``limit`` of it under way at once.

    After a failure nothing new is started, what is under way is awaited, and the failure that comes first in the order
    of ``work`` is raised; the others are its notes. Ctrl-C does not wait for anything.
    """
    if len(work) <= 1 or limit <= 1:
        return tuple(thunk() for thunk in work)
    results: dict[int, Any] = {}
    failures: dict[int, BaseException] = {}
    pending = iter(range(len(work)))
    lock = threading.Lock()
    finished = threading.Semaphore(0)

    def run() -> None:
        try:
            while (index := take()) is not None:
                try:
                    results[index] = work[index]()
                except BaseException as error:
                    failures[index] = error
        finally:
            finished.release()

    def take() -> int | None:
        with lock:
            return None if failures else next(pending, None)

    # Daemons: a process that was interrupted does not wait for an answer from the network.
    threads = [threading.Thread(target=run, name=f"parallel-{n}", daemon=True) for n in range(min(limit, len(work)))]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            while not finished.acquire(timeout=HEARING):
                pass
    except BaseException as interruption:
        failures[-1] = interruption  # nothing new is started
        raise
    if failures:
        first, *others = (failures[index] for index in sorted(failures))
        for other in others:
            first.add_note(f"also: {other}")
        raise first
    return tuple(results[index] for index in range(len(work)))
