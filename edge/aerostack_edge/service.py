"""Running the edge, and telling others on this machine how to reach it."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

from aerostack.errors import AerostackError
from aerostack_edge import disk
from aerostack_edge.state import identity

_SHUTDOWN_GRACE = 2.0  # seconds for requests under way


def serve(*, host: str, port: int, data: Path, workerd: Path, simulators: Path, announce: Callable[[str], None]) -> int:
    """Serve the account under ``data`` until SIGINT or SIGTERM; the exit status. ``port`` 0 is any free one.

    ``announce`` gets one line with the address when everything answers, and later what Workers log. Raises
    ``AerostackError`` when the port or the folder is taken, or the disk is full.
    """
    try:
        with identity.claimed(data):
            return asyncio.run(_serve(host, port, data, workerd, simulators, announce))
    except (OSError, sqlite3.Error) as error:
        if not disk.is_full(error, data):
            raise
        raise AerostackError(
            f"the disk of {data} is full", hint="free some space there, then start the edge again", code="edge_disk"
        ) from error


def variables(data: Path) -> dict[str, str]:
    """The environment that leads any Cloudflare client to the account. Raises ``AerostackError`` when none is."""
    known = identity.load(data)
    if known is None:
        raise AerostackError(
            f"there is no account under {data} yet", hint="aerostack edge serve", code="edge_not_running"
        )
    if not known.base_url or not identity.is_claimed(data):
        raise AerostackError(
            f"the edge of {data} is not running now", hint="aerostack edge serve", code="edge_not_running"
        )
    return {
        "CLOUDFLARE_API_BASE_URL": known.base_url,
        "CLOUDFLARE_API_TOKEN": known.token,
        "CLOUDFLARE_ACCOUNT_ID": known.account,
    }


async def _serve(
    host: str, port: int, data: Path, workerd: Path, simulators: Path, announce: Callable[[str], None]
) -> int:
    from aiohttp import web

    from aerostack_edge.addresses import LOOPBACK, Addresses
    from aerostack_edge.api.paths import ROOT
    from aerostack_edge.assets.files import Files
    from aerostack_edge.control import Control
    from aerostack_edge.events import Events
    from aerostack_edge.requests import RequestLog
    from aerostack_edge.routes import Routes
    from aerostack_edge.runtime import Runtime
    from aerostack_edge.scripts import Code, Scripts
    from aerostack_edge.server import application
    from aerostack_edge.state import account, objects, scripts
    from aerostack_edge.state.blobs import Blobs
    from aerostack_edge.state.database import Database
    from aerostack_edge.transfers import Transfers

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)

    who = identity.load(data) or identity.create()
    database = Database(data / "state.sqlite")
    try:

        def begin(connection: sqlite3.Connection) -> tuple[str, set[str]]:
            label = account.subdomain(connection)
            if label is None:
                label = identity.SUBDOMAIN
                account.set_subdomain(connection, label)
            enabled = {script.name for script in scripts.listed(connection) if script.enabled}
            return label, enabled

        subdomain, enabled = await database.write(begin)
        namespaces = await database.read(objects.listed)
        blobs = Blobs(data / "blobs")
        files = Files(database, blobs)
        # What uploads left behind that never became a version.
        await files.sweep()
        addresses = Addresses(subdomain, enabled)
        code = Code(database, blobs, files)
        runtime = Runtime(data=data / "store", workerd=workerd, simulators=simulators, live=code.live, log=announce)
        events = Events(database, runtime, announce)
        routes = Routes(database)
        edge = Control(
            account=who.account,
            token=who.token,
            hosts=LOOPBACK | {host.lower()},
            data=data,
            database=database,
            runtime=runtime,
            scripts=Scripts(database, code, runtime, addresses, events),
            files=files,
            events=events,
            addresses=addresses,
            routes=routes,
            requests=RequestLog(),
            transfers=Transfers(data / "transfers"),
        )
        runner = web.AppRunner(
            application(edge, announce),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_SHUTDOWN_GRACE,
            # What a Worker is sent is its own to unpack.
            auto_decompress=False,
        )
        await runner.setup()
        # The port first: it is what is most likely to fail, and costs nothing. Nobody is answered before all is ready.
        with _bound(host, port) as listener:
            addresses.port = int(listener.getsockname()[1])
            try:
                runtime.objects.sweep(item.id for found in namespaces.values() for item in found)
                await runtime.start()
                await events.refresh()
                await routes.refresh()
                await web.SockSite(runner, listener).start()
                url = f"http://{_name(host)}:{addresses.port}"
                identity.save(data, who.serving(f"{url}{ROOT}"))
                announce(f"the edge answers at {url}")
                for script in namespaces:
                    runtime.wake(script)
                await stopped.wait()
            finally:
                await runner.cleanup()
                await runtime.stop()
    finally:
        database.close()
    return 0


def _bound(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        reason = "is taken by another program" if taken else f"cannot be used: {error.strerror}"
        raise AerostackError(
            f"port {port} of {host} {reason}",
            hint="take any free port: aerostack edge serve --port 0",
            code="edge_port",
        ) from error
    return listener


def _name(host: str) -> str:
    if not host.strip("0.:"):  # nothing but zeros: every address of this machine
        return "localhost"
    return f"[{host}]" if ":" in host else host
