"""Names of modules and static files that were made to be another file than they seem: refused, or harmless."""

from __future__ import annotations

import email
import os.path
import unicodedata
from email.message import Message

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aerostack.model import Module
from aerostack_cloudflare.upload import upload_form
from aerostack_edge.assets import manifest
from aerostack_server.deploys.manifest import StaticFiles
from aerostack_server.deploys.metadata import Metadata, check_module_name
from aerostack_server.problems import Problem

_PARTS = st.sampled_from(
    [
        "..", ".", "", "/", "\\", "C:", "\x00", "\r\n", '"', "con", "NUL.js", "com1", "a", "A", "index.js", "é",
        "e\u0301", "\u202e", "\ud800", "%2e%2e", "…", "ß", "SS", "x" * 300, ";", "\x7f", "\x85",
    ]
)  # fmt: skip
NAMES = st.lists(_PARTS, min_size=1, max_size=5).map("".join) | st.lists(_PARTS, min_size=1, max_size=4).map("/".join)
_ENCODABLE = NAMES.filter(lambda name: "\ud800" not in name)


def stays_inside(name: str) -> bool:
    """Whether a file of that name, made carelessly, would lie in the folder it was meant for, on any system."""
    plain = name.replace("\\", "/")
    return (
        not plain.startswith("/")
        and os.path.normpath(f"/root/{plain}") == f"/root/{plain}"
        and not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name)
    )


@given(NAMES)
def test_the_server_takes_a_module_only_where_it_belongs(name: str) -> None:
    try:
        check_module_name(name)
    except Problem as problem:
        assert problem.status == 422
    else:
        assert stays_inside(name)
        assert unicodedata.normalize("NFC", name) == name


@given(NAMES, NAMES)
def test_the_server_takes_no_two_modules_that_one_disk_would_hold_as_one(first: str, second: str) -> None:
    def alike(name: str) -> str:
        return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())

    assume(0 < len(first) < 256 and 0 < len(second) < 256 and "\ud800" not in first + second)
    modules = [{"name": name, "type": "esm", "sha256": "0" * 64} for name in (first, second)]
    try:
        Metadata.model_validate({"main": first, "modules": modules}).checked()
    except Problem as problem:
        assert problem.status == 422
    else:
        assert alike(first) != alike(second)


@given(NAMES)
def test_the_server_takes_a_static_file_only_where_it_belongs(name: str) -> None:
    assume("\ud800" not in name)
    try:
        StaticFiles.model_validate({"files": {f"/{name}": "0" * 32}}).check()
    except Problem as problem:
        assert problem.status == 422
    else:
        assert stays_inside(name)


@given(NAMES)
def test_the_edge_takes_a_static_file_only_where_it_belongs(name: str) -> None:
    try:
        manifest.parsed({f"/{name}": {"hash": "0" * 32, "size": 1}})
    except manifest.ManifestError:
        pass
    else:
        assert stays_inside(name)


@given(_ENCODABLE)
def test_a_modules_name_adds_nothing_to_the_form_that_it_is_sent_in(name: str) -> None:
    body, kind = upload_form({"main_module": "w.js"}, [Module(name=name, content=b"content", type="esm")])
    form = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = form.get_payload()
    assert isinstance(parts, list)
    assert [part.get_content_type() for part in parts if isinstance(part, Message)] == [
        "application/json",
        "application/javascript+module",
    ]
    (_, module) = parts
    assert isinstance(module, Message)
    assert sorted(module.keys()) == ["Content-Disposition", "Content-Type"]
    assert module.get_payload(decode=True) == b"content"


@pytest.mark.parametrize(
    "name", ["../w.js", "/etc/passwd", "a\x00.js", "con.js", "C:/w.js", "a\\b.js", "e\u0301.js", "\ud800"]
)
def test_names_known_to_do_harm_are_refused(name: str) -> None:
    with pytest.raises(Problem, match="cannot be the name of a module"):
        check_module_name(name)
