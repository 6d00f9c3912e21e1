"""Everything that is decided before any backend hook but ``aerostack_backend`` runs: project, backend, settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aerostack import backends, project, settings
from aerostack.backends import Backend, Choice
from aerostack.errors import ConfigError
from aerostack.model import Project
from aerostack.pipeline.request import Request
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A checked project and the backend that will carry it, with its settings."""

    request: Request
    choice: Choice
    backend: Backend
    project: Project
    settings: Any
    environment_source: str


def prepare(request: Request, environ: Mapping[str, str], *, code: bool = True) -> Prepared:
    """Read and check the file, choose and load the backend. Raises ``ConfigError``, ``BackendLoadError``.

    ``code`` says whether there has to be an entry point: only a deploy needs one.
    """
    path = project.find(request.path)
    document = project.read(path)
    environment, source = _environment(request, environ, document)
    choice = backends.choose(
        flag=request.backend,
        use_own_account=request.use_own_account,
        environ=environ,
        configured=document.deploy(environment if environment in document.environments else None).choice,
    )
    backend = _load(choice)
    spec = backend.spec()
    if environment is None and source == "default":
        environment = spec.default_environment
    if environment is not None and spec.any_environment:
        document = document.including(environment)
    loaded = project.load(path, environment, defined=not spec.any_environment, code=code)
    if request.policy.provision is False and not spec.keeps_ids:
        project.refuse_placeholders(loaded)
    table, where = document.backend(choice.name, environment)
    return Prepared(
        request=request,
        choice=choice,
        backend=backend,
        project=loaded,
        settings=settings.build(
            spec.settings,
            backend=choice.name,
            table=table,
            options=request.options,
            where=where,
            flags=request.flags,
        ),
        environment_source=source,
    )


def reloaded(prepared: Prepared) -> Prepared:
    """With the file as it is now: ids that a run has written into it have moved what stands below them."""
    defined = not prepared.backend.spec().any_environment
    return replace(prepared, project=project.load(prepared.project.file, prepared.project.environment, defined=defined))


def _load(choice: Choice) -> Backend:
    try:
        return backends.load(backends.find_one(choice.name))
    except ConfigError as error:
        error.where = error.where or choice.where
        if choice.source == "default":
            error.hint = f"choose one with --backend NAME or `[deploy] backend`; {error.hint}"
        raise


def _environment(request: Request, environ: Mapping[str, str], document: Any) -> tuple[str | None, str]:
    """``--env`` › ``AEROSTACK_ENV`` › ``[deploy] environment`` › the backend's default, resolved by the caller."""
    if request.environment is not None:
        return request.environment or None, "--env"
    if environ.get("AEROSTACK_ENV"):
        return environ["AEROSTACK_ENV"], "AEROSTACK_ENV"
    configured = document.deploy(None).environment
    if configured:
        return configured, "[deploy] environment"
    return None, "default"
