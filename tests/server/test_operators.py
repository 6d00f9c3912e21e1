"""What an operator does with a server that runs."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def operate(aerostack, server):
    """Run a command of ``aerostack server`` with the settings of the server."""
    return lambda *argv: aerostack("server", *argv, env={"DATABASE_URL": server.database_url})


def session(answer):
    return answer.headers["set-cookie"].partition(";")[0]


def test_an_account_more_has_an_owner_who_can_sign_in(operate, server):
    made = operate("accounts", "create", "Ann & Co.", "--email", " Ann@Example.com", "--json").document
    password = made.pop("password")
    assert made == {"label": made["label"], "name": "Ann & Co.", "owners": ["ann@example.com"], "projects": 0}
    assert re.fullmatch(r"ann-co(-\d+)?", made["label"])
    assert made in operate("accounts", "list", "--json").document["accounts"]
    done = server.sign_in("ann@example.com", password)
    assert done.status == 303
    page = server.call("GET", "/account", headers={"Cookie": session(done)}).body.decode()
    assert "<dd>Ann &amp; Co.</dd>" in page and "<dd>owner</dd>" in page
    again = operate("accounts", "create", "Other", "--email", "ann@example.com")
    assert (again.status, again.stdout) == (1, "")
    assert again.stderr == "error: there is a user of that address\n"
    operate("password", "ann@example.com")


def test_a_new_password_ends_sessions_and_what_was_remembered_of_wrong_ones(operate, server):
    email = f"bob-{server.port}@example.com"
    old = operate("accounts", "create", "Bob", "--email", email, "--json").document["password"]
    before = {"Cookie": session(server.sign_in(email, old))}
    assert server.call("GET", "/account", headers=before).status == 200
    said = operate("password", email)
    assert said.stderr == f"{email} has a new password; the password is shown this once:\n"
    new = said.stdout.strip()
    assert server.call("GET", "/account", headers=before).status == 303
    assert server.sign_in(email, old).status == 401
    done = server.sign_in(email, new)
    assert done.status == 303
    page = server.call("GET", "/audit", headers={"Cookie": session(done)}).body.decode()
    assert "<strong>password.reset</strong>" in page and "the operator of the server" in page


def test_a_password_of_nobody_is_refused(operate):
    refused = operate("password", "nobody@example.com", "--json")
    assert (refused.status, refused.document["error"]["code"]) == (1, "user_not_found")
    assert refused.document["error"]["message"] == "nobody has the e-mail address nobody@example.com"


def test_a_database_that_is_not_there_is_not_made(aerostack, tmp_path):
    refused = aerostack("server", "accounts", "list", env={"AEROSTACK_SERVER_DATA": str(tmp_path / "wrong")})
    assert refused.status == 2
    assert refused.stderr.startswith(f"error: there is no database {tmp_path / 'wrong' / 'server.db'}\n")
    assert not (tmp_path / "wrong").exists()
