"""The configuration that wrangler is given: one environment as its top level, with real ids and paths that hold."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aerostack.model import Json, Project
from aerostack_wrangler.aliases import shared_modules
from aerostack_wrangler.keys import check_keys
from aerostack_wrangler.paths import Moved, move

#: Where the id of a resource stands: the list of its kind, and the key in the list's entry.
_IDS = {"d1": ("d1_databases", "database_id"), "kv": ("kv_namespaces", "id")}


def generate(project: Project, ids: Mapping[str, str], folder: Path) -> dict[str, Json]:
    """wrangler's top level for this environment, to be written as JSON into ``folder``.

    ``ids`` are remote ids by ``Resource.key``; where there is none, what the file says stays. Paths that wrangler takes
    from its configuration's folder are written relative to ``folder``; those that it takes from its working directory
    (``build.cwd``, ``unsafe.capnp``) stay, since that is the project's folder. Reads the names of the files below
    ``shared``, nothing else. Raises ``ConfigError`` for a key that a deploy with wrangler cannot honour.
    """
    check_keys(project)
    config: dict[str, Any] = copy.deepcopy(dict(project.config))
    config["name"] = project.name
    _fill_in(config, project, ids)
    moved = Moved(root=project.root, folder=folder)
    move(config, moved)
    aliases = {**shared_modules(moved), **config.get("alias", {})}
    if aliases:
        config["alias"] = aliases
    return config


def _fill_in(config: dict[str, Any], project: Project, ids: Mapping[str, str]) -> None:
    for resource in project.resources:
        if resource.kind not in _IDS or resource.key not in ids:
            continue
        listed, key = _IDS[resource.kind]
        for entry in config[listed]:
            if entry["binding"] == resource.binding:
                entry[key] = ids[resource.key]
