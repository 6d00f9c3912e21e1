"""Names of scripts in dispatch namespaces: ``namespace/script``, which no name of an ordinary script can be."""

from __future__ import annotations

import sqlite3

from aerostack_edge.state import resources

_BETWEEN = "/"


def join(namespace: str, script: str) -> str:
    """The name of a script in a namespace."""
    return f"{namespace}{_BETWEEN}{script}"


def shown(name: str) -> str:
    """The name of a script as its owner knows it."""
    return name.rpartition(_BETWEEN)[2]


def namespace_of(name: str) -> str | None:
    """The namespace that the script is in."""
    return name.partition(_BETWEEN)[0] if _BETWEEN in name else None


class NamespaceGoneError(Exception):
    """The namespace was deleted meanwhile."""


def hold(connection: sqlite3.Connection, script: str) -> None:
    """Raise ``NamespaceGoneError`` when the script is in a namespace that does not exist."""
    namespace = namespace_of(script)
    if namespace is not None and resources.find(connection, "dispatch", namespace) is None:
        raise NamespaceGoneError(namespace)


def scripts_in(connection: sqlite3.Connection, namespace: str) -> list[str]:
    """The names of the scripts in a namespace, in the form of ``join``."""
    rows = connection.execute(
        "SELECT name FROM scripts WHERE substr(name, 1, ?) = ? ORDER BY name",
        (len(namespace) + 1, namespace + _BETWEEN),
    )
    return [row["name"] for row in rows]
