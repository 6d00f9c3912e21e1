"""D1 databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.http import Client
from aerostack.values import dataclass
from aerostack_cloudflare.api import Api, absent, segment
from aerostack_cloudflare.doubt import settle
from aerostack_cloudflare.record import UUID, Record

_ABSENT = frozenset({7404})


@dataclass(frozen=True, slots=True)
class Database:
    """``id`` is a UUID."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What one statement gave. ``meta`` holds Cloudflare's counters, such as ``changes`` and ``rows_read``."""

    rows: tuple[Mapping[str, Any], ...]
    meta: Mapping[str, Any]


class D1:
    """The databases of an account. Every call raises ``RemoteError``."""

    def __init__(self, http: Client, account_id: str) -> None:
        self.http = http
        self._api = Api(http, "d1", f"/accounts/{account_id}/d1/database")

    def get(self, id_or_name: str) -> Database | None:
        """The database of that id or exact name. ``GET /accounts/{account}/d1/database/{id or name}``"""
        operation = f"reading the D1 database {id_or_name}"
        answer = absent(lambda: self._api.call("GET", f"/{segment(id_or_name)}", operation), _ABSENT)
        if answer is None:
            return None
        found = _database(answer.record)
        if id_or_name.lower() not in (found.id.lower(), found.name.lower()):
            raise answer.record.wrong("name")
        return found

    def list(self) -> tuple[Database, ...]:
        """All databases. ``GET /accounts/{account}/d1/database``"""
        return tuple(_database(item) for item in self._api.pages("", "listing the D1 databases", per_page=1000))

    def create(self, name: str, jurisdiction: str | None = None) -> Database:
        """A new database; ``ConflictError`` when the name is taken. ``POST /accounts/{account}/d1/database``"""
        body = {"name": name} | ({"jurisdiction": jurisdiction} if jurisdiction else {})

        def send() -> Database:
            return _database(self._api.call("POST", "", f"creating the D1 database {name}", json=body).record)

        return settle(self.http, send, lambda: self.get(name))

    def query(
        self,
        database_id: str,
        sql: str,
        params: Sequence[Any] = (),
        *,
        operation: str | None = None,
        repeatable: bool = False,
    ) -> tuple[QueryResult, ...]:
        """Run SQL, in one transaction; one result for each statement.

        ``operation`` says what it is for, in words. Only what is ``repeatable``, because it reads, is sent again when
        its fate is unknown. ``POST /accounts/{account}/d1/database/{id}/query``
        """
        answer = self._api.call(
            "POST",
            f"/{segment(database_id)}/query",
            operation or f"querying the D1 database {database_id}",
            json={"sql": sql} | ({"params": list(params)} if params else {}),
            repeatable=repeatable,
        )
        return tuple(
            QueryResult(tuple(row.raw for row in item.records("results")), item.record("meta").raw)
            for item in answer.records
        )

    def delete(self, database_id: str) -> None:
        """Delete it with its data. ``DELETE /accounts/{account}/d1/database/{id}``"""
        self._api.call("DELETE", f"/{segment(database_id)}", f"deleting the D1 database {database_id}")


def _database(record: Record) -> Database:
    return Database(record.identifier("uuid", UUID), record.text("name"))
