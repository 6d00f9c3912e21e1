"""What a user is asked on the way of a deploy, beyond having typed the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aerostack.cli.output import Output
from aerostack.errors import AerostackError
from aerostack.pipeline import Planned
from aerostack.pipeline.plan import action_document


class Approval:
    """``pipeline.Approval`` by questions. ``confirm`` asks one; ``known`` is told of a plan that was made anew, for the
    JSON document of a deploy that ends there.
    """

    def __init__(self, output: Output, confirm: Callable[[str], bool], known: dict[str, Any]) -> None:
        self._output = output
        self._confirm = confirm
        self._known = known

    def deletion(self, planned: Planned) -> bool:
        return self._confirm(f"Delete what `aerostack plan` marks with -, in {planned.resolution.target}?")

    def again(self, planned: Planned, reason: AerostackError) -> bool:
        self._output.warn(f"{reason.message}; so the plan was made anew")
        self._output.plan(planned.resolution)
        self._known["replanned"] = [action_document(action) for action in planned.resolution.actions]
        if not any(action.writes for action in planned.resolution.actions):
            return True
        return self._confirm("Carry out this plan instead?")
