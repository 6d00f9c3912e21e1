"""Properties that hold for any TOML document: positions are right, and writing an id changes the id alone."""

from __future__ import annotations

import copy
import math
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aerostack import project
from aerostack.project.keypath import toml_key, toml_string, value_at, walk
from aerostack.project.outline import outline

UUID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"

# None of them is near to a key that exists; some need quotes, one looks like a header.
_KEYS = st.sampled_from(["zq", "9", "x.y", "two words", "ünï", "[w]", 'q"q', "#", "a'b", "tab\tbed", "-", "_"])
_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
_PLAIN = st.one_of(_TEXT, st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False))
_DATES = st.one_of(st.dates(), st.datetimes(), st.times())
_COMMENTS = st.sampled_from(["", "", " # c", ' # "', " # [x]", " #}", "\t# ]] = '''"])


def _data(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
    )
    tables = st.lists(st.dictionaries(_KEYS, values, max_size=3), min_size=1, max_size=3)
    return st.dictionaries(_KEYS, values | tables, max_size=6)


def _string(draw: st.DrawFn, text: str) -> str:
    literal = "'" not in text and all(letter.isprintable() for letter in text)
    style = draw(st.sampled_from(["basic", "literal", "multi", "multi literal"]))
    if style == "literal" and literal:
        return f"'{text}'"
    if style == "multi":
        return '"""' + "\n" * draw(st.integers(0, 1)) + toml_string(text)[1:-1] + '"""'
    if style == "multi literal" and literal:
        return f"'''\n{text}'''"
    return toml_string(text)


def _key(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from([toml_key(name), toml_string(name)]))


def _value(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _string(draw, value)
    if isinstance(value, dict):
        return "{" + ", ".join(f" {_key(draw, key)} = {_value(draw, item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        gap = draw(st.sampled_from(["", " ", "\n  ", " # ] }\n"]))
        items = [_value(draw, item) + draw(st.sampled_from(["", gap])) for item in value]
        comma = "," if items and draw(st.booleans()) else ""
        return "[" + gap + f",{gap}".join(items) + comma + gap + "]"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def _table(draw: st.DrawFn, path: str, table: dict[str, Any]) -> list[str]:
    """The lines of a table: its plain keys first, then the tables that get headers of their own."""
    lines: list[str] = []
    later: list[str] = []
    indent = draw(st.sampled_from(["", "  ", "\t"]))
    for name, value in table.items():
        key = _key(draw, name)
        inner = f"{path}{draw(st.sampled_from(['.', ' . ']))}{key}" if path else key
        comment = draw(_COMMENTS)
        if isinstance(value, dict) and draw(st.booleans()):
            later += [f"{indent}[{inner}]{comment}", *_table(draw, inner, value)]
        elif (
            isinstance(value, list) and value and all(isinstance(item, dict) for item in value) and draw(st.booleans())
        ):
            for item in value:
                later += [f"{indent}[[ {inner} ]]{comment}", *_table(draw, inner, item)]
        elif isinstance(value, dict) and value and draw(st.booleans()):
            lines += [
                f"{indent}{key}.{_key(draw, part)} = {_value(draw, item)}{comment}" for part, item in value.items()
            ]
        else:
            lines.append(f"{indent}{key}{draw(st.sampled_from(['=', ' = ']))}{_value(draw, value)}{comment}")
        if draw(st.integers(0, 3)) == 0:
            lines += ["", "# a comment"]
    return lines + later


@st.composite
def _documents(draw: st.DrawFn) -> str:
    text = "\n".join(_table(draw, "", draw(_data(_PLAIN | _DATES)))) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def _common(left: str, right: str) -> int:
    """How long the two are the same from the start."""
    pairs = zip(left, right, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _same(left: Any, right: Any) -> bool:
    return left == right or (isinstance(left, float) and math.isnan(left) and math.isnan(right))


@given(_documents())
def test_every_value_is_found_where_it_stands(text: str) -> None:
    data = tomllib.loads(text)
    found = outline(text)
    assert found.repeated is None
    for path in walk(data):
        node = found.nodes[path]
        if node.kind == "header":
            assert isinstance(value_at(data, path), dict | list)
            assert node.start == node.end or text[node.start] == "["
            continue
        assert _same(tomllib.loads(f"x = {text[node.start : node.end]}")["x"], value_at(data, path))
        line, column = found.line_column(node.start)
        assert text.replace("\r\n", "\n").split("\n")[line - 1][column - 1] == text[node.start]
        if isinstance(path[-1], str) and found.nodes[path[:-1] or path] is not None:
            assert re.match(r"""["'\w-]""", text[node.key])


@given(st.text(max_size=60) | st.text(alphabet="ab=[]{}\"'#.,\n\r\t \\1", max_size=60))
def test_reading_positions_never_fails(text: str) -> None:
    outline(text)


@st.composite
def _projects(draw: st.DrawFn) -> tuple[str, str | None, dict[str, Any], dict[str, Any]]:
    """A project's text, an environment, its data, and the data that should come out with an id for ``DB``."""
    data: dict[str, Any] = {"name": "demo", "d1_databases": [], **draw(_data(_PLAIN))}
    for binding in draw(st.permutations(["DB", "OTHER"])):
        entry = {"binding": binding, **draw(_data(st.booleans()))}
        if draw(st.booleans()):
            entry["database_id"] = draw(st.sampled_from(["YOUR_ID", ""]))
        data["d1_databases"].append(entry)
    environment = draw(st.sampled_from([None, "staging", "my env"]))
    expected = copy.deepcopy(data)
    home = expected
    if environment is not None:
        own: dict[str, Any] = draw(_data(_PLAIN))
        if draw(st.booleans()):
            own["d1_databases"] = [
                {"binding": name} for name in draw(st.sampled_from([["DB"], ["X"], ["X", "DB"], []]))
            ]
        spelling = draw(st.sampled_from(["env", "environments"]))
        data[spelling] = {environment: own}
        expected = copy.deepcopy(data)
        home = expected[spelling][environment]
    entries = home.setdefault("d1_databases", [])
    entry = next((item for item in entries if item["binding"] == "DB"), None)
    if entry is None:
        entry = {"binding": "DB"}
        entries.append(entry)
    entry["database_id"] = UUID
    text = "\n".join(_table(draw, "", data)) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text, environment, data, expected


@given(_projects())
def test_writing_an_id_changes_the_id_alone(case: tuple[str, str | None, dict[str, Any], dict[str, Any]]) -> None:
    text, environment, data, expected = case
    assert tomllib.loads(text) == data
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "src").mkdir()
        (folder / "src" / "index.ts").touch()
        path = folder / "aerostack.toml"
        path.write_bytes(text.encode())
        (place,) = project.write_ids(project.load(path, environment), {"d1/DB": UUID})
        after = path.read_bytes().decode()
    assert tomllib.loads(after) == expected
    assert after.split("\n")[place.line - 1][place.column - 1 :].startswith(f'"{UUID}"')
    start = _common(text, after)
    end = _common(text[start:][::-1], after[start:][::-1])
    assert set(text[start : len(text) - end]) <= set("YOUR_ID'\"\r\n")
    assert UUID in after[start - len(UUID) if start > len(UUID) else 0 : len(after) - end + len(UUID)]
    if "\r\n" in text:
        assert after.count("\n") - text.count("\n") == after.count("\r\n") - text.count("\r\n")
