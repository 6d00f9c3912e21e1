"""What is live once wrangler has ended."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from aerostack.http import parallel
from aerostack.model import Project
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.project.glance import Glance, look

# Behind the host name it says the zone and whatever else was set, too.
_CUSTOM_DOMAIN = " (custom domain"


@dataclass(frozen=True, slots=True)
class Live:
    """The version that gets the requests, its ``workers/tag``, and all that a glance at the account shows."""

    version: str
    tag: str | None
    glance: Glance

    @property
    def url(self) -> str | None:
        """The Worker's address on workers.dev."""
        return self.glance.address.url if self.glance.address else None


def read(cloudflare: Cloudflare, project: Project) -> Live | None:
    """``None`` when nothing is deployed. Raises ``RemoteError``."""
    glance, versions = parallel(lambda: look(cloudflare, project), lambda: cloudflare.scripts.versions(project.name))
    if not glance.versions:
        return None
    version = glance.versions[0][0]
    tags = {item.id: item.annotations.get("workers/tag") for item in versions}
    return Live(version=version, tag=tags.get(version), glance=glance)


def urls(targets: Sequence[str], workers_dev: str | None) -> tuple[str, ...]:
    """The addresses among what wrangler says it deployed to: host names, but no patterns, schedules or queues.

    ``workers_dev`` is the address as the account writes it, which wrangler reports without scheme and port.
    """
    known = urlsplit(workers_dev).hostname if workers_dev else None
    found = []
    for target in targets:
        host = target.partition(_CUSTOM_DOMAIN)[0].removeprefix("https://")
        if workers_dev and (host == known or host.endswith(".workers.dev")):
            found.append(workers_dev)
        elif _is_host(host):
            found.append(f"https://{host}")
    return tuple(found)


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(label.replace("-", "").replace("_", "").isalnum() for label in labels)
