"""Keys, members, the audit log, and letting a program in."""

from __future__ import annotations

import re
import threading

import pytest
from tests.conftest import AEROSTACK
from tests.plugins.hosted.terminal import at_terminal
from tests.server.dashboard.conftest import OWNER, PASSWORD, sign_in

#: One browser and one server for all of them.
pytestmark = pytest.mark.xdist_group("dashboard")


NEW_PASSWORD = "another horse battery"


def test_a_key_is_shown_once_and_revoked(signed_in, fresh):
    signed_in.open("/keys")
    signed_in.type("Name", "pipeline")
    signed_in.press("Create the key")
    key = signed_in.one("#key").text
    assert re.fullmatch(r"aero_acct_\w+", key)
    signed_in.photograph("keys")
    assert fresh.call("GET", "/api/v1/projects", key=key).status == 200
    assert fresh.call("GET", "/api/v1/keys", key=key).status == 403  # not ticked
    signed_in.open("/keys")
    assert key not in signed_in.driver.page_source
    button, question = "[aria-label='Revoke pipeline']", "Revoke pipeline? Whoever uses it is refused from now on."
    signed_in.one(button).click()
    signed_in.driver.switch_to.alert.dismiss()
    assert fresh.call("GET", "/api/v1/projects", key=key).status == 200
    signed_in.agree(button, question)
    assert "pipeline" not in signed_in.text
    assert fresh.call("GET", "/api/v1/projects", key=key).status == 401
    signed_in.open("/audit")
    signed_in.photograph("audit")
    assert "key.create pipeline" in signed_in.text
    assert "key.revoke pipeline" in signed_in.text
    assert key not in signed_in.driver.page_source


def test_a_member_does_what_their_role_says(signed_in, owner):
    signed_in.open("/members")
    signed_in.type("E-mail address", "viewer@example.com")
    signed_in.one("#role option[value=member]").click()
    signed_in.type("First password", PASSWORD)
    signed_in.press("Add")
    signed_in.photograph("members")
    assert "viewer@example.com" in signed_in.text
    role = "[aria-label='Role of viewer@example.com']"
    assert signed_in.one(f"{role} option:checked").text == "member"
    signed_in.one(f"{role} option:last-child").click()
    signed_in.press("Change")
    assert signed_in.one(f"{role} option:checked").text == "viewer"
    signed_in.press("Sign out")
    sign_in(signed_in, "viewer@example.com")
    assert "Keys" not in signed_in.one("header").text
    assert "New project" not in signed_in.text
    signed_in.open("/keys")
    assert signed_in.refusal == "the role viewer may not do this\nask an owner of the account"
    signed_in.photograph("refused")
    signed_in.open("/account")
    signed_in.photograph("account")
    signed_in.type("Present password", "not this one at all")
    signed_in.type("New password", NEW_PASSWORD)
    signed_in.type("The new password again", NEW_PASSWORD)
    signed_in.press("Change it")
    assert signed_in.refusal == "the present password is wrong"
    signed_in.type("Present password", PASSWORD)
    signed_in.type("New password", NEW_PASSWORD)
    signed_in.type("The new password again", NEW_PASSWORD)
    signed_in.press("Change it")
    assert "The password is changed." in signed_in.text
    signed_in.press("Sign out")
    sign_in(signed_in, "viewer@example.com", NEW_PASSWORD)
    assert signed_in.heading == "Projects"
    # Nobody gets by a program what they may not do themselves.
    begun = owner.server.call("POST", "/api/v1/device/code", {"client_name": "sly"}).document
    signed_in.open(begun["verification_uri_complete"].removeprefix(signed_in.base))
    signed_in.press("Approve")
    key = owner.server.call("POST", "/api/v1/device/token", {"device_code": begun["device_code"]}).document["key"]
    assert owner.server.call("GET", "/api/v1/me", key=key).document["key"]["scopes"] == ["read"]
    assert [message.rpartition("status of ")[2][:3] for message in signed_in.complaints()] == ["403", "422"]


@pytest.mark.parametrize("decision", ["Approve", "Deny"])
def test_a_program_is_let_in_by_a_click(signed_in, fresh, environment, tmp_path, decision):
    """The real command line waits at a terminal, and opens the page in a browser: this one."""
    opener, wanted, sessions = tmp_path / "open", tmp_path / "address", []
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {wanted}.new && mv {wanted}.new {wanted}\n')
    opener.chmod(0o755)
    env = environment | {"AEROSTACK_API_URL": fresh.url, "BROWSER": f"{opener} %s", "DISPLAY": ":0"}
    program = threading.Thread(
        target=lambda: sessions.append(at_terminal([AEROSTACK, "login"], [], cwd=tmp_path, env=env)), daemon=True
    )
    program.start()
    signed_in.until(wanted.exists)
    address = wanted.read_text()
    code = address.rpartition("=")[2]
    signed_in.open(address.removeprefix(fresh.url))
    assert code in signed_in.text
    if decision == "Approve":
        signed_in.photograph("device")
    signed_in.press(decision)
    program.join(30)
    (session,) = sessions
    assert f"code: {code}" in session.screen
    if decision == "Approve":
        assert session.status == 0, session.screen
        assert f"as {OWNER} in the account Acme" in session.screen
        assert "The program is logged in." in signed_in.text
    else:
        assert session.status == 1
        assert "error: the login was refused in the browser" in session.screen
    signed_in.open("/device")
    signed_in.photograph("device-code")
    signed_in.type("The code that the program shows", code.lower())
    signed_in.press("Continue")
    assert signed_in.refusal.startswith("no program waits with this code")
    assert "404" in " ".join(signed_in.complaints())
