"""The hash by which a platform knows a file: wrangler's, so that what either has uploaded the other need not."""

from __future__ import annotations

import binascii

#: Hex digits of a hash.
LENGTH = 32


def asset_hash(content: bytes, name: str) -> str:
    """32 hex digits over the content and the extension of ``name``, which decides about the media type."""
    from blake3 import blake3

    return blake3(binascii.b2a_base64(content, newline=False) + extension(name).encode()).hexdigest(length=LENGTH // 2)


def extension(name: str) -> str:
    """What follows the last dot of a file's name, as Node.js takes it: ``.env`` has none."""
    base = name.rpartition("/")[2]
    dot = base.rfind(".")
    return base[dot + 1 :] if dot > 0 else ""
