"""What is no good TOML ends in one error that says where and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError

BAD_TEXT: dict[str, tuple[bytes, str, str, str]] = {
    "empty": (
        b"# nothing yet\n",
        "aerostack.toml",
        "aerostack.toml is empty",
        'a Worker needs at least: name = "my-app" and main = "src/index.ts"',
    ),
    "byte order mark": (
        b'\xef\xbb\xbfname = "x"\n',
        "aerostack.toml:1:1",
        "aerostack.toml starts with a byte order mark, which TOML does not allow",
        r"save it as UTF-8 without BOM, or remove the mark: sed -i '1s/^\xEF\xBB\xBF//' aerostack.toml",
    ),
    "latin-1": (
        'name = "demo"\n# ünd caf'.encode() + b"\xe9\n",
        "aerostack.toml:2:10",
        "aerostack.toml is not UTF-8: byte 0xE9 at offset 24",
        "save it as UTF-8; if it is ISO-8859-1: iconv -f ISO-8859-1 -t UTF-8 aerostack.toml",
    ),
    "UTF-16": (
        'name = "x"'.encode("utf-16"),
        "aerostack.toml:1:1",
        "aerostack.toml is not UTF-8: byte 0xFF at offset 0",
        "save it as UTF-8; if it is UTF-16: iconv -f UTF-16 -t UTF-8 aerostack.toml",
    ),
    "a key twice": (
        b'name = "a"\nmain = "x"\nname = "b"\n',
        "aerostack.toml:3:1",
        "`name` is defined twice",
        "it is defined on line 1 already: delete one of the two",
    ),
    "a table twice": (
        b"[vars]\na = 1\n[define]\n[vars]\nb = 2\n",
        "aerostack.toml:4:1",
        "`vars` is defined twice",
        "it is defined on line 1 already: delete one of the two",
    ),
    "env as list and table": (
        b'name = "x"\nenv = ["A"]\n\n[env.staging]\nname = "y"\n',
        "aerostack.toml:4:1",
        "`env` is a list of secrets (line 2), so `[env.staging]` cannot be a table as well",
        "write [environments.staging] here: it means the same",
    ),
    "env as list and list of tables": (
        b'env = [\n  "A", # one\n]\n[[env."my env".d1_databases]]\nbinding = "DB"\n',
        "aerostack.toml:4:1",
        '`env` is a list of secrets (line 1), so `[env."my env"]` cannot be a table as well',
        'write [environments."my env"] here: it means the same',
    ),
    "text without quotes": (
        b"name = demo\n",
        "aerostack.toml:1:8",
        "not valid TOML: invalid value",
        'text stands in quotes: name = "…"',
    ),
    "Python's True": (
        b"minify = True\n",
        "aerostack.toml:1:10",
        "not valid TOML: invalid value",
        "write it in lower case: minify = true",
    ),
    "YAML": (
        b"name: demo\n",
        "aerostack.toml:1:5",
        "not valid TOML: expected '=' after a key in a key/value pair",
        "write = instead of the colon: name = …",
    ),
    "open string": (
        b'name = "demo\n',
        "aerostack.toml:1:13",
        "not valid TOML: illegal character '\\n'",
        "a quotation mark is missing on this line",
    ),
    "open list": (
        b"tags = [1,\n",
        "aerostack.toml:2:1",
        "not valid TOML: invalid value",
        "a bracket or a quotation mark further up is never closed",
    ),
    "too deep": (
        b"a = " + b"[" * 20_000,
        "aerostack.toml",
        "aerostack.toml is nested too deeply",
        "no key needs that",
    ),
    "endless number": (
        b"a = " + b"1" * 5_000,
        "aerostack.toml:1:5005",
        "not valid TOML: a number is too long",
        "check this line, and the end of the one before it",
    ),
    "huge": (
        b"#" * (1024 * 1024 + 1),
        "aerostack.toml",
        "aerostack.toml is larger than 1 MiB",
        "is this really the configuration?",
    ),
}


@pytest.mark.parametrize(("content", "where", "message", "hint"), BAD_TEXT.values(), ids=BAD_TEXT.keys())
def test_bad_text_is_one_error_with_its_place(
    raw: Callable[[bytes], Path], content: bytes, where: str, message: str, hint: str
) -> None:
    path = raw(content)
    with pytest.raises(ConfigError) as caught:
        project.read(path)
    error = caught.value
    assert (str(error.where), error.message, error.hint, error.exit_code) == (where, message, hint, 2)
    assert [problem.message for problem in project.check(path)] == [message]


def test_an_unquoted_secret_is_not_repeated(raw: Callable[[str], Path]) -> None:
    with pytest.raises(ConfigError) as caught:
        project.read(raw("api_key = sk_live_abcdef\n"))
    assert "sk_live" not in f"{caught.value.message} {caught.value.hint}"


def test_a_folder_in_the_place_of_the_file_is_unreadable(folder: Path) -> None:
    (folder / "aerostack.toml").mkdir()
    with pytest.raises(ConfigError) as caught:
        project.read(folder / "aerostack.toml")
    assert caught.value.message == "cannot read aerostack.toml: Is a directory"
    assert caught.value.hint == "check that it is there and readable: ls -l aerostack.toml"
    assert caught.value.code == "config_unreadable"


def test_crlf_and_non_ascii_are_fine(raw: Callable[[str], Path]) -> None:
    document = project.read(raw('name = "demo"\r\ndescription = "a — b → c"\r\nmain = "x"\r\n'))
    assert document.data == {"name": "demo", "description": "a — b → c", "main": "x"}
    assert str(document.locate(("main",))) == "aerostack.toml:3:8"


def test_locate_finds_values_keys_and_what_surrounds_them(raw: Callable[[str], Path]) -> None:
    document = project.read(raw('x = 1\n[[env.staging.d1_databases]]\nbinding = "DB"\n'))
    entry = ("env", "staging", "d1_databases", 0)
    assert str(document.locate((*entry, "binding"))) == "aerostack.toml:3:11"
    assert str(document.locate((*entry, "binding"), key=True)) == "aerostack.toml:3:1"
    assert str(document.locate((*entry, "database_id"))) == "aerostack.toml:2:1"
    assert str(document.locate(("nothing",))) == "aerostack.toml"


def test_deploy_table_of_an_environment_wins(raw: Callable[[str], Path]) -> None:
    document = project.read(
        raw('[deploy]\nbackend = "wrangler"\nenvironment = "staging"\n[env.staging.deploy]\nbackend = "cfapi"\n[env.b]')
    )
    base, staging, other = (document.deploy(name) for name in (None, "staging", "b"))
    assert base.environment == "staging"
    assert [str(part) for part in base.choice or ()] == ["wrangler", "deploy.backend", "aerostack.toml:2:11"]
    assert [str(part) for part in staging.choice or ()] == [
        "cfapi",
        "env.staging.deploy.backend",
        "aerostack.toml:5:11",
    ]
    assert other.choice == base.choice
    assert project.read(raw("a = 1")).deploy(None).choice is None


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        ("deploy = 'cfapi'", "`deploy` must be a table, not a string", "write [deploy] and its keys below it"),
        ("deploy.backend = 3", "`deploy.backend` must be a string, not a number", 'write backend = "…"'),
    ],
)
def test_a_wrong_deploy_table_is_explained(raw: Callable[[str], Path], body: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        project.read(raw(body)).deploy(None)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_backend_settings_are_merged_with_their_places(raw: Callable[[str], Path]) -> None:
    document = project.read(
        raw("[backend.cfapi]\na = 1\nb = 2\n[environments.s.backend.cfapi]\nb = 3\n[environments.s.backend.other]\nc=1")
    )
    table, where = document.backend("cfapi", "s")
    assert table == {"a": 1, "b": 3}
    assert {key: str(place) for key, place in where.items()} == {"a": "aerostack.toml:2:5", "b": "aerostack.toml:5:5"}
    assert document.backend("cfapi", None)[0] == {"a": 1, "b": 2}
    assert document.backend("none", "s") == ({}, {})


def test_a_wrong_backend_table_is_explained(raw: Callable[[str], Path]) -> None:
    with pytest.raises(ConfigError) as caught:
        project.read(raw('backend = "cfapi"')).backend("cfapi", None)
    assert caught.value.message == "`backend` must be a table, not a string"
    assert caught.value.hint == "write [backend.cfapi] and the settings below it"


def test_environments_come_in_the_order_of_the_file(raw: Callable[[str], Path]) -> None:
    document = project.read(
        raw('[environments.b]\n[env.a]\n[environments."c d"]\n[[env.z.kv_namespaces]]\nbinding="K"')
    )
    assert document.environments == ("b", "a", "c d", "z")


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("[env.staging]\n[env.production]", "did you mean `staging`? the file defines `staging`, `production`"),
        ("[env.live]", "the file defines `live`"),
        ("x = 1", "the file defines no environments: leave out --env, or add [env.stagin]"),
        ("env = ['A']", "the file defines no environments: leave out --env, or add [environments.stagin]"),
    ],
)
def test_an_unknown_environment_is_explained(raw: Callable[[str], Path], body: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        project.load(raw(body), "stagin")
    error = caught.value
    assert (error.message, error.hint, error.code) == ("unknown environment `stagin`", hint, "unknown_environment")
