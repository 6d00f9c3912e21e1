"""The text of ``aerostack.toml``, or of wrangler's own file, before anybody looks for TOML in it."""

from __future__ import annotations

from pathlib import Path

from aerostack.errors import ConfigError, Location

_LARGEST = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, *, bom: bool = False) -> str:
    """The file's text. Raises ``ConfigError`` when it cannot be read, is far too large, or is not UTF-8.

    With ``bom`` it may start with a byte order mark, which is left out.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"cannot read {path.name}: {error.strerror}",
            hint=f"check that it is there and readable: ls -l {path.name}",
            where=Location(path),
            code="config_unreadable",
        ) from error
    if len(raw) > _LARGEST:
        raise ConfigError(
            f"{path.name} is larger than 1 MiB", hint="is this really the configuration?", where=Location(path)
        )
    return _decode(raw.removeprefix(_BOM) if bom else raw, path)


def _decode(raw: bytes, path: Path) -> str:
    """The bytes as text. Raises ``ConfigError`` for anything but UTF-8 without a byte order mark."""
    if raw.startswith(_BOM):
        raise ConfigError(
            f"{path.name} starts with a byte order mark, which TOML does not allow",
            hint="save it as UTF-8 without BOM, or remove the mark: sed -i '1s/^\\xEF\\xBB\\xBF//' " + path.name,
            where=Location(path, 1, 1),
        )
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        encoding = "UTF-16" if raw.startswith(_UTF_16) else "ISO-8859-1"
        raise ConfigError(
            f"{path.name} is not UTF-8: byte 0x{raw[error.start]:02X} at offset {error.start}",
            hint=f"save it as UTF-8; if it is {encoding}: iconv -f {encoding} -t UTF-8 {path.name}",
            where=Location(path, line, column),
        ) from error
