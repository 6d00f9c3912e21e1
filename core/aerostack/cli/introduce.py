"""The first lines of every run that goes somewhere: which backend and environment, and who said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aerostack.cli.output import Output
    from aerostack.pipeline import Prepared


def introduce(output: Output, prepared: Prepared) -> None:
    """Say them, and warn of an environment that nobody named."""
    output.say(f"backend {prepared.choice.name} ({prepared.choice.source})")
    project = prepared.project
    environment = project.environment or "base"
    source = prepared.environment_source
    worker = f", worker {project.name}" if project.name else ""
    output.say(f"environment {environment} ({source}){worker}")
    others = [name for name in project.environments if name != project.environment]
    if source == "default" and others:
        output.warn(
            f"no environment was named, so this is {environment}; the file also defines {', '.join(others)}: "
            "choose with --env"
        )


def heading(prepared: Prepared) -> dict[str, Any]:
    """The same, as a JSON document begins."""
    from aerostack.pipeline.plan import heading

    return heading(prepared)
