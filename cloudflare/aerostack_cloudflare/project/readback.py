"""Look whether what was done can be seen: a deploy has succeeded when the account shows it, not when it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aerostack.errors import OvertakenError, RemoteError, StaleError
from aerostack.model import Project, Resolution
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.drift import changes
from aerostack_cloudflare.project.glance import Glance, look

#: Some of Cloudflare's reads lag behind its writes: seconds between two looks.
_GRACE = (0.25, 0.75, 2.0)


def read_back(
    cloudflare: Cloudflare,
    project: Project,
    version: str,
    expected: Callable[[Glance], str | None],
    early: Iterable[Glance] = (),
    *,
    routes: bool = False,
) -> Glance:
    """What is live, once that is ``version`` alone and ``expected`` has nothing to complain about.

    ``expected`` says what is missing, or ``None``; ``early`` are looks that may have come too early. Raises
    ``OvertakenError`` when another version has taken the place of ours since, and ``RemoteError`` when the account
    shows something else than it said, or does not answer. ``routes`` are looked at as in ``look``.
    """

    def missing(glance: Glance) -> str | None:
        return f"version {version} is not live" if glance.version != version else expected(glance)

    for glance in early:
        if missing(glance) is None:
            return glance
    try:
        glance = look(cloudflare, project, routes=routes)
        for wait in _GRACE:
            if missing(glance) is None:
                return glance
            cloudflare.wait(wait)
            glance = look(cloudflare, project, routes=routes)
    except RemoteError as error:
        error.applied = None
        error.message = f"deployed, but whether it is live could not be seen: {error.message}"
        error.args = (error.message,)
        error.hint = "see what `aerostack plan` says when the account answers again"
        raise
    wrong = missing(glance)
    if wrong is None:
        return glance
    if any(version == name for deployment in glance.deployments[1:] for name, _ in deployment.versions):
        raise OvertakenError(
            f"version {version} of {project.name} was live, but {_live(glance)} by now: somebody deployed meanwhile",
            applied=False,
            hint="agree who deploys, then see `aerostack plan`",
        )
    raise RemoteError(
        f"the account accepted everything, but still shows that {wrong} ({_live(glance)})",
        applied=None,
        hint="see what `aerostack plan` says in a minute",
        code="not_visible",
    )


def check_untouched(cloudflare: Cloudflare, project: Project, resolution: Resolution, *, routes: bool = False) -> None:
    """Raise ``StaleError`` when another deployment is live than the one the plan was made for, or when address,
    settings, schedules or consumers are not what it saw. One round. ``routes`` are looked at as in ``look``.

    Cloudflare has no compare-and-swap: what comes between this look and the upload is seen by the read-back only.
    """
    glance = look(cloudflare, project, routes=routes)
    planned = resolution.details.get("state")
    said = f"somebody deployed {project.name} while this deploy was being prepared"
    if glance.deployment == resolution.details.get("deployment"):
        changed = changes(planned, glance.state, "when it was planned") if isinstance(planned, str) else ()
        if not changed:
            return
        said = f"somebody changed {project.name} while this deploy was being prepared: " + "; ".join(
            change.said for change in changed
        )
    raise StaleError(said, applied=False, hint="see what `aerostack plan` says now, then deploy again")


def replaced(glance: Glance, resolution: Resolution, ours: str | None = None) -> str | None:
    """A sentence when the deployment that ours replaced is neither the one that the plan saw nor ``ours`` too."""
    before = glance.deployments[1].id if len(glance.deployments) > 1 else None
    if before in (None, ours, resolution.details.get("deployment")):
        return None
    made = glance.deployments[1].created_on
    return (
        f"somebody deployed a moment before{f', on {made}' if made else ''}: this deploy has replaced theirs ({before})"
    )


def _live(glance: Glance) -> str:
    return f"version {glance.version} is live" if glance.version else "nothing is live alone"
