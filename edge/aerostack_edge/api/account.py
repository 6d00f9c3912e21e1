"""``/user``, ``/accounts``, ``/memberships`` and the account's subdomain."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from aerostack_edge.addresses import is_label
from aerostack_edge.api import body, codes
from aerostack_edge.api.envelope import ok, page
from aerostack_edge.control import control
from aerostack_edge.state import account

NAME = "edge"
_USER = "00000000000000000000000000000001"


async def verify_token(request: web.Request) -> web.Response:
    """Whoever gets here has the token."""
    return ok({"id": control(request).account, "status": "active"})


async def user(request: web.Request) -> web.Response:
    """The one user there is."""
    return ok({"id": _USER, "email": "edge@localhost", "first_name": None, "last_name": None, "suspended": False})


async def accounts(request: web.Request) -> web.Response:
    """A list of one."""
    return page(request, [_account(request)])


async def get(request: web.Request) -> web.Response:
    """The account."""
    return ok(_account(request))


async def memberships(request: web.Request) -> web.Response:
    """The user's membership in the account."""
    return page(
        request,
        [{"id": control(request).account, "status": "accepted", "account": _account(request), "roles": []}],
    )


async def subdomain(request: web.Request) -> web.Response:
    """The label below which the Workers live."""
    label = control(request).addresses.subdomain
    if not label:
        raise codes.NO_SUBDOMAIN()
    return ok({"subdomain": label})


async def set_subdomain(request: web.Request) -> web.Response:
    """Move all of them below another one."""
    label = (await body.document(request)).get("subdomain")
    if not isinstance(label, str) or not is_label(label):
        raise codes.SUBDOMAIN_INVALID()
    edge = control(request)
    await edge.database.write(account.set_subdomain, label)
    edge.addresses.subdomain = label
    return ok({"subdomain": label})


async def delete_subdomain(request: web.Request) -> web.Response:
    """Take it away: no Worker has an address then."""
    edge = control(request)
    await edge.database.write(account.set_subdomain, "")
    edge.addresses.subdomain = ""
    return ok(None)


def _account(request: web.Request) -> dict[str, Any]:
    return {"id": control(request).account, "name": NAME, "type": "standard", "settings": {"enforce_twofactor": False}}


def routes(account: str) -> list[web.RouteDef]:
    """Below the API's root; ``account`` is the account's path."""
    return [
        web.get("/user/tokens/verify", verify_token),
        web.get(f"{account}/tokens/verify", verify_token),
        web.get("/user", user),
        web.get("/accounts", accounts),
        web.get(account, get),
        web.get("/memberships", memberships),
        web.get(f"{account}/workers/subdomain", subdomain),
        web.put(f"{account}/workers/subdomain", set_subdomain),
        web.delete(f"{account}/workers/subdomain", delete_subdomain),
    ]
