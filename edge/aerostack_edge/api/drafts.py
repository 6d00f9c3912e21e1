"""From what a client sent to a new version: the rules that all ways of making one share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiohttp import web

from aerostack_edge.api import codes
from aerostack_edge.api.bindings import Bound, check
from aerostack_edge.control import Control, control
from aerostack_edge.model import Migrated, Module, StartupError
from aerostack_edge.state import deployments, objects, versions
from aerostack_edge.state.deployments import Deployment
from aerostack_edge.state.namespaces import NamespaceGoneError
from aerostack_edge.state.versions import Content, StoredAssets, StoredModule, Version

#: Settings of a version that are recorded and given back; those but ``limits`` change nothing here.
_EXTRA = ("placement", "limits", "cache_options", "package_dependencies")
#: What a Worker would miss if it were ignored, with what to call it.
_UNSUPPORTED = {
    "containers": "A container",
    "exports": "Declaring exports",
    "body_part": "The service worker format",
    "capnp_schema": "A Cap'n Proto schema",
}
#: What a request may be given of CPU time.
_LONGEST_CPU_MS = 300_000
_TAG_LIMIT, _MESSAGE_LIMIT = 100, 1000


async def live(edge: Control, script: str) -> Version | None:
    """The version that answers."""
    return await edge.database.read(deployments.live, script)


async def latest(edge: Control, script: str) -> Version | None:
    """The newest version."""
    return await edge.database.read(versions.latest, script)


async def latest_live(edge: Control, script: str) -> Version:
    """The newest version, which must be the live one: else a change to it would make other changes live too."""

    def query(connection: sqlite3.Connection) -> tuple[Version | None, Version | None]:
        return versions.latest(connection, script), deployments.live(connection, script)

    newest, answering = await edge.database.read(query)
    if newest is None:
        raise codes.SCRIPT_NOT_FOUND()
    if answering is None or newest.id != answering.id:
        raise codes.VERSION_NOT_LIVE()
    return newest


async def bound(edge: Control, version: Version | None) -> Bound:
    """The bindings and secrets of a version; none when there is no version."""
    if version is None:
        return Bound()
    secrets = await edge.database.read(versions.secrets_of, version.id)
    return Bound(bindings=version.content.bindings, secrets=secrets)


def content(
    metadata: Mapping[str, Any], stored: tuple[StoredModule, ...], what: Bound, assets: StoredAssets | None
) -> Content:
    """The content that an upload describes. Raises ``ApiError``."""
    for key, name in _UNSUPPORTED.items():
        if metadata.get(key):
            raise codes.UNSUPPORTED(what=name)
    _check_limits(metadata.get("limits"))
    for binding in what.bindings:
        if binding["type"] == "assets" and assets is None:
            raise codes.SCRIPT_INVALID(reason=f"binding {binding['name']} of type assets: the version has no assets")
    return Content(
        main_module=_main(metadata.get("main_module"), stored, assets),
        modules=stored,
        bindings=what.bindings,
        compatibility_date=_date(metadata.get("compatibility_date")),
        compatibility_flags=_flags(metadata.get("compatibility_flags")),
        extra={key: metadata[key] for key in _EXTRA if metadata.get(key) is not None},
        assets=assets,
    )


def noted(metadata: Mapping[str, Any], trigger: str) -> dict[str, str]:
    """What the client says of the version, and what made it. Raises ``ApiError``."""
    said = metadata.get("annotations") or {}
    if not isinstance(said, Mapping) or not all(isinstance(value, str) for value in said.values()):
        raise codes.MALFORMED(reason="annotations must be an object of strings")
    found = {"workers/triggered_by": trigger, **said}
    if len(found.get("workers/tag", "").encode()) > _TAG_LIMIT:
        raise codes.MALFORMED(reason=f"workers/tag is longer than {_TAG_LIMIT} bytes")
    if "workers/message" in found:
        found["workers/message"] = found["workers/message"][:_MESSAGE_LIMIT]
    return found


async def publish(
    request: web.Request,
    script: str,
    draft: Content,
    secrets: Mapping[str, str],
    notes: Mapping[str, str],
    *,
    deploy: bool,
    migrated: Migrated | None = None,
) -> Version:
    """Check the bindings, start the version when ``deploy``, record it. Raises ``ApiError``."""
    edge = control(request)
    await check(edge, script, Bound(bindings=draft.bindings, secrets=secrets), migrated)
    try:
        return await edge.scripts.publish(
            script,
            draft,
            secrets=secrets,
            annotations=notes,
            deploy=deploy,
            source=source(request),
            migrated=migrated,
        )
    except StartupError as error:
        raise codes.SCRIPT_INVALID(reason=str(error)) from error
    except NamespaceGoneError as error:
        raise codes.NAMESPACE_NOT_FOUND() from error


async def deploy(
    request: web.Request, script: str, shares: Sequence[tuple[Version, float]], notes: Mapping[str, str]
) -> Deployment:
    """Make recorded versions live, each with its percentage. Raises ``ApiError``."""
    edge = control(request)
    if len(shares) > 1 and (await edge.database.read(objects.of_script, script)).objects:
        # Two versions would be two processes, and an object can live in one only.
        raise codes.UNSUPPORTED(what="A gradual deployment of a Worker with Durable Objects")
    for version, _ in shares:
        secrets = await edge.database.read(versions.secrets_of, version.id)
        await check(edge, script, Bound(bindings=version.content.bindings, secrets=secrets))
    try:
        return await edge.scripts.deploy(script, shares, notes, source(request))
    except StartupError as error:
        raise codes.SCRIPT_INVALID(reason=str(error)) from error


def source(request: web.Request) -> str:
    """Who makes a version or a deployment, as clients are told afterwards."""
    return "wrangler" if request.headers.get("User-Agent", "").startswith("wrangler/") else "api"


async def stored(edge: Control, modules: Iterable[Module]) -> tuple[StoredModule, ...]:
    """Put the modules on disk."""
    return await edge.scripts.code.store(tuple(modules))


def _check_limits(value: Any) -> None:
    if value is None:
        return
    limit = value.get("cpu_ms", 1) if isinstance(value, Mapping) else None
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= _LONGEST_CPU_MS:
        raise codes.MALFORMED(reason=f"limits.cpu_ms must be a number from 1 to {_LONGEST_CPU_MS}")


def _main(name: Any, stored: tuple[StoredModule, ...], assets: StoredAssets | None) -> str:
    if not name and not stored and assets is not None:
        return ""
    if not isinstance(name, str) or not name:
        raise codes.SCRIPT_INVALID(reason="The metadata names no main_module.")
    if name not in {module.name for module in stored}:
        raise codes.SCRIPT_INVALID(reason=f"No such module: the main_module '{name}' was not uploaded.")
    return name


def _date(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise codes.MALFORMED(reason="compatibility_date must be a string")
    return value


def _flags(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(flag, str) for flag in value):
        raise codes.MALFORMED(reason="compatibility_flags must be a list of strings")
    return tuple(value)
