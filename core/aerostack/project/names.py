"""Names of Workers and of what is made for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.keypath import KeyPath, dotted, toml_string, value_at

#: A Worker's name is a DNS label: it becomes part of its address.
LONGEST = 63


@dataclass(frozen=True, slots=True)
class WorkerName:
    """The Worker's name in one environment. ``written`` is it before it was made fit; ``at`` where it comes from."""

    name: str
    written: str
    at: KeyPath


def fit(text: str) -> str:
    """``text`` as a Worker can be called: small letters, digits and single dashes; perhaps nothing is left."""
    # By bytes, as aerostack has always done it: existing projects keep their names.
    return re.sub(rb"[^a-z0-9]+", b"-", text.lower().encode()).strip(b"-").decode()


def worker_name(document: Document, environment: str | None) -> WorkerName:
    """The Worker's name in ``environment``: its own, else ``<name>-<environment>``.

    Raises ``ConfigError`` when there is none, when no usable character is left of it, or when it is too long.
    """
    at: KeyPath = ("name",)
    written = str(document.data.get("name", ""))
    if environment is not None:
        own = (*document.environment_path(environment), "name")
        value = value_at(document.data, own)
        if value is None:
            _check_usable(document, written, at)
            written = f"{written}-{environment}"
            if not fit(environment):
                raise _unusable(document, environment, own[:-1], own[:-1])
        else:
            at, written = own, str(value)
    _check_usable(document, written, at)
    name = fit(written)
    if len(name) > LONGEST:
        label = f"[{dotted(document.environment_path(environment))}]" if environment is not None else "the top level"
        raise ConfigError(
            f"the Worker name `{name}` has {len(name)} characters, and {LONGEST} is the most",
            key=dotted(at),
            hint=f'set a shorter one under {label}: name = "{name[: LONGEST - 20].rstrip("-")}"',
            where=document.locate(at),
        )
    return WorkerName(name, written, at)


def clashes(document: Document) -> Iterator[ConfigError]:
    """Environments whose different names come to the same once made fit: they would overwrite each other."""
    taken: dict[str, tuple[str, str]] = {}
    for environment in (None, *document.environments):
        try:
            worker = worker_name(document, environment)
        except ConfigError:
            continue  # reported where that environment is checked
        label = "the top level" if environment is None else f"the environment `{environment}`"
        first = taken.setdefault(worker.name, (worker.written, label))
        if first[0] != worker.written:
            at = worker.at if environment is None else (*document.environment_path(environment), "name")
            yield ConfigError(
                f"{first[1]} and {label} would both be the Worker `{worker.name}`",
                key=dotted(at),
                hint=f'give one of them another name: name = "{worker.name[: LONGEST - 2]}-2"',
                where=document.locate(at),
            )
    yield from _suffix_clashes(document)


def _suffix_clashes(document: Document) -> Iterator[ConfigError]:
    taken: dict[str, str] = {}
    for environment in document.environments:
        first = taken.setdefault(fit(environment), environment)
        if first != environment and fit(environment):
            at = document.environment_path(environment)
            yield ConfigError(
                f"the environments `{first}` and `{environment}` would share what is made for them: "
                f"both names end in `-{fit(environment)}`",
                key=dotted(at),
                hint="rename one of the two environments",
                where=document.locate(at),
            )


def _check_usable(document: Document, written: str, at: KeyPath) -> None:
    if value_at(document.data, at) is None:
        suggestion = fit(document.path.parent.name) or "my-app"
        raise ConfigError(
            "the project has no `name`",
            key="name",
            hint=f'add as the first line: name = "{suggestion}"',
            where=document.locate(()),
        )
    if not fit(written):
        raise _unusable(document, written, at, at)


def _unusable(document: Document, written: str, key: KeyPath, at: KeyPath) -> ConfigError:
    return ConfigError(
        f"{toml_string(written)} cannot name a Worker: it holds no letter of a-z and no digit",
        key=dotted(key),
        hint='use small letters, digits and dashes, as in name = "my-app"',
        where=document.locate(at),
    )
