"""What the user should know of the static files before they are public."""

from __future__ import annotations

from aerostack.model import Assets

#: So many names are enough to see what is meant.
_SHOWN = 5


def summary(assets: Assets) -> str:
    """How many there are, and how large."""
    count = len(assets.files)
    return f"{count} static file{'s' * (count != 1)}, {_size(assets.size)}"


def notes(assets: Assets | None) -> tuple[str, ...]:
    """What is not published although it lies there, and how it would be."""
    if assets is None or not assets.withheld:
        return ()
    first, more = assets.withheld[0], len(assets.withheld) - _SHOWN
    names = ", ".join(assets.withheld[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return (
        f"not published, as nobody asked for it by name: {names} "
        f"(a line `!/{first}` in .assetsignore does, and `/{first}` says that it is right so)",
    )


def _size(size: int) -> str:
    return f"{size / 1024:.1f} KiB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MiB"
