"""Files that we keep, and files that others write for us, with anything in them: a value or one of our errors."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerostack import project
from aerostack.bundle import packages
from aerostack.errors import AerostackError
from aerostack.journal import FileJournals, Lock, read_owner
from aerostack.local.folder import Folder
from aerostack.project import wrangler_file
from aerostack_edge.state import identity
from aerostack_hosted import credentials, link
from aerostack_hosted.api import logs
from aerostack_wrangler import log, session

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "\ud800", "/x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
_STRANGE = st.sampled_from(
    [b"", b"\xff\xfe{", b"null", b"[]", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000, b"\x00"]
)


@st.composite
def _damaged(draw: st.DrawFn, document: dict[str, Any], keys: list[str]) -> bytes:
    """A right document in which something else stands somewhere, or which ends too early; or nothing like it."""
    if draw(st.integers(0, 4)) == 0:
        return draw(_STRANGE | st.binary(max_size=60))
    made = dict(document)
    for key in draw(st.lists(st.sampled_from(keys), max_size=3)):
        inner = made.get(key)
        if isinstance(inner, dict) and draw(st.booleans()):
            made[key] = {**inner, draw(st.sampled_from(sorted(inner) or ["x"])): draw(_JSON)}
        else:
            made[key] = draw(_JSON)
    content = json.dumps(made).encode()
    return content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content


def journal(file: Path) -> None:
    found = FileJournals(file.parents[4], "cfapi", None).at("account")
    found.known("d1/DB")
    found.intended("d1/DB", "db")
    found.record("kv/CACHE", "1")


def lock(file: Path) -> None:
    str(read_owner(file))
    with Lock(file).held():
        pass


def local(file: Path) -> None:
    folder = Folder(file.parent)
    with folder.claimed():
        folder.running()


def spoken(file: Path) -> None:
    reported = session.read(file)
    log.status(reported.log, reported.failure or "")


def converted(file: Path) -> None:
    wrangler_file.convert(file)


_OWNER = {"user": "ada", "host": "here", "pid": 1, "since": "2026-01-01"}
_KEYS = {"https://a.example": {"default": "key", "work": {"in": "keyring"}}}

#: What reads a file: where it is below a folder of its own, and a right document.
READERS: dict[str, tuple[Callable[[Path], object], str, dict[str, Any]]] = {
    "journal": (
        journal,
        ".aerostack/journal/cfapi/account/_base.json",
        {"version": 1, "ids": {"d1/DB": "1"}, "intents": {"d1/DB": "db"}},
    ),
    "lock": (lock, ".aerostack/journal/cfapi/_base.lock", _OWNER),
    "credentials": (
        credentials.read,
        "credentials.json",
        {"version": 1, "keys": _KEYS, "current": {"url": "https://a.example", "profile": "default"}},
    ),
    "link": (lambda file: link.read(file.parents[1]), ".aerostack/project.json", {"project_id": "p", "api_url": "u"}),
    "local": (local, "up.json", {"api_url": "a", "dashboard_url": "d", "edge_url": "e", "pid": os.getpid()}),
    "edge": (
        lambda file: identity.load(file.parent),
        "edge.json",
        {"account": "a" * 32, "token": "t", "base_url": "u", "pid": 1},
    ),
    "wrangler's report": (
        spoken,
        "report.jsonl",
        {"type": "deploy", "version_id": "v", "targets": ["a"], "code": 1, "log_file_path": "/nowhere"},
    ),
    "wrangler.jsonc": (converted, "wrangler.jsonc", {"name": "x", "main": "a.js", "env": {"s": {"vars": {}}}}),
    "package.json": (
        lambda file: packages.hint(file.parent, "a"),
        "package.json",
        {"dependencies": {"a": "1"}, "devDependencies": {"b": "2"}},
    ),
}


@pytest.mark.parametrize(("read", "name", "document"), READERS.values(), ids=READERS.keys())
@given(data=st.data())
def test_a_damaged_file_is_no_crash(
    read: Callable[[Path], object], name: str, document: dict[str, Any], data: st.DataObject
) -> None:
    content = data.draw(_damaged(document, sorted(document)))
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o600)
        try:
            read(file)
        except AerostackError as error:
            assert error.message
            assert error.hint


@given(_JSON | st.fixed_dictionaries({"eventTimestamp": _JSON, "logs": st.lists(_JSON), "event": _JSON}))
def test_any_event_of_a_log_is_shown(event: object) -> None:
    assert isinstance(logs.shown(logs.Event("log", json.dumps(event))), str)


@given(st.binary(max_size=200) | st.text("[]{}=\"'#\n .abdentv0-", max_size=200).map(str.encode))
def test_any_aerostack_toml_is_read_or_refused_at_its_place(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "aerostack.toml"
        file.write_bytes(content)
        for problem in project.check(file):
            assert problem.message
            assert problem.hint
            assert problem.where is not None
