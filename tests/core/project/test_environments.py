"""What an environment inherits, what it replaces, and what it never gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack import project
from aerostack.model import Project, Resource

UUID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
HEX = "0123456789abcdef0123456789abcdef"

Toml = Callable[[str], Path]


def _resource(loaded: Project, key: str) -> Resource:
    (found,) = [resource for resource in loaded.resources if resource.key == key]
    return found


def test_the_base_is_itself_without_our_own_keys(toml: Toml) -> None:
    body = """
description = "a thing"
category = "AI"
tags = ["a"]
project_id = "p"
scopes = ["s"]
commands = { build = "make" }
deploy.backend = "cfapi"
backend.cfapi.x = 1
env = ["TOKEN"]
workers_dev = true
[environments.staging]
name = "other"
"""
    loaded = project.load(toml(body), None)
    assert loaded.config == {
        "name": "demo",
        "main": "src/index.ts",
        "compatibility_date": "2024-11-01",
        "workers_dev": True,
        "secrets": {"required": ["TOKEN"]},
    }
    assert (loaded.environment, loaded.environments, loaded.notes) == (None, ("staging",), ())


@pytest.mark.parametrize("spelling", ["env", "environments"])
def test_vars_merge_by_name_and_everything_else_is_replaced_whole(toml: Toml, spelling: str) -> None:
    body = f"""
workers_dev = true
keep_vars = true
[limits]
cpu_ms = 50
subrequests = 9
[vars]
A = "base"
B = {{ deep = 1, other = 2 }}
[define]
X = "1"
[{spelling}.staging]
limits = {{ cpu_ms = 10 }}
[{spelling}.staging.vars]
B = {{ deep = 3 }}
C = "own"
[{spelling}.staging.define]
Y = "2"
"""
    loaded = project.load(toml(body), "staging")
    assert loaded.name == loaded.config["name"] == "demo-staging"
    assert loaded.config["limits"] == {"cpu_ms": 10}
    assert loaded.config["vars"] == {"A": "base", "B": {"deep": 3}, "C": "own"}
    assert loaded.config["define"] == {"X": "1", "Y": "2"}
    assert loaded.config["workers_dev"] is loaded.config["keep_vars"] is True
    assert str(loaded.where["vars.A"]) == "aerostack.toml:11:5"
    assert str(loaded.where["vars.B.deep"]) == "aerostack.toml:18:14"
    assert "environments" not in loaded.config and "env" not in loaded.config


@pytest.mark.parametrize(
    ("base", "own", "expected"),
    [
        # An entry that only the base has: no id, a name of its own.
        (f'database_name="api", database_id="{UUID}", migrations_dir="m"', None, ("api-staging", None)),
        # An entry without any name is named after the Worker.
        (f'database_id="{UUID}"', None, ("demo-staging-db", None)),
        # An override without a name: derived. What it does not mention is inherited, but for ids.
        (f'database_name="api", database_id="{UUID}"', 'migrations_dir="x"', ("api-staging", None)),
        # A name given in the environment is taken literally.
        (f'database_name="api", database_id="{UUID}"', 'database_name="api"', ("api", None)),
        # Its own id.
        ('database_name="api"', f'database_id="{UUID}"', ("api-staging", UUID)),
        # Shared on purpose: id and name are the base's.
        (f'database_name="api", database_id="{UUID}", shared=true', None, ("api", UUID)),
        (f'database_name="api", database_id="{UUID}", shared=true', 'migrations_dir="x"', ("api", UUID)),
        ("shared=true", None, ("demo-db", None)),
        # A stand-in of the original's templates is no name.
        ('database_name="local-db"', None, ("demo-staging-db", None)),
    ],
)
def test_an_id_is_never_inherited_by_accident(
    toml: Toml, base: str, own: str | None, expected: tuple[str, str | None]
) -> None:
    body = f'd1_databases = [{{ binding = "DB", {base} }}]\n[env.staging]\n'
    if own is not None:
        body += f'd1_databases = [{{ binding = "DB", {own} }}]\n'
    loaded = project.load(toml(body), "staging")
    resource = _resource(loaded, "d1/DB")
    assert (resource.name, resource.id) == expected
    (entry,) = loaded.config["d1_databases"]
    assert entry["database_name"] == resource.name
    assert entry.get("database_id") == resource.id
    assert "shared" not in entry
    assert resource.shared is ("shared" in base)


def test_lists_are_inherited_entry_by_entry(toml: Toml) -> None:
    body = f"""
kv_namespaces = [{{ binding = "A", id = "{HEX}" }}, {{ binding = "B" }}]
services = [{{ binding = "AUTH", service = "auth" }}, {{ binding = "LOG", service = "log" }}]
[durable_objects]
bindings = [{{ name = "ROOM", class_name = "Room" }}]
[[env.staging.kv_namespaces]]
binding = "C"
[[env.staging.kv_namespaces]]
binding = "B"
id = "{HEX}"
[[env.staging.services]]
binding = "AUTH"
service = "auth-staging"
[[env.staging.durable_objects.bindings]]
name = "LOBBY"
class_name = "Lobby"
"""
    config: Any = project.load(toml(body), "staging").config
    assert config["kv_namespaces"] == [{"binding": "A"}, {"binding": "B", "id": HEX}, {"binding": "C"}]
    assert config["services"] == [
        {"binding": "AUTH", "service": "auth-staging"},
        {"binding": "LOG", "service": "log"},
    ]
    assert [item["name"] for item in config["durable_objects"]["bindings"]] == ["ROOM", "LOBBY"]


def test_single_bindings_are_inherited(toml: Toml) -> None:
    assert project.load(toml('[browser]\nbinding = "B"\n[env.x]\n'), "x").config["browser"] == {"binding": "B"}


def test_buckets_queues_and_workflows_get_names_of_their_own(toml: Toml) -> None:
    body = """
r2_buckets = [{ binding = "FILES", bucket_name = "files" }, { binding = "OTHER_FILES" }]
workflows = [{ binding = "W", name = "flow", class_name = "Flow" }]
[[queues.consumers]]
queue = "jobs"
dead_letter_queue = "dead"
[[queues.consumers]]
queue = "mail"
[[queues.producers]]
binding = "JOBS"
queue = "jobs"
[[queues.producers]]
binding = "MAIL"
queue = "mail"
[[env.staging.queues.producers]]
binding = "MAIL"
queue = "post"
"""
    loaded = project.load(toml(body), "staging")
    config: Any = loaded.config
    assert [item["bucket_name"] for item in config["r2_buckets"]] == ["files-staging", "demo-staging-other-files"]
    assert [item["queue"] for item in config["queues"]["producers"]] == ["jobs-staging", "post"]
    assert config["queues"]["consumers"] == [
        {"queue": "jobs-staging", "dead_letter_queue": "dead-staging"},
        {"queue": "post"},
    ]
    assert config["workflows"][0]["name"] == "flow-staging"
    assert [(item.key, item.name) for item in loaded.resources] == [
        ("r2/FILES", "files-staging"),
        ("r2/OTHER_FILES", "demo-staging-other-files"),
        ("queue/JOBS", "jobs-staging"),
        ("queue/MAIL", "post"),
        ("queue/dead-staging", "dead-staging"),
    ]


def test_a_shared_queue_keeps_its_name_for_producer_and_consumer(toml: Toml) -> None:
    body = """
[queues]
producers = [{ binding = "JOBS", queue = "jobs", shared = true }]
consumers = [{ queue = "jobs" }]
[env.staging]
"""
    config: Any = project.load(toml(body), "staging").config
    assert config["queues"] == {
        "producers": [{"binding": "JOBS", "queue": "jobs"}],
        "consumers": [{"queue": "jobs"}],
    }


def test_the_originals_stand_in_queue_is_named_after_the_worker(toml: Toml) -> None:
    body = '[queues]\nproducers=[{binding="QUEUE", queue="local-queue"}]\nconsumers=[{queue="local-queue"}]\n[env.s]'
    for environment, worker in ((None, "demo"), ("s", "demo-s")):
        config: Any = project.load(toml(body), environment).config
        assert config["queues"]["producers"][0]["queue"] == f"{worker}-queue"
        assert config["queues"]["consumers"][0]["queue"] == f"{worker}-queue"


def test_an_environments_own_hyperdrive_is_its_own(toml: Toml) -> None:
    body = "hyperdrive=[{binding='H', id='base'}]\n[env.a]\nhyperdrive=[{binding='H', id='own'}]"
    assert project.load(toml(body), "a").config["hyperdrive"] == [{"binding": "H", "id": "own"}]
    body = "hyperdrive=[{binding='H', id='base', shared=true}]\n[env.a]"
    assert project.load(toml(body), "a").config["hyperdrive"] == [{"binding": "H", "id": "base"}]


def test_a_route_of_its_own_replaces_inherited_routes(toml: Toml) -> None:
    loaded = project.load(toml("routes = ['a.example/*']\n[env.s]\nroute = 's.example/*'\n"), "s")
    assert loaded.config["route"] == "s.example/*"
    assert "routes" not in loaded.config
    assert loaded.notes == ()


def test_inherited_routes_are_pointed_out(toml: Toml) -> None:
    loaded = project.load(toml("routes = ['a.example/*']\n[env.s]\n"), "s")
    assert loaded.notes == (
        "aerostack.toml:4:1: the environment `s` inherits `routes` and would take these routes away from the top "
        "level's Worker; give it its own, or routes = []",
    )


@pytest.mark.parametrize(
    "body",
    [
        'env = ["A", "B"]',
        '[secrets]\nA = "what it is for"\nB = { description = "and this" }',
        '[secrets]\nrequired = ["A", "B"]',
        'env = ["A"]\n[secrets]\nA = "described"\nrequired = ["B"]',
    ],
)
def test_required_secrets_have_three_spellings(toml: Toml, body: str) -> None:
    loaded = project.load(toml(body), None)
    assert loaded.required_secrets == ("A", "B")
    assert loaded.config["secrets"] == {"required": ["A", "B"]}


def test_an_environment_adds_to_the_required_secrets(toml: Toml) -> None:
    body = 'env = ["A"]\n[environments.s]\nenv = ["B"]\n[environments.s.secrets]\nC = "for that"'
    assert project.load(toml(body), "s").required_secrets == ("A", "B", "C")


def test_a_variable_under_a_required_secrets_name_is_left_out_and_reported(toml: Toml) -> None:
    loaded = project.load(toml('env = ["KEY"]\n[vars]\nKEY = "Your key (see docs)"\nURL = "u"\n'), None)
    assert loaded.config["vars"] == {"URL": "u"}
    assert loaded.notes == (
        "aerostack.toml:6:1: the variable `KEY` is left out, because `KEY` is a required secret "
        "(aerostack.toml:4:8); delete it from [vars]",
    )


def test_what_the_original_wrote_differently_is_understood(toml: Toml) -> None:
    body = """ai = true
[[services]]
name = "worker2"
main = "src/two.ts"
[[services]]
binding = "AUTH"
service = "auth"
"""
    loaded = project.load(toml(body), None)
    assert loaded.config["ai"] == {"binding": "AI"}
    assert loaded.config["services"] == [{"binding": "AUTH", "service": "auth"}]
    assert str(loaded.where["services[0].service"]) == "aerostack.toml:10:11"
    assert loaded.notes == (
        "aerostack.toml:5:1: the service `worker2` has its own `main` and is not deployed with this Worker",
    )
    assert "ai" not in project.load(toml("ai = false"), None).config


def test_a_missing_compatibility_date_has_the_originals_default(raw: Callable[[str], Path]) -> None:
    loaded = project.load(raw('name = "demo"'), None)
    assert loaded.config["compatibility_date"] == "2024-01-01"
    (note,) = loaded.notes
    assert note.startswith(
        "no compatibility_date is set, so the Worker runs as on 2024-01-01; "
        "for today's runtime add compatibility_date = \"20"
    )


def test_one_id_in_two_environments_is_the_users_will_and_pointed_out(toml: Toml) -> None:
    body = f'kv_namespaces=[{{binding="K", id="{HEX}"}}]\n[env.s]\nkv_namespaces=[{{binding="K", id="{HEX.upper()}"}}]'
    loaded = project.load(toml(body), "s")
    assert _resource(loaded, "kv/K").id == HEX.upper()
    assert loaded.notes == (
        f"aerostack.toml:6:33: the top level uses the same KV namespace {HEX.upper()}; "
        "if that is meant, write shared = true in the entry of the top level",
    )


def test_where_and_options_of_resources(toml: Toml) -> None:
    body = f"""[[d1_databases]]
binding = "DB"
database_id = "{UUID}"
jurisdiction = "eu"
[[kv_namespaces]]
binding = "KV"
"""
    loaded = project.load(toml(body), None)
    db, kv = loaded.resources
    assert (str(db.where), db.options, db.id) == ("aerostack.toml:6:15", {"jurisdiction": "eu"}, UUID)
    assert (str(kv.where), kv.name, kv.placeholder) == ("aerostack.toml:8:1", "demo-kv", None)


def test_an_environment_can_have_bindings_of_its_own_alone_as_with_wrangler(toml: Toml) -> None:
    body = f"""
env = ["BASE_SECRET"]
logpush = true
ai = {{ binding = "AI" }}
[vars]
A = "base"
[[d1_databases]]
binding = "DB"
database_id = "{UUID}"
[[hyperdrive]]
binding = "PG"
id = "{HEX}"
[environments.s]
inherit = false
env = ["OWN_SECRET"]
[[environments.s.d1_databases]]
binding = "DB"
"""
    path = toml(body)
    loaded = project.load(path, "s")
    assert loaded.config == {
        "name": "demo-s",
        "main": "src/index.ts",
        "compatibility_date": "2024-11-01",
        "logpush": True,
        "d1_databases": [{"binding": "DB", "database_name": "demo-s-db"}],
        "secrets": {"required": ["OWN_SECRET"]},
    }
    (place,) = project.write_ids(loaded, {"d1/DB": UUID.replace("a", "b")})
    assert str(place) == "aerostack.toml:21:15"
    assert _resource(project.load(path, None), "d1/DB").id == UUID


def test_inheritance_is_switched_off_in_an_environment_only(toml: Toml) -> None:
    (problem,) = project.check(toml("inherit = false"))
    assert problem.message == "`inherit` has no place here"
    assert problem.hint == "it belongs to an environment: write it below [env.NAME]"
