"""What a project owns, and what of it nobody uses any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, get_args

from aerostack import project as files
from aerostack.capabilities import OpenJournals, OwnedResource
from aerostack.errors import ConflictError, NotFoundError, UsageError
from aerostack.model import Resource, ResourceKind, Tools
from aerostack.pipeline.prepare import Prepared
from aerostack.values import dataclass

_KINDS = get_args(ResourceKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A resource, and the other environments whose part of aerostack.toml names it too.

    ``mentioned``: its id stands somewhere in the file, such as in a preview's place.
    """

    resource: OwnedResource
    elsewhere: tuple[str, ...]
    mentioned: bool

    @property
    def is_orphan(self) -> bool:
        """Whether it was made, or may have been made, from here, and nothing uses it that can be seen."""
        found = self.resource
        return found.exists and found.made is not False and not self.users

    @property
    def users(self) -> str:
        """Who uses it, in words; empty when nobody does."""
        found = self.resource
        names = [*found.bindings, *(f"[{name}]" if name else "the base of the file" for name in self.elsewhere)]
        if found.live and not found.bindings:
            names.append("the live Worker")
        if self.mentioned and not names:
            names.append("aerostack.toml")
        return ", ".join(names)

    def document(self) -> dict[str, Any]:
        """It as JSON."""
        return {**asdict(self.resource), "elsewhere": list(self.elsewhere), "orphan": self.is_orphan}


def listed(prepared: Prepared, journals: OpenJournals, tools: Tools) -> tuple[Listed, ...]:
    """All of them, by kind and name, also what was deleted from here. Reads only.

    Raises ``ConfigError`` also for another environment that cannot be read: it may use what seems to be used by nobody.
    """
    seen = prepared.backend.resources(prepared.project, prepared.settings, journals, tools)
    found = sorted(seen, key=lambda resource: (_KINDS.index(resource.kind), resource.name))
    # Where ids are the backend's own business, each environment has resources of its own.
    others, text = ((), "") if prepared.backend.spec().keeps_ids else (tuple(_others(prepared)), _text(prepared))
    return tuple(
        Listed(
            resource=resource,
            elsewhere=tuple(name for name, named in others if any(_means(item, resource) for item in named)),
            mentioned=resource.id != resource.name and resource.id in text,
        )
        for resource in found
    )


def choose(found: Sequence[Listed], reference: str) -> OwnedResource:
    """The one that ``reference``, KIND/NAME or KIND/ID, means and that may be deleted, or was.

    Raises ``UsageError``, ``NotFoundError``, and ``ConflictError`` for one that is no orphan.
    """
    kind, _, name = reference.partition("/")
    meant = [one for one in found if one.resource.kind == kind and name in (one.resource.name, one.resource.id)]
    meant = [one for one in meant if one.resource.exists] or meant[-1:]
    if not meant:
        raise NotFoundError(
            f"there is no {reference} among what this project owns",
            applied=False,
            hint="see them, and how each is named: aerostack resources",
        )
    if len(meant) > 1:
        raise UsageError(f"{reference} can be {len(meant)} things", hint=f"name its id: {kind}/{meant[0].resource.id}")
    (one,) = meant
    if one.resource.made is False:
        raise ConflictError(
            f"{reference} was not made from here",
            applied=False,
            hint="who made it deletes it; if that is you, in Cloudflare's dashboard",
        )
    if one.resource.exists and not one.is_orphan:
        raise ConflictError(
            f"{reference} is in use: {one.users}",
            applied=False,
            hint="remove it from aerostack.toml and deploy, then run the same command again",
        )
    return one.resource


def _others(prepared: Prepared) -> Iterator[tuple[str, tuple[Resource, ...]]]:
    project = prepared.project
    for name in (None, *project.environments):
        if name != project.environment:
            yield name or "", files.load(project.file, name, code=False).resources


def _text(prepared: Prepared) -> str:
    # Read a moment ago, so it is there and can be read.
    return prepared.project.file.read_text(encoding="utf-8")


def _means(named: Resource, found: OwnedResource) -> bool:
    """Whether an entry of the file means what was found: by its id, and by its name where it has none."""
    if named.kind != found.kind:
        return False
    return named.id.lower() == found.id.lower() if named.id else named.name == found.name
