"""Which files are found, and what is known of them."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from aerostack import assets
from aerostack.errors import BundleError, ConfigError, Location
from aerostack.model import Project

if TYPE_CHECKING:
    from conftest import Site


def test_a_project_without_static_files_has_none(site: Site) -> None:
    project = site.project()
    assert assets.collect(dataclasses.replace(project, config={})) is None


def test_files_are_found_at_every_depth_with_size_and_hash(site: Site) -> None:
    site.put({"index.html": "<h1>hello</h1>", "img/deep/logo.svg": b"<svg/>"})
    found = site.collect()
    assert [(asset.path, asset.size) for asset in found.files] == [("/img/deep/logo.svg", 6), ("/index.html", 14)]
    assert found.size == 20
    assert found.files[1].hash == assets.asset_hash(b"<h1>hello</h1>", "index.html")
    assert assets.read(found.files[1]) == b"<h1>hello</h1>"


def test_the_extension_is_a_part_of_the_hash() -> None:
    names = ("a.html", "b.html", "a.txt", ".html", "a", "a.tar.html", "folder.txt/a.html")
    hashes = [assets.asset_hash(b"same", name) for name in names]
    assert len(set(hashes[:2])) == 1 and hashes[0] != hashes[2]
    assert hashes[3] == hashes[4]  # a name that begins with its only dot has no extension
    assert hashes[5] == hashes[6] == hashes[0]


def test_the_digest_changes_with_a_path_and_with_content_only(site: Site) -> None:
    site.put({"a.txt": "one", "b.txt": "two"})
    before = site.collect().digest
    os.utime(site.public / "a.txt", (1, 1))
    assert site.collect().digest == before
    (site.public / "a.txt").rename(site.public / "c.txt")
    moved = site.collect().digest
    site.put({"c.txt": "One"})
    assert len({before, moved, site.collect().digest}) == 3


def test_headers_and_redirects_are_read_and_not_published(site: Site) -> None:
    site.put({"index.html": "", "_headers": "/*\n  X-A: b\n", "_redirects": "/old / 301\n", "sub/_headers": "a file"})
    found = site.collect(html_handling="none", not_found_handling="404-page")
    assert [asset.path for asset in found.files] == ["/index.html", "/sub/_headers"]
    assert found.config == {
        "html_handling": "none",
        "not_found_handling": "404-page",
        "_headers": "/*\n  X-A: b\n",
        "_redirects": "/old / 301\n",
    }


def test_headers_that_are_no_text_are_refused(site: Site) -> None:
    site.put({"_headers": b"\xff\xfe"})
    error = site.refused()
    assert (str(error), error.hint) == ("_headers is no text in UTF-8", "save it as UTF-8")


def test_a_file_that_changes_after_it_was_hashed_is_not_sent(site: Site) -> None:
    site.put({"a.txt": "before"})
    (asset,) = site.collect().files
    for content in ("behind", "afterwards", ""):
        site.put({"a.txt": content})
        with pytest.raises(BundleError) as raised:
            assets.read(asset)
        assert str(raised.value) == "the static file /a.txt was changed while it was being deployed"
        assert raised.value.hint == "deploy again when nothing writes into the folder any more"


def test_a_file_is_as_large_as_cloudflare_takes_it_at_most(site: Site) -> None:
    with (site.public / "video.mp4").open("wb") as file:
        file.truncate(25 * 1024 * 1024)
        assert site.collect().size == 25 * 1024 * 1024
        file.truncate(26 * 1024 * 1024)
    error = site.refused()
    assert str(error) == "the static file video.mp4 has 26.0 MiB, and one may have 25 MiB"
    assert error.hint == "keep it in R2, or name it in .assetsignore"
    assert error.where is not None and error.where.path == site.public / "video.mp4"


@pytest.mark.parametrize(
    ("settings", "message", "key", "line"),
    [
        ({"directory": ""}, "[assets] names no folder", "directory", 5),
        ({"directory": "dist"}, "the assets folder dist does not exist", "directory", 5),
        (
            {"directory": "dist", "build": "make site"},
            "the assets folder dist does not exist after the build command `make site`",
            "directory",
            5,
        ),
        (
            {"binding": "ASSETS"},
            "a Worker of static files only has no code that could use the binding",
            "binding",
            6,
        ),
        (
            {"run_worker_first": True},
            "a Worker of static files only has no code that could run first",
            "run_worker_first",
            6,
        ),
        (
            {"main": "a.js", "run_worker_first": []},
            "the rules of `run_worker_first` are wrong: there is none",
            "run_worker_first",
            6,
        ),
        (
            {"main": "a.js", "run_worker_first": ["api/*"]},
            "the rules of `run_worker_first` are wrong: 'api/*' does not begin with / or !/",
            "run_worker_first",
            6,
        ),
        (
            {"main": "a.js", "run_worker_first": ["!/api/*"]},
            "the rules of `run_worker_first` are wrong: all of them are exceptions",
            "run_worker_first",
            6,
        ),
        (
            {"main": "a.js", "run_worker_first": [f"/{n}" for n in range(101)]},
            "the rules of `run_worker_first` are wrong: there are 101, and at most 100 are allowed",
            "run_worker_first",
            6,
        ),
        (
            {"main": "a.js", "run_worker_first": ["/" + "a" * 100]},
            f"the rules of `run_worker_first` are wrong: {'/' + 'a' * 39!r}… has more than 100 characters",
            "run_worker_first",
            6,
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_where_they_stand(
    site: Site, settings: dict[str, object], message: str, key: str, line: int
) -> None:
    error = site.refused(**settings)
    assert isinstance(error, ConfigError)
    assert (str(error), error.key, error.code) == (message, f"assets.{key}", "assets")
    assert error.hint and error.where is not None and error.where.line == line


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("vars", {"A": "1"}),
        ("kv_namespaces", [{"binding": "KV"}]),
        ("queues", {"producers": [{"binding": "Q", "queue": "q"}]}),
        ("ai", {"binding": "AI"}),
        ("triggers", {"crons": ["* * * * *"]}),
    ],
)
def test_what_only_code_could_use_is_refused_without_code(site: Site, key: str, value: Any) -> None:
    project = site.project()
    with_key = dataclasses.replace(
        project, config={**project.config, key: value}, where={**project.where, key: Location(project.file, 9, 1)}
    )
    with pytest.raises(ConfigError) as raised:
        assets.collect(with_key)
    error = raised.value
    assert str(error) == f"a Worker of static files only has no code that could use `{key}`"
    assert (error.hint, error.key) == (f"remove `{key}`, or name the code: main = …", key)
    assert error.where is not None and error.where.line == 9
    assert assets.collect(dataclasses.replace(with_key, main=site.root / "index.js")) is not None


def test_a_folder_beside_the_project_may_be_named(site: Site) -> None:
    beside = site.root.parent / "front-end"
    beside.mkdir()
    (beside / "index.html").write_text("hello")
    assert [asset.path for asset in site.collect(directory="../front-end").files] == ["/index.html"]


def test_names_that_differ_in_case_are_two_files(site: Site) -> None:
    site.put({"Readme.txt": "1", "README.txt": "2"})
    assert site.paths() == ["/README.txt", "/Readme.txt"]


def test_two_spellings_of_one_name_are_refused(site: Site) -> None:
    site.put({"caf\u00e9.html": "composed", "cafe\u0301.html": "decomposed"})
    error = site.refused()
    assert str(error) == "two static files are called /caf\u00e9.html, in two spellings of the same letters"
    assert error.hint == "rename one"


@pytest.mark.parametrize(("name", "shown"), [("a\\b", "'a\\\\b'"), ("a\nb", "'a\\nb'"), ("a\x1bb", "'a\\x1bb'")])
def test_a_name_that_no_address_has_is_refused(site: Site, name: str, shown: str) -> None:
    site.put({name: ""})
    assert str(site.refused()) == f"no address can name the static file {shown}"


def test_a_name_that_is_no_unicode_is_refused(site: Site) -> None:
    (site.public / os.fsdecode(b"a\xffb")).touch()
    assert str(site.refused()) == "no address can name the static file 'a\\udcffb'"


def test_the_code_of_a_pages_project_is_not_published_by_mistake(site: Site) -> None:
    site.put({"_worker.js/index.js": "", "index.html": ""})
    error = site.refused()
    assert str(error) == "_worker.js is code of a Pages project, which would be published as a static file"
    assert error.hint == "name it in .assetsignore (a line `_worker.js`), or let .assetsignore be empty to publish it"
    site.put({".assetsignore": "_worker.js\n"})
    assert site.paths() == ["/index.html"]
    site.put({".assetsignore": ""})
    assert site.paths() == ["/_worker.js/index.js", "/index.html"]


def test_neither_hash_nor_patterns_are_loaded_without_static_files() -> None:
    code = "import sys, aerostack.assets, aerostack.bundle; print({'blake3', 'pathspec'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_what_a_build_command_makes_is_published(site: Site) -> None:
    from aerostack.bundle import build
    from aerostack.tools import RunTools

    project: Project = site.project(build="mkdir -p public && echo built > public/made.txt")
    tools = RunTools(environ=os.environ, reporter=None)  # type: ignore[arg-type]
    bundle = build(project, run=tools.run)
    assert (bundle.main, bundle.modules) == (None, ())
    assert bundle.assets is not None and [asset.path for asset in bundle.assets.files] == ["/made.txt"]
    (site.public / "made.txt").write_text("other")
    again = build(dataclasses.replace(project, config={"assets": {"directory": "public"}}), run=tools.run)
    assert again.digest != bundle.digest
