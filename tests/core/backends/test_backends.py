"""Broken packages never break an unrelated command, and the chosen one is blamed by name."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aerostack.backends import Backend, find_all, find_one, load
from aerostack.errors import (
    BackendContractError,
    BackendLoadError,
    ConflictError,
    UnknownBackendError,
    UnsupportedError,
)
from aerostack.model import Policy, Project, Provisioned, Resolution, Resource

Install = Callable[..., None]

GOOD = """
from aerostack.hookspecs import hookimpl
from aerostack.model import *
from dataclasses import dataclass

@dataclass(frozen=True)
class Settings:
    x: int = 1

@hookimpl
def aerostack_backend(): return BackendSpec(summary="s", settings=Settings)
@hookimpl
def aerostack_resolve(project): return Resolution(target="t")
@hookimpl
def aerostack_provision(project): return Provisioned()
@hookimpl
def aerostack_deploy(): return Deployment(version="1")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a package as pip would leave it: a module and its metadata."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def package(name: str, code: str, *, backend: str | None = None) -> None:
        module = f"third_{name}"
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(code))
        info = tmp_path / f"aerostack_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: aerostack-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[aerostack.backends]\n{backend or name} = {module}\n")
        made.append(module)

    yield package
    for module in made:
        sys.modules.pop(module, None)


def loaded(name: str) -> Backend:
    return load(find_one(name))


def test_installed_backends_are_listed_without_importing_them(install: Install) -> None:
    install("bad", "raise RuntimeError('never imported')")
    assert ("bad", "aerostack-bad 1.0") in [(found.name, found.package) for found in find_all()]


def test_the_chosen_backend_works_whatever_else_is_installed(install: Install) -> None:
    install("bad", "import sys; sys.exit(3)")
    install("good", GOOD)
    assert loaded("good").spec().summary == "s"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import nothing_like_this", "cannot be imported: ModuleNotFoundError: No module named 'nothing_like_this'"),
        ("def x(:", "cannot be imported: SyntaxError"),
        ("import sys; sys.exit(3)", "cannot be imported: SystemExit: 3"),
        (GOOD.replace("aerostack_deploy()", "aerostack_deploys()"), "does not fit the hook specification"),
        (GOOD.replace("aerostack_deploy()", "aerostack_deploy(wat)"), "does not fit the hook specification"),
        (GOOD.replace("@hookimpl\ndef aerostack_deploy", "def aerostack_deploy"), "does not implement the hook"),
        (GOOD.replace("aerostack_resolve(project)", "aerostack_resolve(*, project)"), "keyword-only parameter"),
        (GOOD.replace("aerostack_resolve(project)", "aerostack_resolve(project=1)"), "a default"),
        (GOOD + "@hookimpl\ndef aerostack_rollback(wat): ...", "does not fit the hook specification"),
    ],
)
def test_a_broken_backend_is_blamed_with_its_package(install: Install, code: str, message: str) -> None:
    install("bad", code)
    with pytest.raises(BackendLoadError) as raised:
        loaded("bad")
    assert message in raised.value.message
    assert raised.value.exit_code == 3
    assert "it comes from the package aerostack-bad 1.0" in (raised.value.hint or "")


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownBackendError, match=r"^there is no backend `cfappi`$") as raised:
        find_one("cfappi")
    assert (raised.value.hint or "").startswith("did you mean `cfapi`?")
    assert raised.value.exit_code == 2


def test_two_packages_with_one_name_clash_only_when_it_is_chosen(install: Install) -> None:
    install("one", GOOD, backend="same")
    install("two", GOOD, backend="same")
    assert load(find_one("cfapi")).name == "cfapi"
    with pytest.raises(BackendLoadError, match=r"several packages provide a backend `same`: aerostack-one 1.0, aero"):
        find_one("same")


def project(*resources: Resource) -> Project:
    return Project(
        name="w", root=Path(), file=Path("aerostack.toml"), environment=None, main=None, config={}, resources=resources
    )


def test_no_package_can_take_the_name_of_a_backend_that_we_ship(install: Install) -> None:
    install("thief", GOOD, backend="cfapi")
    assert find_one("cfapi").distribution == "aerostack"
    assert [item.distribution for item in find_all() if item.name == "cfapi"] == ["aerostack", "aerostack-thief"]


def test_a_crash_in_a_hook_is_a_bug_of_that_package(install: Install) -> None:
    install("bad", GOOD.replace('return Resolution(target="t")', "return 1 / 0"))
    with pytest.raises(BackendContractError) as raised:
        loaded("bad").resolve(project(), None, Policy(), None, None)  # type: ignore[arg-type]
    assert raised.value.message == "the backend `bad` crashed in aerostack_resolve: ZeroDivisionError: division by zero"
    assert raised.value.hint == "this is a bug in aerostack-bad 1.0; --debug shows where"
    assert raised.value.exit_code == 70


def test_a_wrong_return_type_is_a_bug_of_that_package(install: Install) -> None:
    install("bad", GOOD.replace('return Resolution(target="t")', "return {}"))
    with pytest.raises(BackendContractError, match="aerostack_resolve answered with dict instead of Resolution"):
        loaded("bad").resolve(project(), None, Policy(), None, None)  # type: ignore[arg-type]


def test_a_resource_left_out_is_a_bug_of_that_package(install: Install) -> None:
    install("bad", GOOD)
    with pytest.raises(BackendContractError, match="left out or invented resources: d1/DB"):
        loaded("bad").provision(
            project(Resource(kind="d1", binding="DB", name="db")),
            Resolution(target="t"),
            None,
            Policy(),
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
        )


def test_an_error_of_ours_passes_and_carries_the_backend(install: Install) -> None:
    install(
        "sad",
        "from aerostack.errors import ConflictError\n"
        + GOOD.replace('return Resolution(target="t")', 'raise ConflictError("it is there")'),
    )
    with pytest.raises(ConflictError, match=r"^it is there$") as raised:
        loaded("sad").resolve(project(), None, Policy(), None, None)  # type: ignore[arg-type]
    assert raised.value.backend == "sad"


ROLLBACK = """
from aerostack.capabilities import RolledBack
@hookimpl
def aerostack_rollback(version): return RolledBack(version=version or "1", said="s")
"""


def test_a_backend_can_do_what_it_has_the_hooks_for(install: Install) -> None:
    install("able", GOOD.replace("Settings)", 'Settings, capabilities=frozenset({"rollback"}))') + ROLLBACK)
    backend = loaded("able")
    assert backend.spec().capabilities == {"rollback"}
    assert backend.rollback(project(), "7", None, None, None).version == "7"  # type: ignore[arg-type]


def test_a_backend_without_a_capability_cannot_and_says_so(install: Install) -> None:
    install("good", GOOD)
    assert loaded("good").spec().capabilities == frozenset()
    with pytest.raises(UnsupportedError, match=r"^the backend `good` cannot make an earlier version live again$") as no:
        loaded("good").rollback(project(), None, None, None, None)  # type: ignore[arg-type]
    hint = "choose one with --backend that can: `aerostack backends --check` lists `rollback` with it"
    assert (no.value.hint, no.value.backend, no.value.exit_code) == (hint, "good", 1)


@pytest.mark.parametrize(
    "code",
    [GOOD + ROLLBACK, GOOD.replace("Settings)", 'Settings, capabilities=frozenset({"rollback"}))')],
    ids=["not named", "not there"],
)
def test_capabilities_are_named_as_they_are(install: Install, code: str) -> None:
    install("bad", code)
    with pytest.raises(BackendContractError) as raised:
        loaded("bad").spec()
    assert raised.value.message == (
        "the backend `bad`: aerostack_backend names other capabilities than it has hooks for: rollback"
    )


def test_a_capability_is_all_of_its_hooks(install: Install) -> None:
    install("half", GOOD + "@hookimpl\ndef aerostack_secrets(): return ()\n")
    with pytest.raises(BackendLoadError) as raised:
        loaded("half")
    assert raised.value.message == (
        "the backend `half` implements `aerostack_secrets` without `aerostack_change_secrets`: "
        "`secrets` is all of them or none"
    )


def test_a_list_of_something_else_is_a_bug_of_that_package(install: Install) -> None:
    hooks = "@hookimpl\ndef aerostack_secrets(): return ('KEY',)\n@hookimpl\ndef aerostack_change_secrets(): ...\n"
    install("bad", GOOD + hooks)
    with pytest.raises(BackendContractError, match="the backend `bad`: answered with str among SecretName"):
        loaded("bad").secrets(project(), None, None, None)  # type: ignore[arg-type]


def test_provisioned_ids_are_by_key() -> None:
    assert Provisioned().ids == {}
