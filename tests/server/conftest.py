"""Servers for tests, on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from tests.server.postgres import create_database, running_postgres
from tests.server.servers import RunningServer, Tenant, running_server

from aerostack.testing import RunningEdge


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL for the session: the beginning of its URLs."""
    with running_postgres() as template:
        yield template


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes an empty database, ``sqlite`` or ``postgresql``: its URL."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database') / 'server.db'}"
        return create_database(request.getfixturevalue("postgres"), f"d{uuid.uuid4().hex[:8]}")

    return make


@pytest.fixture(scope="session")
def sqlite_server(edge: RunningEdge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One on SQLite."""
    with running_server(edge, tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_server(
    edge: RunningEdge, tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[str], str]
) -> Iterator[RunningServer]:
    """One on PostgreSQL."""
    with running_server(edge, tmp_path_factory.mktemp("server"), new_database("postgresql")) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> RunningServer:
    """The same test on either."""
    found: RunningServer = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
def tenant(server: RunningServer) -> Tenant:
    """A new account."""
    return server.tenant()
