"""The backend ``wrangler`` as pluggy knows it. Each hook calls the module that does the work, imported when needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    Tools,
)
from aerostack_cloudflare.project.hooks import AccountHooks
from aerostack_wrangler.settings import WranglerSettings

if TYPE_CHECKING:
    from aerostack_cloudflare.account import Cloudflare


class Wrangler(AccountHooks[WranglerSettings]):
    """The user's own account, through the real wrangler."""

    def connect(self, project: Project, settings: WranglerSettings, tools: Tools) -> Cloudflare:
        from aerostack_wrangler.account import connect

        return connect(project, settings, tools)

    @hookimpl
    def aerostack_backend(self) -> BackendSpec:
        return BackendSpec(
            summary="your own Cloudflare account, through the real wrangler (--use-own-account)",
            settings=WranglerSettings,
            capabilities=self.CAPABILITIES,
        )

    @hookimpl
    def aerostack_resolve(
        self, project: Project, settings: WranglerSettings, policy: Policy, journals: Journals, tools: Tools
    ) -> Resolution:
        from aerostack_wrangler.resolve import resolve

        return resolve(project, settings, policy, journals, tools)

    @hookimpl
    def aerostack_deploy(
        self,
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
    def aerostack_config(self, project: Project, ids: Mapping[str, str], folder: Path) -> Mapping[str, Any]:
        from aerostack_wrangler.config import generate

        return generate(project, ids, folder)


backend = Wrangler()
