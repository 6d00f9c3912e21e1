"""What a body becomes: inflated, cut into lines, and never taken for whole when it is not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest

from aerostack.http.incoming import LARGEST_ANSWER, complete, lines, response
from aerostack.http.transport import Answer, Failing, Fault


def answer(*pieces: bytes, encoding: str | None = None) -> Answer:
    headers = (("Content-Encoding", encoding),) if encoding else ()
    return Answer(status=200, headers=headers, stream=iter(pieces), close=lambda: None)


def whole(*pieces: bytes, encoding: str | None = None) -> bytes:
    return complete(answer(*pieces, encoding=encoding), lambda: False)


def bytewise(content: bytes) -> Iterator[bytes]:
    return (content[index : index + 1] for index in range(len(content)))


BODY = b'{"a": "\xc3\xbc"}' * 1000


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP "])
def test_a_compressed_body_is_inflated_however_it_is_cut(encoding: str) -> None:
    packed = gzip.compress(BODY)
    assert whole(packed, encoding=encoding) == BODY
    assert whole(*bytewise(packed), encoding=encoding) == BODY
    assert whole(b"", packed, b"", encoding=encoding) == BODY


def test_compressed_bodies_in_a_row_are_one() -> None:
    packed = gzip.compress(b"one,") + gzip.compress(b"two")
    assert whole(packed, encoding="gzip") == b"one,two"
    assert whole(*bytewise(packed), encoding="gzip") == b"one,two"


def test_an_answer_without_a_body_needs_no_inflating() -> None:
    assert whole(encoding="gzip") == b""


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"no gzip", id="not compressed"),
        pytest.param(gzip.compress(BODY)[:-9], id="cut at the end"),
        pytest.param(gzip.compress(BODY)[:5], id="cut in the head"),
        pytest.param(zlib.compress(BODY), id="another format"),
    ],
)
def test_what_is_broken_or_ends_too_early_is_not_taken_for_whole(packed: bytes) -> None:
    with pytest.raises(Fault) as fault:
        whole(packed, encoding="gzip")
    assert fault.value.failing is Failing.UNREADABLE


def test_a_flood_is_cut_off_while_it_is_inflated() -> None:
    """A thousandth of it is sent; not much more than the limit is ever held."""
    seen = 0

    def late() -> bool:
        nonlocal seen
        seen += 1
        return False

    flood = gzip.compress(bytes(4 * LARGEST_ANSWER), compresslevel=1)
    with pytest.raises(Fault) as fault:
        complete(answer(flood, encoding="gzip"), late)
    assert fault.value.failing is Failing.TOO_LARGE
    assert seen >= 256


def test_the_deadline_ends_a_body() -> None:
    with pytest.raises(Fault) as fault:
        complete(answer(b"a", b"b"), lambda: True)
    assert fault.value.failing is Failing.LATE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"one", ["one"]),
        (b"one\n", ["one"]),
        (b"one\r\ntwo\n\nthree", ["one", "two", "", "three"]),
        ("ü\u2028x\ny".encode(), ["ü\u2028x", "y"]),
        (b"\xff\n", ["\N{REPLACEMENT CHARACTER}"]),
    ],
)
def test_lines_end_where_the_server_ends_them(content: bytes, expected: list[str]) -> None:
    assert list(lines(answer(content))) == expected
    assert list(lines(answer(*bytewise(content)))) == expected
    assert list(lines(answer(*bytewise(gzip.compress(content)), encoding="gzip"))) == expected


def test_a_line_is_given_before_the_next_one_comes() -> None:
    packer = zlib.compressobj(wbits=31)

    def served() -> Iterator[bytes]:
        yield packer.compress(b"first\n") + packer.flush(zlib.Z_SYNC_FLUSH)
        raise Fault(Failing.BROKEN, "reset")

    body = Answer(status=200, headers=(("content-encoding", "gzip"),), stream=served(), close=lambda: None)
    got = lines(body)
    assert next(got) == "first"
    with pytest.raises(Fault):
        next(got)


def test_a_line_without_end_is_cut_off() -> None:
    with pytest.raises(Fault) as fault:
        list(lines(answer(*[bytes(8 * 1024 * 1024)] * 9)))
    assert fault.value.failing is Failing.TOO_LARGE


def test_a_header_that_was_sent_twice_has_both_values() -> None:
    twice = Answer(status=200, headers=(("Via", "a"), ("X", "1"), ("via", "b")), stream=(), close=lambda: None)
    assert response(twice, b"", operation="x", method="GET").headers == {"via": "a, b", "x": "1"}
