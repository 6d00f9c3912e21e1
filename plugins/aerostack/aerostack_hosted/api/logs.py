"""What the live Worker of an environment logs: server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from aerostack.values import dataclass
from aerostack_hosted.api.answers import judge
from aerostack_hosted.api.connection import Api, segment


@dataclass(frozen=True, slots=True)
class Event:
    """``data`` is one JSON document, on one line."""

    kind: str
    data: str


def follow(api: Api, project: str, environment: str, search: str | None) -> Iterator[Event]:
    """``GET …/logs``: the events as they come, until the server ends the stream."""
    path = f"/projects/{segment(project)}/environments/{segment(environment)}/logs"
    kind, data = "message", list[str]()
    lines = api.lines("GET", path, f"reading the logs of {environment}", judge, {"filter": search} if search else None)
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            kind = value
        elif field == "data":
            data.append(value)
        elif not line:
            if data:
                yield Event(kind, "\n".join(data))
            kind, data = "message", []


def shown(event: Event) -> str:
    """An event for people: the request and its outcome, then what was logged and thrown."""
    try:
        document: Any = json.loads(event.data)
    except (ValueError, RecursionError):
        return event.data
    if not isinstance(document, dict):
        return event.data
    lines = [f"{_moment(document.get('eventTimestamp'))}{_subject(document)} {document.get('outcome') or 'unknown'}"]
    for entry in _entries(document.get("logs")):
        message = entry.get("message")
        parts = message if isinstance(message, list) else [message]
        text = " ".join(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts)
        lines.append(f"  ({entry.get('level') or 'log'}) {text}")
    lines += [f"  ✗ {entry.get('name')}: {entry.get('message')}" for entry in _entries(document.get("exceptions"))]
    return "\n".join(lines)


def _subject(document: dict[str, Any]) -> str:
    event = document.get("event")
    event = event if isinstance(event, dict) else {}
    request = event.get("request")
    if isinstance(request, dict):
        response = event.get("response")
        status = response.get("status") if isinstance(response, dict) else None
        return f"{request.get('method')} {request.get('url')} {status or '-'}"
    return str(event.get("cron") or event.get("queue") or "event")


def _entries(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _moment(value: object) -> str:
    if not isinstance(value, int | float):
        return ""
    try:
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%H:%M:%S ")
    except (ValueError, OverflowError, OSError):  # no moment of any calendar
        return ""
