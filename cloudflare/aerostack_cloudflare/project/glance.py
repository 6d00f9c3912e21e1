"""The reads that say what is live: the least that a deploy asks of an account, before it and after it.

They are two, and one round. Cloudflare tells schedules and consumers nowhere but in reads of their own, so a project
that names any has one more for its schedules and one for each queue that it consumes, in the same round; and one for
each custom domain. Where routes are looked at, there is one for each zone, behind the one that looks up a zone's id.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from aerostack.http import parallel
from aerostack.model import Project
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.domains import custom_domains
from aerostack_cloudflare.project.triggers import wanted_consumers, wanted_crons
from aerostack_cloudflare.queues import Queue
from aerostack_cloudflare.script import LiveDeployment, WorkerAddress

if TYPE_CHECKING:
    from aerostack_cloudflare.zones import Route

#: Reads at the same time; a Worker that consumes more queues than these needs another round.
_AT_ONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """``deployments`` are the newest first; ``address`` is ``None`` when there is no such Worker.

    ``schedules`` are ``None`` where the project says nothing of them; ``queues``, by name, are those that it consumes,
    and ``domains`` the Workers that its custom domains lead to; ``routes`` are those that it names, by pattern.
    """

    deployments: tuple[LiveDeployment, ...]
    address: WorkerAddress | None
    schedules: tuple[str, ...] | None = None
    queues: Mapping[str, Queue | None] = field(default_factory=dict)
    domains: Mapping[str, str | None] = field(default_factory=dict)
    routes: Mapping[str, Route | None] = field(default_factory=dict)

    @property
    def deployment(self) -> str | None:
        """The id of the live deployment."""
        return self.deployments[0].id if self.deployments else None

    @property
    def versions(self) -> tuple[tuple[str, float], ...]:
        """The versions that answer, with their percentages."""
        return self.deployments[0].versions if self.deployments else ()

    @property
    def version(self) -> str | None:
        """The id of the version that answers all requests; ``None`` when there is none, or several share them."""
        return self.versions[0][0] if len(self.versions) == 1 else None

    @property
    def state(self) -> str:
        """What belongs to no version, in a form that can be compared: address, settings and what else calls it."""
        if self.address is None:
            return ""
        fields = {
            "workers_dev": self.address.enabled,
            "preview_urls": self.address.previews_enabled,
            **self.address.settings,
            **{f"consumer/{name}": _consumer(queue) for name, queue in self.queues.items()},
            **{f"domain/{host}": worker for host, worker in self.domains.items()},
            **{f"route/{pattern}": route.leads_to if route else None for pattern, route in self.routes.items()},
        }
        if self.schedules is not None:
            fields["schedules"] = sorted(self.schedules)
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def _consumer(queue: Queue | None) -> Mapping[str, Any] | None:
    """Who consumes a queue, and how; a queue has one consumer at most."""
    for consumer in queue.consumers if queue else ():
        return {"script": consumer.script, "dead_letter_queue": consumer.dead_letter_queue, **consumer.settings}
    return None


def look(cloudflare: Cloudflare, project: Project, *, routes: bool = False) -> Glance:
    """All of it at once, ``routes`` by pattern only where it is asked: they need a permission for their zone.

    Raises ``RemoteError``: a read that fails is never "there is none".
    """
    scripts, name = cloudflare.scripts, project.name
    reads: list[Callable[[], Any]] = [lambda: scripts.deployments(name), lambda: scripts.worker(name)]
    if timed := wanted_crons(project) is not None:
        reads.append(lambda: scripts.schedules(name))
    consumed = [wanted.queue for wanted in wanted_consumers(project)]
    reads += [functools.partial(cloudflare.queues.find, queue) for queue in consumed]
    hosts = tuple(custom_domains(project))
    reads += [functools.partial(cloudflare.domains.worker, host) for host in hosts]
    zones: list[Callable[[], Any]] = []
    if routes:
        from aerostack_cloudflare.project.routes import reads as zone_reads

        zones += zone_reads(cloudflare, project)
    deployments, address, *rest = parallel(*reads, *zones, limit=_AT_ONCE)
    schedules = rest.pop(0) if timed else None
    patterns = rest[len(rest) - len(zones) :]
    return Glance(
        deployments=deployments,
        address=address,
        schedules=schedules,
        queues=dict(zip(consumed, rest, strict=False)),
        domains=dict(zip(hosts, rest[len(consumed) :], strict=False)),
        routes={pattern: route for found in patterns for pattern, route in found.items()},
    )
