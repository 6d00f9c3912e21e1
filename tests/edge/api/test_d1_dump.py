"""Whole databases as SQL text: in by an address for the upload, out by one for the download."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest
from tests.edge.api.conftest import Api

SQL = """
CREATE TABLE t (a TEXT, b BLOB);
INSERT INTO t VALUES ('x; y''s
', X'00ff');
INSERT INTO t VALUES ('é', NULL);
"""


@pytest.fixture
def database(api: Api, name: str) -> str:
    return str(api("POST", "/d1/database", json={"name": name}).result["uuid"])


def upload(api: Api, database: str, content: bytes, etag: str = "") -> tuple[str, str]:
    etag = etag or hashlib.md5(content).hexdigest()
    begun = api("POST", f"/d1/database/{database}/import", json={"action": "init", "etag": etag}).result
    sent = httpx.put(begun["upload_url"], content=content, trust_env=False)
    assert (sent.status_code, sent.headers["etag"]) == (200, f'"{hashlib.md5(content).hexdigest()}"')
    return begun["filename"], etag


def ingest(api: Api, database: str, filename: str, etag: str) -> Any:
    body = {"action": "ingest", "filename": filename, "etag": etag}
    return api("POST", f"/d1/database/{database}/import", json=body)


def export(api: Api, database: str, **options: Any) -> str:
    body = {"output_format": "polling", "dump_options": options}
    got = api("POST", f"/d1/database/{database}/export", json=body).result
    assert got["status"] == "complete"
    return httpx.get(got["result"]["signed_url"], trust_env=False).raise_for_status().text


def test_what_was_exported_imports_as_the_same(api: Api, name: str, database: str) -> None:
    done = ingest(api, database, *upload(api, database, SQL.encode())).result
    assert (done["status"], done["result"]["num_queries"]) == ("complete", 3)
    assert done["result"]["meta"]["changes"] == 2
    text = export(api, database)
    copy = api("POST", "/d1/database", json={"name": f"{name}-copy"}).result["uuid"]
    ingest(api, copy, *upload(api, copy, text.encode()))
    assert export(api, copy) == text
    assert "CREATE TABLE" not in export(api, copy, no_schema=True)
    assert "INSERT" not in export(api, copy, no_data=True)
    assert "CREATE TABLE" not in export(api, copy, tables=["other"])


def test_an_import_that_fails_changes_nothing(api: Api, database: str) -> None:
    failed = ingest(api, database, *upload(api, database, b"CREATE TABLE t (a);\nINSERT INTO nowhere VALUES (1);"))
    assert failed.refused == (400, 7500, "no such table: nowhere: SQLITE_ERROR")
    assert api("GET", f"/d1/database/{database}").result["num_tables"] == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"-- nothing\n", (400, 7500, "No SQL statements detected.")),
        (b"SELECT '\xff';", (400, 7400, "The request is malformed: the file is not UTF-8 text")),
    ],
)
def test_files_that_are_no_sql_are_refused(
    api: Api, database: str, content: bytes, reason: tuple[int, int, str]
) -> None:
    assert ingest(api, database, *upload(api, database, content)).refused == reason


def test_a_file_other_than_the_one_announced_is_refused(api: Api, database: str) -> None:
    refused = ingest(api, database, *upload(api, database, b"SELECT 1;", etag="0" * 32)).refused
    assert refused == (400, 7400, "The request is malformed: the uploaded file is not the one that etag names")


def test_an_upload_serves_its_database_once(api: Api, name: str, database: str) -> None:
    filename, etag = upload(api, database, b"SELECT 1;")
    other = api("POST", "/d1/database", json={"name": f"{name}-2"}).result["uuid"]
    unknown = (400, 7400, "The request is malformed: no file of that name was uploaded for this database")
    assert ingest(api, other, filename, etag).refused == unknown
    assert ingest(api, database, filename, etag).status == 200
    assert ingest(api, database, filename, etag).refused == unknown


def test_addresses_of_files_cannot_be_guessed_and_are_not_logged(api: Api, database: str) -> None:
    filename, _ = upload(api, database, b"SELECT 1;")
    assert api.at("GET", f"{api.root}/_transfer/{filename}").refused[:2] == (404, 19001)
    assert api.at("PUT", f"{api.root}/_transfer/guess", content=b"").refused[:2] == (404, 19001)
    assert filename not in str(api.at("GET", f"{api.root}/_edge/requests").result)


def test_bookmarks_are_given_and_restoring_is_refused(api: Api, database: str) -> None:
    mark = api("GET", f"/d1/database/{database}/time_travel/bookmark").result["bookmark"]
    assert [len(part) for part in mark.split("-")] == [8, 8, 8, 32]
    refused = api("POST", f"/d1/database/{database}/time_travel/restore?bookmark={mark}").refused
    assert refused == (400, 19000, "Restoring a database to an earlier time is not supported by this edge")
