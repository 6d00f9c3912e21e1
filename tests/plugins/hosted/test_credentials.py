"""The file with the user's keys, and which of them is meant."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack.errors import AuthError, ConfigError
from aerostack.model import Secret
from aerostack_hosted import credentials, login
from aerostack_hosted.credentials import Credentials

HERE = "http://127.0.0.1:4000"
THERE = "https://api.example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "aerostack" / "credentials.json"


@pytest.fixture
def stored(file: Path) -> Path:
    """A login here in two profiles, and the last one elsewhere."""
    keys = Credentials().adding(HERE, "default", Secret("key-here")).adding(HERE, "work", Secret("key-work"))
    credentials.write(file, keys.adding(THERE, "default", Secret("key-there")))
    return file


def environment(file: Path, **variables: str) -> Callable[[str], str | None]:
    return ({"XDG_CONFIG_HOME": str(file.parent.parent)} | variables).get


def test_the_file_is_for_its_owner_alone(stored: Path) -> None:
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert stat.S_IMODE(stored.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in stored.parent.iterdir()] == ["credentials.json"]


def test_what_is_written_is_read(stored: Path) -> None:
    found = credentials.read(stored)
    assert found.key(HERE, "work") == Secret("key-work")
    assert found.key(THERE, "work") is None
    assert found.current == (THERE, "default")


def test_a_folder_that_others_can_read_is_closed(file: Path) -> None:
    file.parent.mkdir(parents=True, mode=0o755)
    credentials.write(file, Credentials())
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(stored: Path, mode: int) -> None:
    stored.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        credentials.read(stored)
    assert "can be read by other users of this machine, so its keys are not used" in caught.value.message
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(f"chmod 600 {stored}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "it is no JSON"),
        ("[]", "it was written by another version of aerostack"),
        ('{"version": 2}', "it was written by another version of aerostack"),
    ],
)
def test_a_damaged_file_is_named(file: Path, content: str, why: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        credentials.read(file)
    assert why in caught.value.message
    assert "aerostack login" in (caught.value.hint or "")


def test_logging_out_leaves_the_other_keys(stored: Path) -> None:
    found = credentials.read(stored).without(HERE, "default")
    assert found.current == (THERE, "default")
    left = found.without(THERE, "default")
    assert left.current is None
    assert left.addresses("work") == (HERE,)


def test_the_last_login_decides_the_address(stored: Path) -> None:
    found = login.find(environment(stored), None)
    assert (found.url, found.profile, found.key) == (THERE, "default", Secret("key-there"))


def test_without_any_login_it_is_aerostack_itself(file: Path) -> None:
    found = login.find(environment(file), None)
    assert (found.url, found.key) == ("https://api.aerostack.dev", None)
    with pytest.raises(AuthError) as caught:
        login.required(found)
    assert caught.value.code == "not_logged_in"


def test_a_profile_brings_its_address(stored: Path) -> None:
    assert login.find(environment(stored), None, "work").key == Secret("key-work")
    assert login.find(environment(stored, AEROSTACK_PROFILE="work"), None).url == HERE


def test_a_profile_with_two_addresses_must_be_told_which(stored: Path) -> None:
    both = credentials.read(stored).adding(THERE, "work", Secret("x"))
    credentials.write(stored, both.adding("https://third.example.com", "default", Secret("y")))
    with pytest.raises(ConfigError) as caught:
        login.find(environment(stored), None, "work")
    assert caught.value.message == f"the profile `work` has keys for several addresses: {HERE}, {THERE}"
    assert caught.value.hint == "say which: AEROSTACK_API_URL=…"


def test_a_key_is_never_used_at_another_address(stored: Path) -> None:
    found = login.find(environment(stored, AEROSTACK_API_URL="https://elsewhere.example.com/"), None)
    assert (found.url, found.key) == ("https://elsewhere.example.com", None)


def test_the_environment_wins_and_needs_no_file(stored: Path) -> None:
    stored.write_text("damaged")
    found = login.find(environment(stored, AEROSTACK_API_URL=THERE), Secret("from-ci"))
    assert (found.key, found.source) == (Secret("from-ci"), "AEROSTACK_API_KEY")


def test_plain_http_is_for_this_machine_only(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        login.find(environment(file, AEROSTACK_API_URL="http://api.example.com"), None)
    assert caught.value.message.startswith("AEROSTACK_API_URL is plain http to api.example.com")


def test_no_key_is_in_a_representation(stored: Path) -> None:
    shown = f"{credentials.read(stored)!r} {login.find(environment(stored), None)!r}"
    assert not any(key in shown for key in json.loads(stored.read_text())["keys"][HERE].values())
