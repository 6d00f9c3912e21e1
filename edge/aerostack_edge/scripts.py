"""Publishing: from an upload to what answers.

The order is the promise. Code is on disk before anything refers to it; the candidate is started before the database
calls it live; the database is written before the client is told. Killed at any point, the edge comes back with
either the old version live or the new one, never with half of one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from weakref import WeakValueDictionary

from aerostack_edge.addresses import Addresses
from aerostack_edge.assets.files import Files
from aerostack_edge.events import Events
from aerostack_edge.model import Migrated, Module, ScriptVersion, Startup
from aerostack_edge.runtime import Runtime
from aerostack_edge.state import deployments, namespaces, objects, scripts, versions
from aerostack_edge.state.blobs import Blobs
from aerostack_edge.state.clock import now
from aerostack_edge.state.database import Database
from aerostack_edge.state.deployments import Deployment, Share
from aerostack_edge.state.versions import Content, StoredModule, Version

T = TypeVar("T")

#: What is known of a version that was uploaded and never started.
_NOT_STARTED = Startup(milliseconds=0, handlers=())


class Code:
    """Reads recorded versions back into something the runtime can start."""

    def __init__(self, database: Database, blobs: Blobs, files: Files) -> None:
        self._database = database
        self._blobs = blobs
        self._files = files

    async def store(self, modules: Sequence[Module]) -> tuple[StoredModule, ...]:
        """Put the modules on disk."""
        digests = await asyncio.to_thread(self._blobs.put, [module.content for module in modules])
        return tuple(
            StoredModule(name=module.name, type=module.type, digest=digest, size=len(module.content))
            for module, digest in zip(modules, digests, strict=True)
        )

    async def modules(self, content: Content) -> tuple[Module, ...]:
        """Read them again."""

        def read() -> tuple[Module, ...]:
            return tuple(
                Module(name=module.name, type=module.type, content=self._blobs.get(module.digest))
                for module in content.modules
            )

        return await asyncio.to_thread(read)

    async def live(self, script: str) -> list[tuple[ScriptVersion, float]]:
        """The live versions of a script with their percentages; none before any deployment."""

        def query(connection: sqlite3.Connection) -> list[tuple[Version, dict[str, str], float]]:
            return [
                (version, versions.secrets_of(connection, version.id), percentage)
                for version, percentage in deployments.shared(connection, script)
            ]

        found = await self._database.read(query)
        return [(await self.runnable(version, secrets), percentage) for version, secrets, percentage in found]

    async def runnable(
        self, version: Version, secrets: Mapping[str, str], migrated: Migrated | None = None
    ) -> ScriptVersion:
        """The complete value; ``migrated`` is what the script's Durable Objects will be once it is recorded."""
        content = version.content
        owned = await self._database.read(objects.of_script, version.script) if migrated is None else migrated
        # What a Worker may ask about the version that it is.
        described = {"tag": version.annotations.get("workers/tag", ""), "timestamp": version.created_on}
        return ScriptVersion(
            id=version.id,
            script=version.script,
            number=version.number,
            main_module=content.main_module,
            modules=await self.modules(content),
            bindings=tuple(
                {**binding, **described} if binding["type"] == "version_metadata" else binding
                for binding in content.bindings
                if binding["type"] != "secret_text"
            ),
            secrets=secrets,
            compatibility_date=content.compatibility_date,
            compatibility_flags=content.compatibility_flags,
            cpu_ms=content.cpu_ms,
            objects=owned.objects if content.modules else (),
            assets=await self._files.read(content.assets) if content.assets else None,
        )


class Scripts:
    """Makes versions and deployments. Changes to one script take turns: hold ``editing`` around read and write."""

    def __init__(self, database: Database, code: Code, runtime: Runtime, addresses: Addresses, events: Events) -> None:
        self.code = code
        self._database = database
        self._runtime = runtime
        self._addresses = addresses
        self._events = events
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def editing(self, script: str) -> asyncio.Lock:
        """The lock of one script."""
        return self._locks.setdefault(script, asyncio.Lock())

    async def publish(
        self,
        script: str,
        content: Content,
        *,
        secrets: Mapping[str, str],
        annotations: Mapping[str, str],
        deploy: bool,
        source: str,
        migrated: Migrated | None = None,
    ) -> Version:
        """Record a new version, and make it live when ``deploy``. Either way it is started, to see that it does.

        With ``migrated`` the script's Durable Objects become these; what classes held that are gone is deleted.

        Raises ``StartupError``; then nothing is recorded, and what was live stays live.
        """
        version = Version(
            id=versions.new_id(),
            script=script,
            number=await self._database.read(versions.next_number, script),
            created_on=now(),
            content=content,
            annotations=annotations,
            startup=_NOT_STARTED,
            source=source,
        )
        before = await self._database.read(objects.of_script, script)
        runnable = await self.code.runnable(version, secrets, migrated)
        startup = await (self._runtime.launch(runnable) if deploy else self._runtime.rehearse(runnable))
        version = replace(version, startup=startup)

        def record(connection: sqlite3.Connection) -> None:
            namespaces.hold(connection, script)
            scripts.ensure(connection, script)
            versions.record(connection, version, secrets)
            if migrated is not None:
                objects.migrate(connection, script, migrated)
            if deploy:
                deployments.record(connection, script, [_all(version)], annotations, source)

        await self._recorded(script, record, launched=deploy)
        if migrated is not None:
            await self._runtime.objects.forget({item.id for item in before.objects} - {o.id for o in migrated.objects})
        return version

    async def deploy(
        self, script: str, shares: Sequence[tuple[Version, float]], annotations: Mapping[str, str], source: str
    ) -> Deployment:
        """Make recorded versions live, each with its percentage. Raises ``StartupError`` as ``publish`` does."""
        started: dict[str, Startup] = {}
        runnable = [
            (await self.code.runnable(version, await self._database.read(versions.secrets_of, version.id)), percentage)
            for version, percentage in shares
        ]
        if len(runnable) == 1:
            started[runnable[0][0].id] = await self._runtime.launch(runnable[0][0])
        else:
            await self._runtime.split(runnable)

        def record(connection: sqlite3.Connection) -> Deployment:
            scripts.ensure(connection, script)
            for id, startup in started.items():
                versions.started(connection, id, startup)
            recorded = [Share(version=version.id, percentage=percentage) for version, percentage in shares]
            return deployments.record(connection, script, recorded, annotations, source)

        return await self._recorded(script, record, launched=True)

    async def delete(self, script: str) -> bool:
        """Remove the script and stop it; whether it was there."""
        owned = await self._database.read(objects.of_script, script)
        existed = await self._database.write(scripts.delete, script)
        self._addresses.switch(script, False)
        await self._runtime.remove(script)
        await self._runtime.objects.forget({item.id for item in owned.objects})
        await self._events.refresh()
        return existed

    async def _recorded(self, script: str, record: Callable[[sqlite3.Connection], T], *, launched: bool) -> T:
        try:
            return await self._database.write(record)
        except BaseException:
            if launched:
                # What runs now was never recorded: the next request starts what the database says.
                await self._runtime.remove(script)
            raise


def _all(version: Version) -> Share:
    return Share(version=version.id, percentage=100)
