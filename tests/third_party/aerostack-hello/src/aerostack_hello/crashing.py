"""A diagnoser with a bug."""

from __future__ import annotations

from aerostack.errors import AerostackError
from aerostack.hookspecs import hookimpl
from aerostack.model import Diagnosis


@hookimpl
def aerostack_diagnose(error: AerostackError) -> Diagnosis | None:
    raise ValueError(f"{type(error).__name__} was not expected")
