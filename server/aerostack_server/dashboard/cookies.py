"""The two cookies: who is signed in, and what a form sent by nobody yet has to repeat."""

from __future__ import annotations

import secrets

from fastapi import Request, Response

from aerostack_server import clock
from aerostack_server.api.route import server_of
from aerostack_server.identity import sessions

#: Of the forms for those who are not signed in.
_FORM = "aerostack_form"
_FORM_LIFETIME = clock.DAY


def session(request: Request) -> str | None:
    """The token of the session, if the browser has one."""
    return request.cookies.get(_name(request, sessions.COOKIE))


def begin(request: Request, response: Response, token: str) -> None:
    """Let the browser keep a session."""
    _set(request, response, sessions.COOKIE, token, sessions.LIFETIME)


def end(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    _set(request, response, sessions.COOKIE, "", 0)


def form_token(request: Request) -> str:
    """What forms outside of a session repeat: as the browser has it, else a new one."""
    known: str | None = getattr(request.state, "form_token", None) or request.cookies.get(_name(request, _FORM))
    request.state.form_token = known or secrets.token_urlsafe(24)
    token: str = request.state.form_token
    return token


def keep_form_token(request: Request, response: Response) -> None:
    """Let the browser send it along with the form."""
    _set(request, response, _FORM, form_token(request), _FORM_LIFETIME)


def sent_form_token(request: Request) -> str | None:
    """What the browser sent."""
    return request.cookies.get(_name(request, _FORM))


def _name(request: Request, name: str) -> str:
    # The prefix keeps hosts next to ours from setting it.
    return f"__Host-{name}" if server_of(request).settings.secure else name


def _set(request: Request, response: Response, name: str, value: str, lifetime: int) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        max_age=lifetime // clock.SECOND,
        path="/",
        httponly=True,
        samesite="lax",
        secure=server_of(request).settings.secure,
    )
