"""What nobody may do: forms from elsewhere, others' pages, guessing passwords, leaving by a link."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.server.dashboard.conftest import OWNER, PASSWORD, sign_in

from aerostack_server.dashboard.install import PAGES
from aerostack_server.dashboard.route import POLICIES, PageRoute

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ROUTES = [route for module in PAGES for route in module.router.routes if isinstance(route, APIRoute)]
FILLED = {"project": "p", "environment": "e", "deployment": "1", "binding": "B"}
#: Whoever has no session yet comes here.
OPEN = {"GET /setup", "POST /setup", "GET /sign-in", "POST /sign-in"}


def named(route):
    return f"{next(iter(route.methods))} {route.path}"


def filled(route, **values):
    return re.sub(r"{(\w+)}", lambda found: {**FILLED, **values}[found[1]], route.path)


def visit(server, method, path, fields=None, cookies=None):
    """A request as a browser sends it."""
    headers = {**FORM, "Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
    return server.call(method, path, body=urlencode(fields or {}).encode(), headers=headers)


@pytest.fixture(scope="module")
def session(fresh, owner):
    """The cookies and the token of somebody who is signed in."""
    page = visit(fresh, "GET", "/sign-in")
    form = page.headers["set-cookie"].partition(";")[0].partition("=")[2]
    login = {"csrf": form, "email": OWNER, "password": PASSWORD}
    done = visit(fresh, "POST", "/sign-in", login, {"aerostack_form": form})
    assert done.status == 303, done.body
    cookies = {"aerostack_session": done.headers["set-cookie"].partition(";")[0].partition("=")[2]}
    token = re.search(r'name="csrf" value="([^"]+)"', visit(fresh, "GET", "/", cookies=cookies).body.decode())
    return cookies, token[1]


def test_every_page_declares_who_may_see_it():
    assert len(ROUTES) > 35
    for route in ROUTES:
        assert isinstance(route, PageRoute), named(route)
        assert route.endpoint.page in POLICIES
        assert not route.include_in_schema
        assert len(route.methods) == 1
    assert {named(route) for route in ROUTES if route.endpoint.page == "public"} == OPEN
    changing = [route for route in ROUTES if route.methods != {"GET"}]
    assert all(route.methods == {"POST"} for route in changing)
    router = APIRouter(route_class=PageRoute)
    with pytest.raises(TypeError, match="the page /open declares no policy"):

        @router.get("/open")
        async def opened() -> None:
            """Nobody may see it."""


def test_who_is_not_signed_in_is_led_there(fresh, owner):
    for route in ROUTES:
        if route.endpoint.page != "public":
            answer = visit(fresh, next(iter(route.methods)), filled(route))
            assert (answer.status, answer.body) == (303, b""), named(route)
            assert answer.headers["location"].startswith("/sign-in"), named(route)
    part = fresh.call("GET", "/projects/shop", headers={"HX-Request": "true"})
    assert (part.status, part.headers["hx-redirect"]) == (401, "/sign-in")


def test_a_form_of_somebody_else_is_refused(fresh, session):
    cookies, token = session
    for route in ROUTES:
        if route.methods == {"POST"}:
            for fields in ({}, {"csrf": "guessed"}, {"csrf": token[:-1]}):
                answer = visit(fresh, "POST", filled(route), fields, cookies)
                assert answer.status == 403, named(route)
                assert b"this form was not sent from a page of yours" in answer.body, named(route)
    # Signing in needs one too: else somebody could be signed in to another's account.
    assert visit(fresh, "POST", "/sign-in", {"csrf": "a", "email": OWNER, "password": PASSWORD}).status == 403


def test_what_belongs_to_another_account_is_not_there(fresh, session):
    cookies, token = session
    project = fresh.tenant().project("foreign")
    kinds = [{"kind": "kv", "binding": "B", "name": "b"}, {"kind": "d1", "binding": "B", "name": "b"}]
    assert project.call("PUT", "/resources", {"resources": kinds}).status == 200
    project.live("export default { fetch() { return new Response('theirs') } }")
    identifier = project.tenant.call("GET", f"/projects/{project.slug}").document["id"]
    about = [route for route in ROUTES if "{" in route.path]
    assert len(about) >= 18
    for route in about:
        for reference in (project.slug, identifier):
            path = filled(route, project=reference, environment="staging")
            fields = {"csrf": token, "key": "k" * 10, "sql": "SELECT 1", "name": "A", "value": "b"}
            fields["confirm"] = "staging" if "environment" in route.path else reference
            answer = visit(fresh, next(iter(route.methods)), path, fields, cookies)
            assert answer.status == 404, (named(route), answer.body)
            assert b"there is no such project" in answer.body, named(route)
    assert len(project.call("GET", "/resources").document["items"]) == 2
    assert project.call("GET", "/deployments").document["items"][0]["number"] == 1
    keys, members = (project.tenant.call("GET", f"/{kind}").document["items"] for kind in ("keys", "members"))
    for path, fields in (
        ("/keys/revoke", {"key": keys[0]["id"]}),
        ("/members/remove", {"member": members[0]["id"]}),
        ("/account/switch", {"account": project.tenant.id}),
    ):
        assert visit(fresh, "POST", path, {"csrf": token, **fields}, cookies).status == 404


def test_setup_is_over_once_there_is_an_account(fresh, owner):
    page = visit(fresh, "GET", "/sign-in")
    form = page.headers["set-cookie"].partition(";")[0].partition("=")[2]
    assert visit(fresh, "GET", "/setup").headers["location"] == "/"
    fields = {"csrf": form, "name": "Mine", "email": "thief@example.com", "password": PASSWORD, "again": PASSWORD}
    answer = visit(fresh, "POST", "/setup", fields, {"aerostack_form": form})
    assert (answer.status, b"there is an account already" in answer.body) == (409, True)


def test_guessing_passwords_takes_longer_and_longer(browser, owner):
    unknown = "nobody@example.com"
    for attempt in range(5):
        sign_in(browser, unknown, f"guess number {attempt}")
        assert browser.refusal == "e-mail address or password are wrong"
    sign_in(browser, unknown, "guess number 5")
    assert browser.refusal.startswith("too many failed logins\nTry again in ")
    assert browser.field("Password").get_attribute("value") == ""
    assert [message.rpartition("status of ")[2][:3] for message in browser.complaints()] == ["401"] * 5 + ["429"]
    # Waiting is enough, and a success forgets what was.
    browser.until(lambda: signs_in(browser))
    browser.complaints()


def signs_in(browser):
    sign_in(browser)
    return browser.path == "/"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_signing_in_leads_nowhere_else(browser, owner, target):
    browser.open("/sign-in?" + urlencode({"next": target}))
    browser.type("E-mail address", OWNER)
    browser.type("Password", PASSWORD)
    browser.press("Sign in")
    assert browser.path == "/"


def test_the_keyboard_is_enough_and_seen(browser, owner):
    browser.open("/sign-in")
    active = browser.driver.switch_to.active_element
    assert active.get_attribute("id") == "email"
    active.send_keys(OWNER, Keys.TAB)
    browser.driver.switch_to.active_element.send_keys(PASSWORD, Keys.ENTER)
    browser.until(lambda: browser.path == "/")
    browser.one("body").send_keys(Keys.TAB)
    skip = browser.driver.switch_to.active_element
    assert skip.text == "Skip to the content"
    seen = []
    for _ in range(6):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        active = browser.driver.switch_to.active_element
        assert active.value_of_css_property("outline-style") == "solid"
        seen.append(active.text)
    assert seen[:5] == ["Aerostack", "Projects", "Keys", "Members", "Audit log"]
    # Every field has a label, and a page its landmarks.
    for path in ("/", "/keys", "/members", "/account", "/device"):
        browser.open(path)
        for entry in browser.driver.find_elements(By.CSS_SELECTOR, "input:not([type=hidden]), select, textarea"):
            if entry.is_displayed():
                assert entry.accessible_name, f"{path}: {entry.get_attribute('outerHTML')}"
        for landmark in ("header", "nav", "main", "h1"):
            assert len(browser.driver.find_elements(By.TAG_NAME, landmark)) == 1, f"{path}: {landmark}"


def test_answers_forbid_what_the_pages_do_not_need(fresh, session):
    cookies, _ = session
    headers = visit(fresh, "GET", "/", cookies=cookies).headers
    assert headers["cache-control"] == "no-store"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    for path in ("/static/htmx.min.js", "/static/style.css", "/static/logs.js"):
        assert visit(fresh, "GET", path).status == 200
    assert visit(fresh, "GET", "/static/../render.py").status == 404
