"""What the bindings of a live Worker refer to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def live_id(binding: Mapping[str, Any]) -> tuple[str, str] | None:
    """Kind and id of the resource that a binding of a live Worker refers to; ``None`` for other bindings."""
    fields = {
        "d1": ("d1", "database_id" if binding.get("database_id") else "id"),
        "kv_namespace": ("kv", "namespace_id"),
        "r2_bucket": ("r2", "bucket_name"),
        "queue": ("queue", "queue_name"),
    }
    kind, field = fields.get(str(binding.get("type")), ("", ""))
    value = binding.get(field)
    return (kind, value) if isinstance(value, str) and value else None
