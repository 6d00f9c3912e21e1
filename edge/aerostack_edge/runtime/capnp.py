"""Write values in Cap'n Proto's text format, the language of workerd's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Embed:
    """The content of a file: relative to the configuration, or absolute for a workerd run with ``-I/``."""

    path: str


#: ``None`` is the value of a field that has none but its presence.
Value: TypeAlias = "bool | str | Embed | Sequence[Value] | Mapping[str, Value] | None"

_PRINTABLE = range(0x20, 0x7F)


def document(config: Mapping[str, Value]) -> str:
    """The text of a whole configuration file."""
    return f'using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = {render(config)};\n'


def render(value: Value) -> str:
    """One value. Keys of mappings are the schema's field names, never foreign text."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "void"
        case str():
            return quoted(value)
        case Embed(path):
            return f"embed {quoted(path)}"
        case Mapping():
            return f"({', '.join(f'{name} = {render(field)}' for name, field in value.items())})"
        case _:
            return f"[{', '.join(map(render, value))}]"


def quoted(text: str) -> str:
    r"""A text literal. It is not JSON's: ``\u1234`` and raw control characters are errors, so bytes become ``\xNN``.

    Raises ``UnicodeEncodeError`` for half a surrogate pair, which has no UTF-8 form.
    """
    return '"' + "".join(_literal(byte) for byte in text.encode()) + '"'


def _literal(byte: int) -> str:
    if byte in _PRINTABLE:
        character = chr(byte)
        return f"\\{character}" if character in '"\\' else character
    return f"\\x{byte:02x}"
