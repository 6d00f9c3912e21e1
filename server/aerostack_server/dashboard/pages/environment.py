"""``…/environments/{environment}``: what is live, and the history."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from aerostack_server.api import deployments as api
from aerostack_server.api import environments as api_environments
from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, render, within
from aerostack_server.dashboard.route import PageRoute, page, see
from aerostack_server.deploys.deployments import SETTLED
from aerostack_server.problems import invalid

router = APIRouter(route_class=PageRoute, prefix="/projects/{project}/environments/{environment}")

_COUNT = 20


@router.get("")
@page("read")
async def show(request: Request, project: str, environment: str, cursor: str | None = None) -> Response:
    """Deployments, the newest first."""
    history = render.document(await api.listed(request, project, environment, _COUNT, cursor))
    return await within.page(
        request,
        "environment.html",
        project,
        environment,
        items=history["items"],
        next=history["next"],
        first=cursor is None,
        key=api.new_key(),
        busy=any(item["status"] not in SETTLED for item in history["items"]),
    )


@router.get("/deployments/{deployment}")
@page("read")
async def one(request: Request, project: str, environment: str, deployment: str) -> Response:
    """One deployment with its log."""
    caller, server = caller_of(request), server_of(request)
    here, made = await api.found(server, caller, project, environment, deployment)
    return await within.page(
        request,
        "deployment.html",
        project,
        environment,
        item=api_environments.deployment(server, caller, here, made),
        log=made.log,
        document=made.document,
        key=api.new_key(),
        busy=made.status not in SETTLED,
    )


@router.post("/deployments/{deployment}/rollback")
@page("deploy")
async def rollback(request: Request, project: str, environment: str, deployment: str) -> Response:
    """Deploy the content of an earlier one again. The form's key makes a second click do nothing."""
    key = (await forms.fields(request)).get("key", "")
    if not 8 <= len(key) <= 128:
        raise invalid("the form is not complete", hint="open the page again")
    await api.rollback(request, project, environment, deployment, key)
    return see(f"/projects/{project}/environments/{environment}")


@router.post("/delete")
@page("admin")
async def remove(request: Request, project: str, environment: str) -> Response:
    """With its Worker and its data, once its name was typed."""
    if (await forms.fields(request)).get("confirm") != environment:
        raise invalid(f"what was typed is not {environment}", hint="nothing was deleted")
    await api_environments.remove(request, project, environment)
    return see(f"/projects/{project}")
