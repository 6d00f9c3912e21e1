"""The account that a run works on."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.model import Project, Tools
from aerostack_cfapi.settings import CfapiSettings
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project import connection


def connect(project: Project, settings: CfapiSettings, tools: Tools) -> Cloudflare:
    """``CLOUDFLARE_API_TOKEN``, else the login of wrangler, which is the pinned one when there is no other."""

    def wrangler() -> Sequence[str]:
        from aerostack import toolchain

        return toolchain.wrangler(progress=tools.step).argv

    return connection.connect(project, settings.account_id, tools, wrangler)
