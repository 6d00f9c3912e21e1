"""The ``metadata`` part of a script upload, and the tag by which a version is recognised. Pure.

The tag is ``as1:<content hash>:<nonce>``: the hash says whether the live version is what would be uploaded now, the
nonce which upload it came from. Cloudflare allows 100 bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.model import Bundle, Json, Project
from aerostack_cfapi.address import wanted_address
from aerostack_cfapi.migrations import wanted_tag
from aerostack_cloudflare.project.domains import custom_domains, has_patterns
from aerostack_cloudflare.project.triggers import wanted_consumers, wanted_crons

_SCHEME = "as1"

#: Config keys that go over under the same name and in the same shape.
_AS_THEY_ARE = (
    "compatibility_date",
    "compatibility_flags",
    "limits",
    "observability",
    "logpush",
    "tail_consumers",
    "streaming_tail_consumers",
)


def metadata(project: Project, bundle: Bundle, bindings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything but the annotations: equal inputs give equal metadata."""
    config = project.config
    document: dict[str, Any] = {}
    if bundle.main is not None:
        document = {
            "main_module": bundle.main,
            "bindings": list(bindings),
            # Without it an upload drops every secret that was set on the Worker.
            "keep_bindings": [
                "secret_text",
                "secret_key",
                *(("plain_text", "json") if config.get("keep_vars") else ()),
            ],
        }
    if bundle.assets is not None:
        # The token of the files themselves comes in beside it, once they are there.
        document["assets"] = {"config": bundle.assets.config}
    for key in _AS_THEY_ARE:
        if config.get(key) is not None:
            document[key] = config[key]
    placement = _placement(config.get("placement"))
    if placement:
        document["placement"] = placement
    objects = config.get("durable_objects")
    if isinstance(objects, Mapping) and objects.get("code_update_strategy") is not None:
        document["code_update_strategy"] = objects["code_update_strategy"]
    if config.get("cache") is not None:
        document["cache_options"] = config["cache"]
    return document


def content_hash(document: Mapping[str, Any], bundle: Bundle) -> str:
    """32 hex digits over the metadata and the code."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{bundle.digest}\n{canonical}".encode()).hexdigest()[:32]


def whole_digest(project: Project, document: Mapping[str, Any], bundle: Bundle) -> str:
    """What a deploy leaves: the content hash of the version, the address that is wanted for it, what else calls it, and
    its last migration.
    """
    enabled, previews = wanted_address(project)
    digest = f"{content_hash(document, bundle)}/{enabled:d}/{'-' if previews is None else int(previews)}"
    crons, consumers = wanted_crons(project), wanted_consumers(project)
    if crons is not None or consumers:
        asked = [sorted(crons or ()), crons is None, *([c.queue, c.settings, c.dead_letter_queue] for c in consumers)]
        digest += f"/{hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]}"
    if domains := custom_domains(project):
        digest += f"/{','.join(sorted(domains))}"
    if has_patterns(project):
        from aerostack_cloudflare.project.routes import wanted_routes

        digest += f"/{' '.join(sorted(wanted.pattern for wanted in wanted_routes(project)))}"
    migrated = wanted_tag(project)
    return digest if migrated is None else f"{digest}/{migrated}"


def tag(digest: str, nonce: str) -> str:
    """The ``workers/tag`` annotation."""
    return f"{_SCHEME}:{digest}:{nonce}"


def tagged_hash(annotation: object) -> str | None:
    """The content hash in a ``workers/tag`` annotation of ours; ``None`` for any other text."""
    parts = annotation.split(":") if isinstance(annotation, str) else []
    return parts[1] if len(parts) == 3 and parts[0] == _SCHEME else None


def _placement(placement: Json) -> dict[str, Any]:
    if not isinstance(placement, Mapping):
        return {}
    if placement.get("hint") or placement.get("mode") == "smart":
        return {"mode": "smart"} | ({"hint": placement["hint"]} if placement.get("hint") else {})
    return {key: value for key, value in placement.items() if key in ("region", "host", "hostname")}
