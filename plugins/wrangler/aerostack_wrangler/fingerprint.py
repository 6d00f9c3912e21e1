"""Whether wrangler would upload anything new: a digest of all that it would be given.

wrangler itself uploads at every deploy. Our own bundler reads the same code in a hundredth of the time. Where it
cannot, or where a deploy leaves more behind than a version and an address, there is no digest, and wrangler is asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from aerostack.errors import AerostackError
from aerostack.model import Build, Project, Tools
from aerostack_cloudflare.project.domains import is_domain, routes
from aerostack_cloudflare.project.triggers import pulled_queues
from aerostack_wrangler.config import generate
from aerostack_wrangler.place import folder

#: Keys whose whole effect is in the version, in what a glance shows, or nowhere.
_PLAIN = frozenset(
    {
        "$schema", "account_id", "ai", "alias", "analytics_engine_datasets", "assets", "base_dir", "browser",
        "compatibility_date", "compatibility_flags", "d1_databases", "define", "dev", "dispatch_namespaces",
        "durable_objects", "find_additional_modules", "hyperdrive", "images", "jsx_factory", "jsx_fragment",
        "keep_names", "keep_vars", "kv_namespaces", "limits", "logpush", "main", "media", "migrations", "minify",
        "mtls_certificates", "name", "no_bundle", "observability", "pipelines", "placement", "preserve_file_names",
        "preview_urls", "queues", "r2_buckets", "ratelimits", "route", "routes", "rules", "secrets",
        "secrets_store_secrets", "send_email", "send_metrics", "services", "stream", "tail_consumers", "triggers",
        "tsconfig", "upload_source_maps", "vars", "vectorize", "version_metadata", "vpc_networks", "vpc_services",
        "worker_loaders", "workers_dev",
    }
)  # fmt: skip


class Fingerprint:
    """The digest of one project, whose code is read in the background from the beginning."""

    def __init__(self, project: Project, tools: Tools) -> None:
        self._project = project
        self._build: Build | None = tools.bundle(project) if _is_plain(project) else None

    def digest(self, ids: Mapping[str, str | None], wrangler: str) -> str | None:
        """32 hex digits, once the code is read; ``None`` where there is no digest.

        ``ids`` are remote ids by ``Resource.key``, ``wrangler`` is its version.
        """
        known = {key: remote_id for key, remote_id in ids.items() if remote_id is not None}
        if self._build is None or len(known) < len(ids):
            return None
        try:
            code = self._build.result().digest
        except AerostackError:
            return None  # wrangler may be able to build it, and says so better if not
        document = generate(self._project, known, folder(self._project))
        given = json.dumps([wrangler, code, document], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(given.encode()).hexdigest()[:32]


def _is_plain(project: Project) -> bool:
    if pulled_queues(project) or not all(is_domain(route) for _, route in routes(project)):
        return False
    return all(key in _PLAIN or value in ([], {}, None) for key, value in project.config.items())
