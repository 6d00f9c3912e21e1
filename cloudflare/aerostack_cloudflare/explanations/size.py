"""What makes a Worker large: the biggest files in its bundle."""

from __future__ import annotations

import json

from aerostack.model import Bundle

_SHOWN = 5


def largest(bundle: Bundle) -> tuple[tuple[str, int], ...]:
    """Name and size in bytes of the largest files, largest first.

    Code is counted by its source files, which the source map holds; without one, by module.
    """
    sizes: dict[str, int] = {}
    mapped = False
    for module in bundle.modules:
        if module.type == "sourcemap":
            sources = _sources(module.content)
            sizes |= sources
            mapped = mapped or bool(sources)
    for module in bundle.modules:
        if module.type != "sourcemap" and not (mapped and module.name == bundle.main):
            sizes[module.name] = len(module.content)
    return tuple(sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN])


def shown(size: int) -> str:
    """A size for people."""
    return f"{size / 1024 / 1024:.1f} MiB" if size >= 1024 * 1024 else f"{size / 1024:.1f} KiB"


def _sources(content: bytes) -> dict[str, int]:
    document = json.loads(content)
    contents = document.get("sourcesContent") or []
    return {
        name: len(text.encode())
        for name, text in zip(document["sources"], contents, strict=False)
        if isinstance(text, str)
    }
