"""What the Worker needs that has an identity of its own: names for all of it, ids for what has one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerostack.errors import ConfigError
from aerostack.model import Resource
from aerostack.project.document import Document
from aerostack.project.flatten import Flat
from aerostack.project.keypath import KeyPath, dotted, shown, value_at
from aerostack.project.kinds import CONSUMERS, KINDS, QUEUE, Kind
from aerostack.project.names import LONGEST, fit, label, worker_name
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A resource and its entry: ``at`` in the flattened configuration. ``derived`` when aerostack chose the name."""

    resource: Resource
    kind: Kind
    at: KeyPath
    derived: bool = False


def name_all(document: Document, environment: str | None, flat: Flat) -> None:
    """Give every entry that can have a name one: its own, else ``<worker>-<binding>``."""
    stand_ins: dict[str, str] = {}
    for kind in KINDS:
        for index, entry in enumerate(value_at(flat.config, kind.entries) or []):
            if kind.name and kind.given_name(entry) is None:
                derived = _derived(document, environment, flat, kind, (*kind.entries, index), entry)
                stand_ins[entry.get(kind.name, "")] = derived
                entry[kind.name] = derived
    for consumer in value_at(flat.config, CONSUMERS) or []:
        if consumer["queue"] in QUEUE.stubs:
            worker = fit(worker_name(document, environment).name)
            consumer["queue"] = stand_ins.get(consumer["queue"], f"{worker}-queue")


def sites(document: Document, environment: str | None, flat: Flat) -> tuple[Site, ...]:
    """Every resource, in the order of kinds and of the file. Expects names to have been given."""
    found = [
        _site(document, environment, flat, kind, (*kind.entries, index), entry)
        for kind in KINDS
        for index, entry in enumerate(value_at(flat.config, kind.entries) or [])
    ]
    queues = {site.resource.name for site in found if site.kind is QUEUE}
    for index, consumer in enumerate(value_at(flat.config, CONSUMERS) or []):
        for key in ("queue", "dead_letter_queue"):
            name = consumer.get(key)
            if name and name not in queues:
                queues.add(name)
                at = (*CONSUMERS, index)
                resource = Resource(
                    kind="queue",
                    binding="",
                    name=name,
                    shared=at in flat.shared,
                    where=document.locate(flat.origin((*at, key))),
                )
                found.append(Site(resource, QUEUE, at))
    return tuple(found)


def conflicts(document: Document, flat: Flat, found: tuple[Site, ...]) -> Iterator[ConfigError]:
    """Resources that would get the same name, or one that cannot be."""
    taken: dict[tuple[str, str], Site] = {}
    for site in found:
        resource = site.resource
        first = taken.setdefault((resource.kind, resource.name), site)
        if first is not site and _collide(first, site):
            yield ConfigError(
                f"the bindings `{first.resource.binding}` and `{resource.binding}` would both be the "
                f"{site.kind.title} `{resource.name}`",
                key=dotted(flat.origin(site.at)),
                hint=f"give one of them its own {site.kind.name or site.kind.id}"
                if site.kind.name
                else "rename one of the two bindings",
                where=document.locate(flat.origin(site.at)),
            )
        if resource.id is None and site.kind.nameable and not site.kind.nameable.fullmatch(resource.name):
            at = flat.origin((*site.at, site.kind.name or ""))
            yield ConfigError(
                f"no {site.kind.title} can be called `{shown(resource.name)}`",
                key=dotted(at),
                hint="use letters, digits, - and _ only",
                where=document.locate(at),
            )
        if site.derived and site.kind.kind in ("r2", "queue") and len(resource.name) > LONGEST:
            yield ConfigError(
                f"the {site.kind.title} would be called `{resource.name}`, which has {len(resource.name)} characters, "
                f"and {LONGEST} is the most",
                key=dotted(flat.origin(site.at)),
                hint=f'name it yourself: {site.kind.name} = "…"',
                where=document.locate(flat.origin(site.at)),
            )


def notes(document: Document, environment: str | None, flat: Flat, found: tuple[Site, ...]) -> Iterator[str]:
    """What is probably not meant, but is the user's to decide."""
    for site in found:
        resource, kind = site.resource, site.kind
        if resource.placeholder and _looks_damaged(resource.placeholder):
            yield (
                f"{resource.where}: `{shown(resource.placeholder)}` is not {kind.id_form}, so a new {kind.title} "
                "will be created and its id written in its place"
            )
        if resource.id is not None and not resource.shared:
            others = list(_users(document, environment, kind, resource.id))
            if others:
                yield (
                    f"{resource.where}: {' and '.join(others)} use{'s' if len(others) == 1 else ''} the same "
                    f"{kind.title} {resource.id}; if that is meant, write shared = true in the entry of the top level"
                )


def _site(
    document: Document, environment: str | None, flat: Flat, kind: Kind, at: KeyPath, entry: dict[str, Any]
) -> Site:
    origin = flat.origin(at)
    name = entry.get(kind.name) if kind.name else None
    written = entry.get(kind.id) if kind.id else None
    real = written is not None and kind.is_real(written)
    id_at = flat.origin((*at, kind.id)) if kind.id and written is not None else origin
    options = {key: entry[key] for key in ("jurisdiction",) if key in entry}
    resource = Resource(
        kind=kind.kind,
        binding=entry["binding"],
        name=name or _derived(document, environment, flat, kind, at, entry),
        id=written if real else None,
        placeholder=None if real else written,
        shared=at in flat.shared,
        options=options,
        where=document.locate(id_at),
    )
    given = kind.given_name(value_at(document.data, flat.origin(at)) or {}) if kind.name else None
    return Site(resource, kind, at, derived=given != resource.name)


def _derived(
    document: Document, environment: str | None, flat: Flat, kind: Kind, at: KeyPath, entry: dict[str, Any]
) -> str:
    # A shared one is the base's, so the base names it.
    worker = worker_name(document, None if at in flat.shared else environment).name
    # A bucket's name knows no underscore, though a Worker's may.
    return f"{fit(worker)}-{fit(entry['binding']) or kind.kind}"


def _collide(first: Site, second: Site) -> bool:
    if second.kind.id is None:  # a name is the identity: two bindings of one bucket are fine, when both say so
        return first.derived or second.derived
    return first.resource.id is None and second.resource.id is None


def _looks_damaged(placeholder: str) -> bool:
    digits = placeholder.replace("-", "")
    return len(digits) >= 16 and sum(letter in "0123456789abcdefABCDEF" for letter in digits) >= 0.8 * len(digits)


def _users(document: Document, environment: str | None, kind: Kind, remote_id: str) -> Iterator[str]:
    """The other environments whose own entries hold ``remote_id``."""
    for other in (None, *document.environments):
        if other == environment:
            continue
        prefix: KeyPath = () if other is None else document.environment_path(other)
        entries = value_at(document.data, (*prefix, *kind.entries))
        for entry in entries if isinstance(entries, list) else []:
            held = entry.get(kind.id) if isinstance(entry, dict) else None
            if isinstance(held, str) and held.lower() == remote_id.lower() and entry.get("shared") is not True:
                yield label(other)
                break
