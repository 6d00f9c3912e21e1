"""The ``metadata`` part of a deployment, and the hash by which the server knows what is live. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aerostack.model import Bundle, Project
from aerostack_hosted.bindings import bindings

#: Config keys that go over under the same name and in the same shape.
_AS_THEY_ARE = ("compatibility_date", "compatibility_flags", "limits", "observability", "placement")


def metadata(project: Project, bundle: Bundle) -> dict[str, Any]:
    """What is deployed, without who deploys it and when: equal inputs give equal metadata."""
    document: dict[str, Any] = {
        "modules": [
            {"name": module.name, "type": module.type, "sha256": hashlib.sha256(module.content).hexdigest()}
            for module in bundle.modules
        ],
        "bindings": bindings(project),
        "crons": list(crons(project)),
    }
    if bundle.main is not None:
        document["main"] = bundle.main
    if bundle.assets is not None:
        files = {file.path: file.hash for file in bundle.assets.files}
        document["assets"] = {"files": files, "config": bundle.assets.config}
    return document | {key: project.config[key] for key in _AS_THEY_ARE if project.config.get(key) is not None}


def crons(project: Project) -> tuple[str, ...]:
    """When the Worker is to be called by itself."""
    triggers = project.config.get("triggers")
    found = triggers.get("crons") if isinstance(triggers, Mapping) else None
    return tuple(str(cron) for cron in found) if isinstance(found, list | tuple) else ()


def content_hash(document: Mapping[str, Any]) -> str:
    """64 hex digits over the metadata, which holds the hash of every module."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
