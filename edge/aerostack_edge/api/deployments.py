"""``…/deployments``: what is live, and making something else live."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, drafts, versions
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import found
from aerostack_edge.control import control
from aerostack_edge.state import deployments
from aerostack_edge.state.deployments import Deployment


async def listed(request: web.Request) -> web.Response:
    """The newest first: the first is live."""
    script = await found(request)
    shown = await control(request).database.read(deployments.newest, script.name, versions.NEWEST)
    return ok({"deployments": [_wire(deployment) for deployment in shown]})


async def get(request: web.Request) -> web.Response:
    """One deployment."""
    script = await found(request)
    id = request.match_info["deployment"]
    for deployment in await control(request).database.read(deployments.newest, script.name, versions.NEWEST):
        if deployment.id == id:
            return ok(_wire(deployment))
    raise codes.DEPLOYMENT_NOT_FOUND(id=id)


async def create(request: web.Request) -> web.Response:
    """Start a version and, when it starts, make it live."""
    edge = control(request)
    script = await found(request)
    document = await body.document(request)
    notes = drafts.noted(document, "deployment")
    id = _whole(document.get("versions"))
    async with edge.scripts.editing(script.name):
        version = await versions.named(edge, script.name, id)
        deployment = await drafts.deploy(request, script.name, version, notes)
    return ok(_wire(deployment))


def _whole(wanted: Any) -> str:
    """The one version that is to get all traffic."""
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise codes.MALFORMED(reason="versions must be a list of objects")
    carrying = [item for item in wanted if item.get("percentage") != 0]
    if len(carrying) != 1:
        raise codes.UNSUPPORTED(what="Splitting traffic between versions")
    if carrying[0].get("percentage", 100) != 100:
        raise codes.MALFORMED(reason="the percentages of versions must add up to 100")
    return body.text(carrying[0], "version_id")


def _wire(deployment: Deployment) -> dict[str, Any]:
    return {
        "id": deployment.id,
        "source": deployment.source,
        "strategy": "percentage",
        "author_email": "edge@localhost",
        "created_on": deployment.created_on,
        "annotations": dict(deployment.annotations),
        "versions": [{"version_id": share.version, "percentage": share.percentage} for share in deployment.shares],
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}/deployments"
    return [web.get(one, listed), web.post(one, create), web.get(f"{one}/{{deployment}}", get)]
