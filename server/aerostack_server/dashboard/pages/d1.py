"""``…/d1/{binding}``: SQL, and what it gives."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from aerostack.errors import RemoteError
from aerostack_server.api import d1 as api
from aerostack_server.api import environments
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, render, within
from aerostack_server.dashboard.route import PageRoute, page, problem_of
from aerostack_server.deploys import resources
from aerostack_server.problems import Problem, invalid

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}/environments/{environment}/d1/{binding}")

_TABLES = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'"
_MOST = 200
#: Characters of one value: a page is no place for a file.
_LONGEST = 2000


@router.get("")
@page("deploy")
async def console(request: Request, project: str, environment: str, binding: str) -> Response:
    """The empty console."""
    return await _page(request, project, environment, binding, sql=_TABLES)


@router.post("")
@page("deploy")
async def query(request: Request, project: str, environment: str, binding: str) -> Response:
    """Run it. What was typed stays, whatever happens."""
    sql = (await forms.fields(request)).get("sql", "")
    try:
        try:
            body = api.Query(sql=sql)
        except ValidationError:
            raise invalid("there is no SQL, or too much of it") from None
        items = render.document(await api.query(request, project, environment, binding, body))["items"]
    except (Problem, RemoteError) as error:
        return await _page(request, project, environment, binding, sql=sql, problem=_said(error))
    return await _page(request, project, environment, binding, sql=sql, results=[_result(item) for item in items])


async def _page(
    request: Request,
    project: str,
    environment: str,
    binding: str,
    *,
    sql: str,
    results: list[dict[str, Any]] | None = None,
    problem: Problem | None = None,
) -> Response:
    caller, server = caller_of(request), server_of(request)
    resource = await server.database.read(
        lambda connection: resources.find(
            connection, environments.find(connection, caller, project, environment).environment, "d1", binding
        )
    )
    return await within.page(
        request,
        "d1.html",
        project,
        environment,
        problem.status if problem else 200,
        resource=resource,
        sql=sql,
        results=results,
        problem=problem,
    )


def _said(error: Exception) -> Problem:
    """What the database says: which one it is stands above."""
    problem = problem_of(error)
    message = problem.message.rpartition(" failed: ")[2]
    return Problem(problem.status, problem.code, message, retry_after=problem.retry_after)


def _shown(value: Any) -> Any:
    text = str(value)
    return f"{text[:_LONGEST]}… ({len(text)} characters)" if len(text) > _LONGEST else value


def _result(item: dict[str, Any]) -> dict[str, Any]:
    rows, meta = item["rows"], item["meta"]
    return {
        "columns": list(rows[0]) if rows else [],
        "rows": [[_shown(value) for value in row.values()] for row in rows[:_MOST]],
        "count": len(rows),
        "changes": meta.get("changes", 0),
        "read": meta.get("rows_read", 0),
    }
