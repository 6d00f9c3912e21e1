"""How ``_redirects`` is read; what the rules do is seen in the tests of the runtime."""

from __future__ import annotations

import pytest

from aerostack_edge.assets.redirects import RedirectsError, parsed


def rules(text: str, html_handling: str | None = None) -> tuple[dict, dict]:
    found = parsed(text, html_handling=html_handling)
    assert found["version"] == 1
    return found["staticRules"], found["rules"]


def test_static_rules_are_looked_up_until_a_dynamic_one_comes():
    static, dynamic = rules(
        "# all\n\n/a /b\r\n /c\t/d 301  # why\n/e/* /f/:splat\n/g /h 308\n/u/:id/* https://x.example/:id"
    )
    assert static == {
        "/a": {"status": 302, "to": "/b", "lineNumber": 3},
        "/c": {"status": 301, "to": "/d", "lineNumber": 4},
    }
    assert dynamic == {
        "/e/*": {"status": 302, "to": "/f/:splat"},
        "/g": {"status": 308, "to": "/h"},
        "/u/:id/*": {"status": 302, "to": "https://x.example/:id"},
    }


def test_addresses_are_written_as_urls_write_them():
    static, _ = rules("a /b\n/ü/%C3%BC/../x?q#f /ö?a=ü&b=<#ü^`\n/. https://x.example:8080//y?z")
    assert static == {
        "/a": {"status": 302, "to": "/b", "lineNumber": 1},
        "/%C3%BC/x": {"status": 302, "to": "/%C3%B6?a=%C3%BC&b=%3C#%C3%BC^%60", "lineNumber": 2},
        "/": {"status": 302, "to": "https://x.example:8080/y?z", "lineNumber": 3},
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/a", "Line 1: a rule has 2 or 3 parts, this one has 1"),
        ("\n/a /b 301 Country=de", "Line 2: a rule has 2 or 3 parts, this one has 4"),
        ("/a /b 404", "Line 1: the status must be one of 200, 301, 302, 303, 307, 308, not 404"),
        ("/a /b x", "Line 1: the status must be one of 200, 301, 302, 303, 307, 308, not x"),
        ("https://x.example/a /b", "Line 1: only paths are allowed here, not https://x.example/a"),
        ("/a b", "Line 1: b must begin with / or https://"),
        ("/a http://x.example", "Line 1: http://x.example must begin with / or https://"),
        ("/a https://x.example 200", "Line 1: a rule with status 200 must lead to a path, not to https://x.example/"),
        ("/* /index.html 200", "Line 1: an infinite loop: serving the target leads back to this rule"),
        ("/ /index.html", "Line 1: an infinite loop: serving the target leads back to this rule"),
        ("/a /b\n/a /c", "Line 2: there is a rule for /a already"),
        (f"/a /{'b' * 2000}", "Line 1: longer than 2000 characters"),
        ("/a\n/b", "Line 1: a rule has 2 or 3 parts, this one has 1\nLine 2: a rule has 2 or 3 parts, this one has 1"),
        ("\n".join(f"/{n} /" for n in range(2001)), "Line 2001: there are more than 2000 static rules"),
        ("\n".join(f"/{n}/* /" for n in range(101)), "Line 101: there are more than 100 dynamic rules"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_line(text, reason):
    with pytest.raises(RedirectsError) as error:
        parsed(text, html_handling=None)
    assert str(error.value) == reason


def test_a_root_may_lead_to_its_index_when_html_is_served_as_it_is():
    static, _ = rules("/ /index.html 200", "none")
    assert static["/"]["to"] == "/index.html"
