"""``/device``: let a program in that waits for its user."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from aerostack_server.api.route import caller_of, server_of
from aerostack_server.dashboard import forms, render
from aerostack_server.dashboard.route import PageRoute, page
from aerostack_server.identity import audit, devices
from aerostack_server.problems import Problem

router = APIRouter(route_class=PageRoute, prefix="/device")

_LONGEST = 40


@router.get("")
@page("read")
async def ask(request: Request, code: str = "") -> Response:
    """Which program waits; without a code, a field to type it into."""
    if not code:
        return render.page(request, "device.html", code="", program=None, done=None, problem=None)
    code = devices.normal(code[:_LONGEST])
    try:
        program = await server_of(request).database.read(lambda connection: devices.pending(connection, code))
    except Problem:
        return _gone(request)
    return render.page(request, "device.html", code=code, program=program, done=None, problem=None)


@router.post("")
@page("read")
async def decide(request: Request) -> Response:
    """Approve or deny."""
    caller, sent = caller_of(request), await forms.fields(request)
    code, approve = sent.get("code", "")[:_LONGEST], sent.get("decision") == "approve"

    def work(connection: Connection) -> None:
        program = devices.pending(connection, code)
        devices.decide(connection, code, account=caller.account_id, user=str(caller.user_id), approve=approve)
        audit.note(connection, caller, "device.approve" if approve else "device.deny", program)

    try:
        await server_of(request).database.write(work)
    except Problem:
        return _gone(request)
    done = "approved" if approve else "denied"
    return render.page(request, "device.html", code="", program=None, done=done, problem=None)


def _gone(request: Request) -> Response:
    problem = Problem(
        404, "login_not_found", "no program waits with this code", hint="it lasts 10 minutes: start the login again"
    )
    return render.page(request, "device.html", 404, code="", program=None, done=None, problem=problem)
