"""Power cuts: what was acknowledged last is there afterwards."""

from __future__ import annotations

import os
import signal

import pytest
from tests.edge.faults.account import KINDS, opened

from aerostack.testing import running_edge

VALUE = "x" * 50_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_acknowledged_just_before_the_power_went_is_there(disk, environment, kind):
    data = disk.folder / "a" / "new" / "folder"
    with running_edge(data, environment) as edge, opened(edge) as account:
        account.write(kind, "name", VALUE)
        os.kill(edge.pid, signal.SIGKILL)
        disk.cut()
        with running_edge(data, environment) as again:
            account.move(again)
            assert account.read(kind, "name") == VALUE
            assert not list(data.rglob(".*.tmp"))


def test_a_version_and_a_message_acknowledged_just_before_the_power_went_are_there(disk, environment):
    data = disk.folder / "edge"
    with running_edge(data, environment) as edge, opened(edge) as account:
        account.send("message")
        account.upload("demo", {"index.js": f'export default {{ fetch() {{ return new Response("{VALUE}"); }} }};'})
        os.kill(edge.pid, signal.SIGKILL)
        disk.cut()
        with running_edge(data, environment) as again:
            account.move(again)
            account.enable("demo")
            assert account.visit("demo").text == VALUE
            account.consume("consumer")
            while not (rows := account.query("SELECT name FROM got")):
                pass
            assert rows == [{"name": "message"}]
