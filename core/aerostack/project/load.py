"""From a document to a checked ``Project``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aerostack.errors import ConfigError, Location
from aerostack.model import Project
from aerostack.project import resources, rules
from aerostack.project.credentials import credential_errors
from aerostack.project.defaults import apply_defaults
from aerostack.project.document import Document, read
from aerostack.project.entry import entry_point
from aerostack.project.flatten import Flat, flatten
from aerostack.project.keypath import dotted, shown, value_at, walk
from aerostack.project.kinds import BY_NAME
from aerostack.project.names import WorkerName, clashes, label, worker_name, worker_names
from aerostack.project.secrets import required_secrets, secret_errors


def load(path: Path, environment: str | None, *, defined: bool = True, code: bool = True) -> Project:
    """Read the file and flatten one environment; ``None`` is the base.

    With ``defined=False`` the file need not define the environment: it is the base under that name then. With
    ``code=False`` the entry point is not looked for: it may not have been built. Raises ``ConfigError``: the first
    problem of the base and this environment, in the order of the file.
    """
    document = read(path)
    if environment is not None and not defined:
        document = document.including(environment)
    project, problems = _examine(document, environment, code=code)
    if project is not None:
        return project
    error = problems[0]
    if len(problems) > 1:
        rest = len(problems) - 1
        error.hint = f"{error.hint}; {rest} more problem{'s' * (rest > 1)}: aerostack config check"
    raise error


def check(path: Path) -> tuple[ConfigError, ...]:
    """All problems of the base and of every environment, in the order of the file. Asks nobody else."""
    try:
        document = read(path)
    except ConfigError as error:
        return (error,)
    found: dict[tuple[str, Location | None], ConfigError] = {}
    for environment in (None, *document.environments):
        for problem in _examine(document, environment)[1]:
            found.setdefault((problem.message, problem.where), problem)
    return _in_order(found.values())


def refuse_placeholders(project: Project) -> None:
    """Raise ``ConfigError`` for the first database or namespace that has no real id yet."""
    missing = [resource for resource in project.resources if resource.id is None and BY_NAME[resource.kind].id]
    if not missing:
        return
    resource = missing[0]
    kind = BY_NAME[resource.kind]
    state = (
        "has no id"
        if resource.placeholder is None
        else f"has the placeholder `{shown(resource.placeholder)}` as its id"
    )
    others = "" if len(missing) == 1 else f" ({len(missing) - 1} more like it)"
    raise ConfigError(
        f"the {kind.title} bound as `{resource.binding}` {state}, and Cloudflare refuses that with code 10021"
        f" (a binding must have a valid `id`){others}",
        key=kind.id,
        hint=f"deploy without --no-provision to have it created, or write the id of an existing one, {kind.id_form}, "
        f'here: {kind.id} = "…"',
        where=resource.where,
        code="placeholder",
    )


def _examine(
    document: Document, environment: str | None, *, code: bool = True
) -> tuple[Project | None, tuple[ConfigError, ...]]:
    """The project, or else everything that keeps it from being one."""
    problems = [*credential_errors(document), *rules.shape_errors(document, environment)]
    if problems:
        return None, _in_order(problems)
    flat = flatten(document, environment)
    incomplete = flat.errors or list(rules.incomplete(document, flat))
    problems += incomplete
    problems += () if incomplete else rules.route_errors(document, flat)
    secrets = required_secrets(document, environment)
    problems += rules.binding_errors(document, flat, secrets)
    problems += secret_errors(document, secrets)
    problems += rules.date_errors(document, flat)
    problems += rules.exclusive_errors(document, flat)
    problems += clashes(document)
    worker = None
    try:
        worker = worker_name(document, environment)
    except ConfigError as error:
        problems.append(error)
    main = None
    try:
        main = entry_point(document, flat) if code else None
    except ConfigError as error:
        problems.append(error)
    if problems or worker is None:
        return None, _in_order(problems)
    flat.config["name"] = worker.name
    resources.name_all(document, environment, flat)
    found = resources.sites(document, environment, flat)
    problems += resources.conflicts(document, flat, found)
    if problems:
        return None, _in_order(problems)
    notes = [
        *_name_notes(document, environment, worker),
        *apply_defaults(document, environment, flat, secrets),
        *resources.notes(document, environment, flat, found),
    ]
    return Project(
        name=worker.name,
        root=document.path.parent,
        file=document.path,
        environment=environment,
        main=main,
        config=flat.config,
        resources=tuple(site.resource for site in found),
        required_secrets=tuple(secrets),
        environments=document.environments,
        where=_places(document, flat),
        notes=tuple(notes),
    ), ()


def _name_notes(document: Document, environment: str | None, worker: WorkerName) -> list[str]:
    notes = []
    if worker.name != worker.written:
        notes.append(
            f"{document.locate(worker.at)}: `{shown(worker.written)}` is deployed as the Worker `{worker.name}`"
        )
    for other, its in worker_names(document).items():
        if other != environment and its.name == worker.name:
            notes.append(
                f"{document.locate(worker.at)}: {label(other)} has the same Worker name, so they replace each other"
            )
    return notes


def _places(document: Document, flat: Flat) -> dict[str, Location]:
    places = {}
    for path in walk(flat.config):
        origin = flat.origin(path)
        if value_at(document.data, origin) is not None:
            places[dotted(path)] = document.locate(origin)
    return places


def _in_order(problems: Iterable[ConfigError]) -> tuple[ConfigError, ...]:
    def place(problem: ConfigError) -> tuple[int, int]:
        return (problem.where.line, problem.where.column) if problem.where else (0, 0)

    return tuple(sorted(problems, key=place))
