"""``…/secrets``: set and delete; nothing is ever shown again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, select

from aerostack_server.api import environments
from aerostack_server.api import secrets as api
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import dotenv, forms, render, within
from aerostack_server.dashboard.route import PageRoute, page, see
from aerostack_server.database import tables
from aerostack_server.deploys import deployments
from aerostack_server.problems import Problem

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}/environments/{environment}/secrets")


@router.get("")
@page("read")
async def listed(request: Request, project: str, environment: str) -> Response:
    """Names only."""
    return await _page(request, project, environment)


@router.post("")
@page("deploy")
async def change(request: Request, project: str, environment: str) -> Response:
    """Set one by name and value, or many by lines."""
    sent = await forms.fields(request)
    try:
        values = dotenv.parsed(sent.get("lines", ""))
        if sent.get("name"):
            values[sent["name"].strip()] = sent.get("value", "")
        if not values:
            raise Problem(422, "invalid", "there is nothing to set", hint="one NAME=value on each line")
        await api.change(request, project, environment, api.Change(secrets=dict(values)))
    except Problem as problem:
        return await _page(request, project, environment, problem)
    return see(request.url.path)


@router.post("/delete")
@page("deploy")
async def remove(request: Request, project: str, environment: str) -> Response:
    """Delete one."""
    await api.remove(request, project, environment, (await forms.fields(request)).get("name", ""))
    return see(request.url.path.removesuffix("/delete"))


async def _page(request: Request, project: str, environment: str, problem: Problem | None = None) -> Response:
    caller, server = caller_of(request), server_of(request)
    items = render.document(await api.listed(request, project, environment))["items"]

    def work(connection: Connection) -> list[str]:
        here = environments.find(connection, caller, project, environment)
        table = tables.deployments
        row = connection.execute(select(table).where(table.c.id == here.environment.live_id)).first()
        return _variables(deployments.of(row).document) if row else []

    return await within.page(
        request,
        "secrets.html",
        project,
        environment,
        problem.status if problem else 200,
        items=items,
        variables=await server.database.read(work),
        problem=problem,
    )


def _variables(document: Any) -> list[str]:
    return sorted(item["name"] for item in document["bindings"] if item["type"] in ("plain_text", "json"))
