"""``/d1/database/:id/{import,export,time_travel}``: whole databases as SQL text."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, d1, paths, sql, transfers
from aerostack_edge.api.envelope import ok
from aerostack_edge.control import control
from aerostack_edge.state.resources import Resource

#: The question by which the simulator writes a database out.
_DUMP = "PRAGMA miniflare_d1_export(?,?,?);"
_SUMMED = ("duration", "changes", "rows_read", "rows_written")


async def load(request: web.Request) -> web.Response:
    """Import SQL: ``init`` gives an address for the file, ``ingest`` runs it. All of it takes effect, or nothing."""
    database = await d1.found(request)
    document = await body.document(request)
    action = document.get("action")
    if action == "init":
        return _init(request, database, body.text(document, "etag"))
    if action == "ingest":
        return await _ingest(request, database, body.text(document, "filename"), body.text(document, "etag"))
    if action == "poll":
        # An ingest answers when it is done, so there is never anything to wait for.
        raise codes.D1_INVALID(reason="not currently importing anything")
    raise codes.D1_INVALID(reason="action must be init, ingest or poll")


def _init(request: web.Request, database: Resource, etag: str) -> web.Response:
    transfer = control(request).transfers.open("in", f"{database.id} {etag}")
    return ok(
        {
            "success": True,
            "type": "import",
            "filename": transfer.key,
            "upload_url": transfers.url(request, paths.ROOT, transfer),
            "at_bookmark": _bookmark(),
            "messages": [],
        }
    )


async def _ingest(request: web.Request, database: Resource, filename: str, etag: str) -> web.Response:
    edge = control(request)
    transfer = edge.transfers.get(filename, "in")
    if transfer is None or transfer.purpose != f"{database.id} {etag}":
        raise codes.D1_INVALID(reason="no file of that name was uploaded for this database")
    try:
        statements = await asyncio.to_thread(_read, transfer.path, etag)
        outcome = await d1.run(edge, database, [{"sql": text} for text in statements], "ROWS_AND_COLUMNS")
    finally:
        edge.transfers.close(transfer)
    mark = _bookmark()
    return ok(
        {
            "success": True,
            "type": "import",
            "status": "complete",
            "at_bookmark": mark,
            "messages": [],
            "result": {"num_queries": len(statements), "final_bookmark": mark, "meta": _summed(outcome)},
        }
    )


async def dump(request: web.Request) -> web.Response:
    """Export as SQL text, to be fetched from ``signed_url`` within an hour."""
    edge = control(request)
    database = await d1.found(request)
    document = await body.document(request)
    if document.get("output_format") != "polling":
        raise codes.D1_INVALID(reason="output_format must be polling")
    options = body.mapping(document.get("dump_options") or {}, "dump_options")
    tables = options.get("tables") or []
    if not isinstance(tables, list) or not all(isinstance(table, str) for table in tables):
        raise codes.D1_INVALID(reason="dump_options.tables must be a list of names")
    flags = [int(bool(options.get("no_schema"))), int(bool(options.get("no_data")))]
    content = json.dumps({"sql": _DUMP, "params": [*flags, *tables]}).encode()
    headers = {"Content-Type": "application/json"}
    async with await edge.runtime.store.fetch(
        "d1", database.id, "POST", "/query", headers=headers, body=content
    ) as reply:
        outcome = json.loads(await reply.read())
    if not outcome["success"]:
        raise codes.D1_QUERY(reason=outcome["error"])
    transfer = edge.transfers.open("out", database.id)
    await asyncio.to_thread(_write, transfer.path, outcome["results"][0])
    return ok(
        {
            "success": True,
            "type": "export",
            "status": "complete",
            "at_bookmark": _bookmark(),
            "messages": [],
            "result": {
                "filename": f"{database.name}.sql",
                "signed_url": transfers.url(request, paths.ROOT, transfer),
            },
        }
    )


async def bookmark(request: web.Request) -> web.Response:
    """A name for a moment of the database, now or at ``timestamp``. Going back to one is not possible here."""
    await d1.found(request)
    return ok({"bookmark": _bookmark()})


async def restore(request: web.Request) -> web.Response:
    """Cloudflare keeps a history; the edge does not."""
    raise codes.UNSUPPORTED(what="Restoring a database to an earlier time")


def _bookmark() -> str:
    # Opaque to clients; this one says when.
    moment = f"{time.time_ns():024x}"
    seal = hashlib.md5(moment.encode(), usedforsecurity=False).hexdigest()
    return "-".join((moment[:8], moment[8:16], moment[16:], seal))


def _read(path: Path, etag: str) -> list[str]:
    content = path.read_bytes()
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != etag:
        raise codes.D1_INVALID(reason="the uploaded file is not the one that etag names")
    try:
        statements = sql.statements(content.decode())
    except UnicodeDecodeError as error:
        raise codes.D1_INVALID(reason="the file is not UTF-8 text") from error
    if not statements:
        raise codes.D1_QUERY(reason="No SQL statements detected.")
    return statements


def _write(path: Path, statements: list[str]) -> None:
    path.write_text("".join(f"{statement}\n" for statement in statements), encoding="utf-8")


def _summed(outcome: list[dict[str, Any]]) -> Mapping[str, Any]:
    metas = [entry["meta"] for entry in outcome]
    return {**metas[-1], **{key: sum(meta[key] for meta in metas) for key in _SUMMED}}


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/d1/database/{{database}}"
    return [
        web.post(f"{one}/import", load),
        web.post(f"{one}/export", dump),
        web.get(f"{one}/time_travel/bookmark", bookmark),
        web.post(f"{one}/time_travel/restore", restore),
    ]
