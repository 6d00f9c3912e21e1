"""A client of one JSON API."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

from aerostack.errors import RateLimitError, RemoteError
from aerostack.http import incoming, outgoing
from aerostack.http.address import check_address
from aerostack.http.bucket import PROCESS, TokenBucket
from aerostack.http.failure import from_fault, judge_status
from aerostack.http.origin import Origin
from aerostack.http.patience import patience
from aerostack.http.pool import Pool
from aerostack.http.response import Response
from aerostack.http.retry import pause, retry_after
from aerostack.http.transport import Answer, Fault, Limits, Request, Transport
from aerostack.model import Secret
from aerostack.redact import redact, spellings
from aerostack.values import dataclass

#: Decides what an answer means: an error, or ``None`` for a success.
Judge: TypeAlias = "Callable[[Response], RemoteError | None]"

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for one request with all its attempts.

    ``upload_rate`` is the slowest upload that is waited for, in bytes a second; it extends the other two.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0
    upload_rate: float = 128 * 1024.0

    def times(self, factor: float) -> Timeouts:
        """All of them, multiplied."""
        return Timeouts(
            connect=self.connect * factor,
            read=self.read * factor,
            total=self.total * factor,
            upload_rate=self.upload_rate / factor,
        )


class Client:
    """A context manager, safe to use from several threads.

    ``token`` is sent as a bearer token and appears in no error. ``budget`` limits the rate of requests to other
    machines; the process has one. ``transport`` stands in for the network, for tests; ``clock``, ``sleep`` and
    ``jitter`` (random numbers in [0, 1)) likewise. Redirects are never followed. Proxies are taken from the
    environment, except for this machine. ``AEROSTACK_PATIENCE`` multiplies the timeouts and the pauses. Raises
    ``ConfigError`` for an address that is none or that a token must not be sent to.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: Secret | None = None,
        timeouts: Timeouts | None = None,
        budget: TokenBucket = PROCESS,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        from aerostack import __version__

        self.base_url = check_address(base_url)
        parts = urlsplit(self.base_url)
        self._origin, self._prefix = Origin.of(parts), parts.path
        self._token = token
        self._headers = outgoing.merge(
            {"Host": self._origin.netloc, "Accept": "*/*", "Accept-Encoding": "gzip"},
            {"User-Agent": f"aerostack/{__version__}"},
            headers or {},
            outgoing.bearer(token) if token is not None else {},
        )
        self._patience = patience()
        self._timeouts = (timeouts or Timeouts()).times(self._patience)
        self._clock, self._sleep, self._jitter = clock, sleep, jitter or _chance
        self._transport = transport or Pool(self._origin)
        #: Seconds to the quickest answer; ``None`` before the first.
        self.quickest: float | None = None
        # This machine has no budget to protect.
        self._budget = None if self._origin.here else budget

    def __enter__(self) -> Self:
        # Whoever opens a client has something to send: several requests at once would wait until one has loaded this.
        from aerostack.http import connection  # noqa: F401

        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def wait(self, seconds: float) -> None:
        """Let time pass between two requests, on the client's own clock; an impatient one shortens it."""
        self._sleep(seconds * self._patience)

    def request(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        judge: Judge = judge_status,
        hidden: Iterable[Secret] = (),
    ) -> Response:
        """Send a request and read its answer, at most four times.

        ``path`` begins with a slash and is already quoted. ``operation`` says what is being done ("creating the D1
        database x"), for errors. ``repeatable`` says that sending it twice does no harm; by default true for all
        methods but POST and PATCH. A request that is not repeatable is sent again only when it was certainly not
        applied. ``hidden`` are secrets of the body, which appear in no error either. Raises what ``judge`` makes of the
        answer, or ``UnavailableError``, ``RemoteTimeoutError`` and ``RemoteError`` when there is none.
        """
        request = self._build(method, path, params, headers, json=json, content=content)
        extra = len(request.content) / self._timeouts.upload_rate
        may_repeat = method in _REPEATABLE if repeatable is None else repeatable
        deadline = self._clock() + self._timeouts.total + extra
        attempt = 0
        while True:
            attempt += 1
            answer, error = self._attempt(request, operation, judge, deadline, extra)
            if answer is not None and error is None:
                return answer
            assert error is not None
            asked = retry_after(answer.headers) if answer is not None else None
            wait = pause(
                error,
                repeatable=may_repeat,
                attempt=attempt,
                asked=asked,
                left=deadline - self._clock(),
                jitter=self._jitter() * self._patience,
            )
            if wait is None:
                raise self._finished(error, attempt, asked, hidden)
            self._sleep(wait)

    def lines(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        params: Mapping[str, Any] | None = None,
        judge: Judge = judge_status,
    ) -> Iterator[str]:
        """Send a request once and give the lines of its answer as they come, for as long as the server sends any.

        Raises what ``judge`` makes of a refusal, before the first line, and ``UnavailableError`` when the connection
        breaks.
        """
        request = self._build(method, path, params)
        connect = self._timeouts.connect
        try:
            answer = self._transport.send(request, Limits(connect=connect, read=None, write=connect))
            with closing(answer):
                if answer.status >= 300:
                    self._refuse(request, answer, operation, judge)
                yield from incoming.lines(answer)
            return
        except Fault as fault:
            error = from_fault(fault, request, operation=operation)
        raise self._finished(error, 1, None)

    def _build(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        json: Any = None,
        content: bytes | None = None,
    ) -> Request:
        body = outgoing.encode(json) if json is not None else content or b""
        return Request(
            method=method,
            origin=self._origin,
            target=outgoing.target(self._prefix + path, params),
            headers=outgoing.merge(
                self._headers, outgoing.body_headers(method, body, is_json=json is not None), headers or {}
            ),
            content=body,
        )

    def _attempt(
        self, request: Request, operation: str, judge: Judge, deadline: float, extra: float
    ) -> tuple[Response | None, RemoteError | None]:
        if self._budget is not None:
            wait = self._budget.take(self._clock())
            if wait:
                self._sleep(wait)
        left = max(0.001, deadline - self._clock())
        read = min(self._timeouts.read + extra, left)
        status = None
        began = self._clock()
        try:
            answer = self._transport.send(
                request, Limits(connect=min(self._timeouts.connect, left), read=read, write=read)
            )
            status = answer.status
            with closing(answer):
                content = incoming.complete(answer, lambda: self._clock() > deadline)
        except Fault as fault:
            return None, from_fault(fault, request, operation=operation, status=status)
        took = self._clock() - began if answer.waited is None else answer.waited
        self.quickest = took if self.quickest is None else min(self.quickest, took)
        response = incoming.response(answer, content, operation=operation, method=request.method)
        try:
            return response, judge(response)
        except RemoteError as error:
            return response, error

    def _refuse(self, request: Request, answer: Answer, operation: str, judge: Judge) -> None:
        deadline = self._clock() + self._timeouts.read
        content = incoming.complete(answer, lambda: self._clock() > deadline)
        error = judge(incoming.response(answer, content, operation=operation, method=request.method))
        if error is not None:
            raise self._finished(error, 1, None)

    def _finished(
        self, error: RemoteError, attempts: int, asked: float | None, hidden: Iterable[Secret] = ()
    ) -> RemoteError:
        secrets = spellings(secret.reveal() for secret in (self._token, *hidden) if secret)
        if isinstance(error, RateLimitError):
            error.retry_after = asked
            if asked:
                error.hint = f"wait {asked:g} seconds, then try again"
        message = f"{error.message} ({attempts} attempts)" if attempts > 1 else error.message
        error.message = redact(message, secrets)
        error.args = (error.message,)
        error.hint = redact(error.hint, secrets) if error.hint else None
        return error


def _chance() -> float:
    return int.from_bytes(os.urandom(4)) / 2**32
