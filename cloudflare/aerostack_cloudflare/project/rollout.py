"""A gradual rollout that is under way, which a deploy would end."""

from __future__ import annotations

from aerostack.errors import ConflictError
from aerostack.model import Project
from aerostack_cloudflare.project.observed import Worker


def check_rollout(project: Project, worker: Worker | None, *, allowed: bool) -> None:
    """Raise ``ConflictError`` when there is one and ``allowed`` is false."""
    if worker is None or len(worker.versions) < 2 or allowed:
        return
    split = "/".join(f"{percentage:g}" for _, percentage in worker.versions)
    raise ConflictError(
        f"a gradual rollout of {project.name} is under way ({split} %), and a deploy would end it",
        applied=False,
        hint="finish the rollout first, or end it with -o end_rollout=true",
    )
