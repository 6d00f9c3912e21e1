"""Knows the error that the company's library throws when a variable is missing."""

from __future__ import annotations

from aerostack.errors import AerostackError
from aerostack.hookspecs import hookimpl
from aerostack.model import Diagnosis, Project


@hookimpl
def aerostack_diagnose(error: AerostackError, project: Project) -> Diagnosis | None:
    if "HELLO_REGION is not set" not in error.message:
        return None
    return Diagnosis(
        message="the hello library does not know the region",
        hint='add HELLO_REGION = "eu" under [vars]',
        where=project.where.get("vars"),
    )
