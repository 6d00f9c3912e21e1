"""Writing provisioned ids into ``aerostack.toml`` with everything else left exactly as it is.

The text is edited by position, not parsed and printed again: comments, order, quoting, line ends and indentation are
not touched because nobody looks at them. What comes out is parsed and compared before it replaces the file.
"""

from __future__ import annotations

import copy
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aerostack.errors import ConfigError, Location
from aerostack.files import write_atomic
from aerostack.model import Project
from aerostack.project.document import Document, read
from aerostack.project.edit import add_entry, set_value
from aerostack.project.flatten import flatten
from aerostack.project.keypath import KeyPath, dotted, toml_key, toml_string, value_at
from aerostack.project.kinds import BY_NAME, Kind
from aerostack.project.rules import shape_errors


def write_ids(project: Project, ids: Mapping[str, str]) -> tuple[Location, ...]:
    """Write ids, by ``Resource.key``, to the environment they belong to; returns where they stand now.

    Kinds without an id in the file (buckets, queues) are passed over. The file is read again first. Raises
    ``ConfigError``, with nothing changed: ``config_readonly`` when it cannot be written, ``config_changed`` when an
    entry is gone or holds another real id by now.
    """
    wanted = [
        (BY_NAME[resource.kind], resource.binding, ids[resource.key])
        for resource in project.resources
        if resource.key in ids and BY_NAME[resource.kind].id
    ]
    if not wanted:
        return ()
    path = project.file
    document = read(path)
    for error in shape_errors(document, project.environment):
        raise error  # somebody is editing the file
    places: list[KeyPath] = []
    changed = document
    for kind, binding, remote_id in wanted:
        changed, at = _write(changed, project.environment, kind, binding, remote_id)
        places.append(at)
    if changed.text != document.text:
        _refuse_read_only(path)
        try:
            write_atomic(path, changed.text.encode())
        except OSError as error:
            raise _read_only(path, error.strerror or str(error)) from error
    return tuple(changed.locate(at) for at in places)


def _write(
    document: Document, environment: str | None, kind: Kind, binding: str, remote_id: str
) -> tuple[Document, KeyPath]:
    """The document with one id in it, and the id's path."""
    assert kind.id is not None
    if not kind.is_real(remote_id):
        raise ConfigError(f"{toml_string(remote_id)} is not the id of a {kind.title}", code="config_changed")
    flat = flatten(document, environment)
    entries = value_at(flat.config, kind.entries) or []
    index = next((place for place, entry in enumerate(entries) if entry["binding"] == binding), None)
    if index is None:
        raise ConfigError(
            f"the {kind.title} bound as `{binding}` is no longer in {document.path.name}",
            hint=f"its id is {remote_id}",
            where=Location(document.path),
            code="config_changed",
        )
    home = flat.homes[(*kind.entries, index)]
    data = copy.deepcopy(document.data)
    if home is None:
        assert environment is not None
        prefix = document.environment_path(environment)
        entry = {"binding": binding, kind.id: remote_id}
        listed = _make(data, (*prefix, *kind.entries))
        listed.append(entry)
        home = (*prefix, *kind.entries, len(listed) - 1)
        text = add_entry(document.outline, prefix, kind.entries, entry)
    else:
        held = value_at(document.data, (*home, kind.id))
        if isinstance(held, str) and kind.is_real(held):
            if held.lower() == remote_id.lower():
                return document, (*home, kind.id)
            raise ConfigError(
                f"`{dotted((*home, kind.id))}` holds another id by now: {held}",
                key=dotted((*home, kind.id)),
                hint=f"somebody else wrote it; keep one of the two (the other is {remote_id}) and deploy again",
                where=document.locate((*home, kind.id)),
                code="config_changed",
            )
        value_at(data, home)[kind.id] = remote_id
        text = set_value(document.outline, home, kind.id, remote_id, after="binding")
    return _verified(document, text, data, (*home, kind.id), remote_id), (*home, kind.id)


def _make(data: dict[str, Any], path: KeyPath) -> list[Any]:
    for part in path[:-1]:
        data = data.setdefault(str(part), {})
    entries: list[Any] = data.setdefault(str(path[-1]), [])
    return entries


def _verified(document: Document, text: str, expected: dict[str, Any], at: KeyPath, remote_id: str) -> Document:
    """The edited document, if it says exactly what it should."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        data = {}
    if data != expected:
        raise ConfigError(
            f"cannot write `{dotted(at)}` without changing something else in {document.path.name}",
            key=dotted(at),
            hint=f"add it by hand: {toml_key(str(at[-1]))} = {toml_string(remote_id)}",
            where=document.locate(at),
            code="config_unwritable",
        )
    return Document(path=document.path, text=text, data=data)


def _refuse_read_only(path: Path) -> None:
    # A rename would replace a read-only file without a word, and root may write anything; who took the permission
    # to write away meant it.
    target = path.resolve()
    for place in (target, target.parent):
        if not os.access(place, os.W_OK) or not place.stat().st_mode & 0o222:
            if place == target:
                raise _read_only(path, "it is read-only")
            raise _read_only(path, "its folder is read-only", ".")


def _read_only(path: Path, reason: str, what: str = "") -> ConfigError:
    return ConfigError(
        f"cannot write {path.name}: {reason}",
        hint=f"make it writable and deploy again: chmod u+w {what or path.name}",
        where=Location(path),
        code="config_readonly",
    )
