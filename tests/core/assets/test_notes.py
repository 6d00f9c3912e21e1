"""What the user is told before files are public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerostack import assets

if TYPE_CHECKING:
    from conftest import Site


def test_nothing_is_told_without_static_files() -> None:
    assert assets.notes(None) == ()


def test_how_many_there_are_is_told(site: Site) -> None:
    site.put({"a.html": "x" * 512})
    assert assets.summary(site.collect()) == "1 static file, 0.5 KiB"
    site.put({"b.html": "x" * 2 * 1024 * 1024})
    assert assets.summary(site.collect()) == "2 static files, 2.0 MiB"
    assert assets.notes(site.collect()) == ()


def test_what_is_withheld_is_told_with_what_publishes_it(site: Site) -> None:
    site.put({".env": "", "sub/.git/config": ""})
    assert assets.notes(site.collect()) == (
        "not published, as nobody asked for it by name: .env, sub/.git "
        "(a line `!/.env` in .assetsignore does, and `/.env` says that it is right so)",
    )
    site.put({".assetsignore": "/.env\n/sub/.git"})
    assert assets.notes(site.collect()) == ()
    site.put({".assetsignore": "!/.env\n!/sub/.git"})
    assert [asset.path for asset in site.collect().files] == ["/.env", "/sub/.git/config"]


def test_a_long_list_is_cut(site: Site) -> None:
    site.put({f"{number}.pem": "" for number in range(8)})
    assert assets.notes(site.collect())[0].startswith(
        "not published, as nobody asked for it by name: 0.pem, 1.pem, 2.pem, 3.pem, 4.pem and 3 more (a line"
    )
