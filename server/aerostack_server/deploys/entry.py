"""A module in front of a Worker's own, for what a dispatch namespace has not: schedules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aerostack.model import Module

_CODE = Path(__file__).with_name("entry.js").read_text("utf-8")
_NAME = "aerostack-entry.js"


def needed(document: Mapping[str, Any]) -> bool:
    """Whether the Worker is to be called by anything but requests."""
    return bool(document.get("crons"))


def added(document: Mapping[str, Any], modules: Sequence[Module]) -> tuple[str, list[Module]]:
    """The main module and all modules, with ours where it is needed."""
    main = str(document["main"])
    if not needed(document):
        return main, list(modules)
    taken = {module.name for module in modules}
    name = next(made for number in range(len(taken) + 1) if (made := f"{number or ''}{_NAME}") not in taken)
    specifier = json.dumps(f"./{main}")
    code = f"import * as tenant from {specifier};\nexport * from {specifier};\n{_CODE}"
    return name, [*modules, Module(name=name, content=code.encode(), type="esm")]
