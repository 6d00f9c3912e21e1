"""Multipart forms in memory: what is uploaded is needed as bytes, and Starlette's files cost more than the parsing."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

#: Bytes of a field that is no file.
_LONGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """``filename`` is ``None`` for a field."""

    name: str
    filename: str | None
    content: bytes

    @property
    def text(self) -> str:
        """What a field says."""
        return self.content.decode("utf-8", "replace")


async def read(request: Request, *, files: int, fields: int, longest: int = _LONGEST) -> list[Part]:
    """The parts in their order; none of a body that is no multipart form.

    Raises ``HTTPException`` for a broken one, and for more ``files``, ``fields`` or bytes of a field than that.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        return []
    if not options.get(b"boundary"):
        raise _refused("Missing boundary in multipart.")
    reader = _Reader(files, fields, longest)
    try:
        parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": reader.begin,
                "on_header_field": reader.on_header,
                "on_header_value": reader.on_value,
                "on_header_end": reader.end_header,
                "on_headers_finished": reader.end_headers,
                "on_part_data": reader.on_data,
                "on_part_end": reader.end,
            },
        )
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
    except FormParserError:
        raise _refused("Invalid multipart data.") from None
    return reader.parts


class _Reader:
    """Puts together what the parser finds."""

    def __init__(self, files: int, fields: int, longest: int) -> None:
        self.parts: list[Part] = []
        self._left = {"files": files, "fields": fields}
        self._most = dict(self._left)
        self._longest = longest
        self.begin()

    def begin(self) -> None:
        """A part."""
        self._header = self._value = self._disposition = b""
        self._name = ""
        self._filename: str | None = None
        self._pieces: list[bytes] = []
        self._size = 0

    def on_header(self, data: bytes, start: int, end: int) -> None:
        """A piece of a header's name."""
        self._header += data[start:end]

    def on_value(self, data: bytes, start: int, end: int) -> None:
        """A piece of what a header says."""
        self._value += data[start:end]

    def end_header(self) -> None:
        """The only one that means something."""
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def end_headers(self) -> None:
        """The part is counted."""
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise _refused('The Content-Disposition header field "name" must be provided.')
        self._name = _text(options[b"name"])
        self._filename = _text(options[b"filename"]) if b"filename" in options else None
        kind = "fields" if self._filename is None else "files"
        self._left[kind] -= 1
        if self._left[kind] < 0:
            raise _refused(f"Too many {kind}. Maximum number of {kind} is {self._most[kind]}.")

    def on_data(self, data: bytes, start: int, end: int) -> None:
        """A piece of the content."""
        self._size += end - start
        if self._filename is None and self._size > self._longest:
            raise _refused(f"Part exceeded maximum size of {self._longest // 1024}KB.")
        self._pieces.append(data[start:end])

    def end(self) -> None:
        """All of the content."""
        self.parts.append(Part(self._name, self._filename, b"".join(self._pieces)))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _refused(message: str) -> HTTPException:
    return HTTPException(400, message)
