"""What the user should know before the plan is carried out."""

from __future__ import annotations

from collections.abc import Collection

from aerostack.model import Action, Project
from aerostack_cloudflare.project.observed import Worker


def notes(project: Project, worker: Worker | None, actions: list[Action]) -> tuple[str, ...]:
    """Bindings that move to another resource, and required secrets that are not set."""
    found = []
    for resource, action in zip(project.resources, actions, strict=False):
        bound = worker.bound(resource) if worker else None
        if bound and action.id and resource.kind in ("d1", "kv") and bound != action.id:
            found.append(f"the binding {resource.binding} moves from {bound} to {action.id}, as aerostack.toml says")
    return (*found, *unset_secrets(project, worker.secrets if worker else frozenset()))


def unset_secrets(project: Project, secrets: Collection[str]) -> tuple[str, ...]:
    """A note about the required secrets that are not among ``secrets``, if there are any."""
    unset = [name for name in project.required_secrets if name not in secrets]
    if not unset:
        return ()
    return (
        f"required secrets that are not set on {project.name}: {', '.join(unset)} "
        f"(after the deploy: `aerostack secrets set {unset[0]}`, with the same --env and --backend)",
    )
