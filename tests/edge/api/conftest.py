"""A client of the edge's API that shows everything of an answer, and names nobody else uses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from aerostack.testing import RunningEdge, fetch

ANSWERS = 'export default { fetch() { return new Response("%s"); } };'


@dataclass(frozen=True)
class Answer:
    """An answer; the envelope is checked already."""

    status: int
    document: Any
    content: bytes
    headers: Mapping[str, str]

    @property
    def result(self) -> Any:
        assert self.document["success"], self.document
        return self.document["result"]

    @property
    def info(self) -> Any:
        return self.document["result_info"]

    @property
    def refused(self) -> tuple[int, int, str]:
        """Status, code and message."""
        assert self.document["success"] is False
        assert self.document["result"] is None
        (error,) = self.document["errors"]
        return self.status, error["code"], error["message"]


class Api:
    """Calls paths below the account with its token."""

    def __init__(self, edge: RunningEdge) -> None:
        self.edge = edge
        self.root = edge.environ["CLOUDFLARE_API_BASE_URL"]
        self.account = f"{self.root}/accounts/{edge.environ['CLOUDFLARE_ACCOUNT_ID']}"
        token = edge.environ["CLOUDFLARE_API_TOKEN"]
        self.client = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False)

    def __call__(self, method: str, path: str, **options: Any) -> Answer:
        return self.at(method, f"{self.account}{path}", **options)

    def at(self, method: str, url: str, **options: Any) -> Answer:
        got = self.client.request(method, url, **options)
        document = None
        if got.headers.get("content-type", "").startswith("application/json"):
            document = got.json()
            assert set(document) >= {"success", "errors", "messages", "result"}
        return Answer(got.status_code, document, got.content, got.headers)

    def upload(self, script: str, code: str, *, versions: bool = False, strict: bool = True, **metadata: Any) -> Answer:
        """Upload one module; ``versions`` records it without making it live."""
        described = {"main_module": "index.js", "compatibility_date": "2026-01-01", **metadata}
        return self(
            "POST" if versions else "PUT",
            f"/workers/scripts/{script}{'/versions' if versions else ''}{'?bindings_inherit=strict' if strict else ''}",
            files={
                "metadata": (None, json.dumps(described), "application/json"),
                "index.js": ("index.js", code, "application/javascript+module"),
            },
        )

    def enable(self, script: str) -> None:
        """Switch the script's address on."""
        assert self("POST", f"/workers/scripts/{script}/subdomain", json={"enabled": True}).status == 200

    def visit(self, script: str, path: str = "/") -> tuple[int, str]:
        """What the script answers."""
        url = self("GET", f"/workers/workers/{script}").result["subdomain"]["url"]
        status, content = fetch(f"{url}{path}")
        return status, content.decode()


@pytest.fixture(scope="session")
def api(edge: RunningEdge) -> Iterator[Api]:
    """The session's edge."""
    client = Api(edge)
    with client.client:
        yield client


@pytest.fixture
def name() -> str:
    """A name for whatever the test makes."""
    return f"t-{uuid.uuid4().hex[:12]}"
