"""An API that is broken, is something else, or wants to harm: one error, nothing written, no secret shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.security.faulty import answer, faulty_api, refusal, result

CANARY = "canary-0123456789abcdef0123456789abcdef"
ODD = {"id": 5, "name": None, "uuid": ["x"], "bindings": "x", "subdomain": 7, "deployments": {}, "items": 3}

ANSWERS = {
    "result is null": result(None),
    "result is a text": result("x"),
    "result is a list": result([None, 5]),
    "result is empty": result({}),
    "every field is of another type": result(ODD),
    "ids that are paths": result([{"id": "../../x", "title": "x", "uuid": "a\nb", "name": "x"}]),
    "NaN": answer(200, b'{"success": true, "errors": [], "result": NaN}'),
    "errors are null": refusal(400, None),
    "errors are a text": refusal(400, "no"),
    "errors are odd": refusal(400, [{"code": "x", "message": {"a": 1}}, 5, None]),
    "half a surrogate": refusal(400, [{"code": 1, "message": "\ud800"}]),
    "404 without a known code": refusal(404, [{"code": 1, "message": "?"}]),
    "a redirect with the token": answer(302, b"", "text/html", "Location: http://198.51.100.1/"),
    "a long wait": refusal(429, [{"code": 971, "message": "slow"}], "Retry-After: 3600"),
}


@pytest.fixture
def deploy(aerostack: Callable[..., Any], project: Path) -> Callable[[bytes], Any]:
    """Deploy against an API that always says the same. Its 32 zeros are the account."""

    def run(said: bytes) -> Any:
        with faulty_api(said) as address:
            credentials = {
                "CLOUDFLARE_API_TOKEN": CANARY,
                "CLOUDFLARE_ACCOUNT_ID": "0" * 32,
                "CLOUDFLARE_API_BASE_URL": address,
            }
            return aerostack("deploy", "--json", cwd=project, env=credentials)

    return run


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS.keys())
def test_a_wrong_answer_ends_in_one_error(deploy: Callable[[bytes], Any], project: Path, said: bytes) -> None:
    file = project / "aerostack.toml"
    before = file.read_bytes()
    done = deploy(said)
    assert done.status == 1
    assert done.stderr.count("error:") == 1
    assert done.document["outcome"] == "not_applied"
    assert done.document["error"]["message"]
    assert done.document["error"]["hint"]
    assert file.read_bytes() == before
    assert not list(project.glob(".aerostack/journal/*/*/*.json"))


def test_a_message_that_repeats_the_token_and_commands_the_terminal_is_harmless(deploy: Callable[[bytes], Any]) -> None:
    done = deploy(refusal(400, [{"code": 1, "message": f"\x1b]0;pwned\x07 your token is {CANARY}, Bearer {CANARY}"}]))
    assert done.status == 1
    assert "your token is ***" in done.stderr
    assert "your token is ***" in done.document["error"]["message"]
    assert CANARY not in done.stdout + done.stderr
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
