"""Calls of Cloudflare's API: envelope, pages, absence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from aerostack.errors import ConfigError, NotFoundError
from aerostack.http import Client, Response
from aerostack.values import dataclass
from aerostack_cloudflare.errors import judge, judge_raw
from aerostack_cloudflare.permissions import Product
from aerostack_cloudflare.record import Record, records

# A list with more pages than this is a server that repeats itself.
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The ``result`` and ``result_info`` of an envelope, not yet checked; ``applied`` as in ``Record``."""

    result: Any
    info: Mapping[str, Any]
    operation: str
    applied: bool | None = None

    @property
    def record(self) -> Record:
        """The result as one object."""
        return Record(self.result, self.operation, self.applied)

    @property
    def records(self) -> tuple[Record, ...]:
        """The result as a list of objects."""
        return records(self.result, self.operation, self.applied)


class Api:
    """The calls of one product below one path, such as ``/accounts/ID/d1``."""

    def __init__(self, http: Client, product: Product, prefix: str) -> None:
        self._http = http
        self._product = product
        self._prefix = prefix

    def call(self, method: str, path: str, operation: str, **request: Any) -> Answer:
        """Call and open the envelope; ``request`` is what ``Client.request`` takes beside."""
        response = self._http.request(
            method, self._prefix + path, operation=operation, judge=judge(self._product), **request
        )
        envelope = response.json()
        info = envelope.get("result_info")
        return Answer(
            result=envelope.get("result"),
            info=info if isinstance(info, Mapping) else {},
            operation=operation,
            applied=False if method == "GET" else None,
        )

    def raw(self, method: str, path: str, operation: str, **request: Any) -> Response:
        """Call for a body that is a value and no envelope."""
        return self._http.request(
            method, self._prefix + path, operation=operation, judge=judge_raw(self._product), **request
        )

    def pages(
        self,
        path: str,
        operation: str,
        *,
        per_page: int,
        params: Mapping[str, Any] | None = None,
        items: Callable[[Answer], tuple[Record, ...]] = lambda answer: answer.records,
    ) -> Iterator[Record]:
        """Every record of a list with numbered pages."""
        seen, previous = 0, None
        for page in range(1, _MOST_PAGES + 1):
            answer = self.call("GET", path, operation, params={**(params or {}), "page": page, "per_page": per_page})
            found = items(answer)
            # A server that ignores `page` sends the first page for ever.
            if not found or (previous is not None and found[0].raw == previous):
                return
            yield from found
            seen, previous = seen + len(found), found[0].raw
            total, size = answer.info.get("total_count"), answer.info.get("per_page")
            if isinstance(total, int) and seen >= total:
                return
            if len(found) < (size if isinstance(size, int) and 0 < size < per_page else per_page):
                return

    def cursors(
        self,
        path: str,
        operation: str,
        *,
        params: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        items: Callable[[Answer], tuple[Record, ...]] = lambda answer: answer.records,
    ) -> Iterator[Record]:
        """Every record of a list whose pages are chained by cursors."""
        cursor, followed = "", set[str]()
        # A cursor that comes again is a server that goes in circles.
        while cursor not in followed:
            followed.add(cursor)
            query = {**params, "cursor": cursor} if cursor else dict(params)
            answer = self.call("GET", path, operation, params=query, headers=headers)
            yield from items(answer)
            found = answer.info.get("cursor")
            cursor = found if isinstance(found, str) else ""


def absent(call: Callable[[], Answer], codes: frozenset[int]) -> Answer | None:
    """The answer; ``None`` only for a 404 with one of ``codes``: any other 404 proves nothing."""
    try:
        return call()
    except NotFoundError as error:
        if error.status == 404 and error.remote_code in codes:
            return None
        raise


def segment(name: str) -> str:
    """A name as one segment of a path. Raises ``ConfigError`` for one that would change the path."""
    if name in ("", ".", ".."):
        raise ConfigError(f"{name!r} cannot be the name of anything", hint="give it a name with letters")
    return quote(name, safe="")
