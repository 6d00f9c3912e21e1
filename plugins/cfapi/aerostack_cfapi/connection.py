"""Open the account that a run works on: credentials from the environment, the account chosen, one HTTP client."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.credentials import base_url, from_environment

from aerostack.model import Project, Tools
from aerostack_cfapi.settings import CfapiSettings


@contextlib.contextmanager
def connect(
    project: Project, settings: CfapiSettings, tools: Tools, account_id: str | None = None
) -> Iterator[Cloudflare]:
    """The account, for the block. ``account_id`` is the one that the plan was made for, once there is a plan.

    Precedence: the plan › setting › ``account_id`` in aerostack.toml › ``CLOUDFLARE_ACCOUNT_ID`` › the only account
    that the token can see. Raises ``AuthError`` without credentials.
    """
    configured = project.config.get("account_id")
    chosen = account_id or settings.account_id or (configured if isinstance(configured, str) else None)
    credentials = from_environment(tools, account_id=chosen)
    with Cloudflare.open(credentials, base_url(tools)) as cloudflare:
        yield cloudflare
