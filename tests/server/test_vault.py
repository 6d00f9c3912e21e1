"""The master key, and what is sealed with it."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from aerostack.errors import ConfigError
from aerostack.model import Secret
from aerostack_server.identity import vault


def key(number):
    return base64.b64encode(bytes([number]) * 32).decode()


def test_a_secret_opens_in_its_place_alone():
    keys = vault.of(Secret(key(1)), None)
    sealed = keys.seal("env_1/TOKEN", "value")
    assert keys.open("env_1/TOKEN", sealed) == "value"
    assert sealed != keys.seal("env_1/TOKEN", "value")
    for place, changed in (
        ("env_2/TOKEN", sealed),
        ("env_1/TOKEN", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        ("env_1/TOKEN", b"\x02" + sealed[1:]),
        ("env_1/TOKEN", sealed[:10]),
        ("env_1/TOKEN", b""),
    ):
        with pytest.raises(ConfigError, match=r"a secret \(env_\d/TOKEN\) cannot be opened"):
            keys.open(place, changed)


def test_an_older_key_opens_and_the_newest_seals():
    old, both = vault.of(Secret(key(1)), None), vault.of(Secret(f"{key(2)}, {key(1)}"), None)
    sealed = old.seal("place", "value")
    assert both.open("place", sealed) == "value"
    assert not both.is_current(sealed)
    again = both.seal("place", "value")
    assert both.is_current(again)
    with pytest.raises(ConfigError) as refused:
        old.open("place", again)
    assert refused.value.hint == "give the old key too, after the new one and a comma"


@pytest.mark.parametrize("text", ["", "short", key(1)[:-4], f"{key(1)},", "\u00e9" * 44], ids=ascii)
def test_what_is_no_master_key_is_refused_without_repeating_it(text):
    with pytest.raises(ConfigError) as refused:
        vault.of(Secret(text), None)
    assert refused.value.message == "a master key is 32 bytes in base64"
    assert refused.value.hint == "make one: openssl rand -base64 32"


def test_all_who_start_at_the_same_moment_have_the_same_key(tmp_path):
    folder = tmp_path / "data"
    with ThreadPoolExecutor(8) as threads:
        vaults = list(threads.map(lambda _: vault.of(None, folder), range(16)))
    sealed = vaults[0].seal("place", "value")
    assert [found.open("place", sealed) for found in vaults] == ["value"] * 16
    assert [path.name for path in folder.iterdir()] == ["master.key"]
    assert stat.S_IMODE((folder / "master.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "\n", "not a key\n"], ids=repr)
def test_a_broken_file_is_never_replaced(tmp_path, content):
    file = tmp_path / "master.key"
    file.write_text(content)
    with pytest.raises(ConfigError) as refused:
        vault.of(None, tmp_path)
    assert refused.value.message == f"{file} holds no master key"
    assert refused.value.hint == "restore the file from a backup: with another key no secret can be opened"
    assert file.read_text() == content
