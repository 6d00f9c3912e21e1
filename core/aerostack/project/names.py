"""Names of Workers and of what is made for them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from aerostack.errors import ConfigError
from aerostack.project.document import Document
from aerostack.project.keypath import KeyPath, dotted, shown, value_at
from aerostack.values import dataclass

#: A Worker's name is a DNS label: it becomes part of its address.
LONGEST = 63

#: What wrangler accepts. It deploys such a name as it is, underscores included, and so do we.
_ACCEPTED = re.compile(r"[a-z0-9_][a-z0-9_-]*")
_ACCEPTED_END = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class WorkerName:
    """The Worker's name in one environment. ``written`` is it before it was made fit; ``at`` where it comes from."""

    name: str
    written: str
    at: KeyPath


def fit(text: str) -> str:
    """``text`` in small letters, digits and single dashes, as anything can be called; perhaps nothing is left."""
    # By bytes, as aerostack has always done it: existing projects keep their names.
    return re.sub(rb"[^a-z0-9]+", b"-", text.lower().encode()).strip(b"-").decode()


def accepted(text: str, form: re.Pattern[str] = _ACCEPTED) -> str:
    """``text`` as a Worker can be called: unchanged if wrangler would deploy it so, else made fit."""
    return text if form.fullmatch(text) and fit(text) else fit(text)


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
            if not fit(environment):
                raise _unusable(document, environment, own[:-1], own[:-1])
            name = f"{accepted(written)}-{accepted(environment, _ACCEPTED_END)}"
            written = f"{written}-{environment}"
        else:
            at, written = own, str(value)
            name = accepted(written)
    else:
        name = accepted(written)
    _check_usable(document, written, at)
    if len(name) > LONGEST:
        under = "" if environment is None else f" under [{dotted(document.environment_path(environment))}]"
        raise ConfigError(
            f"the Worker name `{name}` has {len(name)} characters, and {LONGEST} is the most",
            key=dotted(at),
            hint=f'set a shorter one{under}: name = "{name[: LONGEST - 20].rstrip("-")}"',
            where=document.locate(at),
        )
    return WorkerName(name, written, at)


def worker_names(document: Document) -> dict[str | None, WorkerName]:
    """The Worker's name in the base and in every environment; those that have no valid one are left out."""
    names = {}
    for environment in (None, *document.environments):
        with contextlib.suppress(ConfigError):  # raised again where that environment is the one to be checked
            names[environment] = worker_name(document, environment)
    return names


def label(environment: str | None) -> str:
    """An environment in a sentence."""
    return "the top level" if environment is None else f"the environment `{shown(environment)}`"


def clashes(document: Document) -> Iterator[ConfigError]:
    """Environments whose different names come to the same once made fit: they would overwrite each other."""
    taken: dict[str, tuple[str, str | None]] = {}
    for environment, worker in worker_names(document).items():
        written, first = taken.setdefault(worker.name, (worker.written, environment))
        told = first is not None and environment is not None and fit(first) == fit(environment)
        if written != worker.written and environment is not None and not told:
            at = (*document.environment_path(environment), "name")
            yield ConfigError(
                f"{label(first)} and {label(environment)} would both be the Worker `{worker.name}`",
                key=dotted(at),
                hint="give one of them another name",
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
                f"the environments `{shown(first)}` and `{shown(environment)}` would share what is made for them: "
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
        f"`{shown(written)}` cannot name a Worker: it holds no letter of a-z and no digit",
        key=dotted(key),
        hint='use small letters, digits and dashes, as in name = "my-app"',
        where=document.locate(at),
    )
