"""Lines of NAME=value: what is written is read, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerostack.dotenv import NoEntryError, entries

_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20) | st.text("\"'\\#=\n \tn$", max_size=20)


def written(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
    return f'"{escaped}"'


@given(st.lists(st.tuples(_NAMES, _TEXT), max_size=6), st.sampled_from(["\n", "\r\n", "\n\n# c\n", " # '\n"]))
def test_quoted_values_are_read_as_they_were_written(pairs: list[tuple[str, str]], between: str) -> None:
    text = between.join(f"{name}={written(value)}" for name, value in pairs)
    found = list(entries(text))
    expected = [(name, value.replace("\r\n", "\n")) for name, value in pairs]
    assert [(entry.name, entry.value) for entry in found] == expected
    lines = text.replace("\r\n", "\n").split("\n")
    assert all(lines[entry.line - 1].startswith(f"{entry.name}=") for entry in found)


@given(_TEXT | st.text("A=\"'\\#\n \r\ufeff\u2028\x85export", max_size=60))
def test_any_text_is_entries_or_one_mistake_in_a_line_that_exists(text: str) -> None:
    try:
        list(entries(text))
    except NoEntryError as error:
        assert 1 <= error.line <= text.count("\n") + 1


def test_separators_that_are_no_line_breaks_stay_in_a_value() -> None:
    (found,) = entries("A='one\u2028two\x0cthree'")
    assert found.value == "one\u2028two\x0cthree"


@pytest.mark.parametrize("text", ["A='" + "x\n" * 200_000, "\n".join(f"A{n}='x\n'" for n in range(100_000))])
def test_a_huge_text_takes_no_longer_than_it_is(text: str) -> None:
    """A parser that looks through the rest again for every line would be at it for hours."""
    try:
        assert len(list(entries(text))) == 100_000
    except NoEntryError as error:
        assert (error.what, error.line, error.name) == ("open", 1, "A")
