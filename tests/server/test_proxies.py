"""A server behind a proxy."""

from __future__ import annotations

import uuid


def test_failed_logins_are_counted_where_a_proxy_of_this_machine_says_that_they_come_from(sqlite_server):
    sqlite_server.tenant()

    def guess(place):
        return sqlite_server.sign_in(f"{uuid.uuid4().hex}@example.com", "guess", **{"X-Forwarded-For": place}).status

    assert [guess("203.0.113.1") for _ in range(5)] == [401] * 5
    # The fifth blocks for a second, and the next two for two and four: one of them is not over.
    assert 429 in [guess("203.0.113.1") for _ in range(3)]
    assert guess("203.0.113.2") == 401
