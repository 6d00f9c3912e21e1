"""``/d1/database``: databases and the SQL that runs in them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from aiohttp import web

from aerostack_edge.api import body, codes, sql
from aerostack_edge.api.envelope import ok, page
from aerostack_edge.control import Control, control
from aerostack_edge.state import resources
from aerostack_edge.state.resources import NameTakenError, Resource

Format: TypeAlias = Literal["ARRAY_OF_OBJECTS", "ROWS_AND_COLUMNS"]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_OPTIONS = ("jurisdiction", "primary_location_hint", "read_replication")
#: Said of one database, not in lists: clients print these as tables.
_REPLICATION = {"read_replication": {"mode": "disabled"}}
_TABLES = (
    "SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table' "
    "AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'"
)


async def create(request: web.Request) -> web.Response:
    """Make an empty database."""
    document = await body.document(request)
    name = document.get("name")
    if not isinstance(name, str) or not _NAME.match(name):
        raise codes.D1_INVALID(reason="a database name has 1 to 64 of a-z, A-Z, 0-9, - and _")
    options = {key: document[key] for key in _OPTIONS if document.get(key) is not None}
    try:
        database = await control(request).database.write(resources.create, "d1", str(uuid.uuid4()), name, options)
    except NameTakenError as error:
        raise codes.D1_EXISTS(name=name) from error
    return ok({**_REPLICATION, **_wire(database), "num_tables": 0, "file_size": 0})


async def listed(request: web.Request) -> web.Response:
    """All, or those whose name contains ``name``."""
    wanted = request.query.get("name", "")
    databases = await control(request).database.read(resources.listed, "d1")
    return page(request, [_wire(database) for database in databases if wanted in database.name], largest=10_000)


async def get(request: web.Request) -> web.Response:
    """One, by id or by name, with its size."""
    edge = control(request)
    database = await found(request)
    outcome = await run(edge, database, [{"sql": _TABLES}], "ARRAY_OF_OBJECTS")
    size = {"num_tables": outcome[0]["results"][0]["tables"], "file_size": outcome[0]["meta"]["size_after"]}
    return ok({**_REPLICATION, **_wire(database), **size})


async def delete(request: web.Request) -> web.Response:
    """Remove it and its data."""
    edge = control(request)
    database = await found(request)
    await edge.database.write(resources.delete, "d1", database.id)
    await edge.runtime.store.drop("d1", database.id)
    return ok(None)


async def query(request: web.Request) -> web.Response:
    """Run SQL; rows are objects."""
    return await _answer(request, "ARRAY_OF_OBJECTS")


async def raw(request: web.Request) -> web.Response:
    """Run SQL; rows are arrays, beside the names of the columns."""
    return await _answer(request, "ROWS_AND_COLUMNS")


async def _answer(request: web.Request, form: Format) -> web.Response:
    database = await found(request)
    queries = _queries(await body.value(request))
    if not queries:
        raise codes.D1_QUERY(reason="No SQL statements detected.")
    return ok(await run(control(request), database, queries, form))


def _queries(document: Any) -> list[dict[str, Any]]:
    """The statements of a request: one text of several, ``batch``, or a list."""
    if isinstance(document, Mapping) and "batch" in document:
        document = document["batch"]
    items = document if isinstance(document, list) else [document]
    queries: list[dict[str, Any]] = []
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("sql"), str):
            raise codes.D1_INVALID(reason="sql must be a string")
        params = item.get("params") or []
        if not isinstance(params, list):
            raise codes.D1_INVALID(reason="params must be a list")
        texts = sql.statements(item["sql"])
        if params and len(texts) > 1:
            raise codes.D1_QUERY(reason="Params go with one statement, and there are several.")
        queries += [{"sql": text, "params": [_param(param) for param in params]} for text in texts]
    return queries


def _param(param: Any) -> Any:
    # The API takes booleans and numbers; SQLite knows no boolean.
    if isinstance(param, bool):
        return int(param)
    if param is None or isinstance(param, (int, float, str)):
        return param
    if isinstance(param, list) and all(isinstance(item, int) and 0 <= item < 256 for item in param):
        return param
    raise codes.D1_INVALID(reason="a param must be a string, a number, a boolean, null or a list of bytes")


async def run(edge: Control, database: Resource, queries: list[dict[str, Any]], form: Format) -> list[dict[str, Any]]:
    """Run statements in one transaction. Raises ``ApiError`` with SQLite's reason."""
    reply = edge.runtime.store.fetch(
        "d1",
        database.id,
        "POST",
        f"/query?resultsFormat={form}",
        headers={"Content-Type": "application/json"},
        body=json.dumps(queries).encode(),
    )
    async with await reply as answer:
        content = await answer.read()
    if answer.status >= 500:
        raise codes.INTERNAL()
    outcome = json.loads(content)
    if isinstance(outcome, dict):
        raise codes.D1_QUERY(reason=outcome.get("error", "unknown error"))
    return list(outcome)


async def found(request: web.Request) -> Resource:
    """The database of the request's path, by id or by name."""
    edge = control(request)
    name = request.match_info["database"]
    database = await edge.database.read(resources.get, "d1", name)
    database = database or await edge.database.read(resources.find, "d1", name)
    if database is None:
        raise codes.D1_NOT_FOUND(name=name)
    return database


def _wire(database: Resource) -> dict[str, Any]:
    return {
        "uuid": database.id,
        "name": database.name,
        "version": "production",
        "created_at": database.created_on,
        **database.options,
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/d1/database/{{database}}"
    return [
        web.get(f"{account}/d1/database", listed),
        web.post(f"{account}/d1/database", create),
        web.get(one, get),
        web.delete(one, delete),
        web.post(f"{one}/query", query),
        web.post(f"{one}/raw", raw),
    ]
