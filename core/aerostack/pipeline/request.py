"""What the user asked for, as the command line (or any other caller) understood it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from aerostack.model import Policy
from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``path`` is a project folder or its ``aerostack.toml``; ``None`` for what was not said on the command line.

    ``flags`` are the flags that stand for options, by the option's name: what the user has typed instead of ``-o``.
    """

    path: Path
    environment: str | None = None
    backend: str | None = None
    use_own_account: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
