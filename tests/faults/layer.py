"""The fault layer: a server between a client and an API, which relays every request but those it is told to spoil.

It works on whole requests and whole answers, and on the TCP connection below them, so that a reset is a reset.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.calls import name_of
from tests.faults.fault import Fault

# With this, closing a socket resets the connection.
_RESET = struct.pack("ii", 1, 0)
_LARGEST = 64 * 1024 * 1024
_SIGNALS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT}


@dataclass(slots=True)
class Strike:
    """Spoil the requests of one call: after ``skip`` of them, ``times`` in a row.

    ``before`` is done, in a thread, before the first of them goes on: somebody else's doing. ``fault`` may be ``None``
    then.
    """

    call: str
    fault: Fault | None
    skip: int = 0
    times: int = 1
    before: Callable[[], None] | None = None
    met: int = 0

    def meets(self, call: str) -> bool:
        """Whether this is one of them."""
        if call != self.call:
            return False
        self.met += 1
        return self.skip < self.met <= self.skip + self.times

    @property
    def struck(self) -> bool:
        return self.met > self.skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, as it came. ``status`` is what the account answered, ``None`` when it was not asked."""

    call: str
    method: str
    target: str
    at: float
    fault: str | None
    status: int | None


@dataclass(slots=True)
class _Message:
    """A request or an answer: its first line, its headers as they came, its body."""

    start: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass
class Layer:
    """In front of ``upstream``, a base URL. ``url`` is its own. ``victim`` is the process that a fatal fault ends.

    ``watch`` is told the name of each call before it goes on.
    """

    upstream: str
    url: str = ""
    victim: int = 0
    watch: Callable[[str], None] | None = None
    log: list[Seen] = field(default_factory=list)
    _first: dict[str, _Message] = field(default_factory=dict)
    _strikes: list[Strike] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: int = 0
    _port: int = 0
    _listener: socket.socket | None = None
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._still = threading.Condition(self._lock)

    def begin(self, strikes: Sequence[Strike] = ()) -> None:
        """Forget what was seen, and spoil these from now on."""
        with self._lock:
            self.log, self._strikes, self.victim, self._first = [], list(strikes), 0, {}

    def settle(self) -> None:
        """Wait until the account has answered all that it was asked: who asked may have ended meanwhile."""
        with self._lock:
            self._still.wait_for(lambda: not self._asked)

    async def listen(self) -> None:
        """Serve; on the same port as before, if there was one."""
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}{urlsplit(self.upstream).path}"
        # No `asyncio.Server`: one that is closed while somebody connects loses that connection.
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def deafen(self) -> None:
        """Refuse every further connection."""
        assert self._listener is not None
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()

    async def close(self) -> None:
        """Refuse every further connection, and break those that are open."""
        self.deafen()
        await asyncio.sleep(0)  # one that was accepted last has begun now
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self) -> None:
        assert self._listener is not None
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = self._listener.accept()
            task = asyncio.get_running_loop().create_task(self._serve(connection))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

    async def _serve(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection, limit=_LARGEST)
        try:
            while (request := await _read(reader, is_request=True)) is not None:
                if not await self._exchange(request, reader, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client may be dead by now, which is what it is all about
        finally:
            writer.close()

    async def _exchange(self, request: _Message, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; false when the connection is over."""
        loop = asyncio.get_running_loop()
        method, target, _ = request.start.split(" ", 2)
        call, at = name_of(method, target), loop.time()
        with self._lock:
            met = [strike for strike in self._strikes if strike.meets(call)]  # each of them counts
            strike = met[0] if met else None
        if strike is not None and strike.before is not None and strike.met == strike.skip + 1:
            await loop.run_in_executor(None, strike.before)
        if self.watch is not None:
            self.watch(call)
        fault = strike.fault if strike is not None else None
        answer = await self._ask(request) if fault is None or fault.applied else None
        status = int(answer.start.split(" ")[1]) if answer is not None else None
        with self._lock:
            if answer is not None and method == "GET":
                first = self._first.setdefault(target, answer)
            self.log.append(Seen(call, method, target, at, fault.name if fault else None, status))
        if fault is None:
            assert answer is not None
            writer.write(_bytes(answer))
            await writer.drain()
            return True
        return await self._spoil(fault, first if fault.ending == "stale" else answer, reader, writer)

    async def _spoil(
        self,
        fault: Fault,
        answer: _Message | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        if fault.ending in ("answer", "stale"):
            writer.write(fault.said if fault.said is not None or answer is None else _bytes(answer))
            await writer.drain()
            return True
        if fault.ending == "cut":
            assert answer is not None
            whole = _bytes(answer)
            writer.write(whole[: len(whole) - (len(answer.body) + 1) // 2])
            await writer.drain()
            return False
        if fault.ending == "reset":
            _reset(writer)
            if fault.refused:
                self.deafen()
                await asyncio.sleep(fault.refused)
                await self.listen()
            return False
        if fault.ending in _SIGNALS:
            os.kill(self.victim, _SIGNALS[fault.ending])
        await reader.read()  # until the client gives up
        return False

    async def _ask(self, request: _Message) -> _Message:
        with self._lock:
            self._asked += 1
        try:
            return await self._relay(request)
        finally:
            with self._lock:
                self._asked -= 1
                self._still.notify_all()

    async def _relay(self, request: _Message) -> _Message:
        parts = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=_LARGEST)
        try:
            writer.write(_bytes(request, **{"Connection": "close", "Accept-Encoding": "identity"}))
            await writer.drain()
            answer = await _read(reader, is_request=False)
        finally:
            writer.close()
        if answer is None:
            raise ConnectionResetError
        return answer


@contextlib.contextmanager
def fault_layer(upstream: str) -> Iterator[Layer]:
    """Serve a layer in front of ``upstream``, in a thread, for the block."""
    layer, loop = Layer(upstream), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fault layer", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(layer.listen(), loop).result()
        yield layer
    finally:
        asyncio.run_coroutine_threadsafe(layer.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _read(reader: asyncio.StreamReader, *, is_request: bool) -> _Message | None:
    """The next message; ``None`` when there is none any more."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    message = _Message(start, headers, b"")
    length = message.header("content-length")
    if message.header("transfer-encoding").lower() == "chunked":
        message.body = await _chunks(reader)
    elif length:
        message.body = await reader.readexactly(int(length))
    elif not is_request:
        message.body = await reader.read()
    return message


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return bytes(body)


def _bytes(message: _Message, **replaced: str) -> bytes:
    """The message with a length of its body, and these headers in place of its own."""
    gone = {"transfer-encoding", "content-length", "connection", *(name.lower() for name in replaced)}
    headers: Mapping[str, str] = {**replaced, "Content-Length": str(len(message.body))}
    lines = [f"{name}: {value}" for name, value in message.headers if name.lower() not in gone]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([message.start, *lines, "", ""]).encode("latin-1") + message.body


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
