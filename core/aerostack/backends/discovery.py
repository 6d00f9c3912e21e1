"""Which backends are installed: package metadata only, nothing is imported."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from aerostack.errors import BackendLoadError, UnknownBackendError
from aerostack.suggest import closest

GROUP = "aerostack.backends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An installed backend: its name, and the distribution and module that provide it."""

    name: str
    distribution: str
    version: str
    entry_point: metadata.EntryPoint

    @property
    def package(self) -> str:
        """Distribution and version, as in ``aerostack-null 1.0``."""
        return f"{self.distribution} {self.version}".strip()


def find_all() -> tuple[Found, ...]:
    """Every installed backend by name; a name that two packages provide appears twice."""
    found = [
        Found(
            name=point.name,
            distribution=point.dist.name if point.dist else "unknown",
            version=point.dist.version if point.dist else "",
            entry_point=point,
        )
        for point in metadata.entry_points(group=GROUP)
    ]
    return tuple(sorted(found, key=lambda item: (item.name, item.distribution)))


def find_one(name: str) -> Found:
    """The backend called ``name``.

    Raises ``UnknownBackendError`` when nobody provides it, ``BackendLoadError`` when several packages do.
    """
    installed = find_all()
    matches = [item for item in installed if item.name == name]
    if len(matches) > 1:
        packages = ", ".join(item.package for item in matches)
        raise BackendLoadError(
            f"several packages provide a backend `{name}`: {packages}",
            hint="uninstall all but one of them",
        )
    if not matches:
        names = tuple(dict.fromkeys(item.name for item in installed))
        near = closest(name, names)
        listed = ", ".join(names) or "none"
        hint = f"did you mean `{near}`? (installed: {listed})" if near else f"installed: {listed}"
        raise UnknownBackendError(f"there is no backend `{name}`", hint=hint)
    return matches[0]
