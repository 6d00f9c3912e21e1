"""What people send: fields of a form, and the token which shows that it was ours."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from fastapi import Request
from starlette.formparsers import MultiPartException

from aerostack_server.problems import Problem, invalid

#: The hidden field of every form.
TOKEN = "csrf"  # nosec B105
_MOST = 50


async def fields(request: Request) -> Mapping[str, str]:
    """The fields, each with its last value. Raises ``Problem`` for a body that is no form."""
    try:
        # Not closed here: who asks again gets the same.
        form = await request.form(max_files=0, max_fields=_MOST)
    except MultiPartException as error:
        raise invalid(f"the body is no form: {error.message}") from None
    # Browsers send line breaks as CR LF.
    return {name: value.replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)}


async def several(request: Request, name: str) -> list[str]:
    """All values of a field: those of the boxes that are ticked."""
    form = await request.form(max_files=0, max_fields=_MOST)
    return [value for value in form.getlist(name) if isinstance(value, str)]


async def check(request: Request, expected: str | None) -> None:
    """Raise ``Problem`` unless the form repeats the token."""
    sent = (await fields(request)).get(TOKEN, "")
    if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Problem(
            403, "form_expired", "this form was not sent from a page of yours", hint="open the page again and repeat it"
        )
