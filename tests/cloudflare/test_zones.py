"""Zones and their routes: which zone a pattern is in, and what is asked for it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.cloudflare.conftest import ACCOUNT

from aerostack.errors import ConflictError, PermissionDeniedError
from aerostack_cloudflare.project.routes import normal, zones_of
from aerostack_cloudflare.zones import Route

ZONE, ROUTE = "0123456789abcdef" * 2, "fedcba9876543210" * 2


@pytest.mark.parametrize(
    ("pattern", "zones"),
    [
        ("example.com/*", ("example.com",)),
        ("Shop.Example.com/*", ("shop.example.com", "example.com")),
        ("*.example.com/a", ("example.com",)),
        ("*example.com/", ("example.com",)),
        ("https://*.a.example.com/*", ("a.example.com", "example.com")),
        ("*http://example.com", ("example.com",)),
        ("example.com:8080/*", ("example.com",)),
        ("*/api/*", ()),
        ("nohost", ()),
    ],
)
def test_the_zone_of_a_pattern_is_its_host_or_what_that_ends_in(pattern: str, zones: tuple[str, ...]) -> None:
    assert zones_of(pattern) == zones


def test_patterns_are_the_same_whatever_the_case_of_their_host() -> None:
    assert normal("https://Shop.Example.com/A/*") == "https://shop.example.com/A/*"
    assert normal("Example.com") == "example.com"
    assert normal("") == ""


def test_a_zone_is_looked_up_once_from_the_likeliest_name_on(api: Any, good: Any) -> None:
    zones = api.will(good([]), good([{"id": ROUTE, "name": "xample.com"}, {"id": ZONE, "name": "example.com"}])).zones
    names = ("a.example.com", "example.com")
    assert [zones.find(names), zones.find(("example.com",))] == [ZONE, ZONE]
    assert [line.partition("&")[0] for line in api.asked] == [
        "GET /v4/zones?name=a.example.com",
        "GET /v4/zones?name=example.com",
    ]
    assert all(line.endswith(f"account.id={ACCOUNT}") for line in api.asked)


def test_a_route_may_lead_to_no_worker(api: Any, good: Any) -> None:
    listed = [{"id": ROUTE, "pattern": "a/*"}, {"id": ZONE, "pattern": "b/*", "script": ""}]
    assert [(route.script, route.leads_to) for route in api.will(good(listed)).zones.routes(ZONE)] == [
        (None, "no Worker"),
        (None, "no Worker"),
    ]


def test_a_route_whose_answer_was_lost_is_looked_for(api: Any, good: Any) -> None:
    there = [{"id": ROUTE, "pattern": "a/*", "script": "other"}, {"id": ZONE, "pattern": "a/*", "script": "w"}]
    made = api.will(httpx.ReadError("reset"), good(there)).zones.add_route(ZONE, "a/*", "w")
    assert made == Route(id=ZONE, pattern="a/*", script="w")
    assert api.asked == [f"POST /v4/zones/{ZONE}/workers/routes", f"GET /v4/zones/{ZONE}/workers/routes"]


def test_a_route_that_is_there_is_a_conflict(api: Any, bad: Any) -> None:
    with pytest.raises(ConflictError, match="leading the route a/\\* to the Worker w failed"):
        api.will(bad(409, 10020)).zones.add_route(ZONE, "a/*", "w")


def test_what_is_gone_already_is_removed(api: Any, good: Any, bad: Any) -> None:
    account = api.will(bad(404, 10009), bad(404, 100114))
    account.zones.delete_route(ZONE, ROUTE, "a/*")
    account.domains.detach("d", "a.example")
    assert api.asked == [f"DELETE /v4/zones/{ZONE}/workers/routes/{ROUTE}", "DELETE /workers/domains/d"]


def test_a_zone_that_the_token_does_not_cover_names_the_permission(api: Any, bad: Any) -> None:
    with pytest.raises(PermissionDeniedError) as caught:
        api.will(bad(403, 10000)).zones.find(("example.com",))
    assert "looking up the zone example.com needs the permission Zone Read" in caught.value.message
    assert "add Zone › Zone › Read to the token" in (caught.value.hint or "")
