"""The comments of a JSONC file in the TOML text that was written from its data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from aerostack.project.outline import outline
from aerostack.project.wrangler_file.jsonc import Comment


def written(text: str, comments: Iterable[Comment]) -> str:
    """``text`` with each comment above the line of what it is about.

    One about a key that is not there any more stands above what was around that, or at the end. In ``text`` every line
    is a key's, a header's or blank.
    """
    seen = outline(text)
    above: defaultdict[int, list[str]] = defaultdict(list)
    for comment in comments:
        node = seen.nearest(comment.about)
        at = text.rfind("\n", 0, node.key) + 1 if node else len(text)
        above[at] += (f"# {_printable(line)}\n" for line in comment.lines)
    pieces = []
    last = 0
    for at in sorted(above):
        pieces += [text[last:at], *above[at]]
        last = at
    return "".join((*pieces, text[last:]))


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line)
