"""What the variables of a server mean, and which of them cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aerostack.errors import ConfigError
from aerostack_server.settings import from_environment


def test_nothing_has_to_be_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = from_environment({})
    assert (settings.url, settings.domain, settings.secure) == ("http://127.0.0.1:4780", "localhost", False)
    assert settings.database_url == f"sqlite:///{Path('data').resolve() / 'server.db'}"
    assert settings.platform_url == "https://api.cloudflare.com/client/v4"
    assert settings.processes == min(4, os.cpu_count())
    assert (settings.namespace, settings.workers, settings.platform_tokens) == ("aerostack", 4, ())


def test_tokens_and_keys_are_never_shown():
    settings = from_environment(
        {
            "AEROSTACK_SERVER_TOKENS": "first-token, second-token",
            "AEROSTACK_SERVER_MASTER_KEY": "the-master-key",
            "DATABASE_URL": "postgresql://user:the-password@host/name",
        }
    )
    assert [token.reveal() for token in settings.platform_tokens] == ["first-token", "second-token"]
    for secret in ("first-token", "second-token", "the-master-key", "the-password"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("url", "domain", "site"),
    [
        ("https://aerostack.example.com", "example.com", "example.com"),
        ("https://example.com", "example.com", "example.com"),
        ("https://example.com", "workers.example.com", "example.com"),
        ("https://aerostack.example.com", "workers.example.com", "example.com"),
        ("https://aerostack.example.com", "Workers.Example.Com.:8443", "example.com"),
        ("https://aerostack.example.co.uk", "workers.example.co.uk", "example.co.uk"),
        ("http://localhost:4780", "localhost:8787", "localhost"),
    ],
)
def test_tenants_and_the_dashboard_share_no_domain_of_cookies(url, domain, site):
    with pytest.raises(ConfigError) as refused:
        from_environment({"AEROSTACK_SERVER_URL": url, "AEROSTACK_SERVER_DOMAIN": domain})
    assert refused.value.message.startswith("AEROSTACK_SERVER_DOMAIN (")
    assert refused.value.message.endswith(f" belong to one domain, {site}")
    assert refused.value.hint == "give Workers a registered domain of their own"


@pytest.mark.parametrize(
    ("url", "domain", "scheme"),
    [
        ("https://aerostack.example.com", "example-workers.net", "https"),
        ("https://aerostack.co.uk", "workers.co.uk", "https"),
        ("http://127.0.0.1:4780", "localhost:8787", "http"),
        ("http://aerostack.localhost:4780", "workers.localhost:8787", "http"),
        ("http://10.0.0.7:4780", "10.0.0.8", "https"),
    ],
)
def test_domains_that_are_apart_are_fine(url, domain, scheme):
    settings = from_environment({"AEROSTACK_SERVER_URL": url, "AEROSTACK_SERVER_DOMAIN": domain})
    assert settings.tenant_scheme == scheme


@pytest.mark.parametrize(
    ("name", "value", "message", "hint"),
    [
        (
            "AEROSTACK_SERVER_URL",
            "ftp://example.com",
            "AEROSTACK_SERVER_URL is no http or https address",
            "write it like https://aerostack.example.com",
        ),
        (
            "AEROSTACK_SERVER_WORKERS",
            "many",
            "AEROSTACK_SERVER_WORKERS is no number: 'many'",
            "write it like AEROSTACK_SERVER_WORKERS=4",
        ),
        (
            "AEROSTACK_SERVER_WORKERS",
            "0",
            "AEROSTACK_SERVER_WORKERS is no number: '0'",
            "write it like AEROSTACK_SERVER_WORKERS=4",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value, message, hint):
    with pytest.raises(ConfigError) as refused:
        from_environment({name: value})
    assert (refused.value.message, refused.value.hint) == (message, hint)
