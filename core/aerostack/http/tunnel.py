"""Asking a proxy for a tunnel to the server."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from aerostack.http.origin import Origin
from aerostack.http.proxy import Proxy
from aerostack.http.transport import Failing, Fault

if TYPE_CHECKING:
    from aerostack.http.stream import Stream


def ask(stream: Stream, origin: Origin, proxy: Proxy) -> None:
    """``CONNECT``: what is sent from then on reaches ``origin``. Raises ``Fault``, and ``OSError``."""
    import h11

    state = h11.Connection(our_role=h11.CLIENT)
    headers = [("Host", origin.place)]
    if proxy.login:
        login = base64.b64encode(":".join(proxy.login).encode()).decode()
        headers.append(("Proxy-Authorization", f"Basic {login}"))
    left = memoryview(state.send(h11.Request(method="CONNECT", target=origin.place, headers=headers)) or b"")
    while left:
        left = left[stream.send(left) :]
    try:
        while True:
            event = state.next_event()
            if event is h11.NEED_DATA:
                state.receive_data(stream.recv(4096))
            elif isinstance(event, h11.Response):
                break
            elif isinstance(event, h11.ConnectionClosed):
                raise Fault(Failing.PROXY, "it closed the connection")
    except h11.ProtocolError as error:
        raise Fault(Failing.PROXY, str(error)) from None
    if not 200 <= event.status_code < 300:
        raise Fault(Failing.PROXY, f"{event.status_code} {event.reason.decode('latin-1')}".strip())
