"""Cutting SQL as SQLite reads it."""

from __future__ import annotations

import pytest

from aerostack_edge.api.sql import statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ;; \n", []),
        ("-- a; b\n/* c; */", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;SELECT 2", ["SELECT 1;", "SELECT 2"]),
        ("SELECT ';' , \"a;b\";", ["SELECT ';' , \"a;b\";"]),
        ("SELECT 1 -- one; more\n;", ["SELECT 1 -- one; more\n;"]),
        (
            "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; SELECT 3;",
            ["CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;", "SELECT 3;"],
        ),
    ],
)
def test_text_is_cut_where_statements_end(text, expected):
    assert statements(text) == expected
