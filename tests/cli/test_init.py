"""``aerostack init``: new projects, and those that come from wrangler."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack import project

Aerostack = Callable[..., Any]

WRANGLER = """\
#:schema node_modules/wrangler/config-schema.json
name = "my_app"   # stays
main = "src/index.ts"
compatibility_date = "2026-06-01"
[[kv_namespaces]]
binding = "CACHE"
id = "0123456789abcdef0123456789abcdef"
{environment}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "index.ts").write_text("export default {}\n")
    return tmp_path


def test_a_new_project_is_complete(aerostack: Aerostack, tmp_path: Path) -> None:
    run = aerostack("init", "My App", cwd=tmp_path)
    assert run.status == 0, run.stderr
    assert run.stdout == "wrote My App/aerostack.toml\nwrote My App/src/index.ts\n"
    assert run.stderr == "next: aerostack plan 'My App'\n"
    loaded = project.load(tmp_path / "My App" / "aerostack.toml", None)
    assert (loaded.name, loaded.notes) == ("my-app", ())


def test_existing_code_is_left_alone(aerostack: Aerostack, tmp_path: Path) -> None:
    code = tmp_path / "src" / "index.js"
    code.parent.mkdir()
    code.write_text("export default {}\n")
    run = aerostack("init", "--json", cwd=tmp_path)
    assert run.document["written"] == ["aerostack.toml"]
    assert project.load(tmp_path / "aerostack.toml", None).main == code
    assert code.read_text() == "export default {}\n"


def test_a_folder_that_names_no_worker_is_refused(aerostack: Aerostack, tmp_path: Path) -> None:
    run = aerostack("init", "日本", cwd=tmp_path)
    assert run.status == 2
    assert run.stderr == "error: the folder's name cannot name a Worker\n\nhint: give one: aerostack init my-app\n"


@pytest.mark.parametrize("options", [(), ("--from-wrangler",)])
def test_an_existing_file_is_replaced_only_by_force(aerostack: Aerostack, folder: Path, options: tuple[str]) -> None:
    (folder / "wrangler.toml").write_text(WRANGLER.format(environment=""))
    (folder / "aerostack.toml").write_text('name = "mine"\n')
    run = aerostack("init", *options, cwd=folder)
    assert run.status == 2
    assert run.stderr == (
        "error: aerostack.toml: aerostack.toml exists already\n\nhint: keep it, or replace it: --force\n"
    )
    assert (folder / "aerostack.toml").read_text() == 'name = "mine"\n'
    assert aerostack("init", *options, "--force", cwd=folder).status == 0
    assert project.load(folder / "aerostack.toml", None).name != "mine"


def test_toml_keeps_its_text(aerostack: Aerostack, folder: Path) -> None:
    environment = "[env.live]\r\nkv_namespaces = [{ binding = 'CACHE', id = '0123456789abcdef0123456789abcde1' }]\r\n"
    text = WRANGLER.format(environment=environment)
    (folder / "wrangler.toml").write_bytes(text.encode())
    run = aerostack("init", "--from-wrangler", cwd=folder)
    assert (run.status, run.stdout) == (0, "wrote aerostack.toml from wrangler.toml\n")
    assert run.stderr == "next: aerostack plan\n"
    assert (folder / "aerostack.toml").read_bytes() == (folder / "wrangler.toml").read_bytes() == text.encode()


SEPARATE = {
    "[env.live]  # a\nname = 'x'\n": "[env.live]  # a\ninherit = false\nname = 'x'\n",
    "[env.live]": "[env.live]\ninherit = false\n",
    "\n# of live\n  [env.live.vars]\n  A = 1\n": (
        "\n# of live\n  [env.live]\n  inherit = false\n\n  [env.live.vars]\n  A = 1\n"
    ),
    "[env]\nlive = { name = 'x' }\n": "[env]\nlive = { inherit = false, name = 'x' }\n",
    "[env]\nlive = {}\n": "[env]\nlive = { inherit = false }\n",
    "[env]\nlive.name = 'x'\n": "[env]\nlive.inherit = false\nlive.name = 'x'\n",
    "[env.'a b']\n[env.live]\n[env.live.vars]\nA = 1": (
        "[env.'a b']\ninherit = false\n[env.live]\ninherit = false\n[env.live.vars]\nA = 1"
    ),
}


@pytest.mark.parametrize("written", SEPARATE)
def test_an_environment_without_the_bases_bindings_says_so(aerostack: Aerostack, folder: Path, written: str) -> None:
    (folder / "wrangler.toml").write_text(WRANGLER.format(environment=written))
    run = aerostack("init", "--from-wrangler", cwd=folder)
    assert run.status == 0
    assert (
        "warning: wrangler gives the environment `live` no bindings of the top level: so inherit = false is set\n"
    ) in run.stderr
    assert "comments" not in run.stderr
    text = (folder / "aerostack.toml").read_text()
    assert text == WRANGLER.format(environment=SEPARATE[written])
    assert project.load(folder / "aerostack.toml", "live").resources == ()


def test_jsonc_becomes_toml(aerostack: Aerostack, folder: Path) -> None:
    (folder / "wrangler.jsonc").write_text("""{
  // what it is called
  "name": "api", "main": "src/index.ts", "compatibility_date": "2026-06-01",
  "account_id": null, /* from the environment */
  "vars": { "TEXT": "a \\"b\\"\\n", "N": 1.5, "JSON": [{ "a": 1 }, "x"], "": true, },
  "routes": ["a.example.com/*", { "pattern": "b.example.com", "custom_domain": true }],
  "durable_objects": { "bindings": [{ "name": "DO", "class_name": "Room" }] },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }],
  "env": { "live": { "routes": [] } }
}
""")
    run = aerostack("init", folder, "--from-wrangler", "--json")
    assert run.status == 0, run.stderr
    assert run.document == {
        "path": str(folder / "aerostack.toml"),
        "source": str(folder / "wrangler.jsonc"),
        "separate": ["live"],
        "problems": [],
    }
    assert (
        (folder / "aerostack.toml").read_text()
        == """\
# what it is called
name = "api"
main = "src/index.ts"
compatibility_date = "2026-06-01"
routes = ["a.example.com/*", {pattern = "b.example.com", custom_domain = true}]

[vars]
TEXT = "a \\"b\\"\\n"
N = 1.5
JSON = [{a = 1}, "x"]
"" = true

[[durable_objects.bindings]]
name = "DO"
class_name = "Room"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Room"]

[env.live]
inherit = false
routes = []
# from the environment
"""
    )


def test_the_comments_of_jsonc_come_along(aerostack: Aerostack, folder: Path) -> None:
    (folder / "wrangler.jsonc").write_text("""/**
 * Head of the file,
 * in two lines
 */
{
  "main": "src/index.ts", // behind its key
  // not # a \u0007 comment of TOML's: "x" = [
  "name": "api",
  "compatibility_date": "2026-06-01",
  /* before a list */ "kv_namespaces": [
    // about the first entry
    { "binding": "A", "id": "0123456789abcdef0123456789abcde1" },
    { "binding": "B", /* in an entry */ "id": "0123456789abcdef0123456789abcde2" },
  ],
  "routes": [
    "a.example.com/*", // about a route
    // behind the last
  ],
  "env": {
    // whole environment
    "live": {
      // one of its keys
      "vars": { "A": "// none", },
    },
  },
}
// the end
""")
    run = aerostack("init", "--from-wrangler", cwd=folder)
    assert run.status == 0, run.stderr
    assert "comments" not in run.stderr
    assert (
        (folder / "aerostack.toml").read_text()
        == """\
# Head of the file,
# in two lines
# behind its key
main = "src/index.ts"
# not # a   comment of TOML's: "x" = [
name = "api"
compatibility_date = "2026-06-01"
# about a route
routes = ["a.example.com/*"]

# before a list
# about the first entry
[[kv_namespaces]]
binding = "A"
id = "0123456789abcdef0123456789abcde1"

[[kv_namespaces]]
# in an entry
binding = "B"
id = "0123456789abcdef0123456789abcde2"

# behind the last
# whole environment
# one of its keys
[env.live]
inherit = false

[env.live.vars]
A = "// none"
# the end
"""
    )


def test_what_the_new_file_cannot_do_is_told(aerostack: Aerostack, folder: Path) -> None:
    (folder / "wrangler.json").write_text('{"name": "api", "main": "build/worker.js"}')
    run = aerostack("init", "--from-wrangler", cwd=folder)
    assert run.status == 0
    assert run.stderr == (
        "error: aerostack.toml:2:8: the entry point `build/worker.js` does not exist\n\n"
        'hint: did you mean main = "src/index.ts"?\nnext: aerostack config check\n'
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("wrangler.toml", 'name = "api"\r\nmain = "src/index.ts"\r\ncompatibility_date = "2026-06-01"\r\n'),
        ("wrangler.jsonc", '{"name": "api", "main": "src/index.ts", "compatibility_date": "2026-06-01"}\r\n'),
    ],
)
def test_the_mark_that_windows_puts_first_is_read_over_as_wrangler_does(
    aerostack: Aerostack, folder: Path, source: str, text: str
) -> None:
    (folder / source).write_bytes(b"\xef\xbb\xbf" + text.encode())
    run = aerostack("init", "--from-wrangler", cwd=folder)
    assert (run.status, run.stderr) == (0, "next: aerostack plan\n")
    assert (folder / "aerostack.toml").read_bytes().startswith(b'name = "api"')
    assert project.load(folder / "aerostack.toml", None).name == "api"


def test_a_pages_project_is_called_one(aerostack: Aerostack, tmp_path: Path) -> None:
    (tmp_path / "wrangler.toml").write_text('name = "site"\npages_build_output_dir = "dist"\n')
    run = aerostack("init", "--from-wrangler", cwd=tmp_path)
    assert run.status == 0
    assert run.stderr == (
        "error: aerostack.toml:2:26: this is a Pages project: it has `pages_build_output_dir`, and no Worker\n\n"
        'hint: publish the folder as static files instead: [assets] directory = "…"; then delete '
        "`pages_build_output_dir`. Code in a folder `functions` becomes a Worker: set main to it\n"
        "next: aerostack config check\n"
    )


BROKEN = {
    "[]": ("1:1", "the configuration is one object", "it starts with { and ends with }"),
    '{"a": 1} x': (
        "1:10",
        "there is something behind the end of the object",
        "delete it, or check the brackets before",
    ),
    '{"a": sk-secret}': (
        "1:7",
        "no value that JSON knows",
        'a string in "…", a number, true, false, [ … ] or { … }',
    ),
    '{"a": 1\n "b": 2}': ("2:2", "a comma is missing", "put a comma between two entries"),
    '{"a" 1}': ("1:6", "a colon is missing", 'write "key": value'),
    "{'a': 1}": ("1:2", "a key is missing", 'a key stands in double quotes: "name": …'),
    '{"a": 1,,}': ("1:9", "a key is missing", 'a key stands in double quotes: "name": …'),
    '{"a": "x\n"}': (
        "1:7",
        "a string does not end on its line",
        'close it with "; a line break in it is written \\n',
    ),
    '{"a": "\\q"}': ("1:7", "a string holds an escape that JSON does not know", "a backslash is written \\\\"),
    '{"a": [1, 2\n': ("1:7", "the bracket [ is never closed", "close it, or check the brackets behind it"),
    '{ /* "a": 1}': ("1:3", "a comment is never closed", "close it with */"),
    '{"a": 1,\n "a": 2}': ("2:2", "`a` is there twice", "it is on line 1 already: delete one of the two"),
    '{"vars": {"A": null}}': (
        "1:16",
        "`vars.A` is null, which TOML cannot write",
        "delete it, or give it a value",
    ),
    '{"a": [null]}': ("1:8", "`a[0]` is null, which TOML cannot write", "delete it, or give it a value"),
    '{"a": 1e999}': ("1:7", "a number is too large", 'put it in quotes: "…"'),
    '{"a": ' + "9" * 5000 + "}": ("1:7", "a number is too long", 'put it in quotes: "…"'),
    '{"a": ' + "[" * 200: ("1:107", "nested too deeply", "no key needs that"),
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_jsonc_is_explained_by_its_place(tmp_path: Path, text: str) -> None:
    from aerostack.errors import ConfigError
    from aerostack.project.wrangler_file import convert

    path = tmp_path / "wrangler.jsonc"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        convert(path)
    place, message, hint = BROKEN[text]
    assert (str(caught.value.where), caught.value.message, caught.value.hint) == (
        f"wrangler.jsonc:{place}",
        message,
        hint,
    )


def test_there_is_nothing_to_convert(aerostack: Aerostack, tmp_path: Path) -> None:
    run = aerostack("init", "--from-wrangler", cwd=tmp_path)
    assert run.status == 2
    assert run.stderr == (
        "error: there is none of wrangler.json, wrangler.jsonc, wrangler.toml in .\n\n"
        "hint: name the file: aerostack init --from-wrangler path/to/wrangler.toml\n"
    )
    (tmp_path / "wrangler.yaml").write_text("name: x\n")
    run = aerostack("init", "wrangler.yaml", "--from-wrangler", cwd=tmp_path)
    assert run.stderr == (
        "error: wrangler.yaml: wrangler.yaml is no configuration of wrangler's\n\n"
        "hint: its name ends in .toml, .json or .jsonc\n"
    )
