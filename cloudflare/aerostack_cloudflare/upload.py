"""The body of a script upload: metadata and modules in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerostack.model import Module, ModuleType
from aerostack_cloudflare.multipart import Part, multipart

MIME: dict[ModuleType, str] = {
    "esm": "application/javascript+module",
    "commonjs": "application/javascript",
    "text": "text/plain",
    "data": "application/octet-stream",
    "wasm": "application/wasm",
    "sourcemap": "application/source-map",
    "python": "text/x-python",
}


def upload_form(metadata: Mapping[str, Any], modules: Sequence[Module]) -> tuple[bytes, str]:
    """The body and its content type. Each module is a file named as other modules import it."""
    import json

    document = json.dumps(metadata, separators=(",", ":"), ensure_ascii=False).encode()
    return multipart(
        [
            Part("metadata", document, type="application/json"),
            *(Part(module.name, module.content, filename=module.name, type=MIME[module.type]) for module in modules),
        ]
    )
