"""Source maps that are the same wherever the project lies."""

from __future__ import annotations

import json
import os
from pathlib import Path


def portable(content: bytes, *, outdir: Path, root: Path, shift: int = 0) -> bytes:
    """The source map ``content``, which esbuild wrote to ``outdir``, with sources relative to ``root``.

    ``shift`` is the number of lines that were put before the code.
    """
    document = json.loads(content)
    document["sources"] = [_relative(source, outdir, root.resolve()) for source in document["sources"]]
    # Each semicolon ends a line of the generated code.
    document["mappings"] = ";" * shift + document["mappings"]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _relative(source: str, outdir: Path, root: Path) -> str:
    path = Path(os.path.normpath(outdir / source))
    # With nothing in common but the root of the disk, the way there would tell what this machine looks like.
    if len(Path(os.path.commonpath([path, root])).parts) <= 1:
        return path.name
    return Path(os.path.relpath(path, root)).as_posix()
