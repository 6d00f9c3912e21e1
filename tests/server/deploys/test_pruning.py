"""The code of old deployments is forgotten, and nothing that anybody may still deploy."""

from __future__ import annotations

import hashlib

import pytest
from tests.server import static_files
from tests.server.servers import fetch

from aerostack_server.database import Database
from aerostack_server.deploys.artifacts import Disk, MissingArtifactError
from aerostack_server.deploys.pruning import Pruning

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"


@pytest.fixture
def store(server):
    return Disk(server.data / "artifacts")


@pytest.fixture
def prune(server, store):
    """Forget what was replaced but for so many, without any grace."""
    database = Database(server.database_url)
    pruning = Pruning(database, store, grace=0, pause=0)
    yield lambda keep: pruning.forget(pruning.outdated(keep=keep, days=0))
    database.engine.dispose()


def is_kept(store, text):
    try:
        return bool(store.get(hashlib.sha256(SAYS.format(text).encode()).hexdigest()))
    except MissingArtifactError:
        return False


def statuses(project):
    return [item["status"] for item in project.call("GET", "/deployments").document["items"]]


def rolled_back(project, number):
    headers = {"Idempotency-Key": f"back-to-{number}"}
    return project.call("POST", f"/deployments/{number}/rollback", headers=headers)


def test_what_was_replaced_long_ago_loses_its_code_and_stays_in_the_history(tenant, store, prune):
    project = tenant.project()
    mark = tenant.slug
    for name in ("old", "same", "older", "same", "last", "live"):
        live = project.live(SAYS.format(f"{mark}-{name}"))
    done = prune(2)
    assert statuses(project) == ["live", "superseded", "superseded", "pruned", "pruned", "pruned"]
    assert (done.deployments >= 3, done.files >= 2, done.size > 0) == (True, True, True)
    assert [is_kept(store, f"{mark}-{name}") for name in ("old", "older", "same", "last", "live")] == [
        False,
        False,
        True,
        True,
        True,
    ]
    assert fetch(live["url"]) == (200, f"{mark}-live")
    refused = rolled_back(project, 2)
    assert (refused.status, refused.code) == (409, "pruned_deployment")
    assert refused.document["message"] == "the code of deployment 2 is not kept any more"
    assert project.call("GET", "/deployments/2/log").body.endswith(b"its code is not kept any more\n")
    back = rolled_back(project, 4)
    assert back.status == 201, back.body
    assert fetch(live["url"]) == (200, f"{mark}-same")
    # There is nothing to do again.
    assert (prune(3).deployments, statuses(project).count("pruned")) == (0, 3)


def test_static_files_that_nobody_serves_are_uploaded_again_when_somebody_does(tenant, store, prune):
    project = tenant.project()
    sites = [
        {"/index.html": f"{name} {tenant.slug}".encode(), "/same.txt": b"same"} for name in ("old", "last", "live")
    ]
    for site in sites:
        assert static_files.send(project, site).status == 204
        assert static_files.deploy(project, site).status == 201
    prune(1)
    wanted = [static_files.hashes(site)["/index.html"] for site in sites]
    assert static_files.missing(project, wanted).document["missing"] == wanted[:1]
    back = rolled_back(project, 2)
    assert back.status == 201, back.body
    assert fetch(back.document["url"]) == (200, f"last {tenant.slug}")
    assert fetch(f"{back.document['url']}/same.txt") == (200, "same")
    assert static_files.send(project, sites[0]).status == 204
    assert static_files.deploy(project, sites[0]).status == 201
    assert fetch(back.document["url"]) == (200, f"old {tenant.slug}")


def test_the_code_of_a_project_that_was_deleted_goes_too(tenant, store, prune):
    project, other = tenant.project("gone"), tenant.project("stays")
    project.live(SAYS.format(f"gone {tenant.slug}"))
    other.live(SAYS.format(f"stays {tenant.slug}"))
    assert tenant.call("DELETE", "/projects/gone").status == 204
    prune(1)
    assert not is_kept(store, f"gone {tenant.slug}")
    assert is_kept(store, f"stays {tenant.slug}")


def test_an_operator_looks_first_and_what_is_new_stays(aerostack, server, tenant, store):
    project = tenant.project()
    for name in ("one", "two", "three"):
        project.live(SAYS.format(f"{tenant.slug}-{name}"))
    env = {"DATABASE_URL": server.database_url, "AEROSTACK_SERVER_DATA": str(server.data)}

    def command(*argv):
        return aerostack("server", "prune", "--keep", "1", "--json", *argv, env=env).document

    looked = command("--older-than-days", "0", "--dry-run")
    assert looked["deployments"] >= 1
    assert statuses(project) == ["live", "superseded", "superseded"]
    assert command()["deployments"] == 0, "nothing here is 30 days old"
    done = command("--older-than-days", "0")
    assert done == {**looked, "dry_run": False}
    assert statuses(project) == ["live", "superseded", "pruned"]
    # It was uploaded a moment ago: a deploy that is about to be recorded may have the same.
    assert is_kept(store, f"{tenant.slug}-one")
