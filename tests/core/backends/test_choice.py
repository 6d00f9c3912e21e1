from pathlib import Path

import pytest

from aerostack.backends import choose
from aerostack.errors import Location, UsageError

FILE = ("filed", "deploy.backend", Location(Path("aerostack.toml"), 3, 1))


@pytest.mark.parametrize(
    ("flag", "own", "environ", "configured", "expected"),
    [
        ("flagged", False, {"AEROSTACK_BACKEND": "set"}, FILE, ("flagged", "--backend")),
        ("wrangler", True, {}, FILE, ("wrangler", "--backend")),
        (None, True, {"AEROSTACK_BACKEND": "set"}, FILE, ("wrangler", "--use-own-account")),
        (None, False, {"AEROSTACK_BACKEND": "set"}, FILE, ("set", "AEROSTACK_BACKEND")),
        (None, False, {"AEROSTACK_BACKEND": ""}, FILE, ("filed", "deploy.backend in aerostack.toml:3:1")),
        (None, False, {}, None, ("aerostack", "default")),
    ],
)
def test_the_first_of_the_precedence_that_says_something_wins(
    flag: str | None,
    own: bool,
    environ: dict[str, str],
    configured: tuple[str, str, Location] | None,
    expected: tuple[str, str],
) -> None:
    choice = choose(flag=flag, use_own_account=own, environ=environ, configured=configured)
    assert (choice.name, choice.source) == expected


def test_contradicting_flags_are_an_error() -> None:
    with pytest.raises(UsageError) as raised:
        choose(flag="cfapi", use_own_account=True, environ={}, configured=None)
    assert raised.value.message == ("--use-own-account means --backend wrangler, which contradicts --backend cfapi")
    assert raised.value.hint == "leave one of the two out"
