"""The hook through which the command line asks."""

from __future__ import annotations

from aerostack.errors import AerostackError
from aerostack.hookspecs import hookimpl
from aerostack.model import Bundle, Diagnosis, Project
from aerostack_cloudflare.explanations.explain import explain


@hookimpl
def aerostack_diagnose(error: AerostackError, project: Project, bundle: Bundle | None) -> Diagnosis | None:
    return explain(error, project, bundle)
