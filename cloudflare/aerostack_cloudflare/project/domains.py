"""The custom domains that a project names, and who has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.errors import ConflictError, Location
from aerostack.model import Policy, Project


def custom_domains(project: Project) -> Mapping[str, Location | None]:
    """The host names with their places in the file."""
    single, several = project.config.get("route"), project.config.get("routes")
    entries = [("route.pattern", single)]
    entries += [(f"routes[{n}].pattern", r) for n, r in enumerate(several if isinstance(several, list | tuple) else ())]
    return {
        str(entry["pattern"]).lower(): project.where.get(key)
        for key, entry in entries
        if isinstance(entry, Mapping) and entry.get("custom_domain") is True
    }


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
