"""Our ``dataclass`` against the standard library's: the same in all that a reader of the code expects."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    name: str
    size: int = 1
    tags: dict[str, int] = field(default_factory=dict)
    hidden: str = field(default="h", repr=False)

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("size")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    name: str
    size: int = 1
    tags: dict[str, int] = field(default_factory=dict)
    hidden: str = field(default="h", repr=False)

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("size")


@dataclass(frozen=True)
class Base:
    a: int
    kind = "base"


@dataclass(frozen=True)
class Child(Base):
    b: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return "own"


@dataclass()
class Open:
    a: int
    b: list[int] = field(default_factory=list)


def both(look: Callable[[Any], object]) -> None:
    """The same from both classes."""
    assert outcome(look, Ours) == outcome(look, Theirs)


def outcome(look: Callable[[Any], object], cls: type) -> object:
    try:
        return look(cls)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize(
    "look",
    [
        lambda cls: repr(cls(name="n", size=2)).removeprefix(cls.__name__),
        lambda cls: dataclasses.asdict(cls(name="n", tags={"a": 1})),
        lambda cls: dataclasses.replace(cls(name="n"), size=3).size,
        lambda cls: [item.name for item in dataclasses.fields(cls)],
        lambda cls: cls(name="n") == cls(name="n"),
        lambda cls: cls(name="n") == cls(name="m"),
        lambda cls: cls(name="n") == "n",
        lambda cls: cls(name="n").tags is cls(name="n").tags,
        lambda cls: copy.deepcopy(cls(name="n", tags={"a": 1})) == cls(name="n", tags={"a": 1}),
        lambda cls: pickle.loads(pickle.dumps(cls(name="n"))) == cls(name="n"),
        lambda cls: cls.__match_args__,
        lambda cls: hash(cls(name="n")),  # a dict has none
        lambda cls: cls("n"),
        lambda cls: cls(),
        lambda cls: cls(name="n", other=1),
        lambda cls: cls(name="n", size=-1),
        lambda cls: setattr(cls(name="n"), "name", "m"),
        lambda cls: delattr(cls(name="n"), "name"),
        lambda cls: cls(name="n").__dict__,
    ],
)
def test_it_is_the_original(look: Callable[[Any], object]) -> None:
    both(look)


def test_what_is_missing_or_too_much_is_named() -> None:
    def said(call: Callable[[], object]) -> str:
        with pytest.raises(TypeError) as caught:
            call()
        return str(caught.value)

    assert said(lambda: Base()) == "Base.__init__() missing a required argument: 'a'"  # type: ignore[call-arg]
    assert said(lambda: Base(1, z=2)) == "Base.__init__() got an unexpected keyword argument 'z'"  # type: ignore[call-arg]
    assert said(lambda: Base(1, a=2)) == "Base.__init__() got multiple values for argument 'a'"  # type: ignore[misc]
    assert said(lambda: Base(1, 2)) == "Base.__init__() takes 1 positional arguments but 2 were given"  # type: ignore[call-arg]


def test_a_class_inherits_fields_and_keeps_what_it_defines() -> None:
    assert (Child(1, (2,)).a, Child(1, (2,)).b, Child.kind) == (1, (2,), "base")
    assert repr(Child(1)) == "own"
    assert Child(1) != Base(1)
    assert {Child(1), Child(1), Child(2)} == {Child(1), Child(2)}
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'a'"):
        Child(1).a = 2  # type: ignore[misc]


def test_one_that_is_not_frozen_can_be_changed_and_has_no_hash() -> None:
    item = Open(1)
    item.a = 2
    assert item == Open(2)
    assert Open(1).b is not Open(1).b
    with pytest.raises(TypeError, match="unhashable type: 'Open'"):
        hash(item)


def test_no_class_of_ours_that_a_deploy_loads_is_made_by_the_original() -> None:
    """Each would cost it a millisecond."""
    program = """
import sys
import aerostack.pipeline, aerostack.bundle.worker
import aerostack_cfapi.deploy, aerostack_cloudflare.project.provision
made = {
    f"{name}.{value.__qualname__}": value.__dataclass_params__
    for name, module in list(sys.modules.items()) if name.startswith("aerostack")
    for value in vars(module).values() if isinstance(value, type) and "__dataclass_params__" in vars(value)
}
assert len(made) > 50
print(*(name for name, parameters in made.items() if parameters.init))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
