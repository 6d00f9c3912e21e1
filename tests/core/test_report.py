"""What the document of a failed deploy claims."""

import pytest

from aerostack.errors import AerostackError, ConfigError, JournalError, OvertakenError, RemoteTimeoutError
from aerostack.model import Action, Resolution
from aerostack.pipeline.report import unfinished
from aerostack.tools import RunTools

DATABASE = Action(verb="create", kind="d1", key="d1/DB", name="db")
UPLOAD = Action(verb="update", kind="worker", key="worker", name="w")
REFUSED = RemoteTimeoutError("refused", applied=False)
UNANSWERED = RemoteTimeoutError("no answer", applied=None)


class Silent:
    def step(self, message: str) -> None: ...
    def warn(self, message: str) -> None: ...
    def said(self, line: str) -> None: ...
    def done(self, action: Action) -> None: ...


@pytest.mark.parametrize(
    ("planned", "done", "error", "outcome"),
    [
        ([], [], ConfigError("no"), "not_applied"),
        ([], [], KeyboardInterrupt(), "not_applied"),
        ([UPLOAD], [], REFUSED, "not_applied"),
        ([UPLOAD], [], UNANSWERED, "unknown"),
        ([UPLOAD], [], KeyboardInterrupt(), "unknown"),
        # A database more is no other version of the Worker.
        ([DATABASE, UPLOAD], [DATABASE], REFUSED, "not_applied"),
        ([DATABASE, UPLOAD], [DATABASE], AerostackError("later"), "not_applied"),
        # After the flip only the account can say what is live.
        ([UPLOAD], [UPLOAD], OvertakenError("theirs is live", applied=False), "not_applied"),
        ([UPLOAD], [UPLOAD], UNANSWERED, "unknown"),
        ([UPLOAD], [UPLOAD], JournalError("disk full"), "unknown"),
    ],
)
def test_a_failed_deploy_claims_no_more_than_is_known(
    planned: list[Action], done: list[Action], error: BaseException, outcome: str
) -> None:
    with RunTools(environ={}, reporter=Silent()) as tools:
        tools.begin(Resolution(target="t", actions=tuple(planned)))
        for action in done:
            tools.done(action)
        document = unfinished(tools, error)
    assert document["outcome"] == outcome
    assert [action["key"] for action in document["actions"]] == [action.key for action in done]


def test_what_a_given_up_plan_had_done_is_told_too() -> None:
    with RunTools(environ={}, reporter=Silent()) as tools:
        for action in (DATABASE, UPLOAD):
            tools.begin(Resolution(target="t", actions=(action,)))
            tools.done(action)
        assert tools.carried_out == [UPLOAD]
        assert [action["key"] for action in unfinished(tools, REFUSED)["actions"]] == ["d1/DB", "worker"]
