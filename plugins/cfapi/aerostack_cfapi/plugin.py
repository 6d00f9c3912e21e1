"""The backend ``cfapi`` as pluggy knows it. Each hook calls the module that does the work, imported when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cloudflare.project.hooks import AccountHooks

if TYPE_CHECKING:
    from aerostack_cloudflare.account import Cloudflare


class Cfapi(AccountHooks[CfapiSettings]):
    """The user's own account, through Cloudflare's REST API."""

    def connect(self, project: Project, settings: CfapiSettings, tools: Tools) -> Cloudflare:
        from aerostack_cfapi.account import connect

        return connect(project, settings, tools)

    @hookimpl
    def aerostack_backend(self) -> BackendSpec:
        return BackendSpec(
            summary="your own Cloudflare account, through Cloudflare's REST API; needs no Node",
            settings=CfapiSettings,
            capabilities=self.CAPABILITIES,
        )

    @hookimpl
    def aerostack_resolve(
        self, project: Project, settings: CfapiSettings, policy: Policy, journals: Journals, tools: Tools
    ) -> Resolution:
        from aerostack_cfapi.keys import check_keys

        check_keys(project)
        tools.bundle(project)  # esbuild runs while this backend is loaded
        from aerostack_cfapi.resolve import resolve

        return resolve(project, settings, policy, journals, tools)

    @hookimpl
    def aerostack_deploy(
        self,
        project: Project,
        resolution: Resolution,
        provisioned: Provisioned,
        settings: CfapiSettings,
        journal: Journal,
        tools: Tools,
    ) -> Deployment:
        from aerostack_cfapi.deploy import deploy

        return deploy(project, resolution, provisioned, settings, journal, tools)


backend = Cfapi()
