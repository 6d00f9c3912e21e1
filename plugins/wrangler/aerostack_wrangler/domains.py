"""Custom domains that lead to the Worker and that the file does not name: wrangler detaches them while it sets others,
without a word, whoever has made them.
"""

from __future__ import annotations

from collections.abc import Sequence

from aerostack.model import Action, Project
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import custom_domains

_KIND = "domain"


def leaving(cloudflare: Cloudflare, project: Project) -> tuple[Action, ...]:
    """One action for each, so that somebody is asked. Raises ``RemoteError``."""
    named = custom_domains(project)
    if not named:
        # Then wrangler leaves them all.
        return ()
    return tuple(
        Action(
            verb="delete",
            kind=_KIND,
            key=f"{_KIND}/{host}",
            name=host,
            reason="wrangler detaches it: aerostack.toml does not name it",
        )
        for host in cloudflare.domains.of(project.name)
        if host not in named
    )


def still_there(cloudflare: Cloudflare, project: Project, actions: Sequence[Action]) -> str | None:
    """What wrangler was to detach and the account shows still. Raises ``RemoteError``."""
    doomed = detached(actions)
    left = set(cloudflare.domains.of(project.name)) if doomed else set()
    return next((f"the domain {action.name} leads to {project.name}" for action in doomed if action.name in left), None)


def detached(actions: Sequence[Action]) -> list[Action]:
    """Those of ``actions`` that are about them."""
    return [action for action in actions if action.kind == _KIND and action.verb == "delete"]
