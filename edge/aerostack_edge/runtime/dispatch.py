"""Dispatch namespaces: Workers that another Worker calls by a name it learns at run time."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from aerostack_edge.runtime.capnp import Embed, Value
from aerostack_edge.runtime.errors import UnknownScript
from aerostack_edge.runtime.headers import MISSING, NAMESPACE, PROTOCOL, SCRIPT

#: The module in workerd of which the binding is made.
MODULE = "aerostack-internal:dispatch"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")


def extension() -> Mapping[str, Value]:
    """What a process needs that has such a binding; Workers cannot import it."""
    code = Embed(str(Path(__file__).with_name("dispatch.js").absolute()))
    return {"modules": [{"name": MODULE, "esModule": code, "internal": True}]}


def service(name: str, desk: Path, namespace: str) -> Mapping[str, Value]:
    """The service behind the binding, which cannot name another namespace. Raises ``ValueError`` for a bad name."""
    if not _NAME.fullmatch(namespace):
        raise ValueError(f"not a name of a dispatch namespace: {namespace!r}")
    injected: Value = [{"name": NAMESPACE, "value": namespace}]
    http: Value = {"injectRequestHeaders": injected, "forwardedProtoHeader": PROTOCOL}
    return {"name": name, "external": {"address": f"unix:{desk}", "http": http}}


class Dispatcher:
    """Has the named script answer; ``answer`` starts it if need be, and raises ``UnknownScript``."""

    def __init__(self, answer: Callable[[str, web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        self._answer = answer

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        """Pass a request on."""
        script = f"{request.headers[NAMESPACE]}/{unquote(request.headers[SCRIPT])}"
        try:
            return await self._answer(script, request)
        except UnknownScript:
            return web.Response(status=404, headers={MISSING: "1"})
