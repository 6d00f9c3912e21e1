"""What a project says of its address. Pure."""

from __future__ import annotations

from aerostack.model import Project


def wanted_address(project: Project) -> tuple[bool, bool | None]:
    """Whether the Worker is to answer on workers.dev, and its previews too; ``None`` leaves previews as they are."""
    enabled, previews = project.config.get("workers_dev"), project.config.get("preview_urls")
    return (enabled if isinstance(enabled, bool) else True), (previews if isinstance(previews, bool) else None)
