"""An account that holds fifty of everything: nothing to do costs what it costs where there is nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults.flows import prepare
from tests.faults.hosted import HostedStage
from tests.faults.play import Player
from tests.faults.stage import Stage

from aerostack.http import Client, parallel
from aerostack.model import Module, Secret
from aerostack.testing import serial_rounds
from aerostack_cloudflare.account import Cloudflare

MANY = 50
NAMES = [f"many-{number:02}" for number in range(MANY)]
CODE = Module(name="w.js", content=b"export default { fetch() { return new Response(); } };", type="esm")


@pytest.fixture(scope="module")
def crowded(stage: Stage) -> Iterator[Stage]:
    """The stage, with fifty Workers, databases, namespaces, buckets and queues in its account."""
    environ = stage.edge.environ
    with Client(environ["CLOUDFLARE_API_BASE_URL"], token=Secret(environ["CLOUDFLARE_API_TOKEN"])) as http:
        account = Cloudflare(http, environ["CLOUDFLARE_ACCOUNT_ID"])
        metadata = {"main_module": "w.js", "compatibility_date": "2026-01-01"}

        def make(name: str) -> None:
            account.d1.create(name)
            account.kv.create(name)
            account.r2.create(name)
            account.queues.create(name)
            account.scripts.upload(name, metadata=metadata, modules=(CODE,))

        parallel(*(lambda name=name: make(name) for name in NAMES), limit=4)  # type: ignore[misc]
        yield stage
        for name in NAMES:
            account.scripts.delete(name)
            account.r2.delete(name)
        for database in account.d1.list():
            if database.name in NAMES:
                account.d1.delete(database.id)
        for namespace in account.kv.list():
            if namespace.title in NAMES:
                account.kv.delete(namespace.id)
        for queue in account.queues.list():
            if queue.name in NAMES:
                account.queues.delete(queue.id)


@pytest.mark.xdist_group("many")
@pytest.mark.parametrize("backend", ["cfapi", "wrangler"])
def test_an_unchanged_deploy_is_two_reads_at_once_and_no_write(crowded: Stage, backend: str) -> None:
    project = prepare(crowded, backend, "again")
    crowded.edge.forget()
    crowded.play()
    with crowded.edge.latency(0.3):
        run = crowded.deploy(project, backend)
    requests = crowded.edge.requests()
    assert run.document["outcome"] == "unchanged", run.stderr
    assert [seen.method for seen in crowded.layer.log] == ["GET", "GET"]
    assert {seen.call for seen in crowded.layer.log} == {"deployments", "worker"}
    assert serial_rounds(requests) == 1
    crowded.remove(project)


@pytest.mark.xdist_group("aerostack")
def test_an_unchanged_deploy_to_aerostack_is_two_reads_and_no_write(hosted_player: Player) -> None:
    stage = hosted_player.stage
    assert isinstance(stage, HostedStage)
    made = [stage.tenant.project(name) for name in NAMES]
    for project in made:
        wanted = {"resources": [{"kind": kind, "binding": "B", "name": "b"} for kind in ("d1", "kv", "r2", "queue")]}
        assert project.call("PUT", "/resources", wanted).status == 200
    ours = prepare(stage, "aerostack", "again")
    stage.play()
    run = stage.deploy(ours, "aerostack")
    assert run.document["outcome"] == "unchanged", run.stderr
    assert sorted((seen.method, seen.call) for seen in stage.layer.log) == [("GET", "environment"), ("GET", "me")]
    stage.remove(ours)
    for project in made:
        assert stage.tenant.call("DELETE", f"/projects/{project.slug}").status == 204
