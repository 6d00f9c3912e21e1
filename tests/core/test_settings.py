from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from aerostack.errors import ConfigError, Location, UsageError
from aerostack.settings import build, parse_options


@dataclass(frozen=True, kw_only=True)
class Settings:
    account_id: str | None = None
    concurrency: int = 6
    ratio: float = 0.5
    fast: bool = False
    mode: Literal["slow", "quick"] = "slow"
    hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise ValueError("concurrency must be positive")


@dataclass(frozen=True, kw_only=True)
class Required:
    url: str


PLACE = Location(Path("/p/aerostack.toml"), 4, 3)


def make(cls: type[Any] = Settings, *, options: dict[str, str] | None = None, **table: Any) -> Any:
    return build(cls, backend="x", table=table, options=options or {}, where=dict.fromkeys(table, PLACE))


def test_table_and_options_become_the_dataclass_and_options_win() -> None:
    settings = make(concurrency=2, ratio=1, hosts=["a"], options={"concurrency": "3", "fast": "true", "mode": "quick"})
    assert settings == Settings(concurrency=3, ratio=1.0, hosts=("a",), fast=True, mode="quick")


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        (
            {"concurency": 1},
            "unknown setting `backend.x.concurency`",
            "did you mean `concurrency`?",
        ),
        (
            {"zzz": 1},
            "unknown setting `backend.x.zzz`",
            "its settings: `account_id`, `concurrency`, `ratio`, `fast`, `mode`, `hosts`",
        ),
        (
            {"concurrency": "4"},
            "`backend.x.concurrency` must be a whole number, not a string",
            "write concurrency = 4",
        ),
        (
            {"concurrency": True},
            "`backend.x.concurrency` must be a whole number, not a boolean",
            "write concurrency = 4",
        ),
        ({"mode": "no"}, '`backend.x.mode` must be one of "slow", "quick", not a string', 'write mode = "slow"'),
        ({"hosts": [1]}, "`backend.x.hosts` must be a list of strings, not a list", 'write hosts = ["…"]'),
    ],
)
def test_a_wrong_setting_names_key_expectation_and_place(table: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        make(**table)
    assert (raised.value.message, raised.value.hint, raised.value.where) == (message, hint, PLACE)


def test_an_option_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^`-o concurrency` must be a whole number, not `many`$"):
        make(options={"concurrency": "many"})


def test_the_dataclass_may_refuse_values() -> None:
    with pytest.raises(ConfigError, match=r"^settings of the backend `x`: concurrency must be positive$"):
        make(concurrency=0)


def test_a_required_setting_is_asked_for() -> None:
    with pytest.raises(ConfigError) as raised:
        make(Required)
    assert raised.value.message == "the backend `x` needs the setting `url`"
    assert raised.value.hint == "add it under [backend.x], or pass -o url=…"


def test_options_are_split_at_the_first_equals_sign() -> None:
    assert parse_options(["a=1=2", "b="]) == {"a": "1=2", "b": ""}


@pytest.mark.parametrize("option", ["a", "=1"])
def test_an_option_without_a_key_or_a_value_is_refused(option: str) -> None:
    with pytest.raises(UsageError, match="is not of the form key=value"):
        parse_options([option])
