"""How programs are started here: through the ``run`` of ``model.Tools``, and in no other way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from aerostack.model import CommandResult


class Run(Protocol):
    """The signature of ``model.Tools.run``."""

    def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        check: bool = True,
    ) -> CommandResult: ...
