"""A module in front of a Worker's own, for what a dispatch namespace has not: schedules, and services in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aerostack.model import Module, Secret

_CODE = Path(__file__).with_name("entry.js").read_text("utf-8")
#: Of the names of our own bindings.
PREFIX = "_AEROSTACK_"
_NAME = "aerostack-entry.js"


def needed(document: Mapping[str, Any]) -> bool:
    """Whether the Worker is called by anything but requests, or calls others."""
    return bool(document.get("crons")) or any(binding["type"] == "service" for binding in document["bindings"])


def added(document: Mapping[str, Any], modules: Sequence[Module]) -> tuple[str | None, list[Module]]:
    """The main module and all modules, with ours where it is needed. Static files alone have none."""
    main = document.get("main")
    if not needed(document):
        return main, list(modules)
    taken = {module.name for module in modules}
    name = next(made for number in range(len(taken) + 1) if (made := f"{number or ''}{_NAME}") not in taken)
    specifier = json.dumps(f"./{main}")
    code = f"import * as tenant from {specifier};\nexport * from {specifier};\n{_CODE}"
    return name, [*modules, Module(name=name, content=code.encode(), type="esm")]


def bindings(document: Mapping[str, Any], dispatch: str, token: Callable[[str], Secret]) -> list[dict[str, Any]]:
    """What our module needs to call other Workers: ``dispatch`` is the dispatch Worker, ``token`` opens a target."""
    services = {
        binding["name"]: {"target": binding["target"], "token": token(binding["target"]).reveal()}
        for binding in document["bindings"]
        if binding["type"] == "service"
    }
    if not services:
        return []
    return [
        {"type": "service", "name": f"{PREFIX}THROUGH", "service": dispatch},
        {"type": "secret_text", "name": f"{PREFIX}SERVICES", "text": json.dumps(services, sort_keys=True)},
    ]
