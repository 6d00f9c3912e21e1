"""``@shared``: the project's folder ``shared``, which code may import from without a path."""

from __future__ import annotations

from pathlib import Path

from aerostack_wrangler.paths import Moved

_SHARED = "shared"
#: In the order in which an import without an ending prefers them.
_SOURCES = (".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cjs")
_WRITTEN_AS = {".ts": ".js", ".tsx": ".js", ".mts": ".mjs"}


def shared_modules(moved: Moved) -> dict[str, str]:
    """Aliases for every module of ``shared``: wrangler replaces whole import specifiers, never the beginning of one."""
    folder = moved.root / _SHARED
    if not folder.is_dir():
        return {}
    exact: dict[str, Path] = {}
    implied: dict[str, Path] = {}
    for file in sorted(folder.rglob("*"), key=_preference):
        inside = file.relative_to(folder)
        if not file.is_file() or any(part == "node_modules" or part.startswith(".") for part in inside.parts):
            continue
        specifier = f"@{_SHARED}/{inside.as_posix()}"
        exact[specifier] = file
        if file.suffix in _SOURCES:
            bare = specifier.removesuffix(file.suffix)
            implied.setdefault(bare, file)
            implied.setdefault(bare + _WRITTEN_AS.get(file.suffix, file.suffix), file)
            if file.stem == "index":
                implied.setdefault(bare.removesuffix("/index"), file)
    modules = {**implied, **exact}
    return {
        specifier: moved.module(f"./{modules[specifier].relative_to(moved.root).as_posix()}")
        for specifier in sorted(modules)
    }


def _preference(file: Path) -> tuple[Path, int, str]:
    rank = _SOURCES.index(file.suffix) if file.suffix in _SOURCES else len(_SOURCES)
    return file.with_suffix(""), rank, file.suffix
