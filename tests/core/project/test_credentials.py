"""A credential in aerostack.toml is refused, with the reason and the way out, and never repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError

Toml = Callable[[str], Path]

CANARY = "hunter2-0123456789abcdef"


@pytest.mark.parametrize(
    ("body", "key", "place"),
    [
        (f'api_key = "{CANARY}"', "api_key", "4:1"),
        ("api_key = 123456789", "api_key", "4:1"),
        (f'  token = "{CANARY}"', "token", "4:3"),
        (f'CLOUDFLARE_API_TOKEN = "{CANARY}"', "CLOUDFLARE_API_TOKEN", "4:1"),
        (f'"client-secret" = "{CANARY}"', "client-secret", "4:1"),
        (f'[deploy]\npassword = "{CANARY}"', "deploy.password", "5:1"),
        (f'[backend.cfapi]\napi_token = "{CANARY}"', "backend.cfapi.api_token", "5:1"),
        (f'[env.staging]\napi_key = "{CANARY}"', "env.staging.api_key", "5:1"),
        (f'[environments.staging.backend.x]\ntoken = "{CANARY}"', "environments.staging.backend.x.token", "5:1"),
    ],
)
def test_a_key_that_means_a_credential_is_refused(toml: Toml, body: str, key: str, place: str) -> None:
    (problem,) = project.check(toml(body))
    assert problem.code == "credential_in_file"
    assert str(problem.where) == f"aerostack.toml:{place}"
    assert problem.message == (
        f"`{key}` is a credential: whoever sees the project would have it, and a project of somebody else would decide "
        "with whose your code is deployed"
    )
    hint = problem.hint or ""
    assert hint.startswith("delete the line, revoke what stood there, and ")
    assert "CLOUDFLARE_API_TOKEN" in hint
    assert CANARY not in problem.message + hint


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (f"aero_acct_{'a1' * 8}_{'Zz9' * 12}Qq", "a key of Aerostack"),
        ("sk_live_" + "4e" * 12, "a key of Stripe"),
        ("ghp_" + "aB3" * 12, "a token of GitHub"),
        ("-----BEGIN PRIVATE KEY-----\\nMIIE", "a private key"),
    ],
)
@pytest.mark.parametrize("table", ["vars", "secrets", "env.staging.vars"])
def test_a_value_that_can_only_be_a_credential_is_refused_wherever_it_stands(
    toml: Toml, table: str, value: str, what: str
) -> None:
    (problem,) = project.check(toml(f'[{table}]\nPAYMENT = "{value}"\n'))
    assert problem.message.startswith(f"`{table}.PAYMENT` holds {what}: whoever sees the project would have it")
    assert (problem.hint or "").endswith("make it a secret of the Worker: aerostack secrets set PAYMENT")
    assert value not in f"{problem.message}{problem.hint}"


def test_names_that_the_user_chose_are_no_credentials(toml: Toml) -> None:
    path = toml(
        'env = ["API_KEY"]\n[vars]\ntoken = "a word"\nPUBLIC_API_KEY = "pk_live_1"\n'
        '[define]\nSECRET = "1"\n[backend]\n[[kv_namespaces]]\nbinding = "TOKEN"\n'
    )
    assert project.check(path) == ()


def test_a_deploy_stops_at_it(toml: Toml) -> None:
    path = toml(f'api_key = "{CANARY}"\n')
    with pytest.raises(ConfigError, match="`api_key` is a credential"):
        project.load(path, None)
    with pytest.raises(ConfigError, match="`api_key` is a credential"):
        project.refuse_credentials(project.read(path))
