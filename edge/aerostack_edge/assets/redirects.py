"""``_redirects``: one rule a line, ``from to [status]``, as Cloudflare reads it."""

from __future__ import annotations

import re
from typing import Any

from aerostack_edge.assets.lines import LONGEST, PLACEHOLDER, SPLAT, LineError, RulesError, address, numbered

_MOST_STATIC, _MOST_DYNAMIC = 2000, 100
_STATUSES = (200, 301, 302, 303, 307, 308)
_TO_INDEX = re.compile(r"/index(\.html)?$")
_COMMENT = re.compile(r"\s+#.*$")


class RedirectsError(RulesError):
    """Lines of ``_redirects`` that are no rules."""


def parsed(text: str, *, html_handling: str | None) -> dict[str, Any]:
    """The rules as the asset Worker takes them. Raises ``RedirectsError``.

    Rules without ``*`` and placeholders are looked up, as long as none with them came before; the others are tried in
    their order.
    """
    static: dict[str, dict[str, Any]] = {}
    dynamic: dict[str, dict[str, Any]] = {}
    wrong: list[str] = []
    for number, line in numbered(text):
        try:
            source, rule = _rule(line, html_handling)
            if source in static or source in dynamic:
                raise LineError(f"there is a rule for {source} already")
            if dynamic or SPLAT.search(source) or PLACEHOLDER.search(source):
                if len(dynamic) == _MOST_DYNAMIC:
                    raise LineError(f"there are more than {_MOST_DYNAMIC} dynamic rules")
                dynamic[source] = rule
            else:
                if len(static) == _MOST_STATIC:
                    raise LineError(f"there are more than {_MOST_STATIC} static rules")
                static[source] = {**rule, "lineNumber": number}
        except LineError as error:
            wrong.append(f"Line {number}: {error}")
    if wrong:
        raise RedirectsError(wrong)
    return {"version": 1, "staticRules": static, "rules": dynamic}


def _rule(line: str, html_handling: str | None) -> tuple[str, dict[str, Any]]:
    if len(line) > LONGEST:
        raise LineError(f"longer than {LONGEST} characters")
    tokens = _COMMENT.sub("", line).split()
    if len(tokens) not in (2, 3):
        raise LineError(f"a rule has 2 or 3 parts, this one has {len(tokens)}")
    source = address(tokens[0], absolute=False)
    target = address(tokens[1], ports=True, whole=True)
    status = tokens[2] if len(tokens) == 3 else "302"
    if not status.isascii() or not status.isdigit() or int(status) not in _STATUSES:
        raise LineError(f"the status must be one of {', '.join(map(str, _STATUSES))}, not {status}")
    inside = not target.startswith("https://")
    looping = source.endswith("/*") or (source.endswith("/") and html_handling != "none")
    if inside and looping and _TO_INDEX.search(target):
        raise LineError("an infinite loop: serving the target leads back to this rule")
    if int(status) == 200 and not inside:
        raise LineError(f"a rule with status 200 must lead to a path, not to {target}")
    return source, {"status": int(status), "to": target}
