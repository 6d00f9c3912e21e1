"""The SDK and Workers: scripts, versions, deployments and what belongs to them."""

from __future__ import annotations

import json

import pytest
from tests.edge.sdk.conftest import CODE, FILES, METADATA, all_valid, valid


def test_the_account(sdk, here):
    assert valid(sdk.user.tokens.verify()).status == "active"
    assert valid(sdk.user.get()).email
    assert [account.id for account in all_valid(sdk.accounts.list())] == [here["account_id"]]
    assert valid(sdk.accounts.get(**here)).id == here["account_id"]
    assert valid(sdk.accounts.tokens.verify(**here)).status == "active"
    assert [member.account.id for member in all_valid(sdk.memberships.list())] == [here["account_id"]]
    assert valid(sdk.workers.subdomains.get(**here)).subdomain


def test_workers(sdk, here, script):
    scripts = sdk.workers.scripts
    assert script in [item.id for item in all_valid(scripts.list(**here))]
    assert CODE.decode() in scripts.get(script, **here)
    assert CODE in scripts.content.get(script, **here).read()
    assert valid(scripts.settings.edit(script, tags=["a"], **here)).tags == ["a"]
    valid(scripts.settings.get(script, **here))
    bound = {"bindings": [{"type": "plain_text", "name": "A", "text": "1"}]}
    valid(scripts.script_and_version_settings.edit(script, settings=bound, **here))
    (binding,) = valid(scripts.script_and_version_settings.get(script, **here)).bindings
    assert (binding.name, binding.text) == ("A", "1")
    valid(sdk.workers.beta.workers.get(script, **here))
    sdk.workers.scripts.delete(script, **here)
    assert script not in [item.id for item in all_valid(scripts.list(**here))]


def test_durable_objects(sdk, here, name):
    code = (
        b'import { DurableObject } from "cloudflare:workers"; '
        b"export class Room extends DurableObject {}; export default {};"
    )
    metadata = METADATA | {"migrations": {"new_tag": "v1", "new_sqlite_classes": ["Room"]}}
    files = [("index.js", code, "application/javascript+module")]
    valid(sdk.workers.scripts.update(name, metadata=metadata, files=files, **here))
    (made,) = [item for item in all_valid(sdk.durable_objects.namespaces.list(**here)) if item.script == name]
    assert (made.class_, made.use_sqlite) == ("Room", True)


def test_what_belongs_to_a_worker(sdk, here, script):
    secrets = sdk.workers.scripts.secrets
    valid(secrets.update(script, name="S", text="hush", type="secret_text", **here))
    assert valid(secrets.get("S", script_name=script, **here)).name == "S"
    assert [secret.name for secret in all_valid(secrets.list(script, **here))] == ["S"]
    secrets.delete("S", script_name=script, **here)
    assert all_valid(secrets.list(script, **here)) == []
    subdomain = sdk.workers.scripts.subdomain
    valid(subdomain.create(script, enabled=True, **here))
    assert valid(subdomain.get(script, **here)).enabled is True
    assert valid(subdomain.delete(script, **here)).enabled is False
    schedules = sdk.workers.scripts.schedules
    valid(schedules.update(script, body=[{"cron": "*/5 * * * *"}], **here))
    assert [item.cron for item in valid(schedules.get(script, **here)).schedules] == ["*/5 * * * *"]
    (zone,) = all_valid(sdk.zones.list(name=f"{script}.example"))
    routes, at = sdk.workers.routes, {"zone_id": zone.id}
    made = valid(routes.create(pattern=f"{script}.example/*", script=script, **at))
    changed = valid(routes.update(made.id, pattern=f"a.{script}.example/*", script=script, **at))
    assert valid(routes.get(made.id, **at)).pattern == changed.pattern == f"a.{script}.example/*"
    assert [item.id for item in all_valid(routes.list(**at))] == [made.id]
    routes.delete(made.id, **at)
    assert all_valid(routes.list(**at)) == []
    tail = valid(sdk.workers.scripts.tail.create(script, **here))
    valid(sdk.workers.scripts.tail.delete(tail.id, script_name=script, **here))


def test_versions_and_deployments(sdk, here, script):
    # Two exceptions: pydantic cannot build the SDK's own models of what `create` and `get` return (ResourcesBindings).
    versions = sdk.workers.scripts.versions
    uploaded = versions.with_raw_response.create(script, metadata=METADATA, files=FILES, **here).json()["result"]
    newest, _ = all_valid(versions.list(script, **here))
    assert newest.id == uploaded["id"]
    got = versions.with_raw_response.get(newest.id, script_name=script, **here).json()["result"]
    assert got == uploaded
    wanted = [{"version_id": newest.id, "percentage": 100}]
    deployments = sdk.workers.scripts.deployments
    made = valid(deployments.create(script, strategy="percentage", versions=wanted, **here))
    got = valid(deployments.get(made.id, script_name=script, **here))
    assert [share.version_id for share in got.versions] == [newest.id]
    # The SDK looks for a page of `items` where Cloudflare answers with `deployments`.
    listed = deployments.with_raw_response.list(script, **here).json()["result"]["deployments"]
    assert listed[0]["id"] == made.id


def test_dispatch_namespaces(sdk, here, name):
    namespaces = sdk.workers_for_platforms.dispatch.namespaces
    valid(namespaces.create(name=name, **here))
    assert name in [item.namespace_name for item in all_valid(namespaces.list(**here))]
    at = {"dispatch_namespace": name, **here}
    valid(namespaces.scripts.update("tenant", metadata=METADATA, files=FILES, **at))
    assert valid(namespaces.get(name, **here)).script_count == 1
    namespaces.delete(name, **here)
    assert name not in [item.namespace_name for item in all_valid(namespaces.list(**here))]


def test_workers_of_a_dispatch_namespace(sdk, here, name):
    namespaces = sdk.workers_for_platforms.dispatch.namespaces
    valid(namespaces.create(name=name, **here))
    scripts, at = namespaces.scripts, {"dispatch_namespace": name, **here}
    valid(scripts.update("tenant", metadata=METADATA, files=FILES, **at))
    assert valid(scripts.get("tenant", **at)).dispatch_namespace == name
    assert CODE in scripts.content.get("tenant", **at).read()
    bound = {"bindings": [{"type": "plain_text", "name": "A", "text": "1"}]}
    valid(scripts.settings.edit("tenant", settings=bound, **at))
    assert [item.name for item in valid(scripts.settings.get("tenant", **at)).bindings] == ["A"]
    assert [item.name for item in all_valid(scripts.bindings.get("tenant", **at))] == ["A"]
    valid(scripts.secrets.update("tenant", name="S", text="hush", type="secret_text", **at))
    assert valid(scripts.secrets.get("S", script_name="tenant", **at)).name == "S"
    assert [item.name for item in all_valid(scripts.secrets.list("tenant", **at))] == ["S"]
    scripts.secrets.delete("S", script_name="tenant", **at)
    assert list(scripts.tags.update("tenant", body=["a", "b"], **at)) == ["a", "b"]
    scripts.tags.delete("a", script_name="tenant", **at)
    assert list(scripts.tags.list("tenant", **at)) == ["b"]
    scripts.delete("tenant", **at)
    assert valid(namespaces.get(name, **here)).script_count == 0


def test_domains(sdk, here, script):
    host = f"{script}.example.com"
    domain = valid(sdk.workers.domains.update(hostname=host, service=script, **here))
    assert [item.id for item in all_valid(sdk.workers.domains.list(service=script, **here))] == [domain.id]
    sdk.workers.domains.delete(domain.id, **here)


def test_a_refusal_has_cloudflares_code(sdk, here):
    with pytest.raises(Exception, match="10007") as refused:
        sdk.workers.scripts.settings.get("no-such-worker", **here)
    assert json.loads(refused.value.response.content)["errors"][0]["code"] == 10007
