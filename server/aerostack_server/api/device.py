"""``/api/v1/device``: logging a program in through a browser, in the shapes of RFC 8628."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from aerostack_server import clock
from aerostack_server.api.projects import Name
from aerostack_server.api.route import PolicyRoute, answer, policy, server_of
from aerostack_server.identity import devices

router = APIRouter(route_class=PolicyRoute, prefix="/device", tags=["device"])


class Client(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    client_name: Name = "a program"


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    device_code: Annotated[str, Field(max_length=100)]


@router.post("/code")
@policy("public")
async def begin(request: Request, body: Client) -> Response:
    """Begin a login: its user opens `verification_uri` and types `user_code`."""
    server = server_of(request)
    source = request.client.host[:64] if request.client else "unknown"
    made = await server.database.write(lambda connection: devices.begin(connection, body.client_name, source))
    page = f"{server.settings.url}/device"
    return answer(
        {
            "device_code": made.device_code,
            "user_code": made.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?code={made.user_code}",
            "expires_in": devices.LIFETIME // clock.SECOND,
            "interval": devices.INTERVAL,
        },
        headers={"Cache-Control": "no-store"},
    )


_RFC = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"enum": ["authorization_pending", "slow_down", "expired_token", "access_denied"]}},
}
_REFUSED = {"application/json": {"schema": {"anyOf": [_RFC, {"$ref": "#/components/schemas/Error"}]}}}


@router.post("/token", responses={400: {"description": "No key, or none yet", "content": _REFUSED}})
@policy("public")
async def claim(request: Request, body: Claim) -> Response:
    """The key, once the login is approved."""
    found = await server_of(request).database.write(lambda connection: devices.claim(connection, body.device_code))
    if isinstance(found, str):
        return answer({"error": found}, 400, {"Cache-Control": "no-store"})
    return answer({"key": found.key}, headers={"Cache-Control": "no-store"})
