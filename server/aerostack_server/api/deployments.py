"""``…/deployments``: upload, history, rollback."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import re
import uuid
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from aerostack_server.api import assets, environments, pages, records
from aerostack_server.api import form as forms
from aerostack_server.api.environments import Here, Name, ProjectRef
from aerostack_server.api.express import express
from aerostack_server.api.records import Record
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.deploys import deployments, submissions
from aerostack_server.deploys.artifacts import Artifacts
from aerostack_server.deploys.deployments import Deployment
from aerostack_server.deploys.deploys import PATIENCE
from aerostack_server.deploys.metadata import MOST_MODULES, Metadata
from aerostack_server.deploys.submissions import Submission
from aerostack_server.guard import LARGE
from aerostack_server.identity import audit
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, conflict, invalid
from aerostack_server.server import Server

router = APIRouter(
    route_class=PolicyRoute, prefix="/projects/{project}/environments/{environment}/deployments", tags=["deployments"]
)

IdempotencyKey = Annotated[str, Header(min_length=8, max_length=128, pattern=r"^[\x21-\x7e]+$")]

_HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {"minLength": 8, "maxLength": 128, "pattern": r"^[\x21-\x7e]+$"},
    "If-Match": {"maxLength": 60},
    "Prefer": {"maxLength": 100},
}
#: What the metadata says about an upload, beside what is uploaded.
_ABOUT_IT = {"tag", "message", "commit", "client", "public", "holder", "replaces", "assets"}
_KEY = re.compile(r"[\x21-\x7e]{8,128}\Z")

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["metadata"],
                    "properties": {"metadata": {"type": "string", "contentMediaType": "application/json"}},
                    "additionalProperties": {"type": "string", "format": "binary"},
                }
            }
        },
    },
    "parameters": [
        {"name": name, "in": "header", "required": name == "Idempotency-Key", "schema": {"type": "string", **limits}}
        for name, limits in _HEADERS.items()
    ],
}

#: Characters of metadata that are read at once.
_LONG = 256 * 1024

#: ``responses`` of what waits for a deployment.
WAITING: dict[int | str, dict[str, Any]] = {202: {"description": "Recorded, and still under way"}}


@router.post("", status_code=201, openapi_extra=_FORM, responses=WAITING)
@policy("deploy")
@express
async def create(request: Request, project: ProjectRef, environment: Name) -> Response:
    """Upload a version and make it live: 201 when it is, 202 while the server is busy, 422 when it does not start.

    The form has the part `metadata` first, then a file for each module. The same `Idempotency-Key` means the same
    deployment. `If-Match` names the deployment that is to be live still, or `none`: 412 says that it is not, 409 that
    somebody else is deploying to the environment just now, and who. `replaces` in the metadata is the key of an upload
    of one's own that may be under way. Without `If-Match` the newest wins. With `Prefer: respond-async` the answer is
    202 as soon as the deployment is recorded.
    """
    caller, server = caller_of(request), server_of(request)
    key, if_match = idempotency_key(request), header(request, "If-Match")
    patience = 0 if "respond-async" in (header(request, "Prefer") or "") else PATIENCE
    with server.deploys.room.taken(size_of(request), caller):
        behind = await server.deploys.admit(caller.account_id)
        metadata, modules = await form(request)
        here, made = await record(server, caller, project, environment, metadata, modules, key, if_match, behind)
        modules.clear()
    return await outcome(server, caller, here, made, patience)


@router.get("")
@policy("read")
async def listed(
    request: Request,
    project: ProjectRef,
    environment: Name,
    limit: pages.Limit = pages.LIMIT,
    cursor: pages.Cursor = None,
) -> Response:
    """The newest first."""
    caller, server, after = caller_of(request), server_of(request), pages.after(cursor)

    def work(connection: Connection) -> dict[str, Any]:
        here = environments.find(connection, caller, project, environment)
        before = after[0] if after else None
        found = deployments.listed(connection, here.environment, before=before, limit=limit + 1)
        return pages.page(
            found,
            limit,
            lambda item: environments.deployment(server, caller, here, item),
            lambda item: (item.number, ""),
        )

    return answer(await server.database.read(work))


@router.get("/{deployment}")
@policy("read")
async def get(
    request: Request,
    project: ProjectRef,
    environment: Name,
    deployment: str,
    wait: Annotated[int, Query(ge=0, le=int(PATIENCE))] = 0,
) -> Response:
    """One, by id or number; with `wait` once it has come to an end, or after so many seconds."""
    caller, server = caller_of(request), server_of(request)
    here, made = await found(server, caller, project, environment, deployment)
    if wait:
        made = await server.deploys.settled(here.environment, made, wait)
    return answer(environments.deployment(server, caller, here, made))


@router.get("/{deployment}/log", response_class=Response)
@policy("read")
async def log(request: Request, project: ProjectRef, environment: Name, deployment: str) -> Response:
    """What happened, as text."""
    _, made = await found(server_of(request), caller_of(request), project, environment, deployment)
    return Response(made.log, media_type="text/plain; charset=utf-8")


@router.post("/{deployment}/rollback", status_code=201, responses=WAITING)
@policy("deploy")
async def rollback(
    request: Request, project: ProjectRef, environment: Name, deployment: str, idempotency_key: IdempotencyKey
) -> Response:
    """Deploy the content of an earlier one again."""
    caller, server = caller_of(request), server_of(request)
    here, old = await found(server, caller, project, environment, deployment)
    if old.status == "failed":
        raise conflict("failed_deployment", f"deployment {old.number} never was live", hint="choose another one")
    behind = await server.deploys.admit(caller.account_id)

    def work(connection: Connection) -> Deployment:
        if deployments.hold(connection, old) == "pruned":
            raise conflict(
                "pruned_deployment",
                f"the code of deployment {old.number} is not kept any more",
                hint="choose a newer one",
            )
        wanted = Submission(
            environment_id=here.environment.id,
            document=old.document,
            content_hash=old.content_hash,
            idempotency_key=idempotency_key,
            request_hash=hashlib.sha256(f"rollback {old.id}".encode()).hexdigest(),
            expected_live=None,
            by=submissions.author(caller),
            message=f"Rollback to {old.number}",
            commit=old.commit,
            holder=caller.name,
            behind=behind,
        )
        made = submissions.submit(connection, wanted)
        if made.new:
            audit.note(connection, caller, "rollback", f"{here.project.slug}/{environment}", to=old.number)
        return made.deployment

    made = await server.database.write(work)
    server.deploys.wake()
    return await outcome(server, caller, here, made)


async def form(request: Request) -> tuple[Metadata, dict[str, bytes]]:
    """Read the upload. Raises ``Problem``."""
    text: str | None = None
    modules: dict[str, bytes] = {}
    for part in await forms.read(request, files=MOST_MODULES, fields=10, longest=16 * 1024 * 1024):
        if part.name == "metadata":
            text = part.text
        elif part.filename is not None:
            if part.name in modules:
                raise invalid(f"two parts are called {part.name[:80]}")
            modules[part.name] = part.content
    if text is None:
        raise invalid("the form has no part `metadata`")
    parse = functools.partial(described, lambda: Metadata.model_validate_json(text))
    # A list of many static files takes a while, in which nobody else would be answered.
    metadata = await asyncio.to_thread(parse) if len(text) > _LONG else parse()
    check_names(metadata, modules)
    return metadata, modules


def described(parse: Callable[[], Metadata]) -> Metadata:
    """What ``parse`` makes of a client's words. Raises ``Problem`` for what is wrong with them."""
    try:
        return parse().checked()
    except ValidationError as error:
        details = [{"where": ".".join(map(str, item["loc"])), "problem": item["msg"]} for item in error.errors()]
        first = details[0]
        raise invalid(f"metadata.{first['where']}: {first['problem']}", details=details) from None


def size_of(request: Request) -> int:
    """How many bytes an upload may have: what it says, else the most that is taken."""
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else LARGE


def check_names(metadata: Metadata, modules: dict[str, bytes]) -> None:
    """Raise ``Problem`` unless the files are those that the metadata lists."""
    listed = {module.name for module in metadata.modules}
    if listed != modules.keys():
        odd = sorted(listed ^ modules.keys())[0]
        raise invalid(f"the module {odd[:80]} is not both in the metadata and in the form")


def keep(artifacts: Artifacts, metadata: Metadata, modules: dict[str, bytes]) -> None:
    """Put the modules where they stay. In a thread. Raises ``Problem`` when one is not what the metadata says."""
    for module in metadata.modules:
        if hashlib.sha256(modules[module.name]).hexdigest() != module.sha256:
            raise invalid(f"the module {module.name} is not what its sha256 says: it was damaged on the way")
    for module in metadata.modules:
        artifacts.put(modules[module.name])


async def record(
    server: Server,
    caller: Caller,
    project: str,
    environment: str,
    metadata: Metadata,
    modules: dict[str, bytes],
    key: str,
    if_match: str | None,
    behind: int,
) -> tuple[Here, Deployment]:
    """Keep the code, then the record with its job: from here on it survives anything."""
    await server.deploys.in_thread(lambda: keep(server.deploys.artifacts, metadata, modules))
    document = metadata.model_dump(exclude=_ABOUT_IT, exclude_none=True)
    if metadata.assets is not None:
        document["assets"] = await assets.recorded(server, caller, project, metadata.assets)
    wanted = Record(caller, project, environment, metadata, document, key, expected(if_match), behind)
    done = await server.database.write_together(records.write, wanted)
    server.deploys.wake()
    return done


def header(request: Request, name: str) -> str | None:
    """What a header says. Raises ``Problem`` when that is too long."""
    said = request.headers.get(name)
    if said is not None and len(said) > _HEADERS[name]["maxLength"]:
        raise invalid(f"the header {name} is longer than {_HEADERS[name]['maxLength']} characters")
    return said


def idempotency_key(request: Request) -> str:
    """Raises ``Problem`` when there is none, or none that can be kept."""
    said = request.headers.get("Idempotency-Key", "")
    if not _KEY.match(said):
        raise invalid(
            "the header Idempotency-Key has to be there, of 8 to 128 printable characters without spaces",
            hint="send a new random one for each deployment, and the same one again for another try",
        )
    return said


def expected(if_match: str | None) -> str | None:
    """``""`` for nothing, ``None`` for anything."""
    if if_match is None or if_match == "*":
        return None
    text = if_match.strip().strip('"')
    return "" if text == "none" else text


async def outcome(server: Server, caller: Caller, here: Here, made: Deployment, patience: float = PATIENCE) -> Response:
    """Wait for its end, at most ``patience`` seconds."""
    made = await server.deploys.settled(here.environment, made, patience)
    shown = environments.deployment(server, caller, here, made)
    if made.status == "failed" and made.error is not None:
        raise Problem(
            422, str(made.error["code"]), str(made.error["message"]), hint=made.error.get("hint"), details=shown
        )
    return answer(shown, 201 if made.status in deployments.SETTLED else 202)


async def found(
    server: Server, caller: Caller, project: str, environment: str, deployment: str
) -> tuple[Here, Deployment]:
    """The deployment that a route names. Raises ``Problem``."""

    def work(connection: Connection) -> tuple[Here, Deployment]:
        here = environments.find(connection, caller, project, environment)
        return here, deployments.find(connection, here.environment, deployment)

    return await server.database.read(work)


def new_key() -> str:
    """For clients that know no ``Idempotency-Key``."""
    return uuid.uuid4().hex
