from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError

Raw = Callable[[str], Path]


def _problem(path: Path) -> tuple[str, str, str | None]:
    (problem,) = project.check(path)
    return str(problem.where), problem.message, problem.hint


@pytest.mark.parametrize("main", ["", 'main = ""', 'main = "dist/worker.js"'])
def test_the_usual_entry_point_is_found(raw: Raw, folder: Path, main: str) -> None:
    loaded = project.load(raw(f'name = "demo"\n{main}'), None)
    assert (loaded.main, loaded.config["main"], loaded.root) == (folder / "src/index.ts", "src/index.ts", folder)
    (folder / "src/index.ts").rename(folder / "src/index.js")
    assert project.load(raw(f'name = "demo"\n{main}'), None).config["main"] == "src/index.js"


def test_a_built_worker_is_used_where_it_exists(raw: Raw, folder: Path) -> None:
    (folder / "dist").mkdir()
    (folder / "dist/worker.js").touch()
    assert project.load(raw('name = "demo"\nmain = "dist/worker.js"'), None).main == folder / "dist/worker.js"


def test_no_entry_point_at_all_is_explained(raw: Raw, folder: Path) -> None:
    (folder / "src/index.ts").unlink()
    assert _problem(raw('name = "demo"')) == (
        "aerostack.toml",
        "no entry point: `main` is not set, and there is neither src/index.ts nor src/index.js",
        'name the file that the Worker starts with: main = "src/index.ts"',
    )


def test_an_unsafe_binding_is_called_as_whoever_needs_it_says(raw: Raw) -> None:
    entry = '{ name = "my-grant", type = "internal_capability_grants" }'
    loaded = project.load(raw(f'name = "demo"\nunsafe.bindings = [{entry}]'), None)
    assert loaded.config["unsafe"] == {"bindings": [{"name": "my-grant", "type": "internal_capability_grants"}]}


def test_static_files_alone_need_no_entry_point(raw: Raw, folder: Path) -> None:
    (folder / "src/index.ts").unlink()
    loaded = project.load(raw('name = "demo"\nassets.directory = "public"'), None)
    assert loaded.main is None
    assert "main" not in loaded.config


@pytest.mark.parametrize(
    ("main", "what", "hint"),
    [
        ("src/indx.ts", "`src/indx.ts` does not exist", 'did you mean main = "src/index.ts"?'),
        ("src/index.js", "`src/index.js` does not exist", 'did you mean main = "src/index.ts"?'),
        ("lib/app.ts", "`lib/app.ts` does not exist", 'did you mean main = "src/index.ts"?'),
        ("src", "`src` is a folder", 'did you mean main = "src/index.ts"?'),
        ("a\\u0000b", '`"a\\u0000b"` does not exist', 'did you mean main = "src/index.ts"?'),
    ],
)
def test_a_missing_entry_point_is_explained(raw: Raw, main: str, what: str, hint: str) -> None:
    assert _problem(raw(f'name = "demo"\nmain = "{main}"')) == ("aerostack.toml:2:8", f"the entry point {what}", hint)


@pytest.mark.parametrize("main", ["../outside.ts", "/etc/hosts", "src/../../outside.ts"])
def test_an_entry_point_outside_the_project_is_refused(raw: Raw, folder: Path, main: str) -> None:
    (folder.parent / "outside.ts").touch()
    assert _problem(raw(f'name = "demo"\nmain = "{main}"')) == (
        "aerostack.toml:2:8",
        f"the entry point `{main}` lies outside the project",
        "move it below the folder of aerostack.toml, or move aerostack.toml up",
    )


def test_a_link_that_leaves_the_project_is_refused(raw: Raw, folder: Path) -> None:
    (folder.parent / "outside.ts").touch()
    (folder / "src/link.ts").symlink_to("../../outside.ts")
    assert _problem(raw('name = "demo"\nmain = "src/link.ts"'))[1] == (
        "the entry point `src/link.ts` lies outside the project, through a symbolic link"
    )


def test_a_loop_of_links_is_a_missing_entry_point(raw: Raw, folder: Path) -> None:
    (folder / "src/loop.ts").symlink_to("loop.ts")
    assert _problem(raw('name = "demo"\nmain = "src/loop.ts"'))[1] == "the entry point `src/loop.ts` does not exist"


def test_an_environment_can_have_its_own_entry_point(toml: Raw, folder: Path) -> None:
    (folder / "src/staging.ts").touch()
    path = toml('[env.staging]\nmain = "src/staging.ts"\n[env.broken]\nmain = "src/brokn.ts"\n')
    assert project.load(path, "staging").main == folder / "src/staging.ts"
    with pytest.raises(ConfigError) as caught:
        project.load(path, "broken")
    assert str(caught.value.where) == "aerostack.toml:7:8"


def test_an_entry_point_that_a_build_makes_need_not_be_there_yet(raw: Raw, folder: Path) -> None:
    path = raw('name = "demo"\nmain = "build/worker.js"\n[build]\ncommand = "npm run build"\n')
    assert project.load(path, None).main == folder / "build" / "worker.js"
