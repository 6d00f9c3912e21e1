"""What of a tail its watcher wants to see."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Item: TypeAlias = Mapping[str, Any]
Filter: TypeAlias = Callable[[Item], bool]


def filters(wanted: Any) -> list[Filter]:
    """The filters of a tail, all of which an item must pass. Raises ``ValueError`` with what is wrong with them."""
    if not isinstance(wanted, list) or not all(isinstance(entry, dict) for entry in wanted):
        raise ValueError("filters must be a list of objects")
    return [_filter(kind, value) for entry in wanted for kind, value in entry.items()]


def _filter(kind: str, value: Any) -> Filter:
    make = _TABLE.get(kind)
    if make is None:
        raise ValueError(f"there is no filter {kind}; there are {', '.join(_TABLE)}")
    try:
        return make(value)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"the filter {kind} cannot be {json.dumps(value)}") from error


def _sampling_rate(rate: float) -> Filter:
    share = rate + 0.0
    # A sample: nothing about it is secret.
    return lambda item: random.random() < share  # nosec B311


def _outcome(outcomes: list[str]) -> Filter:
    wanted = set(outcomes)
    return lambda item: item.get("outcome") in wanted


def _method(methods: list[str]) -> Filter:
    wanted = {method.upper() for method in methods}
    return lambda item: _request(item).get("method") in wanted


def _header(header: Mapping[str, str]) -> Filter:
    name, text = header["key"].lower(), header.get("query") or ""
    if not isinstance(text, str):
        raise TypeError
    return lambda item: text in _headers(item).get(name, "") if name in _headers(item) else False


def _client_ip(addresses: list[str]) -> Filter:
    # wrangler says "self" for the address that the watcher has: here everybody has that of this machine.
    wanted = {"127.0.0.1" if address == "self" else address for address in addresses}
    return lambda item: _headers(item).get("cf-connecting-ip") in wanted


def _query(text: str) -> Filter:
    wanted = text.lower()
    return lambda item: any(wanted in json.dumps(log.get("message")).lower() for log in item.get("logs", ()))


def _request(item: Item) -> Mapping[str, Any]:
    event = item.get("event") or {}
    found: Mapping[str, Any] = event.get("request") or {}
    return found


def _headers(item: Item) -> Mapping[str, str]:
    found: Mapping[str, str] = _request(item).get("headers") or {}
    return found


_TABLE: Mapping[str, Callable[[Any], Filter]] = {
    "sampling_rate": _sampling_rate,
    "outcome": _outcome,
    "method": _method,
    "header": _header,
    "client_ip": _client_ip,
    "query": _query,
}
