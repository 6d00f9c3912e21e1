"""A full disk: what needs room is refused with a reason, what does not goes on, and with room all is well again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.edge.faults.account import KINDS, Account, Refused, opened

from aerostack.testing import running_edge

FULL = "507 The disk of the edge is full. Free some space there, then try again."
#: Below what D1 takes as one parameter, above what is left in the files that are there already.
LARGE = "x" * 90_000
CODE = """
const writes = {
  "/kv": (env, large) => env.KV.put("large", large),
  "/d1": (env, large) => env.DB.prepare("INSERT INTO written VALUES ('large', ?)").bind(large).run(),
  "/r2": (env, large) => env.R2.put("large", large),
  "/queue": (env, large) => env.QUEUE.send(large),
};
export default { async fetch(request, env) {
  try {
    await writes[new URL(request.url).pathname]?.(env, "x".repeat(90000));
    return new Response("%s" + await env.KV.get("small"));
  } catch (error) {
    return new Response(error, { status: 500 });
  }
} };
"""
#: What a Worker is told by its bindings. That of D1 breaks off before it says anything, and those of KV and R2 when the
#: store hangs up before it has been sent the whole value.
_LOST = "Error: Network connection lost."
TOLD = {
    "/kv": {"Error: KV PUT failed: 500 Internal Server Error", _LOST},
    "/r2": {"Error: put: Unspecified error (0)", _LOST},
    "/queue": {"Error: Queue send failed: The message cannot be written: database or disk is full"},
}


def write_everything(account: Account) -> list[str]:
    """Write all that there is, and deploy; what was refused with which words."""
    calls = [(kind, lambda kind=kind: account.write(kind, "api", LARGE)) for kind in KINDS]
    calls += [
        ("queue", lambda: account.send(LARGE)),
        ("upload", lambda: account.upload("demo", {"index.js": CODE % "second" + "/" * 200_000}, account.bindings)),
        ("namespace", lambda: account.call("POST", "/storage/kv/namespaces", json={"title": "more"})),
    ]
    refused = []
    for name, call in calls:
        try:
            call()
        except Refused as error:
            refused.append(f"{name}: {error}")
    return refused


def fill(disk: Path) -> Path:
    """Write until nothing fits any more."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left on device"):
        while True:
            file.write(bytes(4096))
    return ballast


def test_what_needs_room_is_refused_with_a_reason_until_there_is_some(small_disk, environment):
    folder = small_disk / "tmp"
    folder.mkdir()
    with (
        running_edge(small_disk / "edge", environment | {"TMPDIR": str(folder)}) as edge,
        opened(edge) as account,
    ):
        account.write("kv", "small", "small")
        account.upload("demo", {"index.js": CODE % "first"}, account.bindings)
        account.enable("demo")

        ballast = fill(small_disk)
        names = [*KINDS, "queue", "upload", "namespace"]
        assert write_everything(account) == [f"{name}: {FULL}" for name in names]
        for path, words in TOLD.items():
            answer = account.visit("demo", path)
            assert answer.status_code == 500
            assert answer.text in words
        assert account.visit("demo", "/d1").status_code == 500
        # What was there is there, and the version that could not be written never was live.
        assert account.visit("demo").text == "firstsmall"
        assert account.query("SELECT count(*) AS rows FROM written") == [{"rows": 0}]

        ballast.unlink()
        assert write_everything(account) == []
        for path in (*TOLD, "/d1"):
            assert account.visit("demo", path).text == "secondsmall"
        assert account.query("SELECT count(*) AS rows FROM written") == [{"rows": 2}]


def test_an_edge_that_starts_on_a_full_disk_says_so(small_disk, environment):
    data = small_disk / "edge"
    data.mkdir()
    fill(small_disk)
    command = [sys.executable, "-m", "aerostack", "edge", "serve", "--port", "0", "--data", str(data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"error: the disk of {data} is full" in done.stderr
    assert "hint: free some space there, then start the edge again" in done.stderr
