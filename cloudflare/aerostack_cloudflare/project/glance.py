"""The two reads that say what is live: the least that a deploy asks of an account, before it and after it."""

from __future__ import annotations

import json

from aerostack.http import parallel
from aerostack.values import dataclass
from aerostack_cloudflare.account import Cloudflare
from aerostack_cloudflare.script import LiveDeployment, WorkerAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """``deployments`` are the newest first; ``address`` is ``None`` when there is no such Worker."""

    deployments: tuple[LiveDeployment, ...]
    address: WorkerAddress | None

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
        """What belongs to no version, in a form that can be compared: address and settings."""
        if self.address is None:
            return ""
        fields = {
            "workers_dev": self.address.enabled,
            "preview_urls": self.address.previews_enabled,
            **self.address.settings,
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def look(cloudflare: Cloudflare, name: str) -> Glance:
    """Both reads at once. Raises ``RemoteError``: a read that fails is never "there is none"."""
    deployments, address = parallel(
        lambda: cloudflare.scripts.deployments(name), lambda: cloudflare.scripts.worker(name)
    )
    return Glance(deployments=deployments, address=address)
