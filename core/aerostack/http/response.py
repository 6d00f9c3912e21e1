"""The answer to a request, completely read."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from aerostack.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Response:
    """``headers`` have lower-case names. ``operation`` is what was being done, in words; ``method`` how."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    operation: str
    method: str

    def json(self) -> Any:
        """The body, parsed once. Raises ``UnavailableError`` when it is no JSON: a gateway or a proxy spoke."""
        return self._document

    @functools.cached_property
    def _document(self) -> Any:
        import json

        from aerostack.http.failure import malformed

        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise malformed(self) from None
