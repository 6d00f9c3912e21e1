"""Lines as files of the name `.env` have them."""

from __future__ import annotations

import pytest

from aerostack_server.dashboard.dotenv import parsed
from aerostack_server.problems import Problem


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("# nothing\n\n", {}),
        ("A=1\r\nB = two words  \n", {"A": "1", "B": "two words"}),
        ("export A=1 # said aside", {"A": "1"}),
        ("A=no#aside", {"A": "no#aside"}),
        ("A=", {"A": ""}),
        ("A='$b \\n' # aside", {"A": "$b \\n"}),
        ('A="x\\n\\"y\\"\\\\"', {"A": 'x\n"y"\\'}),
        ('KEY="-----BEGIN\nabc\n-----END"\nB=2', {"KEY": "-----BEGIN\nabc\n-----END", "B": "2"}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=a=b", {"A": "a=b"}),
    ],
)
def test_values(text, values):
    assert parsed(text) == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\nwhat is this", "line 2 is not of the form NAME=value"),
        ("1A=x", "line 1 is not of the form NAME=value"),
        ("\nA='geheim\nB=2", "the quote of A in line 2 is not closed"),
        ('A="x" geheim', "something stands after the quoted value of A in line 1"),
    ],
)
def test_mistakes_are_named_without_the_value(text, message):
    with pytest.raises(Problem) as caught:
        parsed(text)
    assert (caught.value.message, caught.value.hint) == (message, "nothing was set")
