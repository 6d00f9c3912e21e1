"""What is uploaded at the same time shares a room, and each account has to leave some of it to the others."""

from __future__ import annotations

import contextlib

import pytest

from aerostack_server.deploys.room import Room
from aerostack_server.identity.caller import Caller
from aerostack_server.problems import Problem

FULL = (503, "unavailable", "too much code is being uploaded at the same time", 2)
MINE = (429, "too_many_requests", "this account uploads too much code at the same time", 2)


def by(account, key=None):
    return Caller(
        kind="account", account_id=account, account_name=account, account_slug=account, scopes=(), name="", key_id=key
    )


def told(problem):
    return problem and (problem.status, problem.code, problem.message, problem.retry_after)


def refusal(room, size, caller):
    with pytest.raises(Problem) as refused, room.taken(size, caller):
        raise AssertionError
    return told(refused.value)


def many(room, caller):
    """Take as many places as there are; how many, what is said then, and how to give them back."""
    with contextlib.ExitStack() as taken:
        count = 0
        try:
            while True:
                taken.enter_context(room.taken(1, caller))
                count += 1
        except Problem as refused:
            return count, told(refused), taken.pop_all()


def test_a_single_upload_is_let_in_however_large_it_is():
    room = Room(most_bytes=100, most=3)
    with room.taken(1000, by("a")):
        assert refusal(room, 1, by("b")) == FULL
    with room.taken(1000, by("b")):
        pass


def test_uploads_share_the_memory_that_there_is():
    room = Room(most_bytes=100, most=9)
    with room.taken(60, by("a")), room.taken(40, by("b")):
        assert refusal(room, 1, by("c")) == FULL
    with room.taken(100, by("c")):
        pass


def test_uploads_share_the_places_that_there_are():
    room = Room(most_bytes=100, most=3)
    with room.taken(1, by("a")), room.taken(1, by("b")), room.taken(1, by("c")):
        assert refusal(room, 1, by("d")) == FULL
    with room.taken(1, by("d")):
        pass


def test_an_account_holds_no_more_bytes_than_it_leaves():
    room = Room(most_bytes=100, most=9)
    with room.taken(30, by("a")), room.taken(20, by("a")):
        assert refusal(room, 1, by("a")) == MINE
        with room.taken(50, by("b")):
            pass


def test_however_many_send_all_they_can_there_is_a_place_for_who_comes_new():
    room = Room(most=64, share=2)
    with contextlib.ExitStack() as everything:
        counts = []
        for name in "abcde":
            count, said, taken = many(room, by(name))
            everything.enter_context(taken)
            counts.append((count, said))
        assert counts == [(16, MINE), (8, MINE), (4, MINE), (2, MINE), (1, MINE)]
    assert many(room, by("a"))[0] == 16


def test_what_one_gives_back_is_divided_anew():
    room = Room(most=32)
    _, _, first = many(room, by("a"))
    second, _, others = many(room, by("b"))
    first.close()
    with others:
        assert second == 8 and many(room, by("b"))[0] == 8


def test_a_key_says_whose_upload_would_be_refused():
    room = Room(most=4)
    with room.taken(1, by("a", "key_1")), room.taken(1, by("a", "key_2")):
        assert [told(room.refusal(1, key)) for key in ("key_1", "key_2", "key_3", None)] == [MINE, MINE, None, None]
        with room.taken(1, by("b", "key_3")):
            assert told(room.refusal(1, "key_3")) == MINE and room.refusal(1, "key_4") is None
            with room.taken(1, by("c", "key_4")):
                assert [told(room.refusal(1, key)) for key in ("key_1", "key_4", "key_5", None)] == [FULL] * 4
    assert room.refusal(1, "key_1") is None
