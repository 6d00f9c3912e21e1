"""The real wrangler, driven by the command line, with the edge as the account."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aerostack import toolchain
from aerostack.testing import RunningEdge, fetch


def test_a_first_deploy_provisions_writes_ids_back_and_is_live(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    done = run("deploy", "--use-own-account", "--env", "staging")
    assert done.status == 0, done.stderr
    assert done.stderr.splitlines()[0] == "backend wrangler (--use-own-account)"
    assert "◆ wrangler 4.164.0 (pinned)" in done.stderr
    assert "Total Upload: " in done.stderr, "wrangler's own words are shown"
    url = done.stdout.strip()
    assert fetch(url)[0] == 200

    written = tomllib.loads((project / "aerostack.toml").read_text())
    database = written["env"]["staging"]["d1_databases"][0]
    namespace = written["env"]["staging"]["kv_namespaces"][0]
    name = f"{written['name']}-staging"
    bindings = edge.account("GET", f"/workers/scripts/{name}/settings")["bindings"]
    bound = {binding["name"]: binding for binding in bindings}
    assert bound["DB"]["id"] == database["database_id"]
    assert bound["CACHE"]["namespace_id"] == namespace["id"]
    assert "database_id" not in written["d1_databases"][0], "the base is not staging"

    generated = json.loads((project / ".aerostack/wrangler/staging.json").read_text())
    assert generated["name"] == name
    assert generated["d1_databases"][0]["database_id"] == database["database_id"]
    assert (project / ".aerostack/.gitignore").read_text() == "*\n"
    assert not list(project.glob("wrangler.*"))


def test_json_is_one_document_and_says_what_the_account_says(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    own = project / "wrangler.toml"
    own.write_text("# the user's own, for something else\n")
    done = run("deploy", "--backend", "wrangler", "--json")
    assert done.status == 0, done.stderr
    document = done.document
    deployments = edge.account("GET", f"/workers/scripts/{document['worker']}/deployments")["deployments"]
    assert document["version"] == deployments[0]["versions"][0]["version_id"]
    assert document["outcome"] == "applied"
    assert {name: item["outcome"] for name, item in document["resources"].items()} == {
        "DB": "created",
        "CACHE": "created",
    }
    assert [(action["verb"], action["kind"]) for action in document["actions"]] == [
        ("create", "d1"),
        ("create", "kv"),
        ("create", "worker"),
        ("update", "triggers"),
    ]
    assert "Total Upload: " in done.stderr
    assert own.read_text() == "# the user's own, for something else\n"


def test_the_backend_comes_from_the_file_or_the_environment_too(run: Callable[..., Any], project: Path) -> None:
    assert run("plan", "--json", env={"AEROSTACK_BACKEND": "wrangler"}).document["backend"] == "wrangler"
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[deploy]\nbackend = "wrangler"\n')
    document = run("plan", "--json").document
    assert (document["backend"], document["backend_source"]) == ("wrangler", "deploy.backend in aerostack.toml:35:11")


def test_a_plan_changes_nothing_and_is_what_a_deploy_does(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    before = (project / "aerostack.toml").read_text()
    planned = run("plan", "--use-own-account", "--json").document
    assert (project / "aerostack.toml").read_text() == before
    assert not (project / ".aerostack/wrangler").exists()
    assert planned["actions"] == run("deploy", "--use-own-account", "--json").document["actions"]


def test_wrangler_provisions_nothing_by_itself(run: Callable[..., Any], project: Path, edge: RunningEdge) -> None:
    edge.forget()
    assert run("deploy", "--use-own-account").status == 0
    creations = [
        request["path"].rpartition("/accounts/")[2].partition("/")[2]
        for request in edge.requests()
        if request["method"] == "POST" and request["path"].endswith(("/d1/database", "/kv/namespaces"))
    ]
    assert sorted(creations) == ["d1/database", "storage/kv/namespaces"]


def test_both_account_backends_take_turns_without_creating_anything_twice(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    def owned() -> tuple[set[str], ...]:
        databases = edge.account("GET", "/d1/database?per_page=1000")
        namespaces = edge.account("GET", "/storage/kv/namespaces?per_page=1000")
        queues = edge.account("GET", "/queues?per_page=1000")
        objects = edge.account("GET", "/workers/durable_objects/namespaces?per_page=1000")
        consumers = {
            f"{consumer['consumer_id']} {consumer['settings']['batch_size']}"
            for queue in queues
            for consumer in queue["consumers"]
        }
        return (
            {item["uuid"] for item in databases},
            {item["id"] for item in namespaces},
            {item["queue_id"] for item in queues},
            consumers,
            {item["id"] for item in objects},
        )

    code = project / "src/index.ts"
    code.write_text(
        f'{code.read_text()}\nimport {{ DurableObject }} from "cloudflare:workers";\n'
        "export class Room extends DurableObject {}\n"
    )
    file = project / "aerostack.toml"
    jobs = f"{tomllib.loads(file.read_text())['name']}-jobs"
    file.write_text(
        f'{file.read_text()}\n[triggers]\ncrons = ["0 3 * * *"]\n'
        f'\n[[queues.producers]]\nbinding = "JOBS"\nqueue = "{jobs}"\n'
        f'\n[[queues.consumers]]\nqueue = "{jobs}"\nmax_batch_size = 7\n'
        '\n[[durable_objects.bindings]]\nname = "ROOM"\nclass_name = "Room"\n'
        '\n[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Room"]\n'
    )
    before = owned()
    first = run("deploy", "--backend", "cfapi", "--json").document
    made = owned()
    assert [len(now - then) for now, then in zip(made, before, strict=True)] == [1, 1, 1, 1, 1]
    text = (project / "aerostack.toml").read_text()
    ids = {name: (item["name"], item["id"]) for name, item in first["resources"].items()}
    versions = {first["version"]}
    module = project / "src/notes.ts"
    for backend in ("wrangler", "cfapi", "wrangler"):
        module.write_text(f"{module.read_text()}console.log('{backend} {len(versions)}');\n")
        done = run("deploy", "--backend", backend, "--json")
        assert done.status == 0, done.stderr
        document = done.document
        assert (document["worker"], document["urls"]) == (first["worker"], first["urls"])
        assert {name: (item["name"], item["id"]) for name, item in document["resources"].items()} == ids
        versions.add(document["version"])
        assert fetch(document["urls"][0])[0] == 200
        schedules = edge.account("GET", f"/workers/scripts/{document['worker']}/schedules")["schedules"]
        assert [item["cron"] for item in schedules] == ["0 3 * * *"]
    assert len(versions) == 4
    assert owned() == made
    assert (project / "aerostack.toml").read_text() == text


def test_the_other_backends_resources_are_found_even_without_ids_in_the_file(
    run: Callable[..., Any], project: Path
) -> None:
    """They are bound to the live Worker; a file that cannot be written keeps no id."""
    file = project / "aerostack.toml"
    text = file.read_text()
    first = run("deploy", "--backend", "wrangler", "--json").document
    file.write_text(text)
    second = run("deploy", "--backend", "cfapi", "--json").document
    assert [item["id"] for item in second["resources"].values()] == [item["id"] for item in first["resources"].values()]
    assert [action["reason"] for action in second["actions"][:2]] == ["bound to the live Worker"] * 2


def test_wrangler_is_not_run_when_nothing_changed(run: Callable[..., Any], project: Path, edge: RunningEdge) -> None:
    first = run("deploy", "--use-own-account", "--json").document
    edge.forget()
    again = run("deploy", "--use-own-account", "--json")
    assert (again.status, again.document["outcome"]) == (0, "unchanged")
    assert (again.document["version"], again.document["urls"]) == (first["version"], first["urls"])
    assert {request["method"] for request in edge.requests()} == {"GET"}
    assert len(edge.requests()) == 2
    assert {action["verb"] for action in run("plan", "--use-own-account", "--json").document["actions"]} == {"keep"}
    # A route is no part of a version, and nothing that is read says anything of it.
    file = project / "aerostack.toml"
    name, rest = file.read_text().split("\n", 1)
    file.write_text(f'{name}\nroutes = ["{first["worker"]}.example/*"]\nworkers_dev = true\n{rest}')
    for _ in range(2):
        assert run("deploy", "--use-own-account", "--json").document["outcome"] == "applied"


def test_a_gradual_rollout_is_not_ended_by_the_way(run: Callable[..., Any], project: Path, edge: RunningEdge) -> None:
    first = run("deploy", "--use-own-account", "--json").document
    module = project / "src/notes.ts"
    module.write_text(f"{module.read_text()}console.log('changed');\n")
    second = run("deploy", "--use-own-account", "--json").document
    split = [
        {"version_id": first["version"], "percentage": 90},
        {"version_id": second["version"], "percentage": 10},
    ]
    edge.account(
        "POST",
        f"/workers/scripts/{first['worker']}/deployments",
        {"strategy": "percentage", "versions": split},
    )
    refused = run("deploy", "--use-own-account")
    assert refused.status == 1
    assert f"error: a gradual rollout of {first['worker']} is under way (90/10 %), and a deploy would end it" in (
        refused.stderr
    )
    assert run("deploy", "--use-own-account", "-o", "end_rollout=true").status == 0


def test_triggers_are_named_in_the_plan_and_set_by_wrangler(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    file = project / "aerostack.toml"
    file.write_text(file.read_text() + '\n[triggers]\ncrons = ["0 3 * * *", "0 4 * * *"]\n')
    done = run("deploy", "--use-own-account", "--json")
    assert done.status == 0, done.stderr
    assert done.document["actions"][-1]["reason"] == "workers.dev on, 2 schedules"
    schedules = edge.account("GET", f"/workers/scripts/{done.document['worker']}/schedules")["schedules"]
    assert [item["cron"] for item in schedules] == ["0 3 * * *", "0 4 * * *"]


def test_the_domain_of_another_environment_is_not_taken_away(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    """wrangler by itself would do so without a word, as it asks only at a terminal."""
    worker = run("deploy", "--backend", "cfapi", "--json").document["worker"]
    host = f"api.{worker}.example"
    edge.account("PUT", "/workers/domains", {"hostname": host, "service": worker, "zone_name": f"{worker}.example"})
    file = project / "aerostack.toml"
    text = file.read_text()
    first, rest = text.split("\n", 1)
    file.write_text(f'{first}\nroutes = [{{ pattern = "{host}", custom_domain = true }}]\nworkers_dev = true\n{rest}')

    def leads_to() -> str:
        (domain,) = edge.account("GET", f"/workers/domains?hostname={host}")
        return str(domain["service"])

    staging = ("deploy", "--use-own-account", "--env", "staging", "--json")
    edge.forget()
    refused = run(*staging)
    assert refused.status == 1
    error = refused.document["error"]
    assert error["message"] == (
        f"the domain {host} leads to the Worker {worker}, from which this deploy would take it away"
    )
    assert error["hint"] == (
        f"give the environment `staging` routes of its own; or, if it is to move here: --adopt domain/{host}"
    )
    assert error["where"] == "aerostack.toml:2:23"
    assert all(entry["method"] == "GET" for entry in edge.requests())
    assert leads_to() == worker
    # Not by adopting whatever there is.
    assert run(*staging, "--adopt").status == 1
    moved = run(*staging, "--adopt", f"domain/{host}")
    assert moved.status == 0, moved.stderr
    assert leads_to() == f"{worker}-staging"


def test_a_domain_that_wrangler_would_detach_is_asked_about(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    file = project / "aerostack.toml"
    text = file.read_text()
    zone = f"{tomllib.loads(text)['name']}.example"
    file.write_text(f'routes = [{{ pattern = "a.{zone}", custom_domain = true }}]\n{text}')
    deploy = ("deploy", "--use-own-account", "--json")
    first = run(*deploy).document
    assert first["urls"] == [f"https://a.{zone}"]
    again = run(*deploy).document
    assert (again["outcome"], again["urls"]) == ("unchanged", first["urls"])
    worker = first["worker"]
    edge.account("PUT", "/workers/domains", {"hostname": f"by-hand.{zone}", "service": worker})

    def hosts() -> list[str]:
        return [domain["hostname"] for domain in edge.account("GET", f"/workers/domains?service={worker}")]

    source = project / "src" / "index.ts"
    source.write_text(f"{source.read_text()}\nglobalThis.changed = true;\n")
    refused = run(*deploy)
    assert refused.document["error"]["message"] == (
        f"nothing was changed: this deploy would delete domain by-hand.{zone}"
    )
    assert sorted(hosts()) == [f"a.{zone}", f"by-hand.{zone}"]
    done = run(*deploy, "--yes")
    assert done.status == 0, done.stderr
    assert [action["name"] for action in done.document["actions"] if action["verb"] == "delete"] == [f"by-hand.{zone}"]
    assert hosts() == [f"a.{zone}"]


@pytest.mark.parametrize("variable", ["CLOUDFLARE_ENV", "WRANGLER_CI_OVERRIDE_NAME"])
def test_variables_that_would_redirect_wrangler_do_not(run: Callable[..., Any], variable: str) -> None:
    done = run("deploy", "--use-own-account", "--env", "staging", "--json", env={variable: "production"})
    assert done.status == 0, done.stderr
    assert done.document["worker"].endswith("-staging")


def test_nor_do_those_of_a_file_that_wrangler_reads_by_itself(
    run: Callable[..., Any], project: Path, edge: RunningEdge
) -> None:
    nowhere = "http://127.0.0.1:9/client/v4"
    (project / ".env").write_text(
        "CLOUDFLARE_ENV=production\nWRANGLER_CI_OVERRIDE_NAME=other\n"
        f"CLOUDFLARE_API_BASE_URL={nowhere}\nCLOUDFLARE_ACCOUNT_ID={'f' * 32}\nCLOUDFLARE_API_TOKEN=theirs\n"
    )
    done = run("deploy", "--use-own-account", "--env", "staging", "--json")
    assert done.status == 0, done.stderr
    live = edge.account("GET", f"/workers/scripts/{done.document['worker']}/deployments")["deployments"][0]
    assert live["versions"][0]["version_id"] == done.document["version"]
    scripts = {script["id"] for script in edge.account("GET", "/workers/scripts")}
    assert not scripts & {"other", f"{done.document['worker']}-production"}


def test_the_packages_of_a_worker_in_python_are_found(
    run: Callable[..., Any], project: Path, stand_in: Callable[[str], tuple[str, str]]
) -> None:
    """The real wrangler, told to upload nothing: the edge has no Python."""
    packages = project / "python_modules" / "greeting"
    packages.mkdir(parents=True)
    (packages / "__init__.py").write_text("TEXT = 'hello'\n")
    (project / "src" / "entry.py").write_text("import greeting\n")
    (project / "aerostack.toml").write_text(
        'name = "py"\nmain = "src/entry.py"\ncompatibility_date = "2026-01-01"\n'
        'compatibility_flags = ["python_workers"]\n'
    )
    argv = " ".join(f"'{part}'" for part in toolchain.wrangler().argv)
    flags = stand_in(f'{argv} "$@" --dry-run --outdir "{project}/out"')
    for _ in range(2):
        run("deploy", "--use-own-account", *flags)
        assert (project / "out" / "python_modules" / "greeting" / "__init__.py").read_text() == "TEXT = 'hello'\n"
        shutil.rmtree(project / "out")


def test_the_pinned_wrangler_can_be_used_by_itself(run: Callable[..., Any], edge: RunningEdge) -> None:
    assert run("wrangler", "--version").stdout.strip() == "4.164.0"
    listed = run("wrangler", "d1", "list", "--json")
    assert listed.status == 0
    assert isinstance(json.loads(listed.stdout), list)
    assert run("wrangler", "no-such-command").status == 1
