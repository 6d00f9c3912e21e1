"""Templates → pages."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from aerostack import __version__
from aerostack_server import clock
from aerostack_server.dashboard import cookies
from aerostack_server.problems import Problem

STATIC = Path(__file__).parent / "static"


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page with what every page shows."""
    caller = request.state.caller
    made = _templates().get_template(template)
    text = made.render(
        caller=caller,
        csrf=caller.csrf if caller else cookies.form_token(request),
        path=request.url.path,
        version=__version__,
        **values,
    )
    answer = HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
    if caller is None:
        cookies.keep_form_token(request, answer)
    return answer


def problem(request: Request, error: Problem) -> Response:
    """A failure as a page."""
    answer = page(request, "problem.html", error.status, problem=error)
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return answer


def document(answer: Response) -> Any:
    """What a function of the API answered."""
    return json.loads(bytes(answer.body)) if answer.body else None


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("aerostack_server.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=_day, ago=_ago, commit=_commit)
    made.globals["static"] = _static
    return made


@cache
def _static(name: str) -> str:
    """The address of a file, another one for each content: so browsers may keep it."""
    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def _day(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"


def _commit(name: str) -> str:
    """The beginning of its hash; that files differed from it stays to be seen."""
    return name[:12] + ("-dirty" if name.endswith("-dirty") else "")


def _ago(moment: str) -> str:
    seconds = clock.now() / clock.SECOND - datetime.fromisoformat(moment).timestamp()
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
