"""Nothing to do: told by one glance where the journal remembers what the last deploy left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from aerostack.http import parallel
from aerostack.model import Action, JournalView, Project
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.glance import look
from aerostack_cloudflare.project.last import Last
from aerostack_cloudflare.project.observed import Observed, combine
from aerostack_cloudflare.project.survey import Survey, survey
from aerostack_cloudflare.project.touched import touched

#: For so many seconds a glance counts as one of now.
_FRESH = 2.0


def observe(
    cloudflare: Cloudflare,
    project: Project,
    journal: JournalView,
    concurrency: int,
    *,
    last: Last | None,
    digest: Callable[[], str | None],
    routes: bool = False,
) -> Observed | Last:
    """``last``, when that is what would be deployed and what is live; else all that the account shows.

    ``digest`` says what would be deployed, once that is built; all other reads are sent as soon as it differs, or at
    once where it most likely will. ``routes`` are looked at as in ``look``. Raises ``RemoteError``: a read that fails
    is an error, never "there is none".
    """

    def rest() -> Survey | None:
        if last is not None and last.digest and not touched(project, last.since) and last.digest == digest():
            return None
        return survey(cloudflare, project, journal, concurrency)

    looked = time.monotonic()
    glance, found = parallel(lambda: look(cloudflare, project, routes=routes), rest)
    digest()
    if found is None:
        if last is not None and last.still(glance):
            return last
        found = survey(cloudflare, project, journal, concurrency)
    if time.monotonic() - looked > _FRESH:
        # What was live before a long build may not be any more, and the upload comes right after the plan.
        glance = look(cloudflare, project, routes=routes)
    return combine(cloudflare, project, journal, glance, found, concurrency)


def certain_ids(project: Project, journal: JournalView) -> Mapping[str, str | None]:
    """The ids that need no look at the account, by key.

    An id that is not in the file any more was taken out for a reason, whatever the journal has; a bucket has none but
    its name, and no file has a queue's.
    """
    return {
        resource.key: resource.id or {"r2": resource.name, "queue": journal.known(resource.key)}.get(resource.kind)
        for resource in project.resources
    }


def kept(project: Project, journal: JournalView) -> tuple[Action, ...]:
    """The plan for the resources of a project that did not change."""
    ids = certain_ids(project, journal)
    return tuple(
        Action(
            verb="keep",
            kind=resource.kind,
            key=resource.key,
            name=resource.name,
            id=ids[resource.key],
            reason="the id in aerostack.toml" if resource.id else "bound to the live Worker",
        )
        for resource in project.resources
    )
