import pickle

import pytest

from aerostack.model import Secret
from aerostack.redact import is_secret_name, redact, secret_values


def test_values_of_secret_variables_and_bearer_credentials_are_masked() -> None:
    values = secret_values({"CLOUDFLARE_API_TOKEN": "canary-token", "HOME": "/home/x", "API_KEY": "abc"})
    assert values == {"canary-token"}
    text = redact("got canary-token and Authorization: Bearer abcdefgh12345", values)
    assert text == "got *** and Authorization: Bearer ***"


def test_the_password_of_an_address_is_masked() -> None:
    values = secret_values(
        {"DATABASE_URL": "postgresql://ada:canary-word@127.0.0.1/x", "SITE": "http://a.example:8080/@"}
    )
    assert values == {"canary-word"}


@pytest.mark.parametrize(
    "name",
    [
        "CLOUDFLARE_API_TOKEN",
        "AEROSTACK_API_KEY",
        "DB_PASSWORD",
        "apikey",
        "MY_SECRET",
        "AEROSTACK_SERVER_MASTER_KEY",
        "AWS_ACCESS_KEY_ID",
    ],
)
def test_names_of_secrets_are_recognised(name: str) -> None:
    assert is_secret_name(name)


def test_a_secret_shows_its_value_only_when_asked() -> None:
    secret = Secret("canary-token")
    assert "canary" not in f"{secret} {secret!r} {secret!s} {[secret]}"
    assert secret.reveal() == "canary-token"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(secret)
