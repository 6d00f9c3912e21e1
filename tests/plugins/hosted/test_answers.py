"""What answers mean that the API did not give."""

from __future__ import annotations

import pytest

from aerostack.errors import UnavailableError
from aerostack.http import Response
from aerostack_hosted.api.answers import judge


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"detail": "Not Found"}', "JSON that is not its own"),
        (b"[]", "JSON that is not its own"),
        (b"<html>nginx</html>", "an HTML page"),
        (b"not here", "something that is no JSON"),
    ],
)
def test_only_the_api_itself_says_that_there_is_nothing(body: bytes, what: str) -> None:
    error = judge(Response(status=404, headers={}, content=body, operation="reading x", method="GET"))
    assert isinstance(error, UnavailableError)
    assert error.message == f"reading x failed: the API answered with {what} (HTTP 404)"
