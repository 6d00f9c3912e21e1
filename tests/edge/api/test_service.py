"""Starting, stopping, dying and coming back."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from aerostack.errors import AerostackError
from aerostack.testing import RunningEdge, fetch, running_edge
from aerostack_edge import service

CODE = 'export default { async fetch(r, env) { return new Response(env.S + await env.KV.get("k")); } };'


def upload(edge: RunningEdge, name: str, namespace: str) -> None:
    boundary = "b"
    metadata = {
        "main_module": "index.js",
        "compatibility_date": "2026-01-01",
        "bindings": [
            {"name": "S", "type": "secret_text", "text": "deep-secret"},
            {"name": "KV", "type": "kv_namespace", "namespace_id": namespace},
        ],
    }
    parts = [
        ('name="metadata"', "application/json", json.dumps(metadata)),
        ('name="index.js"; filename="index.js"', "application/javascript+module", CODE),
    ]
    body = "".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {what}\r\nContent-Type: {mime}\r\n\r\n{text}\r\n"
        for what, mime, text in parts
    )
    request = urllib.request.Request(
        f"{edge.environ['CLOUDFLARE_API_BASE_URL']}/accounts/{edge.environ['CLOUDFLARE_ACCOUNT_ID']}"
        f"/workers/scripts/{name}",
        method="PUT",
        data=f"{body}--{boundary}--\r\n".encode(),
        headers={
            "Authorization": f"Bearer {edge.environ['CLOUDFLARE_API_TOKEN']}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    with urllib.request.urlopen(request, timeout=30):
        pass
    edge.account("POST", f"/workers/scripts/{name}/subdomain", {"enabled": True})


def test_everything_survives_a_kill(tmp_path, environment):
    data = tmp_path / "edge"
    with running_edge(data, environment) as edge:
        namespace = edge.account("POST", "/storage/kv/namespaces", {"title": "n"})["id"]
        database = edge.account("POST", "/d1/database", {"name": "d"})["uuid"]
        sql = {"sql": "CREATE TABLE t (a); INSERT INTO t VALUES (1)"}
        edge.account("POST", f"/d1/database/{database}/query", sql)
        edge.account("PUT", f"/storage/kv/namespaces/{namespace}/bulk", [{"key": "k", "value": "-and-value"}])
        upload(edge, "survivor", namespace)
        before = edge.account("GET", "/workers/scripts")
        first = dict(edge.environ)
        os.kill(edge.pid, signal.SIGKILL)
    with running_edge(data, environment) as edge:
        assert {**edge.environ, "CLOUDFLARE_API_BASE_URL": ""} == {**first, "CLOUDFLARE_API_BASE_URL": ""}
        assert edge.account("GET", "/workers/scripts") == before
        url = edge.account("GET", "/workers/workers/survivor")["subdomain"]["url"]
        assert fetch(url) == (200, b"deep-secret-and-value")
        rows = edge.account("POST", f"/d1/database/{database}/query", {"sql": "SELECT a FROM t"})
        assert rows[0]["results"] == [{"a": 1}]
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        for path in data.iterdir():
            if path.is_file() and path.name != "edge.lock":
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                shown = command.read_bytes()
            except OSError:
                continue
            assert b"deep-secret" not in shown
            assert edge.environ["CLOUDFLARE_API_TOKEN"].encode() not in shown


def test_a_folder_is_served_once(tmp_path, environment):
    data = tmp_path / "edge"
    with running_edge(data, environment) as edge:
        with pytest.raises(AerostackError) as caught:
            serve(data)
        assert str(caught.value) == f"{data} is being served already, by process {edge.pid}"
        assert caught.value.hint == "stop that one first, or serve another account: aerostack edge serve --data DIR"


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AerostackError) as caught:
            serve(tmp_path / "edge", port)
    assert str(caught.value) == f"port {port} of 127.0.0.1 is taken by another program"
    assert caught.value.hint == "take any free port: aerostack edge serve --port 0"


def test_variables_of_an_account_that_never_was_say_how_to_make_one(tmp_path):
    with pytest.raises(AerostackError) as caught:
        service.variables(tmp_path)
    assert str(caught.value) == f"there is no account under {tmp_path} yet"
    assert caught.value.hint == "aerostack edge serve"


def test_variables_of_an_edge_that_stopped_say_so(tmp_path, environment):
    data = tmp_path / "edge"
    with running_edge(data, environment) as edge:
        assert service.variables(data) == edge.environ
    with pytest.raises(AerostackError) as caught:
        service.variables(data)
    assert str(caught.value) == f"the edge of {data} is not running now"
    assert caught.value.hint == "aerostack edge serve"


def test_a_damaged_account_file_is_named(tmp_path):
    (tmp_path / "edge.json").write_text("{")
    with pytest.raises(AerostackError) as caught:
        service.variables(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'edge.json'} is damaged"
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(f"remove {tmp_path / 'edge.json'}: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_leaves_no_process(tmp_path, environment, number):
    data = tmp_path / "edge"
    process = subprocess.Popen(
        [sys.executable, "-m", "aerostack", "edge", "serve", "--port", "0", "--data", str(data)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr:
        for line in process.stderr:
            if "http://" in line:
                break
        edge = RunningEdge(environ=service.variables(data), data=data, pid=process.pid)
        namespace = edge.account("POST", "/storage/kv/namespaces", {"title": "n"})["id"]
        edge.account("GET", f"/storage/kv/namespaces/{namespace}/keys")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(number)
        rest = process.stderr.read()
    assert process.wait(timeout=30) == 0
    assert "Traceback" not in rest
    assert len(children) == 1
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_another_subdomain_moves_every_worker(tmp_path, environment):
    data = tmp_path / "edge"
    with running_edge(data, environment) as edge:
        namespace = edge.account("POST", "/storage/kv/namespaces", {"title": "n"})["id"]
        upload(edge, "mover", namespace)
        old = edge.account("GET", "/workers/workers/mover")["subdomain"]["url"]
        assert edge.account("PUT", "/workers/subdomain", {"subdomain": "elsewhere"}) == {"subdomain": "elsewhere"}
        new = edge.account("GET", "/workers/workers/mover")["subdomain"]["url"]
        assert ".elsewhere.localhost:" in new
        assert fetch(new) == (200, b"deep-secretnull")
        assert fetch(old)[0] == 403
        with pytest.raises(urllib.error.HTTPError) as caught:
            edge.account("PUT", "/workers/subdomain", {"subdomain": "a.b"})
        with caught.value as refused:
            (error,) = json.load(refused)["errors"]
        assert error == {"code": 10031, "message": "The subdomain must be 1 to 63 of a-z, 0-9 and inner hyphens."}
    with running_edge(data, environment) as edge:
        assert edge.account("GET", "/workers/subdomain") == {"subdomain": "elsewhere"}


def serve(data: Path, port: int = 0) -> int:
    """Fails before any tool is needed."""
    nowhere = Path("unused")
    return service.serve(
        host="127.0.0.1", port=port, data=data, workerd=nowhere, simulators=nowhere, announce=lambda line: None
    )
