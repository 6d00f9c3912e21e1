from __future__ import annotations

import pytest

from aerostack.suggest import closest

KNOWN = ["staging", "production", "d1_databases", "compatibility_date"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("stagin", "staging"),
        ("Staging", "staging"),
        ("prodcution", "production"),
        ("d1-databases", "d1_databases"),
        ("compat_date", "compatibility_date"),
        ("preview", None),
        ("", None),
    ],
)
def test_a_near_miss_has_one_suggestion(word: str, meant: str | None) -> None:
    assert closest(word, KNOWN) == meant
