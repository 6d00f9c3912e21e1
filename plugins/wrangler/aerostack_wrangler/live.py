"""What is live once wrangler has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aerostack.http import parallel
from aerostack.model import Project
from aerostack_cloudflare.account import Cloudflare

_CUSTOM_DOMAIN = " (custom domain)"


@dataclass(frozen=True, slots=True)
class Live:
    """The version that gets the requests, its ``workers/tag``, and the Worker's address on workers.dev."""

    version: str
    tag: str | None
    url: str | None


def read(cloudflare: Cloudflare, project: Project) -> Live | None:
    """``None`` when nothing is deployed. Raises ``RemoteError``."""
    scripts, name = cloudflare.scripts, project.name
    deployments, (versions, worker) = parallel(
        lambda: scripts.deployments(name),
        lambda: parallel(lambda: scripts.versions(name), lambda: scripts.worker(name)),
    )
    if not deployments or not deployments[0].versions:
        return None
    version = deployments[0].versions[0][0]
    tags = {item.id: item.annotations.get("workers/tag") for item in versions}
    return Live(version=version, tag=tags.get(version), url=worker.url if worker else None)


def urls(targets: Sequence[str], workers_dev: str | None) -> tuple[str, ...]:
    """The addresses among what wrangler says it deployed to: host names, but no patterns, schedules or queues.

    ``workers_dev`` is the address as the account writes it, which wrangler reports without scheme and port.
    """
    known = urlsplit(workers_dev).hostname if workers_dev else None
    found = []
    for target in targets:
        host = target.removesuffix(_CUSTOM_DOMAIN).removeprefix("https://")
        if workers_dev and (host == known or host.endswith(".workers.dev")):
            found.append(workers_dev)
        elif _is_host(host):
            found.append(f"https://{host}")
    return tuple(found)


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(label.replace("-", "").replace("_", "").isalnum() for label in labels)
