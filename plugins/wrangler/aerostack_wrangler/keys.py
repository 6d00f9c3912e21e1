"""The keys that a deploy with wrangler refuses. Every other one is passed to it, known to us or not."""

from __future__ import annotations

from aerostack.errors import ConfigError
from aerostack.model import Project

#: What is wrong with them, and what to do.
REFUSED = {
    "pages_build_output_dir": (
        "makes this a Pages project, which `wrangler deploy` refuses",
        'publish the folder as static files instead: [assets] directory = "…"',
    ),
    "postgres_databases": (
        "means nothing to wrangler: no Worker on Cloudflare gets a connection from it",
        "create a Hyperdrive configuration for the database and bind it under [[hyperdrive]]",
    ),
}


def check_keys(project: Project) -> None:
    """Raise ``ConfigError`` for the first key that wrangler cannot deploy."""
    for key, (what, hint) in REFUSED.items():
        if project.config.get(key):
            raise ConfigError(
                f"`{key}` {what}",
                key=key,
                hint=f"{hint}; then delete `{key}`",
                where=project.where.get(key) or project.where.get(f"{key}[0]"),
                code="unsupported_key",
            )
