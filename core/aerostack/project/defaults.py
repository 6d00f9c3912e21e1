"""The last touches to a flattened configuration: defaults, the original's spellings, and what to tell about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aerostack.project.document import Document
from aerostack.project.flatten import Flat
from aerostack.project.keypath import KeyPath
from aerostack.project.rules import today

_DEFAULT_DATE = "2024-01-01"


def apply_defaults(
    document: Document, environment: str | None, flat: Flat, secrets: Mapping[str, KeyPath]
) -> list[str]:
    """Complete ``flat.config`` where wrangler has no default or no such spelling. Returns what to tell the user."""
    notes = []
    config = flat.config
    if "compatibility_date" not in config:
        config["compatibility_date"] = _DEFAULT_DATE
        notes.append(
            f"no compatibility_date is set, so the Worker runs as on {_DEFAULT_DATE}; "
            f'for today\'s runtime add compatibility_date = "{today()}"'
        )
    if isinstance(config.get("ai"), bool) and config.pop("ai"):
        config["ai"] = {"binding": "AI"}
    notes += _variables(document, flat, secrets)
    if secrets:
        config["secrets"] = {"required": list(secrets)}
    notes += _development_services(document, flat)
    if environment is not None:
        for key in ("route", "routes"):
            if config.get(key) and flat.origin((key,)) == (key,):
                notes.append(
                    f"{document.locate((key,), key=True)}: the environment `{environment}` inherits `{key}` and would "
                    "take these routes away from the top level's Worker; give it its own, or routes = []"
                )
    return notes


def _variables(document: Document, flat: Flat, secrets: Mapping[str, KeyPath]) -> Iterator[str]:
    # A variable would be published in clear under the secret's name, and replace the secret's value.
    variables = flat.config.get("vars", {})
    for name in [name for name in variables if name in secrets]:
        where = document.locate(flat.origin(("vars", name)), key=True)
        del variables[name]
        yield (
            f"{where}: the variable `{name}` is left out, because `{name}` is a required secret "
            f"({document.locate(secrets[name])}); delete it from [vars]"
        )
    if not variables:
        flat.config.pop("vars", None)


def _development_services(document: Document, flat: Flat) -> Iterator[str]:
    services = flat.config.get("services", [])
    kept = []
    for index, service in enumerate(services):
        if "main" in service and "service" not in service:
            where = document.locate(flat.origin(("services", index)))
            name = service.get("name", "")
            yield f"{where}: the service `{name}` has its own `main` and is not deployed with this Worker"
        else:
            kept.append((index, service))
    if len(kept) == len(services):
        return
    moved: dict[KeyPath, KeyPath] = {}
    for new, (old, service) in enumerate(kept):
        moved[("services", new)] = flat.origin(("services", old))
        moved.update({("services", new, key): flat.origin(("services", old, key)) for key in service})
    flat.origins.update(moved)
    flat.config["services"] = [service for _, service in kept]
    if not kept:
        del flat.config["services"]
