"""Static assets: Cloudflare's own asset and router Workers, in the process of the script that has them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aerostack_edge.model import AssetFile, Assets, ScriptVersion
from aerostack_edge.runtime.capnp import Embed, Value

#: The script's own Worker.
MAIN = "main"
#: The service behind the binding of type ``assets``.
SERVICE = "assets"
#: Where requests go: to assets or to the Worker.
ROUTER = "assets-router"
# In front of the router when there is a Worker too: requests go to the router, calls of methods to the Worker.
_FRONT = "assets-front"

_FILES, _CONTENTS = "assets-files", "assets-contents"
# The first bytes of the list that the asset Worker searches, and what it does not read of each entry.
_HEADER, _REST = bytes(20), bytes(8)
# What Cloudflare's Workers need.
_DATE, _FLAGS = "2026-01-01", ("enable_ctx_exports", "service_binding_extra_handlers")


def front(version: ScriptVersion) -> str:
    """The service that answers for a version with assets."""
    return _FRONT if version.modules else ROUTER


def services(version: ScriptVersion, assets: Assets, folder: Path, simulators: Path) -> list[Mapping[str, Value]]:
    """What a process needs to serve the assets of its version; ``folder`` is where its configuration is written."""
    (folder / "assets.manifest").write_bytes(_manifest(assets.files))
    (folder / "assets.types").write_text(json.dumps(_types(assets.files)))
    cloudflares = simulators / "assets"
    worker: list[Value] = [{"name": "USER_WORKER", "service": MAIN}] if version.modules else []
    found: list[Mapping[str, Value]] = [
        {"name": _FILES, "disk": {"path": str(assets.folder.absolute())}},
        _service(
            _CONTENTS,
            Path(__file__).with_name("assets.js"),
            {"name": "FILES", "service": _FILES},
            {"name": "TYPES", "json": Embed("assets.types")},
        ),
        _service(
            SERVICE,
            cloudflares / "assets.worker.js",
            {"name": "ASSETS_KV_NAMESPACE", "kvNamespace": _CONTENTS},
            {"name": "ASSETS_MANIFEST", "data": Embed("assets.manifest")},
            {"name": "CONFIG", "json": json.dumps(_serving(version, assets))},
        ),
        _service(
            ROUTER,
            cloudflares / "router.worker.js",
            {"name": "ASSET_WORKER", "service": SERVICE},
            {"name": "CONFIG", "json": json.dumps(_routing(version, assets))},
            *worker,
        ),
    ]
    if worker:
        front = cloudflares / "rpc-proxy.worker.js"
        found.append(_service(_FRONT, front, {"name": "ROUTER_WORKER", "service": ROUTER}, *worker))
    return found


def _service(name: str, code: Path, *bindings: Value) -> Mapping[str, Value]:
    worker: Value = {
        "compatibilityDate": _DATE,
        "compatibilityFlags": _FLAGS,
        "modules": [{"name": code.name, "esModule": Embed(str(code.absolute()))}],
        "bindings": bindings,
    }
    return {"name": name, "worker": worker}


def _manifest(files: Mapping[str, AssetFile]) -> bytes:
    """Which path has which content, both as hashes, sorted: the asset Worker searches it."""
    entries = [hashlib.sha256(path.encode()).digest()[:16] + bytes.fromhex(file.hash) for path, file in files.items()]
    return _HEADER + b"".join(entry + _REST for entry in sorted(entries))


def _types(files: Mapping[str, AssetFile]) -> dict[str, Any]:
    """Which content is which file, and its type."""
    return {file.hash: [file.name, file.content_type] for file in files.values()}


def _serving(version: ScriptVersion, assets: Assets) -> dict[str, Any]:
    config = assets.config
    said = {
        "html_handling": config.html_handling,
        "not_found_handling": config.not_found_handling,
        "base_path": config.base_path,
        "compatibility_date": version.compatibility_date or None,
    }
    return {
        **{key: value for key, value in said.items() if value is not None},
        "compatibility_flags": list(version.compatibility_flags),
        "redirects": config.redirects,
        "headers": config.headers,
        "has_static_routing": config.routing is not None,
        "debug": False,
    }


def _routing(version: ScriptVersion, assets: Assets) -> dict[str, Any]:
    rules = assets.config.routing
    return {
        "has_user_worker": bool(version.modules),
        "invoke_user_worker_ahead_of_assets": assets.config.worker_first,
        **({} if rules is None else {"static_routing": rules}),
    }
