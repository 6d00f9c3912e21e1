"""``/api/v1/projects/{project}/assets``: static files, sent ahead of the deployment that they belong to."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from aerostack_server.api import form
from aerostack_server.api.environments import ProjectRef
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.deploys import assets, manifest
from aerostack_server.deploys.assets import Kept, Sent
from aerostack_server.deploys.manifest import StaticFiles
from aerostack_server.guard import ASSETS
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import invalid
from aerostack_server.projects import projects
from aerostack_server.server import Server

router = APIRouter(route_class=PolicyRoute, prefix="/projects/{project}/assets", tags=["static files"])

#: Of one request.
MOST_FILES, MOST_HASHES = 1000, 20_000

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {"type": "string", "format": "binary"},
                }
            }
        },
    }
}


class Hashes(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    hashes: Annotated[list[Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]], Field(max_length=MOST_HASHES)]


@router.post("/missing")
@policy("deploy")
async def missing(request: Request, project: ProjectRef, body: Hashes) -> Response:
    """Which of these files the project has not uploaded yet.

    A hash are the first 32 hex digits of BLAKE3 over the content in base64, followed by the extension of the name.
    """
    known = await _known(server_of(request), caller_of(request), project, set(body.hashes))
    return answer({"missing": [hash for hash in dict.fromkeys(body.hashes) if hash not in known]})


@router.post("", status_code=204, openapi_extra=_FORM, response_class=Response)
@policy("deploy")
async def upload(request: Request, project: ProjectRef) -> Response:
    """Upload files: a part for each, whose name is the hash, and whose file name has the extension, percent-encoded.

    Nobody can see them before a deployment names them.
    """
    caller, server = caller_of(request), server_of(request)
    # Before the body: nobody sends megabytes to a project that is not theirs.
    identifier = await server.database.read(lambda connection: projects.find(connection, caller, project).id)
    announced = request.headers.get("content-length", "")
    with server.deploys.room.taken(int(announced) if announced.isdecimal() else ASSETS, caller):
        files = await _files(request)
        kept = await server.deploys.in_thread(lambda: assets.keep(server.deploys.artifacts, files))
        files.clear()
    await server.database.write(lambda connection: assets.note(connection, identifier, kept))
    return Response(status_code=204)


async def recorded(server: Server, caller: Caller, project: str, wanted: StaticFiles) -> dict[str, Any]:
    """What a deployment's record says of its static files, which are all here. Raises ``Problem`` when one is not."""
    known = await _known(server, caller, project, set(wanted.files.values()))

    def keep() -> str:
        return server.deploys.artifacts.put(manifest.listing(wanted, known))

    return manifest.document(wanted, await server.deploys.in_thread(keep), known)


async def _known(server: Server, caller: Caller, project: str, hashes: set[str]) -> dict[str, Kept]:
    def work(connection: Connection) -> dict[str, Kept]:
        return assets.find(connection, projects.find(connection, caller, project).id, hashes)

    return await server.database.read(work)


async def _files(request: Request) -> dict[str, Sent]:
    found: dict[str, Sent] = {}
    for part in await form.read(request, files=MOST_FILES, fields=1):
        if part.filename is None:
            raise invalid(f"the part {part.name[:80]} is no file")
        if part.name in found:
            raise invalid(f"two parts are called {part.name[:80]}")
        found[part.name] = Sent(unquote(part.filename), part.content)
    if not found:
        raise invalid("the form has no file")
    return found
