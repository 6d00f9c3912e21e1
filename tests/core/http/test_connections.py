"""Connections over real sockets: which are used again, which lead through a proxy, and whose certificate is trusted."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from aerostack.errors import ConfigError, RemoteError, UnavailableError
from aerostack.http import Client, Timeouts, parallel
from aerostack.model import Secret

HERE = Path(__file__).parent
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue"


class Server:
    """Serves each connection in a thread of its own; knows what it was sent, by connection."""

    def __init__(self, serve: Callable[[socket.socket, list[bytes]], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        self.connections: list[list[bytes]] = []

    def __enter__(self) -> Server:
        self._start(self._accept)
        return self

    def __exit__(self, *exception: object) -> None:
        for opened in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                received: list[bytes] = []
                self.connections.append(received)
                self._start(lambda c=connection, r=received: self._one(c, r))  # type: ignore[misc]

    def _one(self, connection: socket.socket, received: list[bytes]) -> None:
        with connection, contextlib.suppress(OSError):
            self._serve(connection, received)


def head(connection: socket.socket) -> bytes:
    """A request without a body; empty at the end of the connection."""
    content = b""
    while b"\r\n\r\n" not in content:
        piece = connection.recv(65536)
        if not piece:
            return b""
        content += piece
    return content


def for_ever(connection: socket.socket, received: list[bytes]) -> None:
    while request := head(connection):
        received.append(request)
        connection.sendall(ANSWER)


def over_tls(connection: socket.socket, received: list[bytes]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "api.example.com.pem")
    with context.wrap_socket(connection, server_side=True) as wrapped:
        for_ever(wrapped, received)


def tunnel(connection: socket.socket, received: list[bytes]) -> None:
    """A proxy that plays the server at the other end itself."""
    received.append(head(connection))
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    over_tls(connection, received)


def client(address: str) -> Client:
    timeouts = Timeouts(connect=5, read=5, total=20)
    return Client(address, token=Secret("canary-0123456789"), timeouts=timeouts, sleep=lambda _: None)


def get(http: Client) -> object:
    return http.request("GET", "/x", operation="reading x").json()


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of this process, without a proxy and an authority of its own."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def test_one_connection_serves_one_request_after_the_other() -> None:
    with Server(for_ever) as server, client(f"http://127.0.0.1:{server.port}") as http:
        assert [get(http) for _ in range(5)] == [True] * 5
        assert [len(received) for received in server.connections] == [5]


def test_threads_share_a_client() -> None:
    with Server(for_ever) as server, client(f"http://127.0.0.1:{server.port}") as http:
        assert parallel(*[lambda: get(http)] * 40, limit=8) == (True,) * 40
        assert sum(len(received) for received in server.connections) == 40
        assert len(server.connections) <= 8


def test_a_connection_that_was_closed_meanwhile_is_replaced_even_for_a_write() -> None:
    closed = threading.Event()

    def once(connection: socket.socket, received: list[bytes]) -> None:
        received.append(head(connection))
        connection.sendall(ANSWER)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with Server(once) as server, client(f"http://127.0.0.1:{server.port}") as http:
        for _ in range(3):
            closed.clear()
            assert http.request("POST", "/x", operation="creating x").json() is True
            assert closed.wait(10)
        assert [len(received) for received in server.connections] == [1, 1, 1]


def test_an_authority_of_the_environment_is_trusted(variables: pytest.MonkeyPatch) -> None:
    variables.setenv("SSL_CERT_FILE", str(HERE / "api.example.com.pem"))
    with Server(over_tls) as server, client(f"https://localhost:{server.port}") as http:
        assert get(http) is True
        assert get(http) is True
        assert len(server.connections) == 1


def test_a_file_of_authorities_that_cannot_be_read_is_named(variables: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path, reason in [(tmp_path / "none", "No such file or directory"), (Path(__file__), "")]:
        variables.setenv("SSL_CERT_FILE", str(path))
        with client("https://localhost:1") as http, pytest.raises(ConfigError) as refusal:
            get(http)
        message = f"SSL_CERT_FILE names {path}, which cannot be read as certificates: {reason}"
        assert refusal.value.message.startswith(message)
        assert refusal.value.hint == "set SSL_CERT_FILE to a file of certificates in PEM format, or unset it"


def test_a_tunnel_leads_through_the_proxy_with_its_login_and_without_the_token(
    variables: pytest.MonkeyPatch,
) -> None:
    with Server(tunnel) as server:
        variables.setenv("HTTPS_PROXY", f"http://me:hunter%402@127.0.0.1:{server.port}")
        variables.setenv("SSL_CERT_FILE", str(HERE / "api.example.com.pem"))
        with client("https://api.example.com/v4") as http:
            assert get(http) is True
            assert get(http) is True
        ((connect, first, second),) = server.connections
    login = base64.b64encode(b"me:hunter@2")
    assert connect.startswith(b"CONNECT api.example.com:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + login in connect
    assert b"canary" not in connect
    for request in (first, second):
        assert request.startswith(b"GET /v4/x HTTP/1.1\r\nHost: api.example.com\r\n")
        assert b"Authorization: Bearer canary-0123456789\r\n" in request
        assert login not in request


def test_a_proxy_that_is_reached_over_tls_itself_leads_to_a_server_with_tls(variables: pytest.MonkeyPatch) -> None:
    with Server(tunnel) as inner:

        def outer(connection: socket.socket, received: list[bytes]) -> None:
            """TLS to the client, and what comes out of it to the tunnel."""
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(HERE / "api.example.com.pem")
            with (
                context.wrap_socket(connection, server_side=True) as client,
                socket.create_connection(("127.0.0.1", inner.port)) as behind,
            ):
                answers = threading.Thread(target=lambda: pass_on(behind, client))
                answers.start()
                pass_on(client, behind)
                answers.join(10)

        with Server(outer) as server:
            variables.setenv("HTTPS_PROXY", f"https://localhost:{server.port}")
            variables.setenv("SSL_CERT_FILE", str(HERE / "api.example.com.pem"))
            with client("https://api.example.com") as http:
                sent = b"x" * 300_000
                assert http.request("POST", "/x", operation="creating x", content=sent).json() is True
                assert get(http) is True
        ((connect, first, *_, last),) = inner.connections
    assert connect.startswith(b"CONNECT api.example.com:443 HTTP/1.1\r\n")
    assert first.startswith(b"POST /x HTTP/1.1\r\n")
    assert b"GET /x HTTP/1.1\r\n" in last


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def test_a_proxy_that_inspects_tls_is_found_out(variables: pytest.MonkeyPatch) -> None:
    with Server(tunnel) as server:
        variables.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
        with client("https://api.example.com") as http, pytest.raises(RemoteError) as failure:
            http.request("POST", "/x", operation="creating x")
        assert [len(received) for received in server.connections] == [1]
    assert failure.value.message == "creating x failed: the certificate of api.example.com:443 is not trusted"
    assert (failure.value.applied, failure.value.code) == (False, "certificate")


def test_a_proxy_that_is_not_there_is_no_secret_but_its_password_is(variables: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    variables.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{port}")
    with client("https://api.example.com") as http, pytest.raises(UnavailableError) as failure:
        get(http)
    assert failure.value.message.startswith("reading x failed: cannot connect to api.example.com:443: ")
    assert failure.value.hint == "check the network of this machine; a proxy is set with HTTPS_PROXY"
    error: BaseException | None = failure.value
    while error is not None:
        assert "hunter2" not in repr(error)
        assert "canary" not in repr(error)
        error = error.__cause__ or error.__context__


def test_lines_come_one_by_one_and_a_cut_is_told() -> None:
    more = threading.Event()

    def drip(connection: socket.socket, received: list[bytes]) -> None:
        received.append(head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n")
        assert more.wait(10)
        connection.sendall(b"4\r\nhalf\r\n")

    with Server(drip) as server, client(f"http://127.0.0.1:{server.port}") as http:
        lines = http.lines("GET", "/logs", operation="following the log")
        assert next(lines) == "first"
        more.set()
        with pytest.raises(UnavailableError) as failure:
            list(lines)
    assert failure.value.message.startswith(
        f"following the log failed: the connection to 127.0.0.1:{server.port} broke: "
    )
    assert failure.value.__context__ is None


def test_who_stops_reading_lines_leaves_the_server_and_a_usable_client() -> None:
    left = threading.Event()

    def one_line(connection: socket.socket, received: list[bytes]) -> None:
        received.append(head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n")
        assert head(connection) == b""
        left.set()

    def one_line_then_for_ever(connection: socket.socket, received: list[bytes]) -> None:
        (one_line if len(server.connections) == 1 else for_ever)(connection, received)

    with Server(one_line_then_for_ever) as server, client(f"http://127.0.0.1:{server.port}") as http:
        lines = http.lines("GET", "/logs", operation="following the log")
        assert next(lines) == "first"
        lines.close()  # type: ignore[attr-defined]
        assert left.wait(10)
        assert get(http) is True
        assert len(server.connections) == 2
