from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = 'name = "demo"\nmain = "src/index.ts"\ncompatibility_date = "2024-11-01"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project folder called ``demo`` with an entry point and no configuration."""
    root = tmp_path / "demo"
    (root / "src").mkdir(parents=True)
    (root / "src" / "index.ts").write_text("export default {}\n")
    return root


@pytest.fixture
def raw(folder: Path) -> Callable[[str | bytes], Path]:
    """Write exactly this as aerostack.toml."""

    def write(content: str | bytes) -> Path:
        path = folder / "aerostack.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def toml(raw: Callable[[str | bytes], Path]) -> Callable[[str], Path]:
    """Write aerostack.toml: three ordinary lines (name, main, compatibility_date), then this."""
    return lambda body: raw(HEAD + body)
