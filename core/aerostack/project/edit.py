"""Edits of a TOML text by position. Nothing but the named value changes."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.project.keypath import KeyPath, dotted, toml_string
from aerostack.project.outline import Node, Outline


def set_value(outline: Outline, entry: KeyPath, key: str, value: str, *, after: str) -> str:
    """The text with ``key`` of the table ``entry`` set to the string ``value``.

    A key that is not there yet comes right behind the key ``after``, which is.
    """
    text = outline.text
    node = outline.nodes.get((*entry, key))
    if node is not None:
        return text[: node.start] + toml_string(value) + text[node.end :]
    beside = outline.nodes[(*entry, after)]
    pair = f"{key} = {toml_string(value)}"
    if outline.nodes[entry].kind != "header":
        return text[: beside.end] + f", {pair}" + text[beside.end :]
    indent = text[text.rfind("\n", 0, beside.key) + 1 : beside.key]
    end = _line_end(text, beside.end)
    return text[:end] + _newline(text) + indent + pair + text[end:]


def add_entry(outline: Outline, table: KeyPath, entries: KeyPath, entry: Mapping[str, str]) -> str:
    """The text with ``entry`` at the end of the list ``entries`` in ``table``; the list is made if need be."""
    text = outline.text
    path = (*table, *entries)
    node = outline.nodes.get(path)
    if node is not None and node.kind == "array":
        return _into(text, node, _last_inside(outline, path), _inline(entry))
    around = outline.nodes.get(table)
    if around is not None and around.kind == "inline":
        pair = f"{dotted(entries)} = [{_inline(entry)}]"
        return _into(text, around, _last_inside(outline, table), pair)
    sections = [section for section in outline.sections if section.path[: len(table)] == table]
    at = _line_end(text, sections[-1].end) if sections else len(text.rstrip())
    indent = ""
    if sections:
        line_start = text.rfind("\n", 0, sections[-1].start) + 1
        indent = text[line_start : sections[-1].start]
    newline = _newline(text)
    lines = [f"[[{dotted(path)}]]", *(f"{key} = {toml_string(value)}" for key, value in entry.items())]
    block = newline * 2 + newline.join(indent + line for line in lines)
    rest = text[at:]
    if not rest.strip():
        return text[:at] + block + (rest or newline)
    return text[:at] + block + rest


def _into(text: str, container: Node, last: int | None, item: str) -> str:
    """``item`` as the last one between the brackets of ``container``; ``last`` is the end of the one before it."""
    if last is None:
        return f"{text[: container.start + 1]}{item}{text[container.start + 1 :]}"
    return f"{text[:last]}, {item}{text[last:]}"


def _last_inside(outline: Outline, path: KeyPath) -> int | None:
    ends = [node.end for at, node in outline.nodes.items() if len(at) > len(path) and at[: len(path)] == path]
    return max(ends, default=None)


def _inline(entry: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {toml_string(value)}" for key, value in entry.items()) + " }"


def _line_end(text: str, offset: int) -> int:
    """The end of the line, comment included, in front of its line break."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if text[end - 1] == "\r" else end


def _newline(text: str) -> str:
    end = text.find("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"
