"""``…/schedules``: the cron expressions of a script."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok
from aerostack_edge.api.scripts import found
from aerostack_edge.control import control
from aerostack_edge.runtime import Cron
from aerostack_edge.state import triggers
from aerostack_edge.state.triggers import Trigger


async def get(request: web.Request) -> web.Response:
    """All of them."""
    script = await found(request)
    return ok(_wire(await control(request).database.read(triggers.of_script, "schedule", script.name)))


async def put(request: web.Request) -> web.Response:
    """Make those sent all that there are."""
    script = await found(request)
    wanted = _wanted(await body.value(request))
    edge = control(request)
    async with edge.scripts.editing(script.name):
        await found(request)
        kept = await edge.database.write(
            triggers.replace, "schedule", script.name, {cron: {"cron": cron} for cron in wanted}
        )
        await edge.events.refresh()
    return ok(_wire(kept))


def _wanted(document: Any) -> list[str]:
    items = document.get("schedules") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise codes.MALFORMED(reason="the body must be a list of schedules")
    crons = [body.text(body.mapping(item, "a schedule"), "cron") for item in items]
    for cron in crons:
        try:
            Cron.parse(cron)
        except ValueError as error:
            raise codes.CRON_INVALID(cron=cron, reason=error) from error
    return crons


def _wire(schedules: list[Trigger]) -> dict[str, Any]:
    return {
        "schedules": [
            {"cron": schedule.key, "created_on": schedule.created_on, "modified_on": schedule.created_on}
            for schedule in schedules
        ]
    }


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    one = f"{account}/workers/scripts/{{script}}/schedules"
    return [web.get(one, get), web.put(one, put)]
