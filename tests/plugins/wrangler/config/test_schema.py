"""Every key that wrangler knows arrives in the configuration it is given, or is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aerostack import project
from aerostack.errors import ConfigError
from aerostack.model import Project
from aerostack.project.wrangler_file.toml_text import dump
from aerostack_wrangler.config import generate
from aerostack_wrangler.keys import REFUSED

HEAD = {"name": "api", "main": "src/index.ts", "compatibility_date": "2026-06-01"}
#: What a made-up text cannot stand for.
REAL = {"compatibility_date": "2025-01-01", "main": "src/other.ts", "secrets": {"required": ["A", "B"]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    for name in ("index.ts", "other.ts"):
        (tmp_path / "src" / name).write_text("export default {}\n")
    return tmp_path


def holds(generated: Any, given: Any) -> bool:
    """Whether everything given is there. Names and folders that have a default may have been added."""
    if isinstance(given, dict):
        return isinstance(generated, dict) and all(
            name in generated and holds(generated[name], item) for name, item in given.items()
        )
    if isinstance(given, list):
        return len(generated) == len(given) and all(map(holds, generated, given))
    return bool(generated == given) and type(generated) is type(given)


def load(folder: Path, data: dict[str, Any], environment: str | None = None) -> Project:
    path = folder / "aerostack.toml"
    path.write_text(dump(data), encoding="utf-8")
    return project.load(path, environment)


def test_every_key_and_every_field_arrives(samples: Any, folder: Path) -> None:
    keys = samples.properties("RawConfig")
    assert len(keys) > 80
    for key, described in keys.items():
        if key == "env" or key in REFUSED:
            continue
        values = [REAL[key]] if key in REAL else list(samples.of(described, f"zz_{key}"))
        assert values, key
        for value in values:
            generated = generate(load(folder, {**HEAD, key: value}), {}, folder)
            assert generated.keys() == {*HEAD, key}, key
            assert holds(generated, {**HEAD, key: value}), key


def test_every_key_of_an_environment_arrives_from_there(samples: Any, folder: Path) -> None:
    for key, described in samples.properties("RawEnvironment").items():
        if key in REFUSED:
            continue
        value = REAL.get(key) or next(samples.of(described, f"zz_{key}"))
        generated = generate(load(folder, {**HEAD, "env": {"live": {key: value}}}, "live"), {}, folder)
        assert generated.keys() == {*HEAD, key}, key
        assert holds(generated, {**HEAD, "name": "api-live", key: value}), key


def test_every_key_of_the_base_reaches_an_environment(samples: Any, folder: Path) -> None:
    """Bindings too, unlike with wrangler; what has an identity gets one of its own."""
    for key, described in samples.properties("RawEnvironment").items():
        if key in (*REFUSED, "name", "hyperdrive", "vectorize"):
            continue
        value = REAL.get(key) or next(samples.of(described, f"zz_{key}"))
        generated = generate(load(folder, {**HEAD, key: value, "env": {"live": {}}}, "live"), {}, folder)
        assert generated.keys() == {*HEAD, key}, key
        if key not in ("d1_databases", "kv_namespaces", "r2_buckets", "queues", "workflows"):
            assert holds(generated[key], value), key


@pytest.mark.parametrize(
    ("key", "value", "message", "hint"),
    [
        (
            "pages_build_output_dir",
            "dist",
            "`pages_build_output_dir` makes this a Pages project, which `wrangler deploy` refuses",
            'publish the folder as static files instead: [assets] directory = "…"; '
            "then delete `pages_build_output_dir`",
        ),
        (
            "postgres_databases",
            [{"binding": "PG", "connection_string": "$PG_URL"}],
            "`postgres_databases` means nothing to wrangler: no Worker on Cloudflare gets a connection from it",
            "create a Hyperdrive configuration for the database and bind it under [[hyperdrive]]; "
            "then delete `postgres_databases`",
        ),
    ],
)
def test_what_cannot_be_deployed_is_refused_by_name(
    folder: Path, key: str, value: Any, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        generate(load(folder, {**HEAD, key: value}), {}, folder)
    assert (caught.value.message, caught.value.hint, caught.value.key) == (message, hint, key)
    assert str(caught.value.where).startswith("aerostack.toml:")
    assert caught.value.code == "unsupported_key"
