"""Which backend a deploy goes through, and who said so.

Precedence: ``--backend`` › ``--use-own-account`` › ``AEROSTACK_BACKEND`` › ``[env.X.deploy] backend`` ›
``[deploy] backend`` › the default.
"""

from __future__ import annotations

from collections.abc import Mapping

from aerostack.errors import Location, UsageError
from aerostack.values import dataclass

DEFAULT = "aerostack"
OWN_ACCOUNT = "wrangler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A backend's name and where the choice came from, in words; ``where`` when it is a place in the file."""

    name: str
    source: str
    where: Location | None = None


def choose(
    *,
    flag: str | None,
    use_own_account: bool,
    environ: Mapping[str, str],
    configured: tuple[str, str, Location] | None,
) -> Choice:
    """Choose. ``configured`` is name, key path and place of the file's own choice, if it makes one.

    Raises ``UsageError`` when ``--use-own-account`` contradicts ``--backend``.
    """
    if flag is not None:
        if use_own_account and flag != OWN_ACCOUNT:
            raise UsageError(
                f"--use-own-account means --backend {OWN_ACCOUNT}, which contradicts --backend {flag}",
                hint="leave one of the two out",
            )
        return Choice(name=flag, source="--backend")
    if use_own_account:
        return Choice(name=OWN_ACCOUNT, source="--use-own-account")
    if environ.get("AEROSTACK_BACKEND"):
        return Choice(name=environ["AEROSTACK_BACKEND"], source="AEROSTACK_BACKEND")
    if configured is not None:
        name, key, where = configured
        return Choice(name=name, source=f"{key} in {where}", where=where)
    return Choice(name=DEFAULT, source="default")
