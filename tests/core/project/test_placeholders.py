from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError

UUID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
HEX = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "stub",
    [
        "YOUR_STAGING_D1_ID",
        "YOUR_PRODUCTION_D1_ID",
        "YOUR_DATABASE_ID_HERE",
        "<paste-the-uuid-here>",
        "local-mock",
        "aerostack-local",
        "local",
        "local-dev-id",
        "",
        "00000000-0000-0000-0000-000000000000",
        f"xx{UUID}yy",
        f"{UUID}\\n",
        HEX,
    ],
)
def test_what_is_no_uuid_is_a_placeholder_for_a_database(toml: Callable[[str], Path], stub: str) -> None:
    (resource,) = project.load(toml(f'd1_databases=[{{binding="DB", database_id="{stub}"}}]'), None).resources
    assert resource.id is None
    assert resource.placeholder == stub.replace("\\n", "\n")
    assert str(resource.where) == "aerostack.toml:4:42"


@pytest.mark.parametrize("stub", ["local-kv", "YOUR_KV_ID_HERE", UUID, HEX[1:], "0" * 32])
def test_what_is_no_32_hex_is_a_placeholder_for_a_namespace(toml: Callable[[str], Path], stub: str) -> None:
    (resource,) = project.load(toml(f'kv_namespaces=[{{binding="KV", id="{stub}"}}]'), None).resources
    assert (resource.id, resource.placeholder) == (None, stub)


def test_real_ids_are_real_in_either_case(toml: Callable[[str], Path]) -> None:
    body = (
        f'd1_databases=[{{binding="DB", database_id="{UUID.upper()}"}}]\nkv_namespaces=[{{binding="KV", id="{HEX}"}}]'
    )
    assert [item.id for item in project.load(toml(body), None).resources] == [UUID.upper(), HEX]


def test_an_id_that_looks_damaged_is_pointed_out(toml: Callable[[str], Path]) -> None:
    loaded = project.load(toml(f'd1_databases=[{{binding="DB", database_id="{UUID[:-2]}"}}]'), None)
    assert loaded.notes == (
        f"aerostack.toml:4:42: `{UUID[:-2]}` is not a UUID, so a new D1 database will be created "
        "and its id written in its place",
    )


def test_refusing_placeholders_explains_10021_before_cloudflare_does(toml: Callable[[str], Path]) -> None:
    loaded = project.load(toml('[[env.s.d1_databases]]\nbinding="DB"\ndatabase_id="YOUR_STAGING_D1_ID"\n'), "s")
    with pytest.raises(ConfigError) as caught:
        project.refuse_placeholders(loaded)
    error = caught.value
    assert str(error.where) == "aerostack.toml:6:13"
    assert error.message == (
        "the D1 database bound as `DB` has the placeholder `YOUR_STAGING_D1_ID` as its id, "
        "and Cloudflare refuses that with code 10021 (a binding must have a valid `id`)"
    )
    assert error.hint == (
        "deploy without --no-provision to have it created, or write the id of an existing one, a UUID, here: "
        'database_id = "…"'
    )
    assert error.code == "placeholder"


def test_refusing_placeholders_counts_and_lets_real_ids_and_names_pass(toml: Callable[[str], Path]) -> None:
    body = "kv_namespaces=[{binding='A'},{binding='B'}]\n[[r2_buckets]]\nbinding='R'\n"
    with pytest.raises(ConfigError) as caught:
        project.refuse_placeholders(project.load(toml(body), None))
    assert caught.value.message == (
        "the KV namespace bound as `A` has no id, and Cloudflare refuses that with code 10021 "
        "(a binding must have a valid `id`) (1 more like it)"
    )
    fine = f"kv_namespaces=[{{binding='A', id='{HEX}'}}]\n[[r2_buckets]]\nbinding='R'\n"
    project.refuse_placeholders(project.load(toml(fine), None))
