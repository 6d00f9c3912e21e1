"""Look whether all that wrangler was to leave can be seen, and set what it has given up without an error."""

from __future__ import annotations

from aerostack.errors import RemoteError
from aerostack.model import Project, Resolution, Tools
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import unset_domain
from aerostack_cloudflare.project.glance import Glance
from aerostack_cloudflare.project.readback import read_back
from aerostack_cloudflare.project.triggers import unset_trigger
from aerostack_cloudflare.project.unversioned import unset_settings, wanted_settings
from aerostack_wrangler.domains import still_there
from aerostack_wrangler.live import Live
from aerostack_wrangler.triggers import has_address


def settle(cloudflare: Cloudflare, project: Project, resolution: Resolution, now: Live, tools: Tools) -> Glance:
    """What is live, once all of it can be seen; ``now`` is what could be seen when wrangler had ended.

    One more look at most where nothing is missing. Raises ``OvertakenError``, and ``RemoteError`` for what is missing
    in the end, or could not be set.
    """
    wanted = wanted_settings(project, resolution)
    if any(action.key == "worker" and action.verb == "update" for action in resolution.actions):
        # Where the file does not name it, wrangler turns it off.
        wanted = {"observability": {"enabled": False}} | wanted
    lost = unset_settings(wanted, now.glance.address, absent=True)
    if lost:
        tools.warn(f"wrangler has not set {', '.join(lost)}: setting what it left")
        try:
            cloudflare.scripts.set_settings(project.name, {key: wanted[key] for key in lost})
        except RemoteError as error:
            error.applied = None
            error.message = f"the code is live, but not all of its settings: {error.message}"
            error.args = (error.message,)
            error.hint = error.hint or "deploy again"
            raise

    def unset(seen: Glance) -> str | None:
        return (
            _unset_address(project, seen)
            or ", ".join(f"{key} is not set" for key in unset_settings(wanted, seen.address))
            or unset_trigger(project, seen.schedules, seen.queues)
            or unset_domain(project, seen.domains)
            or still_there(cloudflare, project, resolution.actions)
        )

    return read_back(cloudflare, project, now.version, unset, () if lost else (now.glance,))


def _unset_address(project: Project, seen: Glance) -> str | None:
    wanted = has_address(project)
    if seen.address is None or seen.address.enabled != wanted:
        return f"workers.dev is {'off' if wanted else 'on'}"
    return None
