"""Our own commands, in the order of the help."""

from __future__ import annotations

from collections.abc import Mapping

#: Name → where it is, as ``module:attribute`` below ``aerostack.cli``; a ``typer.Typer`` is a group of commands.
OURS: Mapping[str, str] = {
    "init": "init:init",
    "deploy": "deploy:deploy",
    "plan": "deploy:plan",
    "rollback": "rollback:rollback",
    "resources": "resources:resources",
    "secrets": "secrets:app",
    "migrations": "migrations:app",
    "wrangler-config": "wrangler_config:wrangler_config",
    "wrangler": "wrangler:wrangler",
    "backends": "backends:backends",
    "config": "config:app",
    "toolchain": "toolchain:app",
    "edge": "edge:app",
    "server": "server:app",
    "unlock": "unlock:unlock",
    "up": "up:up",
    "down": "up:down",
    "status": "up:status",
}
