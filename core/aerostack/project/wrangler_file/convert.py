"""wrangler's configuration as an ``aerostack.toml`` that means the same, environment by environment.

The keys are the same, so the text of a ``wrangler.toml`` stays as it is, and a ``wrangler.jsonc`` is written in TOML,
comments included. What differs is that our environments inherit bindings: one that relied on not getting them says so
with ``inherit = false``.
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

from aerostack.project.document import FILE_NAME, Document
from aerostack.project.flatten import flatten
from aerostack.project.keys import REPEATED
from aerostack.project.rules import shape_errors
from aerostack.project.secrets import required_secrets
from aerostack.project.wrangler_file.comments import written
from aerostack.project.wrangler_file.insert import candidates
from aerostack.project.wrangler_file.read import read_json, read_toml
from aerostack.project.wrangler_file.toml_text import dump
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The new file's path and text. ``separate`` are the environments that had to be told to inherit nothing.

    ``comments_lost`` when the text had to be written anew.
    """

    path: Path
    text: str
    separate: tuple[str, ...] = ()
    comments_lost: bool = False


def convert(source: Path) -> Converted:
    """Read wrangler's file ``source``; nothing is written. Raises ``ConfigError`` when it cannot be read."""
    target = source.with_name(FILE_NAME)
    if source.suffix == ".toml":
        text, lost = read_toml(source), False
    else:
        data, comments = read_json(source)
        text, lost = written(dump(data), comments), False
    separate = []
    document = Document(path=target, text=text, data=tomllib.loads(text))
    environments = document.data.get("env")
    for name in environments if isinstance(environments, dict) else ():
        if _same(document, name):
            continue
        separate.append(name)
        document, kept = _separated(document, name)
        lost = lost or not kept
    return Converted(path=target, text=document.text, separate=tuple(separate), comments_lost=lost)


def _same(document: Document, name: str) -> bool:
    """Whether the environment has what wrangler would give it: the repeated keys of its own, and no others."""
    own = document.data["env"][name]
    if not isinstance(own, dict) or any(shape_errors(document, name)):
        return not any(key in document.data for key in (*REPEATED, "secrets"))
    flat = flatten(document, name)
    ours = {key: value for key, value in flat.config.items() if key in REPEATED}
    theirs = {key: value for key, value in own.items() if key in REPEATED}
    alone = required_secrets(Document(path=document.path, text="", data=own), None)
    return not flat.errors and ours == theirs and list(required_secrets(document, name)) == list(alone)


def _separated(document: Document, name: str) -> tuple[Document, bool]:
    """The document with ``inherit = false`` in the environment, and whether its text could be kept."""
    wanted: dict[str, Any] = copy.deepcopy(document.data)
    wanted["env"][name] = {"inherit": False, **wanted["env"][name]}
    for text in candidates(document.outline, name):
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        if data == wanted:
            return Document(path=document.path, text=text, data=data), True
    text = dump(wanted)
    return Document(path=document.path, text=text, data=tomllib.loads(text)), False
