"""The hooks of the backend ``aerostack``. Each calls the module that does the work, imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.capabilities import Migration, OpenJournals, OwnedResource, RolledBack, SecretName, SecretsChanged
from aerostack.hookspecs import hookimpl
from aerostack.model import (
    BackendSpec,
    Deployment,
    Journal,
    Journals,
    Policy,
    Project,
    Provisioned,
    Resolution,
    Resource,
    Secret,
    Tools,
)
from aerostack_hosted.settings import HostedSettings


@hookimpl
def aerostack_backend() -> BackendSpec:
    return BackendSpec(
        summary="Aerostack's infrastructure; needs no Cloudflare account",
        settings=HostedSettings,
        default_environment="staging",
        any_environment=True,
        keeps_ids=True,
        capabilities=frozenset({"migrations", "resources", "rollback", "secrets"}),
    )


@hookimpl
def aerostack_resolve(
    project: Project, settings: HostedSettings, policy: Policy, journals: Journals, tools: Tools
) -> Resolution:
    from aerostack_hosted.resolve import resolve

    return resolve(project, settings, policy, journals, tools)


@hookimpl
def aerostack_provision(
    project: Project, resolution: Resolution, settings: HostedSettings, journal: Journal, tools: Tools
) -> Provisioned:
    from aerostack_hosted.provision import provision

    return provision(project, resolution, settings, journal, tools)


@hookimpl
def aerostack_deploy(
    project: Project, resolution: Resolution, settings: HostedSettings, journal: Journal, tools: Tools
) -> Deployment:
    from aerostack_hosted.deploy import deploy

    return deploy(project, resolution, settings, journal, tools)


@hookimpl
def aerostack_resources(project: Project, settings: HostedSettings, tools: Tools) -> tuple[OwnedResource, ...]:
    from aerostack_hosted.resources import listed

    return listed(project, settings, tools)


@hookimpl
def aerostack_delete_resource(project: Project, resource: OwnedResource) -> OwnedResource:
    from aerostack_hosted.resources import refuse_deletion

    raise refuse_deletion(project, resource)


@hookimpl
def aerostack_rollback(
    project: Project, version: str | None, settings: HostedSettings, journals: OpenJournals, tools: Tools
) -> RolledBack:
    from aerostack_hosted.rollback import rollback

    return rollback(project, version, settings, journals, tools)


@hookimpl
def aerostack_secrets(project: Project, settings: HostedSettings, tools: Tools) -> tuple[SecretName, ...]:
    from aerostack_hosted.secrets import listed

    return listed(project, settings, tools)


@hookimpl
def aerostack_change_secrets(
    project: Project,
    changes: Mapping[str, Secret | None],
    settings: HostedSettings,
    journals: OpenJournals,
    tools: Tools,
) -> SecretsChanged:
    from aerostack_hosted.secrets import change

    return change(project, changes, settings, journals, tools)


@hookimpl
def aerostack_migrations(
    project: Project, database: Resource, table: str, settings: HostedSettings, tools: Tools
) -> tuple[str, ...]:
    from aerostack_hosted.migrations import applied

    return applied(project, database, table, settings, tools)


@hookimpl
def aerostack_apply_migration(
    project: Project, database: Resource, table: str, migration: Migration, settings: HostedSettings, tools: Tools
) -> Migration:
    from aerostack_hosted.migrations import apply

    return apply(project, database, table, migration, settings, tools)
