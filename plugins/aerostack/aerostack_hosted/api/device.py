"""Logging in through a browser on any device: OAuth 2.0 Device Authorization Grant, RFC 8628."""

from __future__ import annotations

from collections.abc import Callable

from aerostack.errors import AbortedError, AuthError, RemoteError
from aerostack.http import Response
from aerostack.model import Secret
from aerostack.values import dataclass
from aerostack_cloudflare.record import Record
from aerostack_hosted.api.answers import judge
from aerostack_hosted.api.connection import Api

# RFC 8628 §3.5: by so many seconds the interval grows with each `slow_down`.
_SLOWER = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """``uri`` is where the user types ``user_code``; ``complete_uri`` holds it already. Times are in seconds."""

    device_code: Secret
    user_code: str
    uri: str
    complete_uri: str
    expires_in: float
    interval: float


def begin(api: Api, client_name: str) -> DeviceCode:
    """``POST /device/code``."""
    answer = api.call("POST", "/device/code", "asking for a login code", json={"client_name": client_name})
    uri = answer.text("verification_uri")
    return DeviceCode(
        device_code=Secret(answer.text("device_code")),
        user_code=answer.text("user_code"),
        uri=uri,
        complete_uri=answer.optional_text("verification_uri_complete") or uri,
        expires_in=answer.number("expires_in"),
        interval=answer.optional_number("interval") or 5.0,
    )


def await_key(api: Api, code: DeviceCode, *, pause: Callable[[float], None]) -> Secret:
    """Ask ``POST /device/token`` at the server's interval until the user has decided; the key.

    Raises ``AbortedError`` when the user refused and ``AuthError`` when the code has expired.
    """
    interval, left = max(0.05, code.interval), code.expires_in
    while left > 0:
        pause(interval)
        left -= interval
        body, hidden = {"device_code": code.device_code.reveal()}, (code.device_code,)
        answer = api.request_raw(
            "POST", "/device/token", "waiting for the login", _judge_token, json=body, hidden=hidden
        )
        said = Record(answer.json(), "waiting for the login")
        if answer.status != 400:
            return Secret(said.text("key"))
        error = said.raw.get("error")
        if error == "access_denied":
            raise AbortedError("the login was refused in the browser", hint="aerostack login")
        if error == "slow_down":
            interval += _SLOWER
        elif error != "authorization_pending":
            break
    raise AuthError("the login code has expired", applied=False, hint="aerostack login", code="expired_token")


def _judge_token(response: Response) -> RemoteError | None:
    """RFC 8628 speaks in 400s with a plain ``error``: all of them are answers, not failures."""
    if response.status == 400:
        document = response.json()
        if isinstance(document, dict) and isinstance(document.get("error"), str):
            return None
    return judge(response)
