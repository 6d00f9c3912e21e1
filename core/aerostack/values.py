"""``dataclass`` as the standard library's, without its price at start-up.

The standard library writes six functions for each class and compiles them, which takes about a millisecond: a deploy
defines eighty classes, and would spend a fifth of its time on that. Here a class gets the same six methods from one
place, as closures over the names of its fields. It is a dataclass in every other respect: ``fields``, ``replace``,
``asdict`` and ``match`` work as on any.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

_put = object.__setattr__


def _dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A class decorator: ``dataclasses.dataclass`` with these arguments."""

    def decorate(cls: type[T]) -> type[T]:
        # Collects the fields, and compiles nothing.
        made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
        fields = dataclasses.fields(made)
        compared = tuple(field.name for field in fields if field.compare)
        methods: dict[str, Any] = {
            "__init__": _initializer(fields),
            "__repr__": _representation(tuple(field.name for field in fields if field.repr)),
            "__eq__": _equality(compared),
            "__hash__": _hash(compared) if frozen else None,
        }
        if frozen:
            methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
            methods |= {"__getstate__": _state, "__setstate__": _restore}
        for name, method in methods.items():
            if name not in vars(cls):
                setattr(made, name, method)
        return made  # type: ignore[no-any-return]

    return decorate


if TYPE_CHECKING:
    # A type checker knows the original, and needs to know nothing else.
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass


def _initializer(fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    positional = tuple(field.name for field in fields if not field.kw_only)
    defaults: list[tuple[str, Any, Any]] = [(field.name, field.default, field.default_factory) for field in fields]

    def __init__(self: Any, *args: Any, **given: Any) -> None:
        for name, value in zip(positional, args, strict=False):
            if name in given:
                raise TypeError(f"{_called(self)} got multiple values for argument '{name}'")
            given[name] = value
        if len(args) > len(positional):
            raise TypeError(f"{_called(self)} takes {len(positional)} positional arguments but {len(args)} were given")
        for name, default, factory in defaults:
            value = given.pop(name, default)
            if value is MISSING:
                if factory is MISSING:
                    raise TypeError(f"{_called(self)} missing a required argument: '{name}'")
                value = factory()
            _put(self, name, value)
        if given:
            raise TypeError(f"{_called(self)} got an unexpected keyword argument '{next(iter(given))}'")
        check = getattr(self, "__post_init__", None)
        if check is not None:
            check()

    return __init__


def _called(self: object) -> str:
    return f"{type(self).__qualname__}.__init__()"


def _representation(names: tuple[str, ...]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _equality(names: tuple[str, ...]) -> Callable[[Any, object], bool]:
    def __eq__(self: Any, other: object) -> bool:
        return _values(self, names) == _values(other, names) if type(other) is type(self) else NotImplemented

    return __eq__


def _hash(names: tuple[str, ...]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(_values(self, names))

    return __hash__


def _values(self: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in names)


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> dict[str, Any]:
    return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def _restore(self: object, state: dict[str, Any]) -> None:
    for name, value in state.items():
        _put(self, name, value)
