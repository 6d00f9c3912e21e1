"""Which backends are installed: package metadata only, nothing is imported."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from aerostack import __version__
from aerostack.errors import BackendLoadError, UnknownBackendError
from aerostack.suggest import closest
from aerostack.values import dataclass

GROUP = "aerostack.backends"

#: Our own, and where they are. Reading the metadata of every installed package takes longer than a request, and a
#: package that took one of these names would get the user's credentials.
SHIPPED: Mapping[str, str] = {
    "aerostack": "aerostack_hosted.plugin",
    "cfapi": "aerostack_cfapi.plugin:backend",
    "wrangler": "aerostack_wrangler.plugin:backend",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An installed backend: its name, the distribution that provides it, and its object, as ``module`` or
    ``module:object``.
    """

    name: str
    distribution: str
    version: str
    reference: str

    @property
    def package(self) -> str:
        """Distribution and version, as in ``aerostack-null 1.0``."""
        return f"{self.distribution} {self.version}".strip()

    def load(self) -> Any:
        """Import it. Raises whatever the import raises."""
        module, _, name = self.reference.partition(":")
        target: Any = importlib.import_module(module)
        for part in name.split(".") if name else ():
            target = getattr(target, part)
        return target


def find_all() -> tuple[Found, ...]:
    """Every installed backend by name; a name that two packages provide appears twice."""
    from importlib import metadata

    found = [_shipped(name) for name in SHIPPED] + [
        Found(
            name=point.name,
            distribution=point.dist.name if point.dist else "unknown",
            version=point.dist.version if point.dist else "",
            reference=point.value,
        )
        for point in metadata.entry_points(group=GROUP)
    ]
    return tuple(sorted(found, key=lambda item: (item.name, item.distribution)))


def find_one(name: str) -> Found:
    """The backend called ``name``; those that we ship are ours whatever else is installed.

    Raises ``UnknownBackendError`` when nobody provides it, ``BackendLoadError`` when several packages do.
    """
    if name in SHIPPED:
        return _shipped(name)
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


def _shipped(name: str) -> Found:
    return Found(name=name, distribution="aerostack", version=__version__, reference=SHIPPED[name])
