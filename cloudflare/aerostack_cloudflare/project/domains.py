"""The custom domains that a project names, and which Workers they lead to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerostack.errors import ConflictError, Location
from aerostack.model import Policy, Project


def custom_domains(project: Project) -> Mapping[str, Location | None]:
    """The host names with their places in the file."""
    return {
        str(entry["pattern"]).lower(): project.where.get(f"{key}.pattern")
        for key, entry in routes(project)
        if is_domain(entry)
    }


def routes(project: Project) -> list[tuple[str, Any]]:
    """Everything by which requests reach the Worker beside workers.dev, with its key path."""
    single, several = project.config.get("route"), project.config.get("routes")
    found: list[tuple[str, Any]] = [("route", single)] if single else []
    return found + [
        (f"routes[{n}]", route) for n, route in enumerate(several if isinstance(several, list | tuple) else ())
    ]


def is_domain(route: object) -> bool:
    """Whether it is a custom domain, and no pattern."""
    return isinstance(route, Mapping) and route.get("custom_domain") is True


def has_patterns(project: Project) -> bool:
    """Whether there is any route that is no custom domain."""
    return not all(is_domain(route) for _, route in routes(project))


def unset_domain(project: Project, workers: Mapping[str, str | None]) -> str | None:
    """What the file says of them and the account does not show; ``workers`` are those that they lead to."""
    for hostname in custom_domains(project):
        if workers.get(hostname) != project.name:
            return f"the domain {hostname} leads to {workers.get(hostname) or 'nothing'}"
    return None


def check_domains(project: Project, workers: Mapping[str, str | None], policy: Policy) -> None:
    """Raise ``ConflictError`` for a domain that leads to another Worker, unless the policy adopts it by name.

    ``workers`` are the names of the Workers that the project's domains lead to. Without a terminal, wrangler takes a
    domain away from whoever has it, and an environment inherits those of the base: staging would get what production
    is asked for.
    """
    for hostname, where in custom_domains(project).items():
        other = workers.get(hostname)
        if other in (None, project.name) or f"domain/{hostname}" in policy.adopt:
            continue
        raise ConflictError(
            f"the domain {hostname} leads to the Worker {other}, from which this deploy would take it away",
            applied=False,
            where=where,
            hint=(
                f"give the environment `{project.environment}` routes of its own"
                if project.environment is not None
                else "choose another domain"
            )
            + f"; or, if it is to move here: --adopt domain/{hostname}",
        )
