"""What Cloudflare's codes are explained with when a real deploy meets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

DEPLOY = ("deploy", "--backend", "cfapi")
Run = Callable[..., Any]


def prepend(file: Path, text: str) -> None:
    file.write_text(text + file.read_text(encoding="utf-8"), encoding="utf-8")


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def explained(done: Any) -> tuple[str, str, str | None]:
    error = done.document["error"]
    return error["cause"], error["hint"], error["where"]


def test_code_that_throws_at_start(run: Run, project: Path) -> None:
    # The type makes the place in the source differ from that in the uploaded code.
    prepend(project / "src" / "index.ts", "type Nothing = {\n};\n  throw new TypeError('no config');\n")
    done = run(*DEPLOY, "--json")
    assert done.status == 1
    assert "Uncaught TypeError: no config" in done.document["error"]["message"]
    assert explained(done) == (
        "the code throws while it is loaded, before any request",
        "mend the place that is named, or do that work inside a handler; the version that was live still is",
        "index.ts:3:9",
    )


def test_an_import_that_nobody_provides(run: Run, project: Path) -> None:
    prepend(project / "src" / "index.ts", "import 'cloudflare:nope';\n")
    cause, hint, _ = explained(run(*DEPLOY, "--json"))
    assert cause == "the code imports `cloudflare:nope`, which is not among the uploaded modules"
    assert hint == 'install the package, or, for a module of Node\'s, add compatibility_flags = ["nodejs_compat"]'


def test_an_unknown_compatibility_flag_with_its_place(run: Run, project: Path) -> None:
    prepend(project / "aerostack.toml", 'compatibility_flags = ["nope"]\n')
    done = run(*DEPLOY, "--json")
    assert explained(done) == (
        "a compatibility flag is unknown, contradicts another, or is on by the compatibility date already",
        "remove or correct it: https://developers.cloudflare.com/workers/configuration/compatibility-flags/",
        f"aerostack.toml:{line_of(project / 'aerostack.toml', 'compatibility_flags')}:23",
    )


def test_a_service_that_does_not_exist_is_named_with_its_place(run: Run, project: Path) -> None:
    file = project / "aerostack.toml"
    with file.open("a", encoding="utf-8") as stream:
        stream.write('\n[[services]]\nbinding = "AUTH"\nservice = "auth-worker"\n')
    done = run(*DEPLOY)
    assert done.status == 1
    # The ids that the same run wrote into the file have moved the line: what counts is the file that the user opens.
    assert f"error: aerostack.toml:{line_of(file, 'auth-worker')}:11: uploading the Worker" in done.stderr
    assert (
        "cause: the service binding `AUTH` needs the Worker `auth-worker`, which does not exist in the account\n"
        "\nhint: deploy `auth-worker` first, or correct `service`\n"
    ) in done.stderr


def test_a_token_that_is_not_accepted(run: Run) -> None:
    cause, hint, _ = explained(run(*DEPLOY, "--json", env={"CLOUDFLARE_API_TOKEN": "canary-0123456789abcdef"}))
    assert cause == "the token is not accepted: it is wrong, has expired or was revoked"
    new = "make a new token at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN"
    assert hint is not None
    assert hint.startswith(f"{new}; this request needs Account › ")


def test_an_account_that_is_somebody_elses(run: Run) -> None:
    cause, hint, _ = explained(run(*DEPLOY, "--json", env={"CLOUDFLARE_ACCOUNT_ID": "b" * 32}))
    assert cause == "the token belongs to somebody who has no access to this account"
    assert hint == "check CLOUDFLARE_ACCOUNT_ID, or make a token that covers the account"


def test_a_plan_is_explained_too(run: Run) -> None:
    done = run("plan", "--backend", "cfapi", env={"CLOUDFLARE_ACCOUNT_ID": "b" * 32})
    assert "cause: the token belongs to somebody who has no access to this account" in done.stderr


def test_a_success_has_no_cause(run: Run) -> None:
    assert "cause:" not in run(*DEPLOY).stderr
