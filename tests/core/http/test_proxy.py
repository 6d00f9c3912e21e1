"""Which proxy the environment asks for."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from aerostack.errors import ConfigError
from aerostack.http.origin import Origin
from aerostack.http.proxy import Proxy, proxy_for

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def proxy(address: str = "https://api.example.com") -> Proxy | None:
    return proxy_for(Origin.of(urlsplit(address)))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("address", ["http://proxy.example:3128", "proxy.example:3128", "http://proxy.example:3128/"])
def test_each_name_in_either_case_is_known(monkeypatch: pytest.MonkeyPatch, name: str, address: str) -> None:
    monkeypatch.setenv(name, address)
    assert proxy() == Proxy(Origin("http", "proxy.example", 3128))


def test_the_scheme_of_the_request_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://for-http.example")
    assert proxy() is None
    monkeypatch.setenv("ALL_PROXY", "http://for-all.example")
    assert proxy() == Proxy(Origin("http", "for-all.example", 80))
    monkeypatch.setenv("HTTPS_PROXY", "https://for-https.example")
    assert proxy() == Proxy(Origin("https", "for-https.example", 443))


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "")
    assert proxy() is None


@pytest.mark.parametrize(
    "exempt", ["*", "example.com", ".example.com", "other.example, api.example.com", "api.example.com:443"]
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_an_exempt_host_is_reached_directly(monkeypatch: pytest.MonkeyPatch, name: str, exempt: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.setenv(name, exempt)
    assert proxy() is None
    if exempt != "*":
        assert proxy("https://api.notexample.com") is not None


@pytest.mark.parametrize("address", ["http://127.0.0.1:8787", "http://localhost", "https://[::1]:1"])
def test_this_machine_has_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks9://unusable")
    assert proxy(address) is None


def test_a_login_is_unquoted_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter%402@proxy.example")
    found = proxy()
    assert found is not None
    assert found.login == ("me", "hunter@2")
    assert "hunter" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        "socks5://me:hunter2@proxy.example",
        "ftp://me:hunter2@proxy.example",
        "http://me:hunter2@",
        "http://me:hunter2@proxy.example:port",
        "http://me:hunter2@[::1",
        "http://me:hunter2@a..example",
    ],
)
def test_an_unusable_proxy_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(ConfigError) as refusal:
        proxy()
    assert refusal.value.message == "the proxy set in the environment cannot be used"
    assert refusal.value.hint == "set HTTPS_PROXY and ALL_PROXY to an http:// address, or unset them"
    assert refusal.value.code == "proxy"
    assert refusal.value.__suppress_context__
