"""The account that a run works on: credentials from the environment, the account chosen, one HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aerostack.model import Project, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.credentials import base_url, from_environment


def connect(
    project: Project, account_id: str | None, tools: Tools, wrangler: Callable[[], Sequence[str]]
) -> Cloudflare:
    """The account, opened once in a run: asking wrangler for its login takes a second, and a connection some rounds.

    Precedence: ``account_id``, which is the backend's setting › ``account_id`` in aerostack.toml ›
    ``CLOUDFLARE_ACCOUNT_ID`` › the only account that the token can see. ``wrangler`` gives the command that is
    asked for its login when neither the project nor PATH has one. Raises ``AuthError`` without credentials.
    """
    configured = project.config.get("account_id")
    chosen = account_id or (configured if isinstance(configured, str) else None)

    return tools.keep(
        "cloudflare",
        lambda: Cloudflare.open(from_environment(tools, chosen, project.root, wrangler), base_url(tools)),
    )
