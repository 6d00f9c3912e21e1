"""What is received: the body of an answer, decompressed, and never more of it than a program can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aerostack.http.response import Response
from aerostack.http.transport import Answer, Failing, Fault

#: No API of ours sends more; a server that does is broken or hostile.
LARGEST_ANSWER = 64 * 1024 * 1024

# Of a compressed body, so much is held at once.
_PIECE = 256 * 1024


def complete(answer: Answer, late: Callable[[], bool]) -> bytes:
    """The whole body. Raises ``Fault``, also when it grows too large or ``late`` says so."""
    content = bytearray()
    for piece in _pieces(answer):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise Fault(Failing.TOO_LARGE)
        if late():
            raise Fault(Failing.LATE)
    return bytes(content)


def lines(answer: Answer) -> Iterator[str]:
    """The lines of a body as they come, without their ends. Raises ``Fault``."""
    begun = bytearray()
    for piece in _pieces(answer):
        *ended, rest = piece.split(b"\n")
        for line in ended:
            yield _text(begun + line)
            begun.clear()
        begun += rest
        if len(begun) > LARGEST_ANSWER:
            raise Fault(Failing.TOO_LARGE)
    if begun:
        yield _text(begun)


def response(answer: Answer, content: bytes, *, operation: str, method: str) -> Response:
    """The answer with its body. A header that was sent twice has both values, separated by a comma."""
    return Response(status=answer.status, headers=_headers(answer), content=content, operation=operation, method=method)


def _headers(answer: Answer) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _text(line: bytearray) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def _pieces(answer: Answer) -> Iterator[bytes]:
    encoding = _headers(answer).get("content-encoding", "").strip().lower()
    yield from _inflated(answer) if encoding in ("gzip", "x-gzip") else answer.stream


def _inflated(answer: Answer) -> Iterator[bytes]:
    import zlib

    inflate, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
    for compressed in answer.stream:
        rest = compressed
        while rest:
            if inflate.eof:  # a body may be several compressed ones in a row
                inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            begun = True
            try:
                piece = inflate.decompress(rest, _PIECE)
            except zlib.error as error:
                raise Fault(Failing.UNREADABLE, str(error)) from None
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if piece:
                yield piece
    if begun and not inflate.eof:
        raise Fault(Failing.UNREADABLE, "it ends too early")
