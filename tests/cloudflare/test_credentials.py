"""Where the token comes from. wrangler is a real program of the test: a script with wrangler's output."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from aerostack import toolchain
from aerostack.errors import AuthError, ConfigError
from aerostack.model import Action, Secret
from aerostack.tools import RunTools
from aerostack_cloudflare.credentials import CLOUDFLARE, Credentials, base_url, from_environment

ACCOUNT = "a" * 32
CANARY = "canary-0123456789abcdef"
HINT = (
    "set CLOUDFLARE_API_TOKEN (make one at https://dash.cloudflare.com/profile/api-tokens), "
    "or run `aerostack wrangler login`; "
    'for an account on this machine: eval "$(aerostack edge env)"'
)


class Silent:
    def step(self, message: str) -> None: ...

    def warn(self, message: str) -> None: ...

    def done(self, action: Action) -> None: ...


def tools(**environ: str) -> RunTools:
    return RunTools(environ={"PATH": os.environ["PATH"]} | environ, reporter=Silent())


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is PATH's first, for a wrangler."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")
    return folder


def wrangler(folder: Path, script: str) -> None:
    program = folder / "wrangler"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def failure(tools: RunTools, root: Path | None = None) -> AuthError:
    with pytest.raises(AuthError) as refusal:
        from_environment(tools, root=root)
    assert CANARY not in f"{refusal.value.message}{refusal.value.hint}{refusal.value.__context__}"
    return refusal.value


def test_the_token_of_the_environment_wins(on_path: Path) -> None:
    wrangler(on_path, "exit 1")
    found = from_environment(tools(CLOUDFLARE_API_TOKEN=CANARY, CLOUDFLARE_ACCOUNT_ID=ACCOUNT))
    assert found == Credentials(Secret(CANARY), ACCOUNT, "CLOUDFLARE_API_TOKEN")
    assert CANARY not in repr(found)


def test_an_account_that_is_named_wins_over_the_environments() -> None:
    environ = {"CLOUDFLARE_API_TOKEN": CANARY, "CLOUDFLARE_ACCOUNT_ID": ACCOUNT}
    assert from_environment(tools(**environ), account_id="b" * 32).account_id == "b" * 32
    assert from_environment(tools(CLOUDFLARE_API_TOKEN=CANARY)).account_id is None


@pytest.mark.parametrize("account", ["mine", f"{ACCOUNT}\n", f"{ACCOUNT}/../x"])
def test_an_account_id_that_cannot_be_one_is_refused(account: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        from_environment(tools(CLOUDFLARE_API_TOKEN=CANARY, CLOUDFLARE_ACCOUNT_ID=account))
    assert refusal.value.message == f"CLOUDFLARE_ACCOUNT_ID is no id of an account: {account!r}"
    assert refusal.value.hint == "it has 32 hex digits: see the address of the dashboard, or `wrangler whoami`"


@pytest.mark.parametrize("token", [f"{CANARY}\n", f" {CANARY}", f"Bearer {CANARY}", f"{CANARY}ü"])
def test_a_token_that_cannot_be_one_is_refused_and_not_shown(token: str) -> None:
    error = failure(tools(CLOUDFLARE_API_TOKEN=token))
    assert error.message == "CLOUDFLARE_API_TOKEN holds a blank, a line break or a character that no token has"
    assert error.hint == "copy the token again, without anything around it"


def test_without_any_credentials_both_ways_are_named(on_path: Path) -> None:
    error = failure(tools())
    assert (error.message, error.hint, error.code) == ("no credentials for Cloudflare", HINT, "auth")


def test_the_global_key_is_refused_by_name() -> None:
    error = failure(tools(CLOUDFLARE_API_KEY=CANARY, CLOUDFLARE_EMAIL="me@example.com"))
    assert error.message == (
        "CLOUDFLARE_API_KEY is the global API key, which can do everything in the account and is not supported"
    )
    assert error.hint == ("make a token at https://dash.cloudflare.com/profile/api-tokens and set CLOUDFLARE_API_TOKEN")


@pytest.mark.parametrize("kind", ["oauth", "api_token"])
def test_the_login_of_wrangler_is_used(on_path: Path, kind: str) -> None:
    wrangler(on_path, f"""[ "$*" = "auth token --json" ] && echo '{{"type": "{kind}", "token": "{CANARY}"}}'""")
    found = from_environment(tools(CLOUDFLARE_ACCOUNT_ID=ACCOUNT))
    assert found == Credentials(Secret(CANARY), ACCOUNT, "wrangler's login")


def test_a_notice_before_wranglers_answer_does_no_harm(on_path: Path) -> None:
    wrangler(on_path, f"""echo 'update available'; echo '{{"type": "oauth", "token": "{CANARY}"}}'""")
    assert from_environment(tools()).token == Secret(CANARY)


def test_the_projects_own_wrangler_is_asked_first(on_path: Path, tmp_path: Path) -> None:
    wrangler(on_path, """echo '{"type": "oauth", "token": "of-the-path"}'""")
    local = tmp_path / "node_modules" / ".bin"
    local.mkdir(parents=True)
    wrangler(local, """echo '{"type": "oauth", "token": "of-the-project"}'""")
    assert from_environment(tools(), root=tmp_path).token == Secret("of-the-project")
    assert from_environment(tools()).token == Secret("of-the-path")


def test_a_wrangler_that_is_not_logged_in_is_none(on_path: Path) -> None:
    wrangler(on_path, f"echo {CANARY}; echo {CANARY} >&2; exit 1")
    assert failure(tools()).message == "no credentials for Cloudflare"


@pytest.mark.parametrize(
    "printed", ["", CANARY, "[]", '{"type": "oauth"}', '{"type": "oauth", "token": 3}', f'{{"{CANARY}', "{}"]
)
def test_a_wrangler_that_prints_something_else_is_not_believed_and_not_quoted(on_path: Path, printed: str) -> None:
    wrangler(on_path, f"echo '{printed}'")
    error = failure(tools())
    assert error.message == "`wrangler auth token --json` printed no token"
    assert error.hint == "update wrangler (`npm install --global wrangler@latest`), or set CLOUDFLARE_API_TOKEN"


def test_a_wrangler_with_the_global_key_is_refused(on_path: Path) -> None:
    wrangler(on_path, f"""echo '{{"type": "api_key", "key": "{CANARY}", "email": "me@example.com"}}'""")
    error = failure(tools())
    assert error.message == "wrangler is logged in with the global API key, which is not supported"
    assert error.hint == "run `wrangler login`, or set CLOUDFLARE_API_TOKEN"


def test_a_wrangler_that_cannot_be_run_says_so(on_path: Path) -> None:
    (on_path / "wrangler").write_text("not executable", encoding="utf-8")
    error = failure(tools())
    assert error.message == ("wrangler could not be asked for its login: `wrangler` cannot be run: Permission denied")
    assert error.hint == "run `wrangler whoami` to see what is wrong, or set CLOUDFLARE_API_TOKEN"


def test_wranglers_login_is_not_sent_to_another_address(on_path: Path) -> None:
    wrangler(on_path, f"""echo '{{"type": "oauth", "token": "{CANARY}"}}'""")
    error = failure(tools(CLOUDFLARE_API_BASE_URL="http://127.0.0.1:8787/client/v4"))
    assert error.message == "no credentials for 127.0.0.1:8787, which CLOUDFLARE_API_BASE_URL names"
    assert error.hint == (
        'set CLOUDFLARE_API_TOKEN for it; for an account on this machine: eval "$(aerostack edge env)"'
    )
    assert from_environment(tools(CLOUDFLARE_API_BASE_URL="https://api.fed.cloudflare.com/client/v4")).token
    assert failure(tools(CLOUDFLARE_API_BASE_URL="https://notcloudflare.com")).code == "auth"


def test_the_address_is_cloudflares_unless_set() -> None:
    assert base_url(tools()) == CLOUDFLARE
    assert base_url(tools(CLOUDFLARE_API_BASE_URL="http://127.0.0.1:8787/client/v4/")) == (
        "http://127.0.0.1:8787/client/v4"
    )
    with pytest.raises(ConfigError, match="CLOUDFLARE_API_BASE_URL is plain http to evil"):
        base_url(tools(CLOUDFLARE_API_BASE_URL="http://evil.example"))


def test_the_profile_that_wrangler_would_use_here_is_the_one(tmp_path: Path) -> None:
    """The real wrangler: one profile is bound to a folder, another one named by the environment."""
    kept = tmp_path / "home" / ".config" / ".wrangler" / "config"
    kept.mkdir(parents=True)
    for profile in ("default", "work", "private"):
        (kept / f"{profile}.toml").write_text(
            f'oauth_token = "token-of-{profile}"\nrefresh_token = "r"\n'
            'expiration_time = "2999-01-01T00:00:00.000Z"\nscopes = ["account:read"]\n'
        )
    project = tmp_path / "project"
    project.mkdir()
    pinned = toolchain.wrangler()
    home = {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path), "WRANGLER_SEND_METRICS": "false"}
    subprocess.run(
        [*pinned.argv, "auth", "activate", "work", str(project)], env=home, check=True, capture_output=True, timeout=60
    )

    def chosen(root: Path, **environ: str) -> str:
        found = from_environment(RunTools(environ=home | environ, reporter=Silent()), None, root, lambda: pinned.argv)
        return found.token.reveal()

    assert chosen(project) == "token-of-work"
    assert chosen(project, CLOUDFLARE_AUTH_PROFILE="private") == "token-of-private"
    assert chosen(tmp_path) == "token-of-default"
