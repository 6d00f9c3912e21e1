"""The typed façade of a loaded backend: the only caller of its hooks.

pluggy checks neither return types nor whose exception it lets through; this does both, so that a failure always names
the backend it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aerostack.capabilities import (
    CAPABILITIES,
    Migration,
    OpenJournals,
    OwnedResource,
    RolledBack,
    SecretName,
    SecretsChanged,
)
from aerostack.errors import AerostackError, BackendContractError, BackendError, UnsupportedError
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

if TYPE_CHECKING:
    import pluggy

R = TypeVar("R")


class Backend:
    """One backend, verified. ``name`` is what the user typed, ``package`` who ships it."""

    def __init__(self, *, name: str, package: str, manager: pluggy.PluginManager) -> None:
        self.name = name
        self.package = package
        self._hook = manager.hook

    def spec(self) -> BackendSpec:
        """``aerostack_backend``."""
        spec = self._call("aerostack_backend", BackendSpec)
        if not is_dataclass(spec.settings):
            raise self._contract("aerostack_backend gives settings that are not a dataclass")
        implemented = {name for name in CAPABILITIES if self._can(name)}
        if spec.capabilities != implemented:
            difference = ", ".join(sorted(spec.capabilities ^ implemented))
            raise self._contract(f"aerostack_backend names other capabilities than it has hooks for: {difference}")
        return spec

    def resolve(self, project: Project, settings: Any, policy: Policy, journals: Journals, tools: Tools) -> Resolution:
        """``aerostack_resolve``."""
        return self._call(
            "aerostack_resolve",
            Resolution,
            project=project,
            settings=settings,
            policy=policy,
            journals=journals,
            tools=tools,
        )

    def provision(
        self,
        project: Project,
        resolution: Resolution,
        settings: Any,
        policy: Policy,
        journal: Journal,
        tools: Tools,
    ) -> Provisioned:
        """``aerostack_provision``; the answer holds every resource of the project, and no other."""
        provisioned = self._call(
            "aerostack_provision",
            Provisioned,
            project=project,
            resolution=resolution,
            settings=settings,
            policy=policy,
            journal=journal,
            tools=tools,
        )
        wanted = {resource.key for resource in project.resources}
        if set(provisioned.ids) != wanted:
            difference = ", ".join(sorted(wanted ^ set(provisioned.ids)))
            raise self._contract(f"aerostack_provision left out or invented resources: {difference}")
        return provisioned

    def deploy(
        self,
        project: Project,
        resolution: Resolution,
        provisioned: Provisioned,
        settings: Any,
        journal: Journal,
        tools: Tools,
    ) -> Deployment:
        """``aerostack_deploy``."""
        return self._call(
            "aerostack_deploy",
            Deployment,
            project=project,
            resolution=resolution,
            provisioned=provisioned,
            settings=settings,
            journal=journal,
            tools=tools,
        )

    def config(self, project: Project, ids: Mapping[str, str], folder: Path) -> Mapping[str, Any]:
        """``aerostack_config``. Raises ``UnsupportedError`` where the backend writes no configuration."""
        if not self._hook.aerostack_config.get_hookimpls():
            raise self._unsupported(
                "writes no configuration for another program", hint="ask one that does: --backend wrangler"
            )
        return self._call("aerostack_config", Mapping, project=project, ids=ids, folder=folder)  # type: ignore[type-abstract]

    def rollback(
        self, project: Project, version: str | None, settings: Any, journals: OpenJournals, tools: Tools
    ) -> RolledBack:
        """``aerostack_rollback``. Raises ``UnsupportedError``, as all that follow, where the backend cannot do that."""
        self._need("rollback")
        return self._call(
            "aerostack_rollback",
            RolledBack,
            project=project,
            version=version,
            settings=settings,
            journals=journals,
            tools=tools,
        )

    def resources(
        self, project: Project, settings: Any, journals: OpenJournals, tools: Tools
    ) -> tuple[OwnedResource, ...]:
        """``aerostack_resources``."""
        self._need("resources")
        arguments = {"project": project, "settings": settings, "journals": journals, "tools": tools}
        return self._each(OwnedResource, self._call("aerostack_resources", tuple, **arguments))

    def delete_resource(
        self, project: Project, resource: OwnedResource, settings: Any, journals: OpenJournals, tools: Tools
    ) -> OwnedResource:
        """``aerostack_delete_resource``."""
        self._need("resources")
        return self._call(
            "aerostack_delete_resource",
            OwnedResource,
            project=project,
            resource=resource,
            settings=settings,
            journals=journals,
            tools=tools,
        )

    def secrets(self, project: Project, settings: Any, journals: OpenJournals, tools: Tools) -> tuple[SecretName, ...]:
        """``aerostack_secrets``."""
        self._need("secrets")
        arguments = {"project": project, "settings": settings, "journals": journals, "tools": tools}
        return self._each(SecretName, self._call("aerostack_secrets", tuple, **arguments))

    def change_secrets(
        self,
        project: Project,
        changes: Mapping[str, Secret | None],
        settings: Any,
        journals: OpenJournals,
        tools: Tools,
    ) -> SecretsChanged:
        """``aerostack_change_secrets``."""
        self._need("secrets")
        return self._call(
            "aerostack_change_secrets",
            SecretsChanged,
            project=project,
            changes=changes,
            settings=settings,
            journals=journals,
            tools=tools,
        )

    def migrations(
        self, project: Project, database: Resource, table: str, settings: Any, journals: OpenJournals, tools: Tools
    ) -> tuple[str, ...]:
        """``aerostack_migrations``."""
        self._need("migrations")
        found = self._call(
            "aerostack_migrations",
            tuple,
            project=project,
            database=database,
            table=table,
            settings=settings,
            journals=journals,
            tools=tools,
        )
        return self._each(str, found)

    def apply_migration(
        self,
        project: Project,
        database: Resource,
        table: str,
        migration: Migration,
        settings: Any,
        journals: OpenJournals,
        tools: Tools,
    ) -> Migration:
        """``aerostack_apply_migration``."""
        self._need("migrations")
        return self._call(
            "aerostack_apply_migration",
            Migration,
            project=project,
            database=database,
            table=table,
            migration=migration,
            settings=settings,
            journals=journals,
            tools=tools,
        )

    def _each(self, kind: type[R], found: tuple[Any, ...]) -> tuple[R, ...]:
        for item in found:
            if not isinstance(item, kind):
                raise self._contract(f"answered with {type(item).__name__} among {kind.__name__}")
        return found

    def _can(self, capability: str) -> bool:
        return any(getattr(self._hook, hook).get_hookimpls() for hook in CAPABILITIES[capability][0])

    def _need(self, capability: str) -> None:
        if not self._can(capability):
            raise self._unsupported(
                f"cannot {CAPABILITIES[capability][1]}",
                hint=f"choose one with --backend that can: `aerostack backends --check` lists `{capability}` with it",
            )

    def _unsupported(self, what: str, *, hint: str) -> UnsupportedError:
        error = UnsupportedError(f"the backend `{self.name}` {what}", hint=hint)
        error.backend = self.name
        return error

    def _call(self, hook: str, expected: type[R], **arguments: Any) -> R:
        try:
            result = getattr(self._hook, hook)(**arguments)
        except AerostackError as error:
            if isinstance(error, BackendError) and error.backend is None:
                error.backend = self.name
            raise
        except Exception as error:
            raise self._contract(f"crashed in {hook}: {type(error).__name__}: {error}") from error
        if not isinstance(result, expected):
            raise self._contract(f"{hook} answered with {type(result).__name__} instead of {expected.__name__}")
        return result

    def _contract(self, what: str) -> BackendContractError:
        error = BackendContractError(
            f"the backend `{self.name}` {what}" if what.startswith("crashed") else f"the backend `{self.name}`: {what}",
            hint=f"this is a bug in {self.package}; --debug shows where",
        )
        error.backend = self.name
        return error
