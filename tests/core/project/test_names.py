from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError
from aerostack.project.names import fit

Raw = Callable[[str], Path]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("my-app", "my-app"),
        ("My App", "my-app"),
        ("my_app", "my-app"),
        ("Ünï App", "n-app"),
        ("--a--b--", "a-b"),
        ("v1.2", "v1-2"),
        ("日本", ""),
    ],
)
def test_names_are_made_fit_as_the_original_does(written: str, name: str) -> None:
    assert fit(written) == name


@pytest.mark.parametrize("name", ["my_app", "_a", "a-", "a--b", "a_-_b"])
def test_a_name_that_wrangler_deploys_stays_as_it_is(raw: Raw, name: str) -> None:
    path = raw(f'compatibility_date="2024-11-01"\nname = "{name}"\n[env.eu_west]\n[env.QA]\n[env.live]\nname="{name}1"')
    base, west, upper, own = (project.load(path, environment) for environment in (None, "eu_west", "QA", "live"))
    assert (base.name, west.name, upper.name, own.name) == (name, f"{name}-eu_west", f"{name}-qa", f"{name}1")
    assert base.notes == west.notes == own.notes == ()


def test_what_is_made_for_a_worker_has_no_underscore_in_its_name(raw: Raw) -> None:
    """Buckets and queues may not have one."""
    path = raw('compatibility_date="2024-11-01"\nname = "my_app"\n[[r2_buckets]]\nbinding = "MY_FILES"')
    assert project.load(path, None).resources[0].name == "my-app-my-files"


def test_a_changed_name_is_reported(raw: Raw) -> None:
    loaded = project.load(raw('compatibility_date="2024-11-01"\nname = "My App"\n[env.QA]\n'), "QA")
    assert loaded.name == loaded.config["name"] == "my-app-qa"
    assert loaded.notes == ("aerostack.toml:2:8: `My App-QA` is deployed as the Worker `my-app-qa`",)


@pytest.mark.parametrize("name", ["", "日本", "---"])
def test_a_name_of_which_nothing_is_left_is_refused(raw: Raw, name: str) -> None:
    (problem,) = project.check(raw(f'name = "{name}"'))
    assert str(problem.where) == "aerostack.toml:1:8"
    shown = name or '""'
    assert problem.message == f"`{shown}` cannot name a Worker: it holds no letter of a-z and no digit"
    assert problem.hint == 'use small letters, digits and dashes, as in name = "my-app"'


def test_an_environment_of_which_nothing_is_left_is_refused(toml: Raw) -> None:
    (problem,) = project.check(toml('[env."日本"]\n'))
    assert str(problem.where) == "aerostack.toml:4:1"
    assert problem.message == "`日本` cannot name a Worker: it holds no letter of a-z and no digit"


def test_a_missing_name_is_suggested_from_the_folder(raw: Raw) -> None:
    (problem,) = project.check(raw('main = "src/index.ts"'))
    assert (str(problem.where), problem.key) == ("aerostack.toml", "name")
    assert problem.message == "the project has no `name`"
    assert problem.hint == 'add as the first line: name = "demo"'


def test_a_name_is_never_cut(raw: Raw) -> None:
    (problem,) = project.check(raw(f'name = "{"a" * 64}"'))
    assert problem.message == f"the Worker name `{'a' * 64}` has 64 characters, and 63 is the most"
    assert problem.hint == f'set a shorter one: name = "{"a" * 43}"'
    (problem,) = project.check(raw(f'name = "{"a" * 60}"\n[env.staging]\n'))
    assert problem.message == f"the Worker name `{'a' * 60}-staging` has 68 characters, and 63 is the most"
    assert problem.hint == f'set a shorter one under [env.staging]: name = "{"a" * 43}"'
    assert project.load(raw(f'name = "{"a" * 63}"'), None).name == "a" * 63


def test_a_derived_bucket_name_is_never_cut(raw: Raw) -> None:
    (problem,) = project.check(raw(f'name = "{"a" * 60}"\n[[r2_buckets]]\nbinding = "FILES"'))
    assert str(problem.where) == "aerostack.toml:2:1"
    assert problem.message == (
        f"the R2 bucket would be called `{'a' * 60}-files`, which has 66 characters, and 63 is the most"
    )
    assert problem.hint == 'name it yourself: bucket_name = "…"'


def test_environments_that_become_the_same_worker_are_refused(toml: Raw) -> None:
    (problem,) = project.check(toml('[env.a]\nname = "My App"\n[env.b]\nname = "my-app"'))
    assert (str(problem.where), problem.key) == ("aerostack.toml:7:8", "env.b.name")
    assert problem.message == "the environment `a` and the environment `b` would both be the Worker `my-app`"
    assert problem.hint == "give one of them another name"


def test_environments_that_share_a_suffix_are_refused(toml: Raw) -> None:
    (problem,) = project.check(toml('[env."q a"]\n[env.q-a]'))
    assert str(problem.where) == "aerostack.toml:5:1"
    assert problem.message == (
        "the environments `q a` and `q-a` would share what is made for them: both names end in `-q-a`"
    )
    assert problem.hint == "rename one of the two environments"


def test_the_same_name_written_twice_is_the_users_will_and_pointed_out(toml: Raw) -> None:
    loaded = project.load(toml('[env.live]\nname = "demo"'), "live")
    assert loaded.name == "demo"
    assert loaded.notes == ("aerostack.toml:5:8: the top level has the same Worker name, so they replace each other",)


def test_an_unnameable_environment_does_not_disturb_another(raw: Raw) -> None:
    path = raw(f'name = "{"a" * 60}"\n[env.staging]\n[env.b]\n')
    assert project.load(path, "b").name == "a" * 60 + "-b"
    with pytest.raises(ConfigError, match="68 characters"):
        project.load(path, "staging")
