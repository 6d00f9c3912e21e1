"""What was uploaded: on disk by default, in a bucket by setting."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server.seaweed import running_seaweed
from tests.server.servers import fetch, running_server
from tests.server.static_files import deploy, send

from aerostack.errors import ConfigError
from aerostack_server.deploys.artifacts import Disk, MissingArtifactError, artifacts

SAYS = "export default {{ fetch() {{ return new Response('{}'); }} }};"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with running_seaweed(tmp_path_factory.mktemp("seaweed")) as variables:
        yield variables


@pytest.fixture(params=["disk", "s3"])
def store(request, tmp_path, monkeypatch):
    if request.param == "disk":
        return artifacts(None, tmp_path, {})
    for name, value in request.getfixturevalue("bucket").items():
        monkeypatch.setenv(name, value)
    return artifacts("s3://artifacts/a/b", tmp_path, os.environ)


def test_what_is_put_comes_back_by_its_hash(store):
    for content in (b"", b"one", os.urandom(3 * 1024 * 1024)):
        digest = store.put(content)
        assert digest == hashlib.sha256(content).hexdigest()
        assert store.put(content) == digest
        assert store.get(digest) == content


def test_what_is_lost_says_what_to_do(store):
    with pytest.raises(MissingArtifactError) as lost:
        store.get("a" * 64)
    assert str(lost.value) == "something of this deployment is lost (aaaaaaaaaaaa)"
    assert lost.value.hint == "deploy from the source"


def test_what_is_kept_is_listed_and_removed_when_it_is_old(store):
    kept, gone = store.put(os.urandom(10)), store.put(os.urandom(1000))
    assert {kept, gone} <= set(store.digests())
    assert store.remove_old(gone, 3600) is None
    assert store.remove_old(gone, 0) == 1000
    assert store.remove_old(gone, 0) is None
    with pytest.raises(MissingArtifactError):
        store.get(gone)
    digests = set(store.digests())
    assert kept in digests and gone not in digests


def test_what_somebody_else_has_put_beside_it_is_not_looked_at(tmp_path, bucket, monkeypatch):
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    in_bucket, on_disk = artifacts("s3://artifacts/shared", tmp_path, os.environ), Disk(tmp_path)
    (tmp_path / "00" / "note.txt").write_text("of somebody else")
    for path in ("notes.txt", f"of/somebody/else/{'a' * 64}"):
        in_bucket._store.put(path, b"of somebody else")
    for store in (in_bucket, on_disk):
        digest = store.put(b"ours")
        assert list(store.digests()) == [digest]


def test_what_is_put_again_is_new(tmp_path):
    store = Disk(tmp_path)
    digest = store.put(b"again")
    os.utime(tmp_path / digest[:2] / digest, (0, 0))
    store.put(b"again")
    assert store.remove_old(digest, 3600) is None
    os.utime(tmp_path / digest[:2] / digest, (0, 0))
    assert store.remove_old(digest, 3600) == 5


def test_what_is_put_again_at_the_moment_of_its_removal_stays(tmp_path, monkeypatch):
    store = Disk(tmp_path)
    digest = store.put(b"again")
    os.utime(tmp_path / digest[:2] / digest, (0, 0))
    rename = Path.rename

    def slowly(self: Path, target: Path) -> Path:
        if self.name == digest:
            assert store.put(b"again") == digest
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", slowly)
    assert store.remove_old(digest, 3600) is None
    assert store.get(digest) == b"again"


def test_what_was_damaged_is_not_deployed(tmp_path):
    store = Disk(tmp_path)
    digest = store.put(b"right")
    (tmp_path / digest[:2] / digest).write_bytes(b"wrong")
    with pytest.raises(MissingArtifactError):
        store.get(digest)


def test_what_a_crash_left_behind_is_swept_away_later(tmp_path):
    Disk(tmp_path).put(b"whole")
    old, young = tmp_path / "new" / "old", tmp_path / "new" / "young"
    for draft in (old, young):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    Disk(tmp_path)
    # The young one may be another process's, which is just at it.
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["young"]


def test_what_cannot_be_kept_leaves_nothing_behind(tmp_path):
    store = Disk(tmp_path)
    (tmp_path / hashlib.sha256(b"whole").hexdigest()[:2]).rmdir()
    with pytest.raises(FileNotFoundError):
        store.put(b"whole")
    assert not list((tmp_path / "new").iterdir())


def test_a_bucket_that_cannot_be_used_is_named_at_the_start(bucket, tmp_path, monkeypatch):
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(ConfigError) as refused:
        artifacts("s3://artifacts", tmp_path, os.environ)
    assert refused.value.message.startswith("the bucket s3://artifacts cannot be read (")
    assert "wrong" not in str(refused.value)
    with pytest.raises(ConfigError) as refused:
        artifacts("https://artifacts", tmp_path, {})
    assert (refused.value.key, refused.value.hint) == (
        "AEROSTACK_SERVER_ARTIFACTS",
        "write it like s3://bucket/folder",
    )


def test_a_server_keeps_its_code_in_a_bucket(edge, bucket, tmp_path):
    variables = {**bucket, "AEROSTACK_SERVER_ARTIFACTS": "s3://code/here"}
    with running_server(edge, tmp_path / "data", **variables) as server:
        project = server.tenant().project()
        first = project.live(SAYS.format("one"))
        project.live(SAYS.format("two"))
        site = project.tenant.project("site")
        files = {"/index.html": b"hello", "/large.bin": os.urandom(1024 * 1024)}
        assert send(site, files).status == 204
        assert fetch(deploy(site, files).document["url"]) == (200, "hello")
        assert not (tmp_path / "data" / "artifacts").exists()
        back = project.call("POST", "/deployments/1/rollback", headers={"Idempotency-Key": "rollback"})
        assert back.document["status"] == "live"
        assert fetch(first["url"]) == (200, "one")


def test_a_rollback_to_code_that_is_lost_leaves_the_live_one(edge, tmp_path):
    with running_server(edge, tmp_path) as server:
        project = server.tenant().project()
        project.live(SAYS.format("one"))
        live = project.live(SAYS.format("two"))
        shutil.rmtree(tmp_path / "artifacts")
        refused = project.call("POST", "/deployments/1/rollback", headers={"Idempotency-Key": "rollback"})
        assert (refused.status, refused.code) == (422, "content_lost")
        assert fetch(live["url"]) == (200, "two")


def test_without_the_client_of_s3_its_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['obstore'] = None\n"
        "from pathlib import Path\n"
        "from aerostack_server.deploys.artifacts import artifacts\n"
        "try:\n    artifacts('s3://b', Path('.'), {})\n"
        "except Exception as error:\n    print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "pip install 'aerostack[s3]'\n"
