"""Which files are migrations, in what order, and of which database."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerostack import project as projects
from aerostack.errors import AerostackError, ConfigError, UsageError
from aerostack.project.migrations import Migrations, migrations

ONE = '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "shop"\n'


def found(folder: Path, text: str, *files: str, wanted: str | None = None) -> Migrations:
    (folder / "aerostack.toml").write_text(f'name = "w"\nmain = "none.js"\ncompatibility_date = "2026-01-01"\n{text}')
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("SELECT 1;")
    return migrations(projects.load(folder / "aerostack.toml", None, code=False), wanted)


def test_files_come_by_number_then_by_name(tmp_path: Path) -> None:
    names = ("10_b.sql", "9_z.sql", "0010_a.sql", "readme.sql", "2.txt", ".hidden.sql", "deep/1.sql")
    made = found(tmp_path, ONE, *(f"migrations/{name}" for name in names))
    assert made.files == ("9_z.sql", "0010_a.sql", "10_b.sql", "readme.sql")
    assert (made.table, made.database.binding) == ("d1_migrations", "DB")
    assert made.path("9_z.sql") == tmp_path / "migrations" / "9_z.sql"


def test_a_pattern_and_a_table_of_their_own(tmp_path: Path) -> None:
    own = 'migrations_dir = "./db/"\nmigrations_pattern = "db/*/migration.sql"\nmigrations_table = "history"\n'
    made = found(tmp_path, ONE + own, "db/2_b/migration.sql", "db/1_a/migration.sql", "db/1_a/x.sql", "db/3.sql")
    assert made.files == ("1_a/migration.sql", "2_b/migration.sql")
    assert made.table == "history"
    anywhere = 'migrations_dir = "db"\nmigrations_pattern = "db/**/*.sql"\n'
    assert found(tmp_path, ONE + anywhere).files == ("1_a/migration.sql", "1_a/x.sql", "2_b/migration.sql", "3.sql")


def test_a_link_is_no_migration(tmp_path: Path) -> None:
    secret = tmp_path / "secret.sql"
    secret.write_text("x")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").symlink_to(secret)
    (tmp_path / "migrations" / "more").symlink_to(tmp_path)
    text = ONE + 'migrations_dir = "migrations"\nmigrations_pattern = "migrations/**/*.sql"\n'
    assert found(tmp_path, text, "migrations/2.sql").files == ("2.sql",)


TWO = ONE + '[[d1_databases]]\nbinding = "LOGS"\ndatabase_name = "logs"\n'


@pytest.mark.parametrize("wanted", ["LOGS", "logs"])
def test_one_of_several_databases_is_named(tmp_path: Path, wanted: str) -> None:
    assert found(tmp_path, TWO, "migrations/1.sql", wanted=wanted).database.binding == "LOGS"


@pytest.mark.parametrize(
    ("text", "wanted", "kind", "message", "hint"),
    [
        (TWO, None, UsageError, "the project has several D1 databases: DB, LOGS", "name one: DB"),
        (TWO, "LOG", UsageError, "no D1 database of the project is bound as LOG", "did you mean LOGS?"),
        ("", None, ConfigError, "the project has no D1 database, so there is nothing to migrate", "bind one: "),
        (ONE, None, ConfigError, "there is no folder migrations with the migrations of DB", "write them to migr"),
        (
            ONE + 'migrations_pattern = "sql/*.sql"\n',
            None,
            ConfigError,
            "`migrations_pattern` must begin with migrations_dir, and that is migrations/",
            'for example: migrations_dir = "migrations" and migrations_pattern = "migrations/*.sql"',
        ),
        (
            ONE + 'migrations_dir = "sql"\nmigrations_pattern = "sql/{a,b}.sql"\n',
            None,
            ConfigError,
            "aerostack does not understand `sql/{a,b}.sql` as a pattern",
            "use *, **, ? and [abc] only",
        ),
    ],
    ids=["several", "unknown", "none", "no folder", "elsewhere", "strange"],
)
def test_a_mistake_is_named(
    tmp_path: Path, text: str, wanted: str | None, kind: type[AerostackError], message: str, hint: str
) -> None:
    with pytest.raises(kind) as caught:
        found(tmp_path, text, wanted=wanted)
    assert caught.value.message == message
    assert (caught.value.hint or "").startswith(hint)


def test_what_is_no_text_cannot_be_read(tmp_path: Path) -> None:
    made = found(tmp_path, ONE, "migrations/1.sql")
    (tmp_path / "migrations" / "1.sql").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"^the migration 1.sql cannot be read: it is not UTF-8 text$") as caught:
        made.read("1.sql")
    assert str(caught.value.where) == "1.sql"
