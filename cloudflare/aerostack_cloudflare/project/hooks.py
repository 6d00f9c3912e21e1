"""The hooks that are the same for every backend on a Cloudflare account, whoever uploads the code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from aerostack.capabilities import Migration, OpenJournals, OwnedResource, RolledBack, SecretName, SecretsChanged
from aerostack.hookspecs import hookimpl
from aerostack.model import Journal, Project, Provisioned, Resolution, Resource, Secret, Tools

if TYPE_CHECKING:
    from aerostack_cloudflare.account import Cloudflare


class Settings(Protocol):
    """What the settings of such a backend have in common: ``concurrency`` bounds the calls under way at once."""

    @property
    def concurrency(self) -> int: ...


S = TypeVar("S", bound=Settings)


class AccountHooks(ABC, Generic[S]):
    """To be registered with pluggy as an object: a subclass says how to connect, and adds what is its own."""

    #: What these hooks make such a backend capable of.
    CAPABILITIES = frozenset({"migrations", "resources", "rollback", "secrets"})

    @abstractmethod
    def connect(self, project: Project, settings: S, tools: Tools) -> Cloudflare:
        """The account. Raises ``AuthError`` without credentials."""

    @hookimpl
    def aerostack_provision(
        self, project: Project, resolution: Resolution, settings: S, journal: Journal, tools: Tools
    ) -> Provisioned:
        from aerostack_cloudflare.project.provision import provision

        def account() -> Cloudflare:
            return self.connect(project, settings, tools)

        return provision(account, project, resolution, journal, tools, settings.concurrency)

    @hookimpl
    def aerostack_resources(
        self, project: Project, settings: S, journals: OpenJournals, tools: Tools
    ) -> tuple[OwnedResource, ...]:
        from aerostack_cloudflare.project import owned

        return owned.listed(self.connect(project, settings, tools), project, journals, settings.concurrency)

    @hookimpl
    def aerostack_delete_resource(
        self, project: Project, resource: OwnedResource, settings: S, journals: OpenJournals, tools: Tools
    ) -> OwnedResource:
        from aerostack_cloudflare.project import owned

        return owned.delete(self.connect(project, settings, tools), resource, journals, tools)

    @hookimpl
    def aerostack_rollback(
        self, project: Project, version: str | None, settings: S, journals: OpenJournals, tools: Tools
    ) -> RolledBack:
        from aerostack_cloudflare.project.rollback import rollback

        return rollback(self.connect(project, settings, tools), project, version, journals, tools)

    @hookimpl
    def aerostack_secrets(
        self, project: Project, settings: S, journals: OpenJournals, tools: Tools
    ) -> tuple[SecretName, ...]:
        from aerostack_cloudflare.project import secrets

        return secrets.listed(self.connect(project, settings, tools), project, journals)

    @hookimpl
    def aerostack_change_secrets(
        self,
        project: Project,
        changes: Mapping[str, Secret | None],
        settings: S,
        journals: OpenJournals,
        tools: Tools,
    ) -> SecretsChanged:
        from aerostack_cloudflare.project import secrets

        return secrets.change(self.connect(project, settings, tools), project, changes, journals, tools)

    @hookimpl
    def aerostack_migrations(
        self,
        project: Project,
        database: Resource,
        table: str,
        settings: S,
        journals: OpenJournals,
        tools: Tools,
    ) -> tuple[str, ...]:
        from aerostack_cloudflare.project import migrations

        return migrations.applied(self.connect(project, settings, tools), project, database, table, journals)

    @hookimpl
    def aerostack_apply_migration(
        self,
        project: Project,
        database: Resource,
        table: str,
        migration: Migration,
        settings: S,
        journals: OpenJournals,
        tools: Tools,
    ) -> Migration:
        from aerostack_cloudflare.project import migrations

        account = self.connect(project, settings, tools)
        return migrations.apply(account, project, database, table, migration, journals, tools)
