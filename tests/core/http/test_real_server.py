"""The client over real sockets: what breaks on a wire."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aerostack.errors import ConfigError, RemoteError, RemoteTimeoutError, UnavailableError
from aerostack.http import Client, Timeouts
from aerostack.model import Secret

Behaviour = Callable[[socket.socket], None]
QUICK = Timeouts(connect=5, read=0.2, total=20)


@contextlib.contextmanager
def server(*behaviours: Behaviour) -> Iterator[tuple[str, list[bytes]]]:
    """A server whose nth connection behaves as the nth says, the last for ever. Its address, and what it was sent."""
    listener = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []
    held: list[socket.socket] = []

    def serve() -> None:
        number = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            behaviour = behaviours[min(number, len(behaviours) - 1)]
            number += 1
            received.append(connection.recv(65536))
            with contextlib.suppress(OSError):
                behaviour(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        for connection in held:
            connection.close()


def good(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ntrue")
    connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close(connection: socket.socket) -> None:
    connection.close()


def truncate(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\ntru")
    connection.close()


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    connection.close()


def hang(connection: socket.socket) -> None:
    """Say nothing; the connection stays open until the test ends."""


def client(address: str, **options: object) -> Client:
    return Client(address, token=Secret("canary-0123456789"), timeouts=QUICK, sleep=lambda _: None, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", [reset, close, truncate, garbage, hang])
def test_one_fault_on_the_wire_heals_a_read(fault: Behaviour) -> None:
    with server(fault, good) as (address, received), client(address) as http:
        assert http.request("GET", "/x", operation="reading x").json() is True
    assert len(received) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        (reset, UnavailableError, "creating x failed: the connection to 127.0.0.1:PORT broke: "),
        (close, UnavailableError, "creating x failed: the connection to 127.0.0.1:PORT broke: "),
        (truncate, UnavailableError, "creating x failed: the connection to 127.0.0.1:PORT broke: "),
        (garbage, UnavailableError, "creating x failed: the connection to 127.0.0.1:PORT broke: "),
        (hang, RemoteTimeoutError, "creating x failed: no answer from 127.0.0.1:PORT in time"),
    ],
)
def test_the_same_fault_leaves_the_fate_of_a_write_open(fault: Behaviour, kind: type, message: str) -> None:
    with server(fault, good) as (address, received), client(address) as http, pytest.raises(RemoteError) as failure:
        http.request("POST", "/x", operation="creating x", json={})
    assert type(failure.value) is kind
    assert failure.value.message.startswith(message.replace("PORT", address.rpartition(":")[2]))
    assert failure.value.applied is None
    assert failure.value.status is None
    assert failure.value.hint
    assert len(received) == 1


def test_nobody_listening_is_certain_and_says_what_to_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with client(f"http://127.0.0.1:{port}") as http, pytest.raises(UnavailableError) as failure:
        http.request("POST", "/x", operation="creating x")
    assert failure.value.message.startswith(f"creating x failed: cannot connect to 127.0.0.1:{port}: ")
    assert failure.value.message.endswith("(4 attempts)")
    assert failure.value.hint == (
        f"start the server at 127.0.0.1:{port} with `aerostack up`, an edge alone with `aerostack edge serve`"
    )
    assert failure.value.applied is False


def test_a_name_that_does_not_resolve_is_certain() -> None:
    with client("https://no-such-host.invalid") as http, pytest.raises(UnavailableError) as failure:
        http.request("POST", "/x", operation="creating x")
    assert failure.value.message.startswith("creating x failed: cannot connect to no-such-host.invalid:443: ")
    assert failure.value.applied is False


def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("self-signed.pem"))
    attempts = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                attempts.append(1)
                with connection, contextlib.suppress(OSError):
                    context.wrap_socket(connection, server_side=True)

    thread = threading.Thread(target=serve)
    thread.start()
    port = listener.getsockname()[1]
    try:
        with client(f"https://localhost:{port}") as http, pytest.raises(RemoteError) as failure:
            http.request("GET", "/x", operation="reading x")
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
    assert failure.value.message == f"reading x failed: the certificate of localhost:{port} is not trusted"
    assert failure.value.code == "certificate"
    assert failure.value.hint is not None
    assert "SSL_CERT_FILE" in failure.value.hint
    assert len(attempts) == 1


def test_this_machine_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with server(good) as (address, received), client(address) as http:
        assert http.request("GET", "/x", operation="reading x").json() is True
    assert received[0].startswith(b"GET /x HTTP/1.1\r\n")


def test_other_machines_are_reached_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with server(forbid) as (address, received):
        monkeypatch.setenv("HTTPS_PROXY", address.replace("http://", "http://me:hunter2@"))
        with client("https://api.example.com") as http, pytest.raises(UnavailableError) as failure:
            http.request("POST", "/x", operation="creating x")
    assert received[0].startswith(b"CONNECT api.example.com:443 HTTP/1.1\r\n")
    assert failure.value.message == (
        "creating x failed: the proxy refused: 407 Proxy Authentication Required (4 attempts)"
    )
    assert failure.value.hint == "check HTTPS_PROXY and NO_PROXY"
    assert b"canary" not in b"".join(received)


def test_a_proxy_that_cannot_be_used_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks9://me:hunter2@127.0.0.1:1")
    with pytest.raises(ConfigError) as refusal:
        Client("https://api.example.com")
    assert refusal.value.message == "the proxy set in the environment cannot be used"
    assert refusal.value.hint == "set HTTPS_PROXY and ALL_PROXY to an http:// address, or unset them"
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_the_http_library_is_imported_only_when_a_request_is_sent() -> None:
    program = (
        "import sys, aerostack.http, aerostack_cloudflare.account, aerostack_cloudflare.credentials\n"
        "client = aerostack.http.Client(sys.argv[1])\n"
        "assert not {'h11', 'ssl'} & set(sys.modules)\n"
        "client.request('GET', '/', operation='x')\n"
        "assert 'h11' in sys.modules"
    )
    with server(good) as (address, _):
        subprocess.run([sys.executable, "-c", program, address], check=True)
