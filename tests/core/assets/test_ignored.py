"""What of the folder is not published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aerostack.errors import ConfigError

if TYPE_CHECKING:
    from conftest import Site

PRIVATE = (
    ".env",
    ".env.production",
    ".ENV",
    ".envrc",
    ".dev.vars",
    ".dev.vars.staging",
    ".git/config",
    "sub/.git",
    ".hg/store",
    "node_modules/left-pad/index.js",
    ".wrangler/state/v3/db.sqlite",
    ".aerostack/journal/x.json",
    "aerostack.toml",
    "wrangler.toml",
    "wrangler.jsonc",
    "certs/server.pem",
    "certs/server.key",
    "id_rsa",
    "keys/id_ed25519.pub",
    ".npmrc",
    ".htpasswd",
)


@pytest.mark.parametrize("name", PRIVATE)
def test_what_is_no_content_is_withheld_and_told(site: Site, name: str) -> None:
    site.put({name: "secret", "index.html": ""})
    found = site.collect()
    assert [asset.path for asset in found.files] == ["/index.html"]
    # Of a folder, its own name.
    assert len(found.withheld) == 1 and (name == found.withheld[0] or name.startswith(f"{found.withheld[0]}/"))


def test_other_names_with_a_dot_are_published(site: Site) -> None:
    site.put({".well-known/security.txt": "", "environment.html": "", "git.html": "", "keys.json": "", ".nojekyll": ""})
    assert site.paths() == [
        "/.nojekyll",
        "/.well-known/security.txt",
        "/environment.html",
        "/git.html",
        "/keys.json",
    ]
    assert site.collect().withheld == ()


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("!.env.example", ["/.env.example"]),
        ("!/docs/.env.example", []),
        ("!.ENV.Example", ["/.env.example"]),
        ("!node_modules", ["/node_modules/a/index.js", "/node_modules/b/index.js"]),
        ("!/node_modules/a/", ["/node_modules/a/index.js"]),
        ("!node_modules/a/index.js", ["/node_modules/a/index.js"]),
        ("!*", []),
        ("!.env*", []),
        ("!**/.env.example", []),
    ],
)
def test_only_who_asks_by_name_gets_what_is_withheld(site: Site, line: str, published: list[str]) -> None:
    site.put({".env": "", ".env.example": "", "node_modules/a/index.js": "", "node_modules/b/index.js": ""})
    site.put({".assetsignore": f"{line}\n"})
    assert site.paths() == published


def test_the_ignore_file_is_written_like_that_of_git(site: Site) -> None:
    site.put(
        {
            ".assetsignore": "# a comment\n*.map\n/drafts/\n!important.map\n\nlogs\r\n",
            "a.js": "",
            "a.js.map": "",
            "important.map": "",
            "drafts/a.html": "",
            "sub/drafts/b.html": "",
            "logs/today.txt": "",
            "sub/logs/today.txt": "",
            "UPPER.MAP": "",
        }
    )
    assert site.paths() == ["/a.js", "/important.map", "/sub/drafts/b.html"]
    assert site.collect().withheld == ()


def test_an_ignored_folder_is_not_taken_back_in(site: Site) -> None:
    site.put({".assetsignore": "drafts\n!drafts/a.html\n", "drafts/a.html": "", "index.html": ""})
    assert site.paths() == ["/index.html"]


@pytest.mark.parametrize("content", [b"\xff", b"a\0b"])
def test_an_ignore_file_that_is_no_text_is_refused(site: Site, content: bytes) -> None:
    site.put({".assetsignore": content})
    error = site.refused()
    assert isinstance(error, ConfigError)
    assert (str(error), error.hint) == (
        ".assetsignore is no text in UTF-8",
        "save it as UTF-8, without null characters",
    )
    assert error.where is not None and error.where.path == site.public / ".assetsignore"
