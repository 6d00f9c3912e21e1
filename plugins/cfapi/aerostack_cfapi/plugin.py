"""The hooks of the backend ``cfapi``. Each calls the module that does the work, imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

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
from aerostack_cfapi.settings import CfapiSettings

if TYPE_CHECKING:
    from aerostack_cloudflare.account import Cloudflare


@hookimpl
def aerostack_backend() -> BackendSpec:
    return BackendSpec(
        summary="your own Cloudflare account, through Cloudflare's REST API; needs no Node",
        settings=CfapiSettings,
        capabilities=frozenset({"migrations", "resources", "rollback", "secrets"}),
    )


@hookimpl
def aerostack_resolve(
    project: Project, settings: CfapiSettings, policy: Policy, journals: Journals, tools: Tools
) -> Resolution:
    from aerostack_cfapi.keys import check_keys

    check_keys(project)
    tools.bundle(project)  # it is built while the rest of this backend is loaded
    from aerostack_cfapi.resolve import resolve

    return resolve(project, settings, policy, journals, tools)


@hookimpl
def aerostack_provision(
    project: Project, resolution: Resolution, settings: CfapiSettings, journal: Journal, tools: Tools
) -> Provisioned:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project.provision import provision

    def account() -> Cloudflare:
        return connect(project, settings, tools)

    return provision(account, project, resolution, journal, tools, settings.concurrency)


@hookimpl
def aerostack_deploy(
    project: Project,
    resolution: Resolution,
    provisioned: Provisioned,
    settings: CfapiSettings,
    journal: Journal,
    tools: Tools,
) -> Deployment:
    from aerostack_cfapi.deploy import deploy

    return deploy(project, resolution, provisioned, settings, journal, tools)


@hookimpl
def aerostack_resources(
    project: Project, settings: CfapiSettings, journals: OpenJournals, tools: Tools
) -> tuple[OwnedResource, ...]:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project import owned

    return owned.listed(connect(project, settings, tools), project, journals, settings.concurrency)


@hookimpl
def aerostack_delete_resource(
    project: Project, resource: OwnedResource, settings: CfapiSettings, journals: OpenJournals, tools: Tools
) -> OwnedResource:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project import owned

    return owned.delete(connect(project, settings, tools), resource, journals, tools)


@hookimpl
def aerostack_rollback(
    project: Project, version: str | None, settings: CfapiSettings, journals: OpenJournals, tools: Tools
) -> RolledBack:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project.rollback import rollback

    return rollback(connect(project, settings, tools), project, version, journals, tools)


@hookimpl
def aerostack_secrets(
    project: Project, settings: CfapiSettings, journals: OpenJournals, tools: Tools
) -> tuple[SecretName, ...]:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project import secrets

    return secrets.listed(connect(project, settings, tools), project, journals)


@hookimpl
def aerostack_change_secrets(
    project: Project,
    changes: Mapping[str, Secret | None],
    settings: CfapiSettings,
    journals: OpenJournals,
    tools: Tools,
) -> SecretsChanged:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project import secrets

    return secrets.change(connect(project, settings, tools), project, changes, journals, tools)


@hookimpl
def aerostack_migrations(
    project: Project,
    database: Resource,
    table: str,
    settings: CfapiSettings,
    journals: OpenJournals,
    tools: Tools,
) -> tuple[str, ...]:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project import migrations

    return migrations.applied(connect(project, settings, tools), project, database, table, journals)


@hookimpl
def aerostack_apply_migration(
    project: Project,
    database: Resource,
    table: str,
    migration: Migration,
    settings: CfapiSettings,
    journals: OpenJournals,
    tools: Tools,
) -> Migration:
    from aerostack_cfapi.account import connect
    from aerostack_cloudflare.project import migrations

    return migrations.apply(connect(project, settings, tools), project, database, table, migration, journals, tools)
