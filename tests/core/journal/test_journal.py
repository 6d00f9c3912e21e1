import json
import stat
from pathlib import Path

import pytest

from aerostack.errors import JournalError
from aerostack.journal import FileJournals
from aerostack.model import Created, Resource


@pytest.fixture
def journals(tmp_path: Path) -> FileJournals:
    return FileJournals(tmp_path, "cfapi", "staging")


def test_what_is_recorded_is_known_to_the_next_run(journals: FileJournals) -> None:
    journals.at("acc").record("d1/DB", "id-1")
    assert journals.at("acc").known("d1/DB") == "id-1"
    assert journals.at("other").known("d1/DB") is None


def test_an_intent_survives_until_the_record_closes_it(journals: FileJournals) -> None:
    journals.at("acc").intend("d1/DB", "demo-db")
    assert journals.at("acc").intended("d1/DB", "demo-db")
    assert not journals.at("acc").intended("d1/DB", "other-db")
    journals.at("acc").record("d1/DB", "id-1")
    assert not journals.at("acc").intended("d1/DB", "demo-db")


def test_forgetting_drops_record_and_intent(journals: FileJournals) -> None:
    journal = journals.at("acc")
    journal.record("d1/DB", "id-1")
    journal.intend("kv/C", "c")
    journal.forget("d1/DB")
    journal.forget("kv/C")
    assert journals.at("acc").known("d1/DB") is None
    assert not journals.at("acc").intended("kv/C", "c")


def test_what_was_made_from_here_stays_known_when_nothing_refers_to_it_any_more(journals: FileJournals) -> None:
    bucket = Resource(kind="r2", binding="FILES", name="files", options={"jurisdiction": "eu"})
    journals.at("acc").create(bucket)
    announced = Created(kind="r2", name="files", jurisdiction="eu")
    assert journals.at("acc").owned() == (announced,)
    assert journals.at("acc").intended("r2/FILES", "files")
    journals.at("acc").created(bucket, "files")
    journals.at("acc").record("r2/FILES", "other-files")
    made = Created(kind="r2", name="files", id="files", jurisdiction="eu")
    assert journals.at("acc").owned() == (made,)
    journals.at("acc").disown(made)
    assert journals.at("acc").owned() == ()


def test_an_announcement_outlives_the_one_after_it(journals: FileJournals) -> None:
    journals.at("acc").create(Resource(kind="d1", binding="DB", name="one"))
    journals.at("acc").create(Resource(kind="d1", binding="DB", name="two"))
    journals.at("acc").created(Resource(kind="d1", binding="DB", name="two"), "id-2")
    assert journals.at("acc").owned() == (Created(kind="d1", name="one"), Created(kind="d1", name="two", id="id-2"))


def test_the_file_is_private_and_its_folder_ignored_by_git(journals: FileJournals, tmp_path: Path) -> None:
    journals.at("acc").record("d1/DB", "id-1")
    file = tmp_path / ".aerostack/journal/cfapi/acc/staging.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (tmp_path / ".aerostack/.gitignore").read_text() == "*\n"


def test_names_from_outside_never_leave_the_folder_nor_share_a_file(tmp_path: Path) -> None:
    for target in ("../../x", "..", "a/b", "a%2fb"):
        FileJournals(tmp_path, "cfapi", "../e").at(target).record("k", target)
    files = list(tmp_path.rglob("*.json"))
    assert len(files) == 4
    assert all(path.parent.parent == tmp_path / ".aerostack/journal/cfapi" for path in files)


def test_a_damaged_journal_is_an_error_with_the_way_out(journals: FileJournals) -> None:
    journal = journals.at("acc")
    journal.record("d1/DB", "id-1")
    journal.path.write_text("{")
    with pytest.raises(JournalError, match="cannot be read") as raised:
        journals.at("acc")
    assert raised.value.hint == "it is only a cache: if it is damaged, delete it and deploy again"


def test_a_journal_of_another_version_is_refused(journals: FileJournals) -> None:
    journal = journals.at("acc")
    journal.record("d1/DB", "id-1")
    journal.path.write_text(json.dumps({"version": 99}))
    with pytest.raises(JournalError, match="written by another version of aerostack"):
        journals.at("acc")


def test_a_journal_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".aerostack").write_text("in the way")
    with pytest.raises(JournalError) as raised:
        FileJournals(tmp_path, "cfapi", None).at("acc").record("k", "v")
    assert "the journal" in raised.value.message
    assert [path.name for path in tmp_path.iterdir()] == [".aerostack"]
