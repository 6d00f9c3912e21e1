"""Labels of accounts, which are a part of every address."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerostack_server.database import Database, migrate
from aerostack_server.identity import users
from aerostack_server.problems import Problem


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'server.db'}")
    migrate(made)
    return made


def create(database: Database, name: str, address: str) -> str:
    def work(connection):
        users.create_account(connection, name=name, address=address, password_hash="none")
        return connection.exec_driver_sql("SELECT slug FROM accounts ORDER BY rowid DESC").scalar()

    return database.write_now(work)


def test_every_account_has_a_label_of_its_own_and_none_is_the_edges(database: Database) -> None:
    assert create(database, "Ann & Co.", "a@example.com") == "ann-co"
    assert create(database, "ann co", "b@example.com") == "ann-co-2"
    assert create(database, "edge", "c@example.com") == "edge-2"
    assert create(database, "…", "d@example.com") == "account"


def test_an_address_belongs_to_one_user(database: Database) -> None:
    create(database, "one", "Me@Example.com ")
    with pytest.raises(Problem) as refused:
        create(database, "two", "me@example.com")
    assert refused.value.code == "email_taken"
    with pytest.raises(Problem):
        create(database, "three", "no address")
