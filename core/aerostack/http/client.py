"""A client of one JSON API."""

from __future__ import annotations

import importlib
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias, cast

from aerostack.errors import ConfigError, RateLimitError, RemoteError, RemoteTimeoutError
from aerostack.http.address import check_address, is_loopback
from aerostack.http.bucket import PROCESS, TokenBucket
from aerostack.http.failure import from_exception, judge_status
from aerostack.http.response import Response
from aerostack.http.retry import pause, retry_after
from aerostack.model import Secret
from aerostack.redact import redact

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

#: Decides what an answer means: an error, or ``None`` for a success.
Judge: TypeAlias = "Callable[[Response], RemoteError | None]"

#: No API of ours sends more; a server that does is broken or hostile.
LARGEST_ANSWER = 64 * 1024 * 1024

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


class Client:
    """A context manager, safe to use from several threads.

    ``token`` is sent as a bearer token and appears in no error. ``budget`` limits the rate of requests to other
    machines; the process has one. ``transport`` is an ``httpx`` transport, for tests;
    ``clock``, ``sleep`` and ``jitter`` (random numbers in [0, 1)) likewise. Redirects are never followed. Proxies are
    taken from the environment, except for this machine. Raises ``ConfigError`` for an address that is none or that a
    token must not be sent to.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: Secret | None = None,
        timeouts: Timeouts | None = None,
        budget: TokenBucket = PROCESS,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.base_url = check_address(base_url)
        self._token = token
        self._timeouts = timeouts or Timeouts()
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._http = _open(self.base_url, dict(headers or {}), token, transport)
        # This machine has no budget to protect.
        self._budget = None if is_loopback(self._http.base_url.host) else budget

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def wait(self, seconds: float) -> None:
        """Let time pass between two requests, on the client's own clock."""
        self._sleep(seconds)

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
    ) -> Response:
        """Send a request and read its answer, at most four times.

        ``path`` begins with a slash and is already quoted. ``operation`` says what is being done ("creating the D1
        database x"), for errors. ``repeatable`` says that sending it twice does no harm; by default true for all
        methods but POST and PATCH. A request that is not repeatable is sent again only when it was certainly not
        applied. Raises what ``judge`` makes of the answer, or ``UnavailableError``, ``RemoteTimeoutError`` and
        ``RemoteError`` when there is none.
        """
        request = self._http.build_request(
            method,
            self.base_url + path,
            params=dict(params) if params else None,
            json=json,
            content=content,
            headers=dict(headers or {}),
        )
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
                jitter=self._jitter(),
            )
            if wait is None:
                # Without its cause: the HTTP library quotes requests, and a request holds the token.
                raise self._finished(error, attempt, asked) from None
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
        import httpx

        request = self._http.build_request(method, self.base_url + path, params=dict(params) if params else None)
        connect = self._timeouts.connect
        request.extensions["timeout"] = httpx.Timeout(connect=connect, read=None, write=connect, pool=connect).as_dict()
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.status_code >= 300:
                    self._refuse(response, operation, judge)
                yield from response.iter_lines()
            finally:
                response.close()
        except httpx.HTTPError as error:
            failure = from_exception(error, url=request.url, method=method, operation=operation)
            raise self._finished(failure, 1, None) from None

    def _refuse(self, response: httpx.Response, operation: str, judge: Judge) -> None:
        content = self._read(response, operation, self._clock() + self._timeouts.read)
        error = judge(_answer(response, content, operation))
        if error is not None:
            raise self._finished(error, 1, None)

    def _attempt(
        self, request: httpx.Request, operation: str, judge: Judge, deadline: float, extra: float
    ) -> tuple[Response | None, RemoteError | None]:
        import httpx

        if self._budget is not None:
            wait = self._budget.take(self._clock())
            if wait:
                self._sleep(wait)
        left = max(0.001, deadline - self._clock())
        read = min(self._timeouts.read + extra, left)
        request.extensions["timeout"] = httpx.Timeout(
            connect=min(self._timeouts.connect, left), read=read, write=read, pool=read
        ).as_dict()
        try:
            response = self._http.send(request, stream=True)
            try:
                content = self._read(response, operation, deadline)
            finally:
                response.close()
        except httpx.HTTPError as error:
            return None, from_exception(error, url=request.url, method=request.method, operation=operation)
        except RemoteError as error:
            return None, error
        answer = _answer(response, content, operation)
        try:
            return answer, judge(answer)
        except RemoteError as error:
            return answer, error

    def _read(self, response: httpx.Response, operation: str, deadline: float) -> bytes:
        content = bytearray()
        known = False if response.request.method in ("GET", "HEAD") else None
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise RemoteError(
                    f"{operation} failed: the answer is larger than {LARGEST_ANSWER // 1024**2} MiB",
                    status=response.status_code,
                    operation=operation,
                    applied=known,
                    code="answer_too_large",
                )
            if self._clock() > deadline:
                raise RemoteTimeoutError(
                    f"{operation} failed: the answer was still not complete at the deadline",
                    status=response.status_code,
                    operation=operation,
                    applied=known,
                    hint="try again",
                )
        return bytes(content)

    def _finished(self, error: RemoteError, attempts: int, asked: float | None) -> RemoteError:
        secrets = (self._token.reveal(),) if self._token else ()
        if isinstance(error, RateLimitError):
            error.retry_after = asked
            if asked:
                error.hint = f"wait {asked:g} seconds, then try again"
        message = f"{error.message} ({attempts} attempts)" if attempts > 1 else error.message
        error.message = redact(message, secrets)
        error.args = (error.message,)
        error.hint = redact(error.hint, secrets) if error.hint else None
        return error


def _answer(response: httpx.Response, content: bytes, operation: str) -> Response:
    return Response(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        content=content,
        operation=operation,
        method=response.request.method,
    )


def _open(
    base_url: str, headers: dict[str, str], token: Secret | None, transport: httpx.BaseTransport | None
) -> httpx.Client:
    import ssl

    _load_httpx()
    import httpx

    from aerostack import __version__

    headers = {"User-Agent": f"aerostack/{__version__}", "Accept-Encoding": "gzip"} | headers
    if token is not None:
        headers["Authorization"] = f"Bearer {_sendable(token)}"
    address = httpx.URL(base_url)
    here = is_loopback(address.host)
    # Loading the certificate authorities takes longer than a request; plain http needs none.
    trust: ssl.SSLContext | bool = True if address.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.Client(
            base_url=address,
            headers=headers,
            transport=transport,
            verify=trust,
            trust_env=not here,
            follow_redirects=False,
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        # Not quoted: the address of a proxy often holds a password.
        raise ConfigError(
            "the proxy set in the environment cannot be used",
            hint="set HTTPS_PROXY and ALL_PROXY to an http:// address, or unset them",
            code="proxy",
        ) from None


def _load_httpx() -> None:
    """Import httpx without its command line.

    That brings click, rich and pygments wherever they are installed, 50 ms that no request needs. httpx itself provides
    for the case that its module cannot be imported.
    """
    if "httpx" in sys.modules:
        return
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    modules["httpx._main"] = None
    try:
        importlib.import_module("httpx")
    finally:
        del modules["httpx._main"]


def _sendable(token: Secret) -> str:
    value = token.reveal()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(
            "the API token holds a blank, a line break or a character that no token has",
            hint="copy the token again, without anything around it",
            code="malformed_token",
        )
    return value
