"""The hooks of the backend ``wrangler``. Each calls the module that does the work, imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from aerostack_wrangler.settings import WranglerSettings

if TYPE_CHECKING:
    from aerostack_cloudflare.account import Cloudflare


@hookimpl
def aerostack_backend() -> BackendSpec:
    return BackendSpec(
        summary="your own Cloudflare account, through the real wrangler (--use-own-account)",
        settings=WranglerSettings,
        capabilities=frozenset({"migrations", "resources", "rollback", "secrets"}),
    )


@hookimpl
def aerostack_resolve(
    project: Project, settings: WranglerSettings, policy: Policy, journals: Journals, tools: Tools
) -> Resolution:
    from aerostack_wrangler.resolve import resolve

    return resolve(project, settings, policy, journals, tools)


@hookimpl
def aerostack_provision(
    project: Project, resolution: Resolution, settings: WranglerSettings, journal: Journal, tools: Tools
) -> Provisioned:
    from aerostack_cloudflare.project.provision import provision
    from aerostack_wrangler.account import connect

    def account() -> Cloudflare:
        return connect(project, settings, tools)

    return provision(account, project, resolution, journal, tools, settings.concurrency)


@hookimpl
def aerostack_deploy(
    project: Project,
    resolution: Resolution,
    provisioned: Provisioned,
    settings: WranglerSettings,
    journal: Journal,
    tools: Tools,
) -> Deployment:
    from aerostack_wrangler.deploy import deploy

    return deploy(project, resolution, provisioned, settings, journal, tools)


@hookimpl
def aerostack_config(project: Project, ids: Mapping[str, str], folder: Path) -> Mapping[str, Any]:
    from aerostack_wrangler.config import generate

    return generate(project, ids, folder)


@hookimpl
def aerostack_resources(
    project: Project, settings: WranglerSettings, journals: OpenJournals, tools: Tools
) -> tuple[OwnedResource, ...]:
    from aerostack_cloudflare.project import owned
    from aerostack_wrangler.account import connect

    return owned.listed(connect(project, settings, tools), project, journals, settings.concurrency)


@hookimpl
def aerostack_delete_resource(
    project: Project, resource: OwnedResource, settings: WranglerSettings, journals: OpenJournals, tools: Tools
) -> OwnedResource:
    from aerostack_cloudflare.project import owned
    from aerostack_wrangler.account import connect

    return owned.delete(connect(project, settings, tools), resource, journals, tools)


@hookimpl
def aerostack_rollback(
    project: Project, version: str | None, settings: WranglerSettings, journals: OpenJournals, tools: Tools
) -> RolledBack:
    from aerostack_cloudflare.project.rollback import rollback
    from aerostack_wrangler.account import connect

    return rollback(connect(project, settings, tools), project, version, journals, tools)


@hookimpl
def aerostack_secrets(
    project: Project, settings: WranglerSettings, journals: OpenJournals, tools: Tools
) -> tuple[SecretName, ...]:
    from aerostack_cloudflare.project import secrets
    from aerostack_wrangler.account import connect

    return secrets.listed(connect(project, settings, tools), project, journals)


@hookimpl
def aerostack_change_secrets(
    project: Project,
    changes: Mapping[str, Secret | None],
    settings: WranglerSettings,
    journals: OpenJournals,
    tools: Tools,
) -> SecretsChanged:
    from aerostack_cloudflare.project import secrets
    from aerostack_wrangler.account import connect

    return secrets.change(connect(project, settings, tools), project, changes, journals, tools)


@hookimpl
def aerostack_migrations(
    project: Project,
    database: Resource,
    table: str,
    settings: WranglerSettings,
    journals: OpenJournals,
    tools: Tools,
) -> tuple[str, ...]:
    from aerostack_cloudflare.project import migrations
    from aerostack_wrangler.account import connect

    return migrations.applied(connect(project, settings, tools), project, database, table, journals)


@hookimpl
def aerostack_apply_migration(
    project: Project,
    database: Resource,
    table: str,
    migration: Migration,
    settings: WranglerSettings,
    journals: OpenJournals,
    tools: Tools,
) -> Migration:
    from aerostack_cloudflare.project import migrations
    from aerostack_wrangler.account import connect

    return migrations.apply(connect(project, settings, tools), project, database, table, migration, journals, tools)
