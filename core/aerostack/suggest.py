"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ``word`` was probably meant to be; ``None`` when nothing is near.

    Case and the difference between ``-`` and ``_`` do not count.
    """
    import difflib

    folded = {_fold(name): name for name in known}
    near = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=0.75)
    return folded[near[0]] if near else None


def _fold(name: str) -> str:
    return name.lower().replace("-", "_")
