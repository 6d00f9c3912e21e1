"""What a project says of its address. Pure."""

from __future__ import annotations

from aerostack.model import Project
from aerostack_cloudflare.project.domains import routes


def wanted_address(project: Project) -> tuple[bool, bool | None]:
    """Whether the Worker is to answer on workers.dev, and its previews too; ``None`` leaves previews as they are.

    Unless the file says so or not, it is when the Worker has no domain.
    """
    enabled, previews = project.config.get("workers_dev"), project.config.get("preview_urls")
    wanted = enabled if isinstance(enabled, bool) else not routes(project)
    return wanted, (previews if isinstance(previews, bool) else None)
