"""One environment as wrangler's top level would see it: inheritance done, and where each value came from.

Binding lists are inherited entry by entry, ``vars`` and ``define`` name by name, everything else whole; with
``inherit = false`` none of the keys that wrangler wants repeated. An id is never inherited: what the base makes for
itself, an environment gets under its own name, unless the entry is ``shared``.
"""

from __future__ import annotations

import copy
from dataclasses import field
from typing import Any

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.keypath import KeyPath, dotted, toml_string, value_at
from aerostack.project.keys import BASE, NOT_FOR_WRANGLER, REPEATED
from aerostack.project.kinds import BY_ENTRIES, CONSUMERS, QUEUE, UNIQUE
from aerostack.project.names import fit
from aerostack.project.shapes import Items, Map, Shape, Table
from aerostack.values import dataclass

_WORKFLOWS: KeyPath = ("workflows",)
_ROUTES = ("route", "routes")


@dataclass()
class Flat:
    """``config`` and the origin of its parts in the file.

    ``shared`` holds the paths in ``config`` of entries that all environments use. ``homes`` says for each entry of a
    list where in the file an id would be written; ``None`` when the environment has no entry of its own yet.
    """

    config: dict[str, Any]
    origins: dict[KeyPath, KeyPath] = field(default_factory=dict)
    shared: set[KeyPath] = field(default_factory=set)
    homes: dict[KeyPath, KeyPath | None] = field(default_factory=dict)
    errors: list[ConfigError] = field(default_factory=list)

    def origin(self, path: KeyPath) -> KeyPath:
        """The path in the file of what stands at ``path`` in ``config``."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return path


def flatten(document: Document, environment: str | None) -> Flat:
    """Flatten one environment; ``None`` is the base. Expects types that have been checked."""
    flattener = _Flattener(document, environment)
    own = None if environment is None else document.environment_path(environment)
    flattener.flat.config = flattener.merge(BASE, (), (), own)
    return flattener.flat


class _Flattener:
    def __init__(self, document: Document, environment: str | None) -> None:
        self.document = document
        self.data = document.data
        self.environment = environment
        self.suffix = "" if environment is None else f"-{fit(environment)}"
        self.flat = Flat({})

    def merge(self, shape: Shape, at: KeyPath, base: KeyPath | None, own: KeyPath | None) -> Any:
        """The value at ``at``, from the file's ``base`` and ``own`` (``None`` where there is no such key)."""
        if isinstance(shape, Items) and isinstance(shape.of, Table) and shape.of.identity:
            return self.entries(shape.of.identity, at, base, own)
        if isinstance(shape, Table | Map) and shape.merged:
            return self.names(shape, at, base, own)
        origin = base if own is None else own
        assert origin is not None
        self.flat.origins[at] = origin
        return copy.deepcopy(value_at(self.data, origin))

    def names(self, shape: Table | Map, at: KeyPath, base: KeyPath | None, own: KeyPath | None) -> dict[str, Any]:
        origin = base if own is None else own
        if origin is not None:
            self.flat.origins[at] = origin
        inherited = self.table(base)
        overrides = self.table(own)
        if not at and any(key in overrides for key in _ROUTES):
            inherited = {key: value for key, value in inherited.items() if key not in _ROUTES}
        if not at and overrides.get("inherit") is False:
            inherited = {key: value for key, value in inherited.items() if key not in REPEATED}
        merged = {}
        for name in dict.fromkeys((*inherited, *overrides)):
            if not at and name in NOT_FOR_WRANGLER:
                continue
            inner = shape.fields.get(name, Shape()) if isinstance(shape, Table) else Shape()
            merged[name] = self.merge(
                inner,
                (*at, name),
                (*base, name) if base is not None and name in inherited else None,
                (*own, name) if own is not None and name in overrides else None,
            )
        return merged

    def entries(self, identity: str, at: KeyPath, base: KeyPath | None, own: KeyPath | None) -> list[dict[str, Any]]:
        origin = base if own is None else own
        assert origin is not None
        self.flat.origins[at] = origin
        waiting = dict(enumerate(value_at(self.data, own) or [] if own is not None else []))
        merged: list[dict[str, Any]] = []
        for index, entry in enumerate(value_at(self.data, base) or [] if base is not None else []):
            assert base is not None
            adapted = self.adapted(at, entry)
            names = {entry.get(identity), adapted.get(identity)} - {None}
            match = next((place for place, item in waiting.items() if item.get(identity) in names), None)
            overrides = {} if match is None else waiting.pop(match)
            place = None if match is None or own is None else (*own, match)
            merged.append(self.entry((*at, len(merged)), adapted, overrides, (*base, index), place))
        for index, entry in waiting.items():
            assert own is not None
            merged.append(self.entry((*at, len(merged)), {}, entry, (*own, index), (*own, index)))
        return merged

    def entry(
        self, at: KeyPath, inherited: dict[str, Any], overrides: dict[str, Any], base: KeyPath, own: KeyPath | None
    ) -> dict[str, Any]:
        flat = self.flat
        flat.origins[at] = base if own is None else own
        for key in inherited:
            flat.origins[(*at, key)] = (*base, key)
        for key in overrides:
            assert own is not None
            flat.origins[(*at, key)] = (*own, key)
        shared = value_at(self.data, (*base, "shared")) is True
        if shared:
            flat.shared.add(at)
        flat.homes[at] = self.home(at, shared, overrides, base, own)
        merged = {key: copy.deepcopy(value) for key, value in {**inherited, **overrides}.items() if key != "shared"}
        self.refuse_borrowed(at, merged, base, shared)
        return merged

    def home(
        self, at: KeyPath, shared: bool, overrides: dict[str, Any], base: KeyPath, own: KeyPath | None
    ) -> KeyPath | None:
        kind = BY_ENTRIES.get(at[:-1])
        if self.environment is None or (shared and (kind is None or kind.id not in overrides)):
            return base
        return own

    def adapted(self, at: KeyPath, entry: dict[str, Any]) -> dict[str, Any]:
        """What an environment inherits of a base entry."""
        if self.environment is None or entry.get("shared") is True:
            return entry
        kind = BY_ENTRIES.get(at)
        dropped = {*(kind.own if kind else ()), UNIQUE.get(at)}
        adapted = {key: value for key, value in entry.items() if key not in dropped}
        if kind and kind.name:
            name = kind.given_name(entry)
            if name:
                adapted[kind.name] = name + self.suffix
        elif at == CONSUMERS:
            for key in ("queue", "dead_letter_queue"):
                if key in entry:
                    adapted[key] = self.queue(entry[key])
        elif at == _WORKFLOWS and "name" in entry:
            adapted["name"] = entry["name"] + self.suffix
        return adapted

    def queue(self, name: str) -> str:
        """What the base's queue ``name`` is called in this environment: consumers follow producers."""
        if name in QUEUE.stubs:
            return name
        own = () if self.environment is None else self.document.environment_path(self.environment)
        overrides = {item.get("binding"): item for item in value_at(self.data, (*own, *QUEUE.entries)) or []}
        for producer in value_at(self.data, QUEUE.entries) or []:
            if producer.get("queue") == name:
                if producer.get("shared") is True:
                    return name
                override = overrides.get(producer.get("binding"), {}).get("queue")
                if override is not None:
                    return str(override)
        return name + self.suffix

    def refuse_borrowed(self, at: KeyPath, entry: dict[str, Any], base: KeyPath, shared: bool) -> None:
        key = UNIQUE.get(at[:-1])
        borrowed = key is not None and key not in entry and value_at(self.data, (*base, key)) is not None
        if not borrowed or shared or key is None:
            return
        assert self.environment is not None
        header = dotted((*self.document.environment_path(self.environment), *at[:-1]))
        binding = toml_string(entry["binding"])
        self.flat.errors.append(
            ConfigError(
                f"the environment `{self.environment}` would use the base's `{dotted((*base, key))}`",
                key=dotted((*base, key)),
                hint=f"add [[{header}]] with binding = {binding} and its own {key}, "
                "or shared = true here if all environments are to use this one",
                where=self.document.locate((*base, key)),
            )
        )

    def table(self, path: KeyPath | None) -> dict[str, Any]:
        return {} if path is None else value_at(self.data, path) or {}
