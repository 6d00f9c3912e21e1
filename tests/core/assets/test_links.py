"""Symbolic links, and what else is no ordinary file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from aerostack import assets
from aerostack.errors import BundleError

if TYPE_CHECKING:
    from conftest import Site


def test_a_link_inside_the_folder_is_what_it_leads_to(site: Site) -> None:
    site.put({"v1/app.js": "code"})
    (site.public / "latest").symlink_to("v1")
    (site.public / "app.js").symlink_to("v1/app.js")
    found = site.collect()
    assert [asset.path for asset in found.files] == ["/app.js", "/latest/app.js", "/v1/app.js"]
    assert {assets.read(asset) for asset in found.files} == {b"code"}


@pytest.mark.parametrize("target", ["/etc/hostname", "../aerostack.toml", "/etc", ".."])
def test_a_link_that_leaves_the_folder_is_an_error(site: Site, target: str) -> None:
    (site.root / "aerostack.toml").touch()
    (site.public / "sub").mkdir()
    (site.public / "sub" / "link").symlink_to(target if target.startswith("/") else f"../{target}")
    error = site.refused()
    assert str(error) == (
        "the symbolic link sub/link leads out of the assets folder, and what it leads to would be published"
    )
    assert error.hint == "replace it by what is meant, or remove it, or name it in .assetsignore (a line `/sub/link`)"
    assert error.where is not None and error.where.path == site.public / "sub" / "link"
    site.put({".assetsignore": "/sub/link\n"})
    assert site.paths() == []


@pytest.mark.parametrize("meta", ["_headers", "_redirects", ".assetsignore"])
def test_what_is_read_lies_in_the_folder_too(site: Site, meta: str) -> None:
    (site.public / meta).symlink_to("/etc/hostname")
    error = site.refused()
    assert str(error) == f"the symbolic link {meta} leads out of the assets folder"
    assert error.hint == "replace it by the file"


def test_the_folder_itself_is_no_link_out_of_the_project(site: Site) -> None:
    (site.root.parent / "elsewhere").mkdir()
    (site.root / "linked").symlink_to("../elsewhere")
    error = site.refused(directory="linked")
    assert str(error) == "the assets folder linked is reached through a symbolic link that leaves the project"
    assert error.hint == 'name the folder itself: directory = "../elsewhere"'


def test_a_link_to_a_folder_around_it_is_an_error(site: Site) -> None:
    site.put({"sub/a.txt": ""})
    (site.public / "sub" / "up").symlink_to("..")
    assert str(site.refused()) == "the symbolic link sub/up leads to a folder that it lies in"


@pytest.mark.parametrize("target", ["missing", "link"])
def test_a_link_that_leads_nowhere_is_an_error(site: Site, target: str) -> None:
    (site.public / "link").symlink_to(target)
    error = site.refused()
    assert (str(error), error.hint) == (
        "the symbolic link link leads nowhere",
        "remove it, or name it in .assetsignore (a line `/link`)",
    )


@pytest.mark.parametrize("target", [".env", ".git/config", ".git"])
def test_another_name_does_not_publish_what_is_withheld(site: Site, target: str) -> None:
    site.put({".env": "SECRET=1", ".git/config": "[core]"})
    (site.public / "page.txt").symlink_to(target)
    found = site.collect()
    assert (found.files, set(found.withheld)) == ((), {".env", ".git", "page.txt"})


def test_a_pipe_is_an_error_and_waits_for_nobody(site: Site) -> None:
    os.mkfifo(site.public / "pipe")
    error = site.refused()
    assert (str(error), error.hint) == ("the static file pipe is no file that could be read", "remove it")


def test_a_file_that_became_a_link_is_not_followed(site: Site) -> None:
    site.put({"a.txt": "text"})
    (asset,) = site.collect().files
    asset.file.unlink()
    asset.file.symlink_to("/etc/hostname")
    with pytest.raises(BundleError, match=r"the static file a\.txt cannot be read: Too many levels of symbolic links"):
        assets.read(asset)
