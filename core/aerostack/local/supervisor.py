"""Keep server and edge running until somebody asks to end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from aerostack.local import ports
from aerostack.local.child import Child
from aerostack.local.folder import Addresses, Folder
from aerostack.local.services import edge_variables, server_environment

#: A service that ends again within so many seconds of its start is not started once more.
_STEADY = 10.0


def supervise(
    folder: Folder,
    *,
    port: int,
    edge_port: int,
    environ: Mapping[str, str],
    ready: Callable[[Addresses], None],
    tell: Callable[[str], None],
) -> None:
    """Run both services, the edge first, until Ctrl-C or SIGTERM; ``ready`` is called when both answer.

    A service that ends by itself is started again, unless it has only just been. Port 0 is that of last time, else the
    usual one, else any. Raises ``AerostackError`` when a service does not start, ``LockedError`` when the folder is in
    use.
    """
    with folder.claimed(), folder.free() as services:
        last = folder.last()
        api = ports.choose(port, _port(last.api_url if last else None), ports.API, "--port")
        edge = ports.choose(edge_port, _port(last.edge_url if last else None), ports.EDGE, "--edge-port")
        _run(folder, services, api, edge, environ, ready, tell)


def _run(
    folder: Folder,
    services: int,
    api_port: int,
    edge_port: int,
    environ: Mapping[str, str],
    ready: Callable[[Addresses], None],
    tell: Callable[[str], None],
) -> None:
    edge_url, api_url = f"http://{ports.HOST}:{edge_port}", f"http://{ports.HOST}:{api_port}"

    def edge() -> Child:
        arguments = ("edge", str(edge_port), str(folder.edge))
        child = Child("edge", arguments, environ=environ, log=folder.log("edge"), held=services)
        child.wait_until_ready(f"{edge_url}/")
        return child

    def server() -> Child:
        platform = edge_variables(folder.edge, environ)
        own = server_environment(folder.server, api_url, edge_port, platform, environ)
        arguments = ("server", str(api_port))
        child = Child("server", arguments, environ=own, log=folder.log("server"), held=services)
        child.wait_until_ready(f"{api_url}/readyz")
        return child

    starts: dict[str, Callable[[], Child]] = {"edge": edge, "server": server}
    running: dict[str, Child] = {}
    began: dict[str, float] = {}
    try:
        for name, start in starts.items():
            tell(f"starting the {name}")
            running[name], began[name] = start(), time.monotonic()
        addresses = Addresses(api_url=api_url, dashboard_url=api_url, edge_url=edge_url, pid=os.getpid())
        folder.announce(addresses)
        ready(addresses)
        while True:
            _wait_for_an_end()
            for name, child in list(running.items()):
                if child.process.poll() is None:
                    continue
                if time.monotonic() - began[name] < _STEADY:
                    raise child.failure(f"ended with status {child.process.returncode}")
                tell(f"the {name} ended with status {child.process.returncode}: starting it again")
                child.stop()
                running[name], began[name] = starts[name](), time.monotonic()
    finally:
        for child in reversed(running.values()):
            child.stop()


def _wait_for_an_end() -> None:
    """Sleep until a child ends. It is not reaped: ``subprocess`` wants to see its status."""
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)


def _port(url: str | None) -> int | None:
    port = (url or "").rpartition(":")[2]
    return int(port) if port.isdecimal() else None
