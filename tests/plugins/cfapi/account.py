"""What others do to the account while a project is being deployed to it."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.cli.proxy import Fatal

from aerostack.testing import RunningEdge


def live(edge: RunningEdge, worker: str) -> str:
    """The id of the version that answers."""
    return str(
        edge.account("GET", f"/workers/scripts/{worker}/deployments")["deployments"][0]["versions"][0]["version_id"]
    )


def edit(edge: RunningEdge, worker: str, said: str) -> str:
    """Another program makes a version live, as the editor of the dashboard does; returns its id."""
    boundary = uuid.uuid4().hex
    metadata = {"main_module": "index.js", "compatibility_date": "2026-01-01", "keep_bindings": ["kv_namespace", "d1"]}
    parts = [
        ("metadata", "application/json", json.dumps(metadata)),
        (
            "index.js",
            "application/javascript+module",
            f"export default {{ fetch() {{ return new Response('{said}') }} }}",
        ),
    ]
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n{content}\r\n"
        for name, kind, content in parts
    )
    account = edge.environ["CLOUDFLARE_ACCOUNT_ID"]
    request = urllib.request.Request(
        f"{edge.environ['CLOUDFLARE_API_BASE_URL']}/accounts/{account}/workers/scripts/{worker}",
        method="PUT",
        data=f"{body}--{boundary}--\r\n".encode(),
        headers={
            "Authorization": f"Bearer {edge.environ['CLOUDFLARE_API_TOKEN']}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    urllib.request.urlopen(request, timeout=30).close()
    return live(edge, worker)


@dataclass
class Meanwhile(Fatal):
    """For ``fatal_proxy``: kills nobody, but does something before the first request that ``when_asked`` recognises.

    It is given the method, the path, and whether the upload has come through already.
    """

    at: int = 0
    when: Any = "before"
    when_asked: Callable[[str, str, bool], bool] = lambda method, path, uploaded: False
    act: Callable[[], object] = lambda: None
    done: list[object] = field(default_factory=list)
    uploaded: bool = False

    def strikes(self, method: str, path: str) -> bool:
        with self._lock:
            if not self.done and self.when_asked(method, path, self.uploaded):
                self.done.append(self.act())
        sent = (method == "PUT" and "/workers/scripts/" in path) or (method == "POST" and path.endswith("/deployments"))
        self.uploaded = self.uploaded or sent
        return False
