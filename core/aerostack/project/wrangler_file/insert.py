"""Where ``inherit = false`` can be written in a TOML text, for all the ways in which people write an environment."""

from __future__ import annotations

from collections.abc import Iterator

from aerostack.project.keypath import KeyPath, toml_key
from aerostack.project.outline import Outline

_PAIR = "inherit = false"


def candidates(outline: Outline, name: str) -> Iterator[str]:
    """Texts with the line for the environment ``name``, best first. Some of them may not be TOML."""
    text = outline.text
    newline = "\r\n" if "\r\n" in text else "\n"
    path: KeyPath = ("env", name)
    sections = [section for section in outline.sections if section.path[:2] == path]
    for section in sections:
        if section.path == path:
            end = text.find("\n", section.start)
            at = len(text) if end < 0 else end + 1
            indent = _indent(text, section.start)
            yield text[:at] + ("" if end >= 0 else newline) + indent + _PAIR + newline + text[at:]
    node = outline.nodes.get(path)
    if node is not None and node.kind == "inline":
        filled = any(len(at) > 2 and at[:2] == path for at in outline.nodes)
        yield text[: node.start + 1] + f" {_PAIR}{',' if filled else ' '}" + text[node.start + 1 :]
    if sections:
        start = sections[0].start
        indent = _indent(text, start)
        header = f"[env.{toml_key(name)}]{newline}{indent}{_PAIR}{newline}{newline}{indent}"
        yield text[:start] + header + text[start:]
    first = min((node.key for at, node in outline.nodes.items() if at[:2] == path), default=None)
    if first is not None:
        indent = _indent(text, first)
        for prefix in (f"{toml_key(name)}.", f"env.{toml_key(name)}."):
            yield text[:first] + f"{prefix}{_PAIR}{newline}{indent}" + text[first:]


def _indent(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    before = text[start:offset]
    return before if not before.strip() else ""
