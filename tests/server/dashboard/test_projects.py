"""Projects, what is live in them, and what was."""

from __future__ import annotations

import pytest
from tests.server.servers import fetch

#: One browser and one server for all of them.
pytestmark = pytest.mark.xdist_group("dashboard")


WORKER = "export default {{ fetch() {{ return new Response('{}') }} }}"


@pytest.fixture(scope="module")
def shop(owner):
    """Two deployments of a project."""
    project = owner.project("Shop")
    kinds = [{"kind": "kv", "binding": "CACHE", "name": "cache"}, {"kind": "d1", "binding": "DB", "name": "db"}]
    assert project.call("PUT", "/resources", {"resources": kinds}).status == 200
    project.live(WORKER.format("first"), message="The <b>first</b> one", commit="abcdef1234567890")
    project.live(WORKER.format("second"), bindings=[{"type": "plain_text", "name": "GREETING", "text": "hello"}])
    return project


def test_a_project_is_made_and_says_how_to_deploy_to_it(signed_in):
    signed_in.type("Name", "Brand New")
    signed_in.press("Create the project")
    assert (signed_in.path, signed_in.heading) == ("/projects/brand-new", "Brand New")
    assert "aerostack link prj_" in signed_in.text
    signed_in.photograph("project-new")
    signed_in.open("/")
    signed_in.type("Name", "brand new")
    signed_in.press("Create the project")
    assert signed_in.refusal.startswith("there is a project brand-new already")
    assert "409" in " ".join(signed_in.complaints())


def test_what_is_live_is_seen_and_opened(signed_in, shop):
    signed_in.open("/")
    signed_in.photograph("projects")
    card = signed_in.one("article[aria-labelledby=project-shop]").text
    assert "● live" in card
    assert "#2 by tests, just now" in card
    address = signed_in.one("#url-shop-staging").get_attribute("href")
    assert fetch(address) == (200, "second")


def test_a_deploy_appears_by_itself(signed_in, shop):
    signed_in.open("/")
    shop.live(WORKER.format("third"))
    signed_in.until(lambda: "#3 by tests" in signed_in.one("article[aria-labelledby=project-shop]").text)


def test_the_history_says_who_when_and_what(signed_in, shop):
    signed_in.open("/projects/shop")
    signed_in.photograph("project")
    signed_in.follow("staging")
    signed_in.photograph("environment")
    # What a deployer writes is text, whatever it looks like.
    assert "The <b>first</b> one abcdef123456" in signed_in.text
    assert "tests (key)" in signed_in.text
    signed_in.follow("#1")
    assert "Deployment #1 ○ replaced" in signed_in.text
    assert signed_in.one("pre").text != "nothing yet"
    signed_in.photograph("deployment")


def test_a_click_rolls_back(signed_in, owner):
    project = owner.project("Undone")
    project.live(WORKER.format("good"))
    project.live(WORKER.format("bad"))
    signed_in.open("/projects/undone/environments/staging")
    address = signed_in.one("#live-url").get_attribute("href")
    signed_in.press("Roll back")
    assert signed_in.path == "/projects/undone/environments/staging"
    assert "Rollback to 1 owner@example.com just now" in signed_in.one("tbody tr").text.replace("\n", " ")
    assert fetch(address) == (200, "good")
    assert len(project.call("GET", "/deployments").document["items"]) == 3
    # A key of the form was used up; the page that is shown now has another.
    signed_in.press("Roll back")
    assert fetch(address) == (200, "bad")


def test_a_failed_deploy_shows_why_and_replaces_nothing(signed_in, shop):
    assert shop.deploy("throw new Error('cannot start')").status == 422
    signed_in.open("/projects/shop/environments/staging")
    first = signed_in.one("tbody tr").text
    assert "✕ failed" in first
    signed_in.follow(signed_in.one("tbody tr a").text)
    assert "cannot start" in signed_in.text
    signed_in.photograph("deployment-failed")
    signed_in.open("/")
    assert "✕ failed" in signed_in.one("article[aria-labelledby=project-shop]").text
    assert fetch(signed_in.one("#url-shop-staging").get_attribute("href"))[0] == 200


def test_settings_and_deletion_ask_for_the_name(signed_in, owner):
    owner.project("Doomed")
    signed_in.open("/projects/doomed")
    signed_in.type("Name", "Spared")
    signed_in.press("Save")
    assert signed_in.heading == "Spared"
    signed_in.one("summary").click()
    signed_in.type("Type doomed", "spared")
    signed_in.press("Delete the project")
    assert signed_in.refusal.startswith("what was typed is not doomed")
    assert "422" in " ".join(signed_in.complaints())
    signed_in.open("/projects/doomed")
    signed_in.one("summary").click()
    signed_in.type("Type doomed", "doomed")
    signed_in.press("Delete the project")
    assert signed_in.path == "/"
    assert owner.call("GET", "/projects/doomed").status == 404
