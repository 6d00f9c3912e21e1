import pytest

from aerostack.errors import AerostackError, ConfigError, RemoteTimeoutError
from aerostack.model import Action
from aerostack.pipeline.report import unfinished

DONE = Action(verb="create", kind="d1", key="d1/DB", name="db")


@pytest.mark.parametrize(
    ("done", "error", "outcome"),
    [
        ([], ConfigError("no"), "not_applied"),
        ([], RemoteTimeoutError("refused", applied=False), "not_applied"),
        ([], RemoteTimeoutError("no answer", applied=None), "unknown"),
        ([DONE], AerostackError("later"), "unknown"),
        ([], KeyboardInterrupt(), "unknown"),
    ],
)
def test_a_failed_deploy_claims_that_nothing_changed_only_when_it_knows(
    done: list[Action], error: BaseException, outcome: str
) -> None:
    document = unfinished(done, error)
    assert document["outcome"] == outcome
    assert [action["key"] for action in document["actions"]] == [action.key for action in done]
