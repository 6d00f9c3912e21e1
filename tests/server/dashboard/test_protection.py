"""What nobody may do: forms from elsewhere, others' pages, guessing passwords, leaving by a link."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from sqlalchemy import update
from tests.server.dashboard.conftest import OWNER, PASSWORD, sign_in
from tests.server.servers import RunningServer, running_server

from aerostack_server import clock
from aerostack_server.dashboard.install import PAGES
from aerostack_server.dashboard.route import POLICIES, PageRoute
from aerostack_server.database import Database, tables

#: One browser and one server for all of them.
pytestmark = pytest.mark.xdist_group("dashboard")


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


def login(server, address, password, target="/"):
    """The form of the sign-in, filled and sent."""
    page = visit(server, "GET", "/sign-in")
    form = page.headers["set-cookie"].partition(";")[0].partition("=")[2]
    fields = {"csrf": form, "email": address, "password": password, "next": target}
    return visit(server, "POST", "/sign-in", fields, {"aerostack_form": form})


@pytest.fixture(scope="module")
def session(fresh, owner):
    """The cookies and the token of somebody who is signed in."""
    done = login(fresh, OWNER, PASSWORD)
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
        ("/members/role", {"member": members[0]["id"], "role": "viewer"}),
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
    guesses = [login(owner.server, unknown, f"guess number {number}") for number in range(5)]
    assert [answer.status for answer in guesses] == [401] * 5
    assert all(b"e-mail address or password are wrong" in answer.body for answer in guesses)
    # The fifth blocks for a second: on a slow machine that is over before a browser has typed.
    assert blocked(owner.server, clock.now() + clock.HOUR) > 0
    try:
        sign_in(browser, unknown, "guess number 5")
        assert browser.refusal.startswith("too many failed logins\nTry again in ")
        assert browser.field("Password").get_attribute("value") == ""
        assert "429" in " ".join(browser.complaints())
    finally:
        blocked(owner.server, clock.now())
    sign_in(browser)
    assert browser.path == "/", "waiting is enough"
    browser.complaints()


def blocked(server: RunningServer, until: int) -> int:
    """Let those that are blocked be so until then; how many buckets that are."""
    database = Database(server.database_url)
    table = tables.throttles
    moved = update(table).where(table.c.failures >= 5).values(blocked_until=until)
    return database.write_now(lambda connection: connection.execute(moved).rowcount)


@pytest.mark.parametrize(
    ("target", "led"),
    [
        ("/projects/shop?cursor=a", "/projects/shop?cursor=a"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("evil", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(owner, target, led):
    answer = login(owner.server, OWNER, PASSWORD, target)
    assert (answer.status, answer.headers["location"]) == (303, led)


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
    for path in ("/static/htmx.min.js", "/static/style.css", "/static/page.js", "/static/logs.js"):
        assert visit(fresh, "GET", path).status == 200
    assert visit(fresh, "GET", "/static/../render.py").status == 404


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_many_who_set_up_at_once_one_does(edge, tmp_path, kind, new_database):
    url = new_database(kind)
    with running_server(edge, tmp_path / "new", url, AEROSTACK_SERVER_URL="https://aerostack.example.com") as server:
        page = visit(server, "GET", "/setup")
        cookie = page.headers["set-cookie"]
        # By https, no host beside ours can set it.
        assert cookie.startswith("__Host-aerostack_form=")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
        form = cookie.partition(";")[0].partition("=")[2]

        def ask(number):
            login = {"email": f"u{number}@example.com", "password": PASSWORD, "again": PASSWORD}
            fields = {"csrf": form, "name": f"Account {number}", **login}
            return visit(server, "POST", "/setup", fields, {"__Host-aerostack_form": form})

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(ask, range(6)))
        assert sorted(answer.status for answer in answers) == [303, 409, 409, 409, 409, 409]
        (won,) = (answer for answer in answers if answer.status == 303)
        session = won.headers["set-cookie"].partition(";")[0].partition("=")
        assert session[0] == "__Host-aerostack_session"
        for path in ("/", "/keys", "/members", "/audit", "/account"):
            assert visit(server, "GET", path, cookies={session[0]: session[2]}).status == 200
