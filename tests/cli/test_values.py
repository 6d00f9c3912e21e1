"""Values of secrets as users have them in files."""

from __future__ import annotations

import pytest

from aerostack.cli.values import parse
from aerostack.errors import ConfigError, UsageError


def values(text: str) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in parse(text).items()}


def test_lines_as_in_dev_vars() -> None:
    text = """\ufeff# comment
TOKEN=abc=def # why
export SPACED = two words

QUOTED="a # b\\n\\"c\\""
PLAIN='no \\n here'
KEY="-----BEGIN-----
line
-----END-----"
EMPTY=
"""
    assert values(text) == {
        "TOKEN": "abc=def",
        "SPACED": "two words",
        "QUOTED": 'a # b\n"c"',
        "PLAIN": "no \\n here",
        "KEY": "-----BEGIN-----\nline\n-----END-----",
        "EMPTY": "",
    }


def test_a_json_object() -> None:
    assert values(' {"A": "1", "B": "two\\nlines"}') == {"A": "1", "B": "two\nlines"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\nhunter2 hunter2\n", "line 2 of stdin is no NAME=VALUE"),
        ("A=1\nA=2\n", "line 2 of stdin sets A again"),
        ('A="hunter2\n', "the quotes of A in line 1 of stdin are not closed"),
        ("A='x' hunter2\n", "the quotes of A in line 1 of stdin are not closed"),
        ("hunter2-x=1\n", "line 1 of stdin: that is no name that code can use"),
        ('{"A": 1}', "the value of A is no string"),
        ('{"A": "hunter2"', "stdin is no JSON object"),
    ],
)
def test_a_mistake_is_named_without_showing_a_value(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.message == message
    assert caught.value.hint
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"


def test_nothing_is_a_mistake_too() -> None:
    with pytest.raises(UsageError, match="no secrets were given"):
        parse("# only a comment\n")
