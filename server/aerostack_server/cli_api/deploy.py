"""``POST /api/v1/cli/deploy``: the form that existing clients send, and the answer that they read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response

from aerostack_server.api import deployments, form
from aerostack_server.api.failures import shown as failure
from aerostack_server.api.form import Part
from aerostack_server.api.route import PolicyRoute, answer, caller_of, policy, server_of
from aerostack_server.deploys.deploys import PATIENCE
from aerostack_server.deploys.metadata import MOST_MODULES, Metadata
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem, conflict, invalid
from aerostack_server.projects import projects
from aerostack_server.projects.projects import Project
from aerostack_server.server import Server

router = APIRouter(route_class=PolicyRoute, prefix="/cli", tags=["existing clients"])

_TYPES = {"d1_databases": "d1", "kv_namespaces": "kv_namespace", "queues": "queue"}
_KINDS = {"d1_databases": "d1", "kv_namespaces": "kv", "queues": "queue"}


@router.post("/deploy")
@policy("deploy")
async def deploy(request: Request) -> Response:
    """Exactly 200 when it is live."""
    caller, server = caller_of(request), server_of(request)
    behind = await server.deploys.admit(caller.account_id)
    with server.deploys.room.taken(deployments.size_of(request), caller):
        parts = await form.read(request, files=MOST_MODULES, fields=50)
        fields = {part.name: part.text for part in parts if part.filename is None}
        modules = _modules(parts)
        environment = fields.get("env", "staging")
        project = await _project(server, caller, fields)
        metadata = deployments.described(lambda: _metadata(fields, modules))
        here, made = await deployments.record(
            server, caller, project.id, environment, metadata, modules, deployments.new_key(), None, behind
        )
        modules.clear()
    made = await server.deploys.settled(here.environment, made, PATIENCE)
    if made.status == "failed" and made.error is not None:
        return failure(Problem(422, made.error["code"], made.error["message"], details=made.error.get("hint") or ""))
    if made.status != "live":
        raise conflict("not_live", f"the deployment {made.number} is {made.status}", hint="deploy again")
    url = server.deploys.url(here.project.slug, environment, caller.account_slug)
    return answer(
        {
            "success": True,
            "scriptName": here.project.slug,
            "url": url,
            "publicUrl": url,
            "project": {"id": here.project.id, "name": here.project.name, "slug": here.project.slug},
            "env": environment,
            "isPublic": here.project.public,
        }
    )


def _modules(parts: Iterable[Part]) -> dict[str, bytes]:
    """The entry is the part called ``worker``; every other file is called as it is imported."""
    found = {
        "worker.js" if part.name == "worker" else part.name: part.content for part in parts if part.filename is not None
    }
    if "worker.js" not in found:
        raise invalid("the form has no file `worker`")
    return found


async def _project(server: Server, caller: Caller, fields: dict[str, str]) -> Project:
    reference = fields.get("project_id") or caller.project_id
    if reference is None:
        raise invalid("the form names no project", hint="aerostack link")
    return await server.database.read(lambda connection: projects.find(connection, caller, reference))


def _metadata(fields: dict[str, str], modules: dict[str, bytes]) -> Metadata:
    public = fields.get("isPublic")
    return Metadata.model_validate(
        {
            "main": "worker.js",
            "modules": [
                {"name": name, "type": _type(name), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in modules.items()
            ],
            "bindings": _bindings(fields.get("bindings") or "{}"),
            "compatibility_date": fields.get("compatibility_date") or "2024-01-01",
            "compatibility_flags": _json(fields.get("compatibility_flags") or "[]", list),
            "public": None if public is None else public == "true",
        }
    )


def _type(name: str) -> str:
    endings = {".wasm": "wasm", ".txt": "text", ".html": "text", ".sql": "text", ".bin": "data", ".map": "sourcemap"}
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), "esm")


def _bindings(text: str) -> list[dict[str, Any]]:
    given, made = _json(text, dict), []
    for key, kind in _TYPES.items():
        for entry in given.get(key) or ():
            if not isinstance(entry, dict) or not isinstance(entry.get("binding"), str):
                raise invalid(f"an entry of {key} has no `binding`")
            made.append({"type": kind, "name": entry["binding"], "resource": f"{_KINDS[key]}:{entry['binding']}"})
    if given.get("ai"):
        made.append({"type": "ai", "name": "AI"})
    return made


def _json(text: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, kind):
        raise invalid("`bindings` is a JSON object, `compatibility_flags` a JSON list")
    return value
