"""Cloudflare's Python SDK, whose models come from Cloudflare's own schema, drives the account.

The SDK never checks what it gets, so every object it returns is validated against its model here: those that a test
does not look at by the client itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from cloudflare import BaseModel, Cloudflare

from aerostack.testing import RunningEdge

CODE = b'export default { fetch() { return new Response("hello"); } };'
METADATA = {"main_module": "index.js", "compatibility_date": "2026-01-01"}
FILES = [("index.js", CODE, "application/javascript+module")]


def valid(item: Any) -> Any:
    """The object, once its own model has taken what it holds."""
    type(item).model_validate(item.model_dump(mode="json", by_alias=True, exclude_unset=True))
    return item


class Checked(Cloudflare):
    """The client, with a look at every answer before anybody gets it; its pages are models too."""

    def request(self, *args: Any, **options: Any) -> Any:
        answer = super().request(*args, **options)
        for item in answer if isinstance(answer, list) else [answer]:
            if isinstance(item, BaseModel):
                valid(item)
        return answer


def all_valid(items: Iterable[Any]) -> list[Any]:
    return [valid(item) for item in items]


@pytest.fixture(scope="module")
def sdk(edge: RunningEdge) -> Iterator[Cloudflare]:
    with Checked(
        api_token=edge.environ["CLOUDFLARE_API_TOKEN"],
        base_url=edge.environ["CLOUDFLARE_API_BASE_URL"],
        http_client=httpx.Client(trust_env=False),
        max_retries=0,
    ) as client:
        yield client


@pytest.fixture
def here(edge: RunningEdge) -> dict[str, str]:
    return {"account_id": edge.environ["CLOUDFLARE_ACCOUNT_ID"]}


@pytest.fixture
def name() -> str:
    return f"s-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def script(sdk: Cloudflare, here: dict[str, str], name: str) -> str:
    valid(sdk.workers.scripts.update(name, metadata=METADATA, files=FILES, **here))
    return name
