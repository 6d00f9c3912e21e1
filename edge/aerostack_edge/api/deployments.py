"""``…/deployments``: what is live, and making something else live."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes, drafts, versions
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import found
from aerostack_edge.control import Control, control
from aerostack_edge.state import deployments
from aerostack_edge.state.deployments import Deployment
from aerostack_edge.state.versions import Version

#: How many versions may share the requests of a script.
_MOST = 2


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
    """Start the versions and, when they start, make them live."""
    edge = control(request)
    script = await found(request)
    document = await body.document(request)
    notes = drafts.noted(document, "deployment")
    wanted = _shares(document.get("versions"))
    force = request.query.get("force") == "true"
    async with edge.scripts.editing(script.name):
        shares = [(await versions.named(edge, script.name, id), percentage) for id, percentage in wanted.items()]
        if not force:
            await _check_secrets(edge, script.name, [version for version, _ in shares])
        deployment = await drafts.deploy(request, script.name, shares, notes)
    return ok(_wire(deployment))


async def _check_secrets(edge: Control, script: str, wanted: list[Version]) -> None:
    """Raise ``ApiError`` when going back to one of the versions would bring other secrets back unasked."""
    live = await drafts.live(edge, script)
    if live is None:
        return
    now = (await drafts.bound(edge, live)).secrets
    for version in wanted:
        then = (await drafts.bound(edge, version)).secrets
        changed = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
        if version.number < live.number and changed:
            raise codes.SECRETS_CHANGED(names=", ".join(changed))


def _shares(wanted: Any) -> dict[str, float]:
    """The percentages by the id of their version."""
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise codes.MALFORMED(reason="versions must be a list of objects")
    alone = 100 if len(wanted) == 1 else None
    shares = {body.text(item, "version_id"): _percentage(item.get("percentage", alone)) for item in wanted}
    if len(shares) < len(wanted):
        raise codes.MALFORMED(reason="versions must not name a version twice")
    if len(shares) > _MOST:
        raise codes.MALFORMED(reason=f"versions must be {_MOST} at most")
    # Parts of a percent are fractions that a computer rounds.
    if round(sum(shares.values()), 6) != 100:
        raise codes.MALFORMED(reason="the percentages of versions must add up to 100")
    return shares


def _percentage(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise codes.MALFORMED(reason="percentage must be a number from 0 to 100")
    return value


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
