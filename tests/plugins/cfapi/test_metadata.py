import dataclasses
from pathlib import Path

import pytest

from aerostack.errors import ConfigError
from aerostack.model import Asset, Assets, Bundle, Json, Module, Project, Resource
from aerostack_cfapi.bindings import bindings
from aerostack_cfapi.keys import check_keys
from aerostack_cfapi.metadata import content_hash, metadata, tag, tagged_hash
from aerostack_cloudflare.project.live import live_id

BUNDLE = Bundle(main="index.js", modules=(Module(name="index.js", content=b"x", type="esm"),), digest="0" * 64)


def project(*resources: Resource, **config: Json) -> Project:
    return Project(
        name="w", root=Path(), file=Path("aerostack.toml"), environment=None, main=None, config=config,
        resources=resources,
    )  # fmt: skip


def test_every_binding_has_cloudflares_shape() -> None:
    made = bindings(
        project(
            Resource(kind="d1", binding="DB", name="db"),
            Resource(kind="kv", binding="KV", name="kv"),
            Resource(kind="r2", binding="R2", name="files", options={"jurisdiction": "eu"}),
            Resource(kind="queue", binding="JOBS", name="jobs"),
            Resource(kind="queue", binding="", name="only-consumed"),
            vars={"A": "1", "OBJ": {"x": 1}},
            services=[{"binding": "S", "service": "other", "entrypoint": "E"}],
            ai={"binding": "AI"},
            ratelimits=[{"name": "RL", "namespace_id": "1", "simple": {"limit": 1, "period": 10}}],
            dispatch_namespaces=[
                {"binding": "D", "namespace": "ns", "outbound": {"service": "o", "parameters": ["p"]}}
            ],
        ),
        {"d1/DB": "d", "kv/KV": "k", "r2/R2": "files", "queue/JOBS": "q", "queue/only-consumed": "q2"},
    )
    assert made == [
        {"name": "A", "type": "plain_text", "text": "1"},
        {"name": "OBJ", "type": "json", "json": {"x": 1}},
        {"name": "DB", "type": "d1", "id": "d"},
        {"name": "KV", "type": "kv_namespace", "namespace_id": "k"},
        {"name": "R2", "type": "r2_bucket", "bucket_name": "files", "jurisdiction": "eu"},
        {"name": "JOBS", "type": "queue", "queue_name": "jobs"},
        {"name": "S", "type": "service", "service": "other", "entrypoint": "E"},
        {"name": "RL", "type": "ratelimit", "namespace_id": "1", "simple": {"limit": 1, "period": 10}},
        {"name": "AI", "type": "ai"},
        {
            "name": "D",
            "type": "dispatch_namespace",
            "namespace": "ns",
            "outbound": {"worker": {"service": "o"}, "params": [{"name": "p"}]},
        },
    ]


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ({"type": "d1", "id": "x"}, ("d1", "x")),
        ({"type": "d1", "database_id": "x", "id": "y"}, ("d1", "x")),
        ({"type": "kv_namespace", "namespace_id": "x"}, ("kv", "x")),
        ({"type": "r2_bucket", "bucket_name": "x"}, ("r2", "x")),
        ({"type": "plain_text", "text": "x"}, None),
        ({"type": "d1", "id": None}, None),
    ],
)
def test_what_a_live_binding_refers_to(binding: dict[str, Json], expected: tuple[str, str] | None) -> None:
    assert live_id(binding) == expected


def test_metadata_carries_the_configuration_and_keeps_secrets() -> None:
    document = metadata(
        project(compatibility_date="2026-01-01", limits={"cpu_ms": 5}, keep_vars=True, placement={"mode": "smart"}),
        BUNDLE,
        [],
    )
    assert document == {
        "main_module": "index.js",
        "bindings": [],
        "keep_bindings": ["secret_text", "secret_key", "plain_text", "json"],
        "compatibility_date": "2026-01-01",
        "limits": {"cpu_ms": 5},
        "placement": {"mode": "smart"},
    }


ASSETS = Assets(
    files=(Asset(path="/index.html", file=Path("public/index.html"), size=5, hash="a" * 32),),
    config={"html_handling": "none", "_headers": "/*"},
    digest="2" * 64,
)


def test_static_files_go_with_the_code_and_are_bound_to_it() -> None:
    bundle = dataclasses.replace(BUNDLE, assets=ASSETS)
    document = metadata(project(), bundle, [])
    assert document["main_module"] == "index.js"
    assert document["assets"] == {"config": {"html_handling": "none", "_headers": "/*"}}
    assert bindings(project(assets={"directory": "public", "binding": "FILES"}), {}) == [
        {"name": "FILES", "type": "assets"}
    ]
    assert bindings(project(assets={"directory": "public"}), {}) == []


def test_a_worker_of_static_files_only_has_no_code_in_its_metadata() -> None:
    bundle = Bundle(main=None, modules=(), digest="3" * 64, assets=ASSETS)
    assert metadata(project(compatibility_date="2026-01-01"), bundle, []) == {
        "assets": {"config": {"html_handling": "none", "_headers": "/*"}},
        "compatibility_date": "2026-01-01",
    }


def test_the_hash_follows_code_and_configuration_and_nothing_else() -> None:
    first = content_hash(metadata(project(vars={"A": "1"}), BUNDLE, []), BUNDLE)
    assert first == content_hash(metadata(project(vars={"A": "1"}), BUNDLE, []), BUNDLE)
    other = Bundle(main="index.js", modules=BUNDLE.modules, digest="1" * 64)
    assert first != content_hash(metadata(project(vars={"A": "1"}), other, []), other)
    assert first != content_hash(metadata(project(limits={"cpu_ms": 1}), BUNDLE, []), BUNDLE)


def test_the_tag_carries_the_hash_within_cloudflares_hundred_bytes() -> None:
    made = tag("a" * 32, "b" * 8)
    assert len(made) <= 100
    assert tagged_hash(made) == "a" * 32
    assert tagged_hash("v1.2.3") is None
    assert tagged_hash(None) is None


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"routes": ["a", {"pattern": "b", "custom_domain": True, "enabled": False}]}, "routes[1].enabled"),
        ({"workflows": [{"binding": "A", "name": "a", "class_name": "A"}]}, "workflows"),
        ({"triggers": {"crons": [], "events": [{"type": "a"}]}}, "triggers.events"),
        ({"queues": {"consumers": [{"queue": "q"}, {"queue": "r", "type": "http_pull"}]}}, "queues.consumers[1].type"),
        (
            {"queues": {"consumers": [{"queue": "q", "visibility_timeout_ms": 1}]}},
            "queues.consumers[0].visibility_timeout_ms",
        ),
        ({"brand_new": True}, "brand_new"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(config: dict[str, Json], key: str) -> None:
    with pytest.raises(ConfigError) as raised:
        check_keys(project(**config))
    assert raised.value.message == f"the backend `cfapi` cannot honour the key `{key}`"
    assert raised.value.hint == "remove it, or deploy with another backend (`aerostack backends`)"


def test_an_empty_value_asks_for_nothing() -> None:
    check_keys(project(routes=[], workflows=[]))
