"""Which addresses a token may be sent to."""

from __future__ import annotations

import pytest

from aerostack.errors import ConfigError
from aerostack.http import check_address, is_loopback


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("https://api.cloudflare.com/client/v4", "https://api.cloudflare.com/client/v4"),
        ("https://api.cloudflare.com/client/v4/", "https://api.cloudflare.com/client/v4"),
        ("http://127.0.0.1:8787/client/v4", "http://127.0.0.1:8787/client/v4"),
        ("http://localhost:8787//", "http://localhost:8787"),
        ("http://[::1]:8787", "http://[::1]:8787"),
    ],
)
def test_a_good_address_loses_nothing_but_its_trailing_slash(address: str, checked: str) -> None:
    assert check_address(address) == checked


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("", "THE_VARIABLE is no http or https address"),
        ("api.cloudflare.com", "THE_VARIABLE is no http or https address"),
        ("ftp://example.com", "THE_VARIABLE is no http or https address"),
        ("https://", "THE_VARIABLE is no http or https address"),
        ("https://host:notaport", "THE_VARIABLE is no http or https address: Port could not be cast"),
        ("https://me:hunter2@example.com", "THE_VARIABLE holds a user name or password"),
        ("https://example.com/?a=b", "THE_VARIABLE holds a query or a fragment"),
        ("https://example.com/#x", "THE_VARIABLE holds a query or a fragment"),
        ("https://example.com/\nX: y", "THE_VARIABLE holds a blank or a control character"),
        ("http://example.com", "THE_VARIABLE is plain http to example.com: the token would be sent in clear"),
        ("http://127.0.0.1.example.com", "THE_VARIABLE is plain http to 127.0.0.1.example.com"),
        ("http://edge.localhost", "THE_VARIABLE is plain http to edge.localhost"),
    ],
)
def test_a_bad_address_is_refused_and_not_shown_with_its_password(address: str, message: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        check_address(address, "THE_VARIABLE")
    assert refusal.value.message.startswith(message)
    assert refusal.value.hint
    assert "hunter2" not in refusal.value.message + refusal.value.hint


def test_this_machine_is_known_by_number_and_by_its_one_name() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]")))
    assert not any(map(is_loopback, ("example.com", "10.0.0.1", "localhost.example.com", "0.0.0.0", "")))
