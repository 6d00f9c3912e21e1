"""Who is asked about a failure, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aerostack import project
from aerostack.diagnosis import diagnose
from aerostack.errors import AbortedError, AerostackError, ConfigError, RemoteError
from aerostack.model import Action, Project
from aerostack.pipeline.explain import explained
from aerostack.tools import RunTools

REFUSED = "R2 bucket 'files' not found."
TOML = 'name = "shop"\nmain = "index.js"\ncompatibility_date = "2026-06-01"\n'
BUCKET = '[[r2_buckets]]\nbinding = "FILES"\nbucket_name = "files"\n'


class Silent:
    """A reporter that must not be told anything."""

    def step(self, message: str) -> None:
        raise AssertionError(message)

    def warn(self, message: str) -> None:
        raise AssertionError(message)

    def done(self, action: Action) -> None:
        raise AssertionError(action)


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    (tmp_path / "index.js").write_text("export default {}")
    (tmp_path / "aerostack.toml").write_text(TOML + BUCKET)
    return project.load(tmp_path / "aerostack.toml", None)


def explain(error: AerostackError, shop: Project) -> AerostackError:
    with (
        pytest.raises(type(error)) as raised,
        RunTools(environ={}, reporter=Silent()) as tools,
        explained(shop, tools),
    ):
        raise error
    assert raised.value is error
    return error


def test_a_diagnosis_is_added_to_the_error_itself(shop: Project) -> None:
    error = explain(RemoteError(REFUSED, status=400, remote_code=10085, hint="see above"), shop)
    assert error.message == REFUSED
    assert error.cause == "the binding `FILES` is bound to the R2 bucket files, which is not in this account"
    assert error.hint == "create the R2 bucket first, or correct its name"
    assert str(error.where) == "aerostack.toml:6:15"


def test_the_place_is_that_in_the_file_as_it_is_now(shop: Project) -> None:
    shop.file.write_text(TOML + "# a line more\n" + BUCKET)
    error = explain(RemoteError(REFUSED, status=400, remote_code=10085), shop)
    assert str(error.where) == "aerostack.toml:7:15"


def test_a_file_that_cannot_be_read_any_more_costs_nothing_but_its_news(shop: Project) -> None:
    shop.file.write_text("name = ")
    error = explain(RemoteError(REFUSED, status=400, remote_code=10085), shop)
    assert str(error.where) == "aerostack.toml:6:15"


def test_what_nobody_knows_stays_as_it_is(shop: Project) -> None:
    error = explain(ConfigError("no", hint="yes"), shop)
    assert (error.message, error.cause, error.hint, error.where) == ("no", None, "yes", None)


def test_the_users_no_is_not_explained(shop: Project) -> None:
    assert explain(AbortedError("nothing was changed"), shop).cause is None


def test_our_own_plugin_is_installed_and_silent_about_what_is_not_cloudflares(shop: Project) -> None:
    warnings: list[str] = []
    assert diagnose(AerostackError("no"), shop, None, warnings.append) is None
    assert warnings == []


def test_nothing_of_it_is_imported_before_a_failure() -> None:
    code = "import aerostack.pipeline, aerostack.cli.deploy, sys; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "aerostack.pipeline.explain" in listed
    assert not {"aerostack.diagnosis", "aerostack_cloudflare", "pluggy"} & set(listed)
