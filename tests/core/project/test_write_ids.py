"""Ids go to the environment they belong to, and nothing else in the file changes."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack import project
from aerostack.errors import ConfigError

UUID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
OTHER = "11111111-2222-3333-4444-555555555555"
HEX = "0123456789abcdef0123456789abcdef"

Raw = Callable[[str | bytes], Path]
HEAD = 'name = "demo" # the name\n'


def _write(path: Path, environment: str | None, ids: dict[str, str]) -> list[str]:
    return [str(place) for place in project.write_ids(project.load(path, environment), ids)]


#: What stands below the name, the environment, and what stands there afterwards.
EDITS: dict[str, tuple[str, str | None, str]] = {
    "a placeholder is replaced in place": (
        """
# databases
[[d1_databases]]  # one
  binding = "DB"
  database_id   = 'local-mock'   # local

[[env.staging.d1_databases]]
binding = "DB"
database_id = "YOUR_STAGING_D1_ID" # <- fill in
database_name = "api-db"
""",
        "staging",
        f"""
# databases
[[d1_databases]]  # one
  binding = "DB"
  database_id   = 'local-mock'   # local

[[env.staging.d1_databases]]
binding = "DB"
database_id = "{UUID}" # <- fill in
database_name = "api-db"
""",
    ),
    "the base keeps its indentation and quotes elsewhere": (
        """
[[d1_databases]]
\tbinding = 'DB'
\tdatabase_id   = 'local-mock'   # local
""",
        None,
        f"""
[[d1_databases]]
\tbinding = 'DB'
\tdatabase_id   = "{UUID}"   # local
""",
    ),
    "a missing key comes behind the binding, not behind the next comment": (
        """
[[d1_databases]]
  binding = "DB" # bound
  database_name = "db"

# variables
[vars]
A = 1
""",
        None,
        f"""
[[d1_databases]]
  binding = "DB" # bound
  database_id = "{UUID}"
  database_name = "db"

# variables
[vars]
A = 1
""",
    ),
    "a file without a last line break": (
        '[[d1_databases]]\nbinding = "DB"',
        None,
        f'[[d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"',
    ),
    "inline tables in a list": (
        """
d1_databases = [ # all
  { binding = "X", database_id = "1" }, # first
  {binding="DB"}, # second
]
""",
        None,
        f"""
d1_databases = [ # all
  {{ binding = "X", database_id = "1" }}, # first
  {{binding="DB", database_id = "{UUID}"}}, # second
]
""",
    ),
    "an inherited entry gets one in the environment": (
        """
[[d1_databases]]
binding = "DB"
database_id = "local-mock"

[env.staging]
name = "s" # short

# production below
[env.production]
""",
        "staging",
        f"""
[[d1_databases]]
binding = "DB"
database_id = "local-mock"

[env.staging]
name = "s" # short

[[env.staging.d1_databases]]
binding = "DB"
database_id = "{UUID}"

# production below
[env.production]
""",
    ),
    "at the end of the file": (
        '[[d1_databases]]\nbinding = "DB"\n[environments."my env"]\nminify = true\n',
        "my env",
        '[[d1_databases]]\nbinding = "DB"\n[environments."my env"]\nminify = true\n\n'
        f'[[environments."my env".d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"\n',
    ),
    "at the end of a file without a last line break": (
        '[[d1_databases]]\nbinding = "DB"\n[env.staging]',
        "staging",
        '[[d1_databases]]\nbinding = "DB"\n[env.staging]\n\n'
        f'[[env.staging.d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"\n',
    ),
    "behind the environment's other entries": (
        """
[[d1_databases]]
binding = "DB"
  [[env.staging.d1_databases]]
  binding = "X"
  database_id = "1" # x
[vars]
""",
        "staging",
        f"""
[[d1_databases]]
binding = "DB"
  [[env.staging.d1_databases]]
  binding = "X"
  database_id = "1" # x

  [[env.staging.d1_databases]]
  binding = "DB"
  database_id = "{UUID}"
[vars]
""",
    ),
    "into the environment's inline list": (
        """
[[d1_databases]]
binding = "DB"
[env.staging]
d1_databases = [
  { binding = "X", database_id = "1" }, # x
]
""",
        "staging",
        f"""
[[d1_databases]]
binding = "DB"
[env.staging]
d1_databases = [
  {{ binding = "X", database_id = "1" }}, {{ binding = "DB", database_id = "{UUID}" }}, # x
]
""",
    ),
    "into the environment's empty list": (
        '[[d1_databases]]\nbinding = "DB"\n[env.staging]\nd1_databases = [] # none\n',
        "staging",
        '[[d1_databases]]\nbinding = "DB"\n[env.staging]\n'
        f'd1_databases = [{{ binding = "DB", database_id = "{UUID}" }}] # none\n',
    ),
    "into an inline environment": (
        '[[d1_databases]]\nbinding = "DB"\n[env]\nstaging = { minify = true } # s\nlive = {}\n',
        "staging",
        '[[d1_databases]]\nbinding = "DB"\n[env]\n'
        f'staging = {{ minify = true, d1_databases = [{{ binding = "DB", database_id = "{UUID}" }}] }} # s\n'
        "live = {}\n",
    ),
    "into an empty inline environment": (
        '[[d1_databases]]\nbinding = "DB"\n[env]\nstaging = {}\n',
        "staging",
        '[[d1_databases]]\nbinding = "DB"\n[env]\n'
        f'staging = {{d1_databases = [{{ binding = "DB", database_id = "{UUID}" }}]}}\n',
    ),
    "an environment of dotted keys": (
        'env.staging.minify = true\n[[d1_databases]]\nbinding = "DB"\n',
        "staging",
        'env.staging.minify = true\n[[d1_databases]]\nbinding = "DB"\n\n'
        f'[[env.staging.d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"\n',
    ),
    "a shared entry is written where it stands": (
        '[[d1_databases]]\nbinding = "DB"\nshared = true\ndatabase_id = "local-mock"\n[env.staging]\n',
        "staging",
        f'[[d1_databases]]\nbinding = "DB"\nshared = true\ndatabase_id = "{UUID}"\n[env.staging]\n',
    ),
    "a shared entry with settings of the environment": (
        '[[d1_databases]]\nbinding = "DB"\nshared = true\n'
        '[[env.staging.d1_databases]]\nbinding = "DB"\nmigrations_dir = "m"\n',
        "staging",
        f'[[d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"\nshared = true\n'
        '[[env.staging.d1_databases]]\nbinding = "DB"\nmigrations_dir = "m"\n',
    ),
}


@pytest.mark.parametrize(("before", "environment", "after"), EDITS.values(), ids=EDITS.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_only_the_id_changes(raw: Raw, before: str, environment: str | None, after: str, newline: str) -> None:
    path = raw((HEAD + before).replace("\n", newline))
    (place,) = _write(path, environment, {"d1/DB": UUID})
    assert path.read_bytes().decode() == (HEAD + after).replace("\n", newline)
    (resource,) = [item for item in project.load(path, environment).resources if item.key == "d1/DB"]
    assert (resource.id, str(resource.where)) == (UUID, place)


def test_several_ids_are_written_at_once_and_names_are_passed_over(raw: Raw) -> None:
    body = (
        HEAD
        + '[[d1_databases]]\nbinding = "DB"\n[[kv_namespaces]]\nbinding = "KV"\n'
        + '[[r2_buckets]]\nbinding = "R"\n[env.s]\n'
    )
    path = raw(body)
    places = _write(path, "s", {"d1/DB": UUID, "kv/KV": HEX, "r2/R": "demo-s-r", "d1/GONE": OTHER})
    assert places == ["aerostack.toml:12:15", "aerostack.toml:16:6"]
    assert path.read_text() == body + (
        f'\n[[env.s.d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"\n'
        f'\n[[env.s.kv_namespaces]]\nbinding = "KV"\nid = "{HEX}"\n'
    )


def test_nothing_to_write_touches_nothing(raw: Raw) -> None:
    path = raw(f'{HEAD}[[d1_databases]]\nbinding = "DB"\ndatabase_id = "{UUID}"\n[[r2_buckets]]\nbinding = "R"\n')
    before = path.stat()
    assert _write(path, None, {"d1/DB": UUID.upper(), "r2/R": "x"}) == ["aerostack.toml:4:15"]
    assert _write(path, None, {}) == []
    assert path.stat().st_ino == before.st_ino


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(raw: Raw, folder: Path, tmp_path: Path) -> None:
    path = raw(HEAD + '[[d1_databases]]\nbinding = "DB"\n')
    target = tmp_path / "elsewhere.toml"
    path.rename(target)
    path.symlink_to(target)
    target.chmod(0o640)
    _write(path, None, {"d1/DB": UUID})
    assert path.is_symlink()
    assert UUID in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(entry.name for entry in folder.iterdir()) == ["aerostack.toml", "src"]


@pytest.mark.parametrize(("what", "reason"), [("file", "it is read-only"), ("folder", "its folder is read-only")])
def test_what_is_read_only_stays_as_it_is(raw: Raw, folder: Path, what: str, reason: str) -> None:
    path = raw(HEAD + '[[d1_databases]]\nbinding = "DB"\n')
    loaded = project.load(path, None)
    locked = path if what == "file" else folder
    mode = stat.S_IMODE(locked.stat().st_mode)
    locked.chmod(0o444 if what == "file" else 0o555)
    with pytest.raises(ConfigError) as caught:
        project.write_ids(loaded, {"d1/DB": UUID})
    locked.chmod(mode)
    error = caught.value
    assert error.message == f"cannot write aerostack.toml: {reason}"
    assert error.hint == f"make it writable and deploy again: chmod u+w {'aerostack.toml' if what == 'file' else '.'}"
    assert (error.code, str(error.where)) == ("config_readonly", "aerostack.toml")
    assert path.read_text() == HEAD + '[[d1_databases]]\nbinding = "DB"\n'
    assert sorted(entry.name for entry in folder.iterdir()) == ["aerostack.toml", "src"]


def test_an_id_that_somebody_else_wrote_meanwhile_is_not_overwritten(raw: Raw) -> None:
    loaded = project.load(raw(HEAD + '[[d1_databases]]\nbinding = "DB"\ndatabase_id = "x"\n'), None)
    changed = f'{HEAD}[[d1_databases]]\nbinding = "DB"\ndatabase_id = "{OTHER}"\n'
    path = raw(changed)
    with pytest.raises(ConfigError) as caught:
        project.write_ids(loaded, {"d1/DB": UUID})
    error = caught.value
    assert error.message == f"`d1_databases[0].database_id` holds another id by now: {OTHER}"
    assert error.hint == f"somebody else wrote it; keep one of the two (the other is {UUID}) and deploy again"
    assert (error.code, str(error.where)) == ("config_changed", "aerostack.toml:4:15")
    assert path.read_text() == changed


def test_other_edits_made_meanwhile_are_kept(raw: Raw) -> None:
    loaded = project.load(raw(HEAD + '[[d1_databases]]\nbinding = "DB"\n'), None)
    path = raw(HEAD + '# new\n[vars]\nA = 1\n[[d1_databases]]\nbinding = "NEW"\n[[d1_databases]]\nbinding = "DB"\n')
    project.write_ids(loaded, {"d1/DB": UUID})
    assert path.read_text() == (
        HEAD + '# new\n[vars]\nA = 1\n[[d1_databases]]\nbinding = "NEW"\n[[d1_databases]]\nbinding = "DB"\n'
        f'database_id = "{UUID}"\n'
    )


@pytest.mark.parametrize(
    ("now", "message", "hint"),
    [
        ("", "the D1 database bound as `DB` is no longer in aerostack.toml", f"its id is {UUID}"),
        ("d1_databases = 3", "`d1_databases` must be a list of tables, not a number", "write d1_databases = […]"),
        ("d1_databases = ", "not valid TOML: invalid value", "check this line, and the end of the one before it"),
    ],
)
def test_a_file_that_changed_too_much_is_left_alone(raw: Raw, now: str, message: str, hint: str) -> None:
    loaded = project.load(raw(HEAD + '[[d1_databases]]\nbinding = "DB"\n'), None)
    path = raw(HEAD + now + "\n")
    with pytest.raises(ConfigError) as caught:
        project.write_ids(loaded, {"d1/DB": UUID})
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert path.read_text() == HEAD + now + "\n"


def test_what_the_api_calls_an_id_is_checked_before_it_is_written(raw: Raw) -> None:
    path = raw(HEAD + '[[d1_databases]]\nbinding = "DB"\n')
    with pytest.raises(ConfigError) as caught:
        _write(path, None, {"d1/DB": 'x"\nname = "evil'})
    assert caught.value.message == r'"x\"\u000aname = \"evil" is not the id of a D1 database'
    assert "evil" not in path.read_text()
