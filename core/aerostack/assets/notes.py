"""What the user should know of the static files before they are public."""

from __future__ import annotations

from aerostack.model import Assets

#: So many names are enough to see what is meant.
_SHOWN = 5


def notes(assets: Assets | None) -> tuple[str, ...]:
    """How many there are, and what is not published although it lies there."""
    if assets is None:
        return ()
    count = len(assets.files)
    found = [f"{count} static file{'s' * (count != 1)}, {_size(assets.size)}"]
    withheld = assets.withheld
    if withheld:
        more = f" and {len(withheld) - _SHOWN} more" if len(withheld) > _SHOWN else ""
        found.append(
            f"not published, as nobody asked for it by name: {', '.join(withheld[:_SHOWN])}{more} "
            f"(a line `!/{withheld[0]}` in .assetsignore does)"
        )
    return tuple(found)


def _size(size: int) -> str:
    return f"{size / 1024:.1f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"
