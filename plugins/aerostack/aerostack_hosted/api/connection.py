"""Calls of the API: addresses, the key, what an answer means, and patience with a server under load."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self
from urllib.parse import quote

from aerostack.errors import ConfigError, RemoteError
from aerostack.http import Client, Response, Timeouts
from aerostack.http.transport import Transport
from aerostack.model import Secret
from aerostack_cloudflare.record import Record
from aerostack_hosted.api.answers import judge, judge_brief, judge_document

#: A deploy is answered when it is live.
_TIMEOUTS = Timeouts(connect=5.0, read=90.0, total=240.0)

#: Shorter waits are nobody's concern.
_WORTH_TELLING = 2.0

# A list with more pages than this is a server that repeats itself.
_MOST_PAGES = 1000


class Api:
    """The API below one address. A context manager, safe to use from several threads.

    ``tell`` gets a line for people when the server asks to wait. ``transport`` and ``sleep`` are those of ``Client``.
    Raises ``ConfigError`` for an address that a key must not be sent to.
    """

    def __init__(
        self,
        url: str,
        key: Secret | None,
        *,
        tell: Callable[[str], None] = lambda message: None,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tell = tell
        self._sleep = sleep
        self._busy = False
        self.client = Client(f"{url}/api/v1", token=key, timeouts=_TIMEOUTS, transport=transport, sleep=self._wait)
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.close()

    def request(self, method: str, path: str, operation: str, **request: Any) -> Response:
        """Send a request; ``request`` is what ``Client.request`` takes beside."""
        return self.request_raw(method, path, operation, judge, **request)

    def send(self, method: str, path: str, operation: str, **request: Any) -> None:
        """Send a request whose answer says no more than that it was carried out."""
        self.request_raw(method, path, operation, judge_brief, **request)

    def request_raw(
        self,
        method: str,
        path: str,
        operation: str,
        judge_answer: Callable[[Response], RemoteError | None],
        **request: Any,
    ) -> Response:
        """Send a request whose answers mean something of their own."""

        def decide(response: Response) -> RemoteError | None:
            self._busy = response.status in (429, 503)
            return judge_answer(response)

        self._busy = False
        return self.client.request(method, path, operation=operation, judge=decide, **request)

    def lines(
        self,
        method: str,
        path: str,
        operation: str,
        judge_answer: Callable[[Response], RemoteError | None],
        params: Mapping[str, str] | None = None,
    ) -> Iterator[str]:
        """The lines of an answer as they come, for as long as the server sends any."""
        return self.client.lines(method, path, operation=operation, judge=judge_answer, params=params)

    def call(self, method: str, path: str, operation: str, **request: Any) -> Record:
        """The object that a call answers with."""
        response = self.request_raw(method, path, operation, judge_document, **request)
        return Record(response.json(), operation, False if method == "GET" else None)

    def items(self, path: str, operation: str, params: Mapping[str, str] | None = None) -> Iterator[Record]:
        """Every item of a list whose pages are chained by cursors."""
        query, followed = dict(params or {}), set[str]()
        for _ in range(_MOST_PAGES):
            page = self.call("GET", path, operation, params=query)
            yield from page.records("items")
            following = page.optional_text("next")
            if following is None or following in followed:
                return
            followed.add(following)
            query["cursor"] = following

    def _wait(self, seconds: float) -> None:
        if seconds >= _WORTH_TELLING:
            why = "is under load" if self._busy else "gave no answer"
            self._tell(f"{self.url} {why}: trying again in {seconds:.0f} s")
        self._sleep(seconds)


def segment(name: str) -> str:
    """A name as one segment of a path. Raises ``ConfigError`` for one that would change the path."""
    if name in ("", ".", ".."):
        raise ConfigError(f"{name!r} cannot be the name of anything", hint="give it a name with letters")
    return quote(name, safe="")
