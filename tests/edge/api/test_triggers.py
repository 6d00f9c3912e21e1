"""Schedules, routes and custom domains: what is sent is all that there is afterwards, and nobody's is taken quietly."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from tests.edge.api.conftest import ANSWERS

from aerostack.testing import fetch


@pytest.fixture
def script(api, name):
    assert api.upload(name, ANSWERS % "hello").status == 200
    return f"/workers/scripts/{name}"


def test_schedules_are_replaced_as_a_whole(api, script):
    sent = api("PUT", f"{script}/schedules", json=[{"cron": "*/5 * * * *"}, {"cron": "0 0 * * MON"}]).result
    assert [item["cron"] for item in sent["schedules"]] == ["*/5 * * * *", "0 0 * * MON"]
    assert api("GET", f"{script}/schedules").result == sent
    kept = api("PUT", f"{script}/schedules", json=[{"cron": "0 0 * * MON"}]).result["schedules"]
    assert kept == sent["schedules"][1:]
    assert api("PUT", f"{script}/schedules", json=[]).result == {"schedules": []}


def test_what_is_no_schedule_is_refused(api, script):
    refused = api("PUT", f"{script}/schedules", json=[{"cron": "hourly"}]).refused
    assert refused == (400, 10100, "invalid cron string: hourly (a cron expression has 5 fields, not 1)")
    assert api("PUT", f"{script}/schedules", json={}).refused[:2] == (400, 7400)
    assert api("PUT", f"{script}x/schedules", json=[]).refused[:2] == (404, 10007)


def test_routes_are_replaced_as_a_whole_and_belong_to_one_worker(api, script, name):
    zone = f"{name}.example"
    wanted = [{"pattern": f"{zone}/*"}, {"pattern": f"a.{zone}/b*", "zone_name": zone}]
    sent = api("PUT", f"{script}/routes", json=wanted).result
    assert [(route["pattern"], route["script"], route["zone_name"]) for route in sent] == [
        (f"{zone}/*", name, zone),
        (f"a.{zone}/b*", name, zone),
    ]
    assert api("GET", f"{script}/routes").result == sent
    (found,) = api.at("GET", f"{api.root}/zones?name={zone}").result
    assert (found["id"], found["name"]) == (sent[0]["zone_id"], zone)
    assert api.at("GET", f"{api.root}/zones/{found['id']}/workers/routes").result == sent
    assert zone in [item["name"] for item in api.at("GET", f"{api.root}/zones?per_page=1000").result]
    other = f"{name}-2"
    api.upload(other, ANSWERS % "other")
    taken = (409, 10020, f"The route {zone}/* is assigned to the Worker {name} already.")
    assert api("PUT", f"/workers/scripts/{other}/routes", json=wanted).refused == taken
    assert api("PUT", f"{script}/routes", json=[]).result == []
    assert api("PUT", f"/workers/scripts/{other}/routes", json=[f"{zone}/*"]).status == 200
    api("DELETE", f"/workers/scripts/{other}")
    assert api.at("GET", f"{api.root}/zones/{found['id']}/workers/routes").result == []


def test_requests_follow_routes_and_domains_to_their_worker(api, edge, script, name):
    port = urlsplit(edge.environ["CLOUDFLARE_API_BASE_URL"]).port
    zone = f"{name}.example"
    assert fetch(f"http://shop.{zone}:{port}/")[0] == 403, "no host of ours"
    api("PUT", f"{script}/routes", json=[f"*.{zone}/*", f"{zone}/only/*"])
    assert fetch(f"http://a.b.{zone}:{port}/any?x=1") == (200, b"hello")
    assert fetch(f"http://{zone}:{port}/only/this") == (200, b"hello")
    assert fetch(f"http://{zone}:{port}/other")[0] == 403

    special = f"{name}-3"
    api.upload(special, ANSWERS % "special")
    api("PUT", f"/workers/scripts/{special}/routes", json=[f"a.{zone}/b/*"])
    assert fetch(f"http://a.{zone}:{port}/b/c") == (200, b"special"), "the longer pattern wins"
    api("PUT", "/workers/domains", json={"hostname": f"a.{zone}", "service": name, "environment": "production"})
    assert fetch(f"http://a.{zone}:{port}/b/c") == (200, b"hello"), "and a custom domain before all"
    api("DELETE", script)
    assert fetch(f"http://x.{zone}:{port}/")[0] == 403


def test_a_route_may_be_added_to_a_zone(api, script, name):
    zone = api.at("GET", f"{api.root}/zones?name={name}.example").result[0]["id"]
    body = {"pattern": f"{name}.example/*", "script": name}
    added = api.at("POST", f"{api.root}/zones/{zone}/workers/routes", json=body).result
    assert added["zone_id"] == zone
    assert api("GET", f"{script}/routes").result == [added]
    routes = f"{api.root}/zones/{zone}/workers/routes"
    taken = (409, 10020, f"The route {name}.example/* is assigned to the Worker {name} already.")
    assert api.at("POST", routes, json=body).refused == taken
    other = f"{name}-2"
    api.upload(other, ANSWERS % "other")
    moved = {"pattern": f"a.{name}.example/*", "script": other}
    assert api.at("PUT", f"{routes}/{added['id']}", json=moved).result == {**added, **moved}
    assert api.at("GET", f"{routes}/{added['id']}").result == {**added, **moved}
    assert api("GET", f"{script}/routes").result == []
    assert api.at("POST", routes, json=body).status == 200, "its pattern is free again"
    assert api.at("PUT", f"{routes}/{added['id']}", json={**moved, "pattern": body["pattern"]}).refused == taken
    assert api.at("DELETE", f"{routes}/{added['id']}").result == {"id": added["id"]}
    assert api.at("DELETE", f"{routes}/{added['id']}").refused[:2] == (404, 10009)


def test_what_one_can_register_is_a_zone_and_nothing_below_it(api, script, name):
    def zones(of: str) -> list[str]:
        return [item["name"] for item in api.at("GET", f"{api.root}/zones?name={of}").result]

    assert zones(f"{name}.example") == [f"{name}.example"]
    assert zones(f"{name}.co.uk") == [f"{name}.co.uk"]
    assert zones(f"shop.{name}.example") == zones(f"shop.{name}.co.uk") == zones("co") == []
    api("PUT", f"{script}/routes", json=[{"pattern": f"a.b.{name}.example/*", "zone_name": f"b.{name}.example"}])
    assert zones(f"b.{name}.example") == [f"b.{name}.example"], "unless a route says so"


def test_domains_are_compared_then_set(api, script, name):
    host = f"{name}.example.com"
    origins = [{"hostname": host}]
    change = api("POST", f"{script}/domains/changeset?replace_state=true", json=origins).result
    assert change == {"added": origins, "updated": [], "removed": [], "conflicting": []}
    (record,) = api("PUT", f"{script}/domains/records", json={"override_scope": True, "origins": origins}).result
    assert (record["hostname"], record["service"], record["zone_name"]) == (host, name, "example.com")
    assert api("GET", f"/workers/domains/records/{record['id']}").result == record
    assert api("GET", f"/workers/domains?service={name}").result == [record]
    change = api("POST", f"{script}/domains/changeset?replace_state=true", json=origins).result
    assert change["updated"] == [{**record, "modified": False}]
    change = api("POST", f"{script}/domains/changeset?replace_state=true", json=[]).result
    assert change["removed"] == [record]
    assert api("PUT", f"{script}/domains/records", json={"origins": []}).result == []
    assert api("GET", f"/workers/domains/{record['id']}").refused[:2] == (404, 100114)


def test_a_domain_changes_hands_only_when_told(api, script, name):
    origins = [{"hostname": f"{name}.example.com"}]
    api("PUT", f"{script}/domains/records", json={"origins": origins})
    other = f"/workers/scripts/{name}-2"
    api.upload(f"{name}-2", ANSWERS % "other")
    refused = api("PUT", f"{other}/domains/records", json={"origins": origins}).refused
    assert refused == (409, 100116, f"The domain {name}.example.com is assigned to the Worker {name} already.")
    taken = api("PUT", f"{other}/domains/records", json={"origins": origins, "override_existing_origin": True}).result
    assert [record["service"] for record in taken] == [f"{name}-2"]
    assert api("GET", f"/workers/domains?service={name}").result == []


def test_a_domain_is_attached_and_detached_alone(api, script, name):
    attached = api("PUT", "/workers/domains", json={"hostname": f"{name}.example.com", "service": name}).result
    assert attached["service"] == name
    assert api("DELETE", f"/workers/domains/{attached['id']}").status == 200
    assert api("GET", f"/workers/domains?service={name}").result == []


@pytest.mark.parametrize("hostname", ["example", "a b.com", "-a.com", "*.example.com"])
def test_what_is_no_host_name_is_refused(api, script, hostname):
    refused = api("PUT", f"{script}/domains/records", json={"origins": [{"hostname": hostname}]}).refused
    assert refused == (400, 100115, f"{hostname} is not a host name.")


def test_who_needs_a_worker_is_told(api, script, name):
    nobody = {"incoming": [], "outgoing": [], "pages_function": False}
    assert api("GET", f"{script}/references").result["services"] == nobody
    api.upload(f"{name}-2", ANSWERS % "x", bindings=[{"type": "service", "name": "S", "service": name}])
    api("PATCH", f"/workers/scripts/{name}-2/script-settings", json={"tail_consumers": [{"service": name}]})
    (caller,) = api("GET", f"{script}/references").result["services"]["incoming"]
    assert caller["name"] == f"{name}-2"
    (tailed,) = api("GET", f"/workers/tails/by-consumer/{name}").result
    assert tailed["producer"]["service"] == f"{name}-2"
