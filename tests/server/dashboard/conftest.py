"""One browser for the session, and a server of its own with an account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select
from tests.server.dashboard.browser import Browser, chromium
from tests.server.servers import RunningServer, Tenant, running_server

from aerostack.testing import RunningEdge
from aerostack_server.database import Database, tables
from aerostack_server.identity import keys, passwords, sessions, users

OWNER, PASSWORD = "owner@example.com", "correct horse battery"


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def fresh(edge: RunningEdge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without any account."""
    with running_server(edge, tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest.fixture(scope="session")
def owner(fresh: RunningServer) -> Tenant:
    """The first account, with a password."""
    database = Database(fresh.database_url)
    hashed = passwords.hashed(PASSWORD)

    def work(connection: Connection) -> tuple[str, str]:
        account, _ = users.create_account(connection, name="Acme", address=OWNER, password_hash=hashed)
        return account, keys.new(connection, account=account, name="tests", scopes=keys.SCOPES).key

    account, key = database.write_now(work)
    database.engine.dispose()
    return Tenant(fresh, account, "acme", key)


@pytest.fixture
def browser(chrome: Browser, fresh: RunningServer) -> Iterator[Browser]:
    """Nobody is signed in. The console stays silent: no script or style was refused."""
    chrome.base = fresh.url
    chrome.open("/static/icon.svg")
    chrome.forget()
    chrome.complaints()
    yield chrome
    assert chrome.complaints() == []


@pytest.fixture
def signed_in(browser: Browser, owner: Tenant) -> Browser:
    """The owner, at the projects."""
    database = Database(owner.server.database_url)
    made = database.write_now(lambda connection: sessions.sign_in(connection, user_of(connection, owner)))
    database.engine.dispose()
    assert made is not None
    browser.driver.add_cookie({"name": sessions.COOKIE, "value": made.token, "path": "/", "httpOnly": True})
    browser.open("/")
    return browser


def user_of(connection: Connection, tenant: Tenant) -> str:
    """Its first member."""
    members = tables.memberships
    wanted = select(members.c.user_id).where(members.c.account_id == tenant.id).order_by(members.c.created_at)
    return str(connection.scalar(wanted))


def sign_in(browser: Browser, address: str = OWNER, password: str = PASSWORD) -> None:
    browser.open("/sign-in")
    browser.type("E-mail address", address)
    browser.type("Password", password)
    browser.press("Sign in")
