"""Several processes that answer at one address: Python keeps one core busy.

The first only watches. It starts another in place of one that died, passes on what one tells the others, and takes all
with it when it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import NamedTuple

from aerostack.errors import EXIT_INTERRUPTED, AerostackError
from aerostack_server.log import say

#: Seconds for which the port may be held by processes of a server that was killed a moment ago.
_FREE = 2.0
_BACKLOG = 2048
_PR_SET_PDEATHSIG = 1
#: Those that ask for the end.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Line:
    """How one process tells those beside it that something has changed. Without an ``end`` there are none."""

    def __init__(self, end: socket.socket | None = None) -> None:
        self._end = end

    def ring(self) -> None:
        """Tell the others."""
        if self._end is not None:
            with contextlib.suppress(OSError):  # full: they are being told; broken: nobody is left
                self._end.send(b"!")

    def listen(self, heard: Callable[[], None]) -> None:
        """Call ``heard``, in the running loop, whenever another one rings."""
        if self._end is not None:
            self._end.setblocking(False)
            asyncio.get_running_loop().add_reader(self._end, self._read, self._end, heard)

    def _read(self, end: socket.socket, heard: Callable[[], None]) -> None:
        if not _is_alive(end):
            os._exit(1)  # whoever watched was killed, and nobody would be there to end this one
        heard()


def _is_alive(end: socket.socket) -> bool:
    """Read what was rung; whether the process at the other end still is."""
    try:
        return bool(end.recv(4096))
    except BlockingIOError:
        return True
    except ConnectionError:  # it died before it had read what it was told
        return False


class _Process(NamedTuple):
    """``place`` is which of the sockets it serves."""

    pid: int
    place: int
    line: socket.socket
    began: float


Work = Callable[[socket.socket, Line], None]


def serve(work: Work, *, count: int, host: str, port: int, steady: float = 10.0) -> int:
    """Run ``work`` in ``count`` processes, each with a socket that listens, until SIGINT or SIGTERM; the exit status.

    A process that ends within ``steady`` seconds of its start is not started again, and ends all. Raises
    ``AerostackError`` when the port is taken.
    """
    sockets = _listening(host, port, count)
    if count == 1:
        work(sockets[0], Line())
        return 0
    return _Watch(work, sockets, steady).run()


class _Watch:
    """The processes by the line to each."""

    def __init__(self, work: Work, sockets: list[socket.socket], steady: float) -> None:
        self._work = work
        self._steady = steady
        self._sockets = sockets
        self._selector = selectors.DefaultSelector()
        self._processes: dict[socket.socket, _Process] = {}

    def run(self) -> int:
        status = 0
        with _signals() as asked:
            self._selector.register(asked, selectors.EVENT_READ)
            for place in range(len(self._sockets)):
                self._start(place)
            try:
                while status == 0 and asked not in (ready := self._ready()):
                    for line in ready:
                        status = status or self._hear(line)
            finally:
                self._end()
        return status

    def _ready(self) -> list[socket.socket]:
        return [key.fileobj for key, _ in self._selector.select() if isinstance(key.fileobj, socket.socket)]

    def _hear(self, line: socket.socket) -> int:
        """Pass it on; when it is the end of a process, start another. A status other than 0 is the end of all."""
        if _is_alive(line):
            for other in self._processes:
                if other is not line:
                    with contextlib.suppress(OSError):
                        other.send(b"!")
            return 0
        ended = self._processes.pop(line)
        self._selector.unregister(line)
        line.close()
        status = os.waitstatus_to_exitcode(os.waitpid(ended.pid, 0)[1])
        if time.monotonic() - ended.began < self._steady:
            return status or 1
        say(f"a process of the server ended with status {status}: another is started")
        self._start(ended.place)
        return 0

    def _start(self, place: int) -> None:
        ours, its = socket.socketpair()
        watcher = os.getpid()
        # One that came before the new process can die of it would be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if pid == 0:
            self._be(place, ours, its, watcher)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        its.close()
        ours.setblocking(False)
        self._processes[ours] = _Process(pid, place, ours, time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ)

    def _be(self, place: int, ours: socket.socket, its: socket.socket, watcher: int) -> None:
        """The new process: never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            _die_with(watcher)
            # What it inherited of the others would keep their lines open when the watcher is dead.
            self._selector.close()
            for line in (ours, *self._processes):
                line.close()
            for other in {*self._sockets} - {self._sockets[place]}:
                other.close()
            self._work(self._sockets[place], Line(its))
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except KeyboardInterrupt:
            status = EXIT_INTERRUPTED
        except BaseException:  # nobody is above
            traceback.print_exc()
        finally:
            os._exit(status)

    def _end(self) -> None:
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        for process in self._processes.values():
            os.waitpid(process.pid, 0)


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """A socket that can be read once SIGINT or SIGTERM came."""
    heard, told = socket.socketpair()
    told.setblocking(False)
    before = {sign: signal.signal(sign, lambda *_: None) for sign in _SIGNALS}
    signal.set_wakeup_fd(told.fileno())
    try:
        yield heard
    finally:
        signal.set_wakeup_fd(-1)
        for sign, handler in before.items():
            signal.signal(sign, handler)
        heard.close()
        told.close()


def _die_with(watcher: int) -> None:
    """Where the kernel can do that it is at once; elsewhere the line breaks."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != watcher:  # it was dead before it could be said
            os._exit(1)


def _listening(host: str, port: int, count: int) -> list[socket.socket]:
    """One for each process. Linux divides connections among sockets of one port; elsewhere all share one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + _FREE
    while True:
        try:
            alone = socket.create_server((host, port), family=family, backlog=_BACKLOG)
            break
        except OSError as error:
            if time.monotonic() > deadline:
                raise AerostackError(
                    f"the server cannot listen at {host}, port {port}: {os.strerror(error.errno or 0)}",
                    hint="end what listens there, or take another one: aerostack server serve --port 4781",
                    code="port_taken",
                ) from None
        time.sleep(0.05)
    if count == 1 or sys.platform != "linux":
        return [alone] * count
    # Such sockets would also share the port with those of another server, which the one above could not.
    alone.close()
    return [socket.create_server((host, port), family=family, backlog=_BACKLOG, reuse_port=True) for _ in range(count)]
