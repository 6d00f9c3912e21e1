"""What a run of wrangler reported into ``WRANGLER_OUTPUT_FILE_PATH``: one JSON document a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aerostack.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """``version_id`` and ``targets`` are those of the deploy that wrangler reported; ``failure`` is its own message.

    A run that was cut off has neither. ``code`` is Cloudflare's, ``log`` the path of wrangler's own log.
    """

    wrangler: str | None = None
    version_id: str | None = None
    targets: tuple[str, ...] = ()
    failure: str | None = None
    code: int | None = None
    log: str | None = None


def read(path: Path) -> Session:
    """The report. What is missing, truncated or of another shape is simply not there: it came from a program that may
    have been killed at any moment.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Session()
    session, deploy, failed = (_last(lines, kind) for kind in ("wrangler-session", "deploy", "command-failed"))
    targets = deploy.get("targets")
    code = failed.get("code")
    return Session(
        wrangler=_text(session, "wrangler_version"),
        version_id=_text(deploy, "version_id"),
        targets=tuple(item for item in targets if isinstance(item, str)) if isinstance(targets, list) else (),
        failure=_text(failed, "message"),
        code=code if isinstance(code, int) else None,
        log=_text(session, "log_file_path"),
    )


def _last(lines: list[str], kind: str) -> Mapping[str, Any]:
    for line in reversed(lines):
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict) and document.get("type") == kind:
            return document
    return {}


def _text(document: Mapping[str, Any], key: str) -> str | None:
    value = document.get(key)
    return value if isinstance(value, str) and value else None
