"""Power cuts: what was acknowledged last is there afterwards."""

from __future__ import annotations

import os
import signal

from tests.edge.faults.account import opened

from aerostack.testing import running_edge

VALUE = "x" * 50_000
#: Last what is no row of a database: nothing after it has it synced by the way.
KINDS = ("d1", "r2", "kv")


def test_what_was_acknowledged_just_before_the_power_went_is_there(disk, environment):
    data = disk.folder / "a" / "new" / "folder"
    with running_edge(data, environment) as edge, opened(edge) as account:
        account.upload("demo", {"index.js": f'export default {{ fetch() {{ return new Response("{VALUE}"); }} }};'})
        account.send("message")
        for kind in KINDS:
            account.write(kind, "name", VALUE)
        os.kill(edge.pid, signal.SIGKILL)
        disk.cut()
        with running_edge(data, environment) as again:
            account.move(again)
            assert {kind: account.read(kind, "name") == VALUE for kind in KINDS} == dict.fromkeys(KINDS, True)
            account.enable("demo")
            assert account.visit("demo").text == VALUE
            account.consume("consumer")
            while not (rows := account.query("SELECT name FROM got")):
                pass
            assert rows == [{"name": "message"}]
            assert not list(data.rglob(".*.tmp"))
