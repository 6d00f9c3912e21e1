"""Rules that no single value can break: names of bindings, required secrets, dates, keys that exclude each other."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.flatten import Flat
from aerostack.project.keypath import KeyPath, dotted, toml_string, value_at
from aerostack.project.keys import BASE, ENVIRONMENT
from aerostack.project.shapes import Either, Items, Shape, Table

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_DEFAULT_DATE = "2024-01-01"


def shape_errors(document: Document, environment: str | None) -> Iterator[ConfigError]:
    """Values of the wrong type, missing keys and misspelt ones, in the base and in one environment."""
    problems = list(BASE.problems({k: v for k, v in document.data.items() if not _is_environments(k, v)}, ()))
    for spelling in ("env", "environments"):
        table = document.data.get(spelling)
        if isinstance(table, dict) or (table is not None and spelling == "environments"):
            problems += BASE.fields[spelling].problems(table, (spelling,))
    if environment is not None:
        at = document.environment_path(environment)
        table = value_at(document.data, at)
        if isinstance(table, dict):
            problems += ENVIRONMENT.problems(table, at)
    for problem in problems:
        yield ConfigError(
            problem.message,
            key=dotted(problem.path),
            hint=problem.hint,
            where=document.locate(problem.path, key=problem.at_key),
        )
    yield from _doubled_environments(document)


def incomplete(document: Document, flat: Flat) -> Iterator[ConfigError]:
    """Keys that neither the environment nor the base gives."""
    for problem in BASE.problems(flat.config, ()):
        origin = flat.origin(problem.path)
        yield ConfigError(
            problem.message.replace(dotted(problem.path), dotted(origin)),
            key=dotted(origin),
            hint=problem.hint,
            where=document.locate(origin, key=problem.at_key),
        )
    for index, service in enumerate(flat.config.get("services", [])):
        # The original's [[services]] name and main start a second Worker in development: not a binding at all.
        missing = [key for key in ("binding", "service") if key not in service]
        if missing and "main" not in service:
            origin = flat.origin(("services", index))
            yield ConfigError(
                f"`{dotted(origin)}` has no `{missing[0]}`",
                key=dotted(origin),
                hint=f'add {missing[0]} = "…"',
                where=document.locate(origin),
            )


def binding_errors(document: Document, flat: Flat, secrets: Mapping[str, KeyPath]) -> Iterator[ConfigError]:
    """Bindings whose name is taken already, or is none that code can use."""
    taken: dict[str, KeyPath] = {}
    named = [*_bindings(BASE, flat.config, ()), *((name, ("vars", name)) for name in flat.config.get("vars", {}))]
    for name, at in named:
        origin = flat.origin(at)
        if at[0] != "vars" and not _IDENTIFIER.fullmatch(name):
            yield ConfigError(
                f"`{dotted(origin)}` is {toml_string(name)}, which is no name that code can use",
                key=dotted(origin),
                hint="use letters, digits and underscores, as in MY_DB",
                where=document.locate(origin),
            )
        if name in taken:
            yield _twice(document, name, taken[name], origin)
        taken.setdefault(name, origin)
    for name, origin in secrets.items():
        if name in taken and taken[name][-2:] != ("vars", name):
            yield _twice(document, name, taken[name], origin)


def date_errors(document: Document, flat: Flat) -> Iterator[ConfigError]:
    """A ``compatibility_date`` that is no date."""
    date = flat.config.get("compatibility_date")
    if date is None:
        return
    try:
        valid = re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) and datetime.date.fromisoformat(date)
    except ValueError:
        valid = None
    if not valid:
        origin = flat.origin(("compatibility_date",))
        yield ConfigError(
            f"`{dotted(origin)}` is {toml_string(date)}, which is no date",
            key=dotted(origin),
            hint=f'write year, month and day: compatibility_date = "{_today()}"',
            where=document.locate(origin),
        )


def exclusive_errors(document: Document, flat: Flat) -> Iterator[ConfigError]:
    """Keys of which only one may be there."""
    for first, second in (("route", "routes"), ("migrations", "exports")):
        if flat.config.get(first) and flat.config.get(second):
            origin = flat.origin((second,))
            yield ConfigError(
                f"`{first}` and `{second}` exclude each other",
                key=dotted(origin),
                hint=f"keep one of them; `{first}` is at {document.locate(flat.origin((first,)), key=True)}",
                where=document.locate(origin, key=True),
            )


def required_secrets(document: Document, environment: str | None) -> dict[str, KeyPath]:
    """The names of all secrets that the Worker needs, each with its place: ``env = […]``, ``[secrets]``."""
    found: dict[str, KeyPath] = {}
    levels: list[KeyPath] = [()]
    if environment is not None:
        levels.append(document.environment_path(environment))
    for level in levels:
        listed = value_at(document.data, (*level, "env"))
        for index, name in enumerate(listed if isinstance(listed, list) else []):
            found.setdefault(name, (*level, "env", index))
        for name, described in (value_at(document.data, (*level, "secrets")) or {}).items():
            at = (*level, "secrets", name)
            if isinstance(described, list):
                for index, item in enumerate(described):
                    found.setdefault(item, (*at, index))
            else:
                found.setdefault(name, at)
    return found


def secret_errors(document: Document, secrets: Mapping[str, KeyPath]) -> Iterator[ConfigError]:
    """Names of secrets that code cannot use."""
    for name, at in secrets.items():
        if not _IDENTIFIER.fullmatch(name):
            yield ConfigError(
                f"`{dotted(at)}`: {toml_string(name)} is no name that code can use",
                key=dotted(at),
                hint="name a secret with letters, digits and underscores, as in API_TOKEN; its value stands elsewhere",
                where=document.locate(at),
            )


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
            f'for today\'s runtime add compatibility_date = "{_today()}"'
        )
    if isinstance(config.get("ai"), bool) and config.pop("ai"):
        config["ai"] = {"binding": "AI"}
    notes += _variables(document, flat, secrets)
    if secrets:
        config["secrets"] = {"required": list(secrets)}
    notes += _development_services(document, flat)
    if "api_key" in document.data:
        notes.append(
            f"{document.locate(('api_key',), key=True)}: `api_key` is a secret and this file is public to everybody "
            "who sees the project: delete the line, revoke the key and set AEROSTACK_API_KEY instead"
        )
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


def _bindings(shape: Shape, value: Any, at: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    """The names of all bindings in a flattened configuration, and where they stand."""
    if isinstance(shape, Either):
        shape = next((option for option in shape.options if option.accepts(value)), shape)
    if isinstance(shape, Items) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _bindings(shape.of, item, (*at, index))
    elif isinstance(shape, Table) and isinstance(value, dict):
        key = shape.identity or "binding"
        if shape.binds and isinstance(value.get(key), str):
            yield value[key], (*at, key)
        elif not shape.binds:
            for name, inner in shape.fields.items():
                if name in value:
                    yield from _bindings(inner, value[name], (*at, name))


def _twice(document: Document, name: str, first: KeyPath, second: KeyPath) -> ConfigError:
    return ConfigError(
        f"the binding `{name}` is defined twice: by `{dotted(first)}` and by `{dotted(second)}`",
        key=dotted(second),
        hint=f"rename one of them; the first is at {document.locate(first)}",
        where=document.locate(second),
    )


def _doubled_environments(document: Document) -> Iterator[ConfigError]:
    listed, named = document.data.get("env"), document.data.get("environments")
    if isinstance(listed, dict) and isinstance(named, dict):
        for name in listed.keys() & named.keys():
            yield ConfigError(
                f"the environment `{name}` is defined twice: by `{dotted(('env', name))}` and by "
                f"`{dotted(('environments', name))}`",
                key=dotted(("environments", name)),
                hint="the two spellings mean the same: keep one of them",
                where=document.locate(("environments", name)),
            )


def _is_environments(key: str, value: Any) -> bool:
    return key == "environments" or (key == "env" and isinstance(value, dict))


def _today() -> str:
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
