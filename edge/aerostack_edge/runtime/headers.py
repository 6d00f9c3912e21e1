"""Which headers cross the proxy, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from aiohttp import web
from multidict import CIMultiDict

Raw: TypeAlias = Iterable[tuple[bytes, bytes]]

#: Tells workerd which protocol the Worker shall see in the URL. workerd takes it away, so it is not x-forwarded-proto.
PROTOCOL = "x-aerostack-protocol"

#: Of the binding of a dispatch namespace: which namespace, which script in it, and that there is none.
NAMESPACE = "x-aerostack-namespace"
SCRIPT = "x-aerostack-script"
MISSING = "x-aerostack-missing"

# Between us and workerd only.
_INTERNAL = frozenset({NAMESPACE, SCRIPT, MISSING})
# About one connection, not about the message. 100-continue has been answered when a request gets here.
_HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
     "trailer", "transfer-encoding", "upgrade"}
)  # fmt: skip
# Said by the proxy of what it knows; from anybody else they are lies.
_OURS = frozenset(
    {"cf-connecting-ip", "cf-connecting-ipv6", "cf-ew-via", "cf-ipcountry", "cf-pseudo-ipv4", "cf-ray", "cf-visitor",
     "cf-worker", "forwarded", "true-client-ip", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
     "x-forwarded-proto", "x-real-ip"}
)  # fmt: skip
# A WebSocket library negotiates these on each of the two connections by itself.
_HANDSHAKE = frozenset(
    {"sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol",
     "sec-websocket-version"}
)  # fmt: skip


def to_worker(request: web.BaseRequest, *, inside: bool, handshake: bool = False) -> CIMultiDict[str]:
    """The client's headers as the Worker gets them, ``host`` included; ``handshake`` when a WebSocket is opened.

    ``inside`` when the client is a Worker of ours: what it says is left as it is.
    """
    dropped = _HANDSHAKE if handshake else frozenset()
    if inside:
        return _end_to_end(request.raw_headers, dropped)
    headers = _end_to_end(request.raw_headers, dropped | _OURS)
    client = request.remote or "127.0.0.1"
    headers["cf-connecting-ip"] = client
    headers["x-real-ip"] = client
    headers["x-forwarded-for"] = client
    headers["x-forwarded-host"] = request.host
    headers["x-forwarded-proto"] = headers[PROTOCOL] = request.scheme
    return headers


def to_client(raw: Raw, *, handshake: bool = False) -> CIMultiDict[str]:
    """The Worker's headers as the client gets them."""
    headers = _end_to_end(raw, _HANDSHAKE if handshake else frozenset())
    # aiohttp would name itself and its version otherwise.
    headers.setdefault("Server", "aerostack-edge")
    return headers


def _end_to_end(raw: Raw, dropped: frozenset[str]) -> CIMultiDict[str]:
    pairs = [(_text(name), _text(value)) for name, value in raw]
    listed = {
        token.strip().lower() for name, value in pairs if name.lower() == "connection" for token in value.split(",")
    }
    dropped = _HOP_BY_HOP | _INTERNAL | dropped | listed
    return CIMultiDict((name, value) for name, value in pairs if name.lower() not in dropped)


def _text(raw: bytes) -> str:
    # As aiohttp does, so that bytes that are not UTF-8 pass unchanged.
    return raw.decode("utf-8", "surrogateescape")
