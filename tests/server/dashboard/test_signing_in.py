"""The first account, signing in and out."""

from __future__ import annotations

import pytest
from tests.server.dashboard.conftest import OWNER, PASSWORD, sign_in
from tests.server.servers import running_server

#: One browser and one server for all of them.
pytestmark = pytest.mark.xdist_group("dashboard")


def test_a_new_server_asks_for_its_first_account(chrome, edge, tmp_path):
    with running_server(edge, tmp_path / "new") as server:
        chrome.base = server.url
        chrome.forget()
        chrome.open("/projects")
        assert (chrome.path, chrome.heading) == ("/setup", "Set up Aerostack")
        chrome.photograph("setup")
        chrome.type("Name of the account", "Acme")
        chrome.type("Your e-mail address", OWNER)
        chrome.type("Password", PASSWORD)
        chrome.type("The same password again", "something else entirely")
        chrome.press("Create the account")
        assert chrome.refusal == "the two passwords are not the same"
        chrome.type("Password", PASSWORD)
        chrome.type("The same password again", PASSWORD)
        chrome.press("Create the account")
        assert (chrome.path, chrome.heading) == ("/", "Projects")
        chrome.open("/setup")
        assert chrome.path == "/"
        chrome.complaints()  # among them the refusal's 422


def test_in_and_out(browser, owner):
    browser.open("/projects")
    assert browser.path == "/sign-in?next=%2Fprojects"
    browser.photograph("sign-in")
    browser.open("/")
    assert browser.path == "/sign-in"
    sign_in(browser)
    assert (browser.path, browser.heading) == ("/", "Projects")
    session = browser.driver.get_cookie("aerostack_session")
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    browser.press("Sign out")
    assert browser.path == "/sign-in"
    assert browser.driver.get_cookie("aerostack_session") is None
    assert owner.server.call("GET", "/", headers={"Cookie": f"aerostack_session={session['value']}"}).status == 303
