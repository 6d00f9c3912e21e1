"""From wrangler's file to ours and back: in every environment the same as what wrangler itself would see."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerostack import project
from aerostack.project.keys import INHERITED, REPEATED, TOP_LEVEL
from aerostack.project.wrangler_file import convert
from aerostack.project.wrangler_file.toml_text import dump
from aerostack_wrangler.config import generate

UUID = "a1b2c3d4-e5f6-7890-abcd-ef123456789{}"
HEX = "0123456789abcdef0123456789abcde{}"

digits = st.integers(0, 9)
names = st.sampled_from(["A", "B", "C"])
databases = st.builds(
    lambda binding, digit, more: (
        {"binding": f"D1_{binding}", "database_name": f"db-{digit}"}
        | {"database_id": UUID.format(digit), "migrations_dir": "sql"}
        | more
    ),
    names,
    digits,
    st.sampled_from([{}, {"jurisdiction": "eu"}, {"migrations_table": "m"}]),
)
namespaces = st.builds(lambda binding, digit: {"binding": f"KV_{binding}", "id": HEX.format(digit)}, names, digits)
buckets = st.builds(lambda binding, digit: {"binding": f"R2_{binding}", "bucket_name": f"b-{digit}"}, names, digits)
producers = st.builds(lambda binding, digit: {"binding": f"Q_{binding}", "queue": f"q-{digit}"}, names, digits)
consumers = st.builds(lambda digit: {"queue": f"q-{digit}", "max_retries": digit}, digits)
hyperdrives = st.builds(lambda binding, digit: {"binding": f"PG_{binding}", "id": HEX.format(digit)}, names, digits)
services = st.builds(lambda binding, digit: {"binding": f"S_{binding}", "service": f"s{digit}"}, names, digits)
objects = st.builds(lambda binding, digit: {"name": f"DO_{binding}", "class_name": f"Class{digit}"}, names, digits)
workflows = st.builds(
    lambda binding, digit: {"binding": f"W_{binding}", "name": f"w{digit}", "class_name": "W"}, names, digits
)
values = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans(), st.lists(st.text(max_size=3), max_size=2))


def some(entries: st.SearchStrategy[dict[str, Any]], key: str = "binding") -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(entries, max_size=3, unique_by=lambda entry: entry[key])


repeated = {
    "vars": st.dictionaries(st.sampled_from(["V1", "V2", "V3"]), values, min_size=1, max_size=3),
    "define": st.dictionaries(st.sampled_from(["X", "Y"]), st.just('"1"'), max_size=2),
    "d1_databases": some(databases),
    "kv_namespaces": some(namespaces),
    "r2_buckets": some(buckets),
    "queues": st.fixed_dictionaries({}, optional={"producers": some(producers), "consumers": some(consumers, "queue")}),
    "hyperdrive": some(hyperdrives),
    "services": some(services),
    "durable_objects": st.fixed_dictionaries({"bindings": some(objects, "name")}),
    "workflows": some(workflows),
    "ai": st.just({"binding": "AI"}),
    "secrets": st.fixed_dictionaries({"required": st.lists(st.sampled_from(["T1", "T2"]), min_size=1, unique=True)}),
    "unsafe": st.fixed_dictionaries({"metadata": st.fixed_dictionaries({"a": digits})}),
}
inherited = {
    "compatibility_flags": st.lists(st.sampled_from(["nodejs_compat", "global_navigator"]), unique=True),
    "routes": st.lists(st.sampled_from(["a.example.com/*", "b.example.com/*"]), unique=True, max_size=2),
    "triggers": st.fixed_dictionaries({"crons": st.lists(st.just("* * * * *"), max_size=1)}),
    "observability": st.fixed_dictionaries({"enabled": st.booleans()}),
    "limits": st.fixed_dictionaries({"cpu_ms": st.integers(1, 99)}),
    "logpush": st.booleans(),
    "assets": st.just({"directory": "public", "binding": "ASSETS"}),
    "workers_dev": st.booleans(),
    "a_key_of_the_future": st.dictionaries(st.text(max_size=4), values, max_size=2),
}
environments = st.fixed_dictionaries(
    {}, optional={**repeated, **inherited, "name": st.sampled_from(["own_1", "own-2"])}
)
files = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["api", "my_api"]),
        "main": st.just("src/index.ts"),
        "compatibility_date": st.just("2026-06-01"),
    },
    optional={
        **repeated,
        **inherited,
        "keep_vars": st.booleans(),
        "env": st.dictionaries(st.sampled_from(["staging", "eu_west", "live"]), environments, max_size=3),
    },
)


def seen_by_wrangler(data: dict[str, Any], environment: str | None) -> dict[str, Any]:
    """wrangler's rule: an environment replaces keys whole, and what is not inheritable it has of its own or not."""
    top = {key: value for key, value in data.items() if key != "env"}
    if environment is None:
        return top
    own = data["env"][environment]
    kept = {key: value for key, value in top.items() if key not in REPEATED and key != "secrets"}
    return {**kept, "name": f"{top['name']}-{environment}", **own}


def meaning(config: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing: empty lists and tables of bindings."""
    lists = {**REPEATED, "secrets": None}
    return {
        key: {inner: item for inner, item in value.items() if item != []} if key == "queues" else value
        for key, value in config.items()
        if not (key in lists and value in ([], {}, {"bindings": []}, {"producers": []}, {"consumers": []}))
        and not (key == "queues" and not any(value.values()))
    }


def write(folder: Path, source: str, text: str) -> Path:
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "index.ts").write_text("export default {}\n")
    path = folder / source
    path.write_text(text, encoding="utf-8", newline="")
    converted = convert(path)
    converted.path.write_text(converted.text, encoding="utf-8", newline="")
    return converted.path


def commented(data: dict[str, Any]) -> str:
    """JSONC with a comment at the end of every line, which no string of JSON ever goes over."""
    return json.dumps(data, indent=1).replace("\n", ' // "a" = [\n')


@pytest.mark.parametrize(
    ("source", "dumped"), [("wrangler.toml", dump), ("wrangler.json", json.dumps), ("wrangler.jsonc", commented)]
)
@given(data=files)
def test_every_environment_means_what_it_meant_to_wrangler(source: str, dumped: Any, data: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = write(folder, source, dumped(data))
        for environment in (None, *data.get("env", {})):
            loaded = project.load(path, environment)
            generated = generate(loaded, {}, folder)
            assert meaning(generated) == meaning(seen_by_wrangler(data, environment))
            again = folder / "again"
            again.mkdir(exist_ok=True)
            second = project.load(write(again, "wrangler.json", json.dumps(generated)), None)
            assert generate(second, {}, again) == generated


def test_every_key_is_inherited_by_us_as_by_wrangler() -> None:
    """The classes are nowhere written down but in wrangler's code; REPEATED is what it does not inherit."""
    assert not REPEATED.keys() & (INHERITED.keys() | TOP_LEVEL.keys())
