"""Rules for what the file holds: shapes, names of bindings, dates, keys that exclude each other."""

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

#: What code can write behind `env.`.
IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


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
        # What is `unsafe` is for whoever knows what it is: there are grants of Cloudflare's whose names have dashes.
        if at[0] not in ("vars", "unsafe") and not IDENTIFIER.fullmatch(name):
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
            hint=f'write year, month and day: compatibility_date = "{today()}"',
            where=document.locate(origin),
        )


def route_errors(document: Document, flat: Flat) -> Iterator[ConfigError]:
    """Custom domains that are patterns."""
    single, several = flat.config.get("route"), flat.config.get("routes") or []
    entries: list[tuple[KeyPath, Any]] = [(("route",), single), *((("routes", n), r) for n, r in enumerate(several))]
    for at, route in entries:
        if not isinstance(route, dict) or route.get("custom_domain") is not True:
            continue
        if any(sign in route["pattern"] for sign in "*/"):
            origin = flat.origin((*at, "pattern"))
            yield ConfigError(
                f"the custom domain {toml_string(route['pattern'])} is no host name",
                key=dotted(origin),
                hint="name the host alone, as in api.example.com; or leave custom_domain out, and it is a route",
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


def today() -> str:
    """Today's date, as an example of one."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()
