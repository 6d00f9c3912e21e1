"""Ports for the services: those of last time, so that addresses and stored keys stay good."""

from __future__ import annotations

import errno
import socket

from aerostack.errors import AerostackError

HOST = "127.0.0.1"

#: Where they usually are.
API, EDGE = 4780, 8787


def choose(wanted: int, last: int | None, usual: int, option: str) -> int:
    """A free port: the ``wanted`` one if it is not 0, else that of ``last`` time, the ``usual`` one, or any.

    Raises ``AerostackError`` when the wanted one is taken.
    """
    if wanted:
        if not _is_free(wanted):
            raise AerostackError(
                f"port {wanted} is taken by another program",
                hint=f"leave out {option}: any free one is taken",
                code="port",
            )
        return wanted
    for port in (last, usual):
        if port is not None and _is_free(port):
            return port
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
