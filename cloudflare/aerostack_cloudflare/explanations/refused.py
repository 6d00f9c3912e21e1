"""Code 10021 in all its forms. The code says only that a Worker was refused; the text, which differs, says why."""

from __future__ import annotations

import re
from collections.abc import Callable

from aerostack.errors import Location
from aerostack.model import Diagnosis, Project
from aerostack_cloudflare.explanations.bindings import TITLES
from aerostack_cloudflare.explanations.entries import bound_as
from aerostack_cloudflare.explanations.explanation import Explanation
from aerostack_cloudflare.explanations.failure import Failure

_QUOTED = r"""['"`]?([^\s'"`]+)['"`]?"""


def refused(found: Failure, row: Explanation, project: Project) -> Diagnosis | None:
    """The first form whose text it is."""
    for pattern, diagnose in _FORMS:
        match = re.search(pattern, found.text, re.IGNORECASE)
        if match:
            return diagnose(match, project)
    return None


def _bad_target(match: re.Match[str], project: Project) -> Diagnosis:
    """A binding whose id is a placeholder, or names nothing."""
    binding = match[1]
    entry = bound_as(project, binding)
    if entry is None:
        return Diagnosis(
            message=f"the binding `{binding}` names nothing that exists in the account",
            hint=f"add `{binding}` to aerostack.toml, or correct the id that it has there",
        )
    title = TITLES.get(entry.table, "what it names")
    if entry.target is None:
        state = f"the binding `{binding}` has no {entry.key}"
    else:
        state = f"the binding `{binding}` is bound to {title} `{entry.target}`, which does not exist in the account"
    if entry.table in ("d1_databases", "kv_namespaces"):
        form = "a UUID" if entry.table == "d1_databases" else "32 hex digits"
        hint = f"remove {entry.key} there and deploy again to have one created, or write an existing one: {form}"
    else:
        hint = f"correct {entry.key} there, or create what it names first"
    return Diagnosis(message=state, hint=hint, where=entry.where)


def _name_used_twice(match: re.Match[str], project: Project) -> Diagnosis:
    entry = bound_as(project, match[1])
    where = project.where.get(f"vars.{match[1]}") or (entry.where if entry else None)
    return Diagnosis(
        message=f"two bindings, variables or secrets of the Worker are called `{match[1]}`",
        hint=f"give one of them another name; a secret is removed with: aerostack secrets delete {match[1]}",
        where=where,
    )


def _nothing_to_inherit(match: re.Match[str], project: Project) -> Diagnosis:
    return Diagnosis(
        message=f"the secret `{match[1]}` is to be kept from the version before, which does not have it",
        hint=f"set it: aerostack secrets set {match[1]}, with the same --env and --backend",
    )


def _threw(match: re.Match[str], project: Project) -> Diagnosis:
    return Diagnosis(
        message="the code throws while it is loaded, before any request",
        hint="mend the place that is named, or do that work inside a handler; the version that was live still is",
    )


def _module(match: re.Match[str], project: Project) -> Diagnosis:
    return Diagnosis(
        message=f"the code imports `{match[1]}`, which is not among the uploaded modules",
        hint='install the package, or, for a module of Node\'s, add compatibility_flags = ["nodejs_compat"]',
        where=project.where.get("compatibility_flags") or project.where.get("main"),
    )


def _says(message: str, hint: str, *keys: str) -> Callable[[re.Match[str], Project], Diagnosis]:
    """A form that is the same each time, but for the place: that of the first of ``keys`` that the file has."""

    def diagnose(match: re.Match[str], project: Project) -> Diagnosis:
        places: list[Location] = [project.where[key] for key in keys if key in project.where]
        return Diagnosis(message=message, hint=hint, where=places[0] if places else None)

    return diagnose


#: Text → what it means. The first that fits counts.
_FORMS: tuple[tuple[str, Callable[[re.Match[str], Project], Diagnosis]], ...] = (
    (rf"binding {_QUOTED} of type inherit", _nothing_to_inherit),
    (rf"binding {_QUOTED} of type \w+ must have a", _bad_target),
    (rf"binding {_QUOTED} references", _bad_target),
    (rf"binding name {_QUOTED} is used", _name_used_twice),
    (
        r"exceeded .*cpu|cpu .*(?:limit|exceeded)|startup .*time",
        _says(
            "the code computes too long while it is loaded: Cloudflare gives it 1 second before the first request",
            "do the work inside a handler, at the first request, or while building",
            "main",
        ),
    ),
    (
        r"exceeded .*memory|memory .*(?:limit|exceeded)",
        _says(
            "the code takes more memory than the 128 MB of a Worker while it is loaded",
            "load large data from R2 or KV at run time",
            "main",
        ),
    ),
    (
        r"compatibility[ _]date|newest date supported",
        _says(
            "Cloudflare does not know this compatibility date yet, or it is no date",
            'write one that is not in the future: compatibility_date = "YYYY-MM-DD"',
            "compatibility_date",
        ),
    ),
    (
        r"compatibility[ _]flag",
        _says(
            "a compatibility flag is unknown, contradicts another, or is on by the compatibility date already",
            "remove or correct it: https://developers.cloudflare.com/workers/configuration/compatibility-flags/",
            "compatibility_flags",
            "compatibility_flags[0]",
        ),
    ),
    (
        r"no registered event handlers|no event handlers",
        _says(
            "the entry module exports no handler, so nothing could ever call the Worker",
            "export one: export default { fetch(request, env) { … } }",
            "main",
        ),
    ),
    (rf"no such module:? {_QUOTED}", _module),
    (r"(Uncaught [^\n]+|\w*Error: [^\n]+)", _threw),
)
