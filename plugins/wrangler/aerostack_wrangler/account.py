"""The account: wrangler's credentials are ours."""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.model import Project, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project import connection
from aerostack_wrangler.program import program
from aerostack_wrangler.settings import WranglerSettings


def connect(project: Project, settings: WranglerSettings, tools: Tools) -> Cloudflare:
    """``CLOUDFLARE_API_TOKEN``, else the login that wrangler holds, of the profile that it would use here."""

    def wrangler() -> Sequence[str]:
        return program(project, settings, tools).argv

    return connection.connect(project, settings.account_id, tools, wrangler)
