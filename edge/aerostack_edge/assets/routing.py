"""``run_worker_first`` as a list: which paths the Worker answers although there is an asset."""

from __future__ import annotations

from collections.abc import Sequence

_MOST, _LONGEST = 100, 100


class RoutingError(Exception):
    """What is wrong with the list."""


def parsed(rules: Sequence[str]) -> dict[str, list[str]]:
    """The rules as the router Worker takes them; those with ``!`` are for the assets. Raises ``RoutingError``."""
    if not rules:
        raise RoutingError("there must be at least one rule")
    if len(rules) > _MOST:
        raise RoutingError(f"there are {len(rules)} rules, {_MOST} are allowed")
    for rule in rules:
        if not rule.startswith(("/", "!/")):
            raise RoutingError(f"the rule {rule!r} must begin with / or !/")
        if len(rule) > _LONGEST:
            raise RoutingError(f"the rule {rule[:20]!r}… has more than {_LONGEST} characters")
    worker = [rule for rule in rules if rule.startswith("/")]
    assets = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]
    if not worker:
        raise RoutingError("there must be at least one rule without !")
    for group in (worker, assets):
        _check_each_counts(group)
    return {"user_worker": worker, "asset_worker": assets}


def _check_each_counts(rules: Sequence[str]) -> None:
    if len(set(rules)) < len(rules):
        twice = next(rule for rule in rules if rules.count(rule) > 1)
        raise RoutingError(f"the rule {twice!r} is there twice")
    for wide in (rule for rule in rules if rule.endswith("*")):
        for other in rules:
            if other != wide and other.startswith(wide[:-1]):
                raise RoutingError(f"the rule {wide!r} makes {other!r} redundant")
