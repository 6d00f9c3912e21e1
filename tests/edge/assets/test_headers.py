"""How ``_headers`` is read; what the rules do is seen in the tests of the runtime."""

from __future__ import annotations

import pytest

from aerostack_edge.assets.headers import HeadersError, parsed


def test_headers_are_given_and_taken_away_by_address():
    text = """
    # comments and blank lines say nothing
    /*
      X-A: one
      x-a: two: three
      ! ETag

    https://:sub.x.example/ü
      Cache-Control: no-store
    /twice
      X: 1
    /twice
      Y: 2
    """
    assert parsed(text) == {
        "version": 2,
        "rules": {
            "/*": {"set": {"x-a": "one, two: three"}, "unset": ["etag"]},
            "https://:sub.x.example/%C3%BC": {"set": {"cache-control": "no-store"}},
            "/twice": {"set": {"y": "2"}},
        },
    }
    assert parsed("") == {"version": 2, "rules": {}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X: 1", "Line 1: an address must come first, such as /*"),
        ("/a", "Line 1: no headers for /a"),
        ("/a\n  nonsense", "Line 2: expected a header, such as Name: value\nLine 1: no headers for /a"),
        ("/a\n  X:\n  Y: 1", "Line 2: the header X has no value"),
        ("/a\n  X Y: 1\n  Z: 1", "Line 2: 'X Y' is not the name of a header"),
        ("/a\n  : 1\n  Z: 1", "Line 2: '' is not the name of a header"),
        ("/a\n  X: a\x00b\n  Z: 1", "Line 2: the value of X has characters that no header may have"),
        ("/a\n  ! X Y\n  Z: 1", "Line 2: 'X Y' is not the name of a header"),
        ("/a/*/*\n  X: 1", "Line 1: only one * is allowed in a rule; name the others, such as :project"),
        ("/*/:splat\n  X: 1", "Line 1: * is called :splat itself: name the placeholder otherwise"),
        ("http://x.example/\n  X: 1", "Line 1: http://x.example/ must begin with / or https://"),
        ("https://x.example:80/\n  X: 1", "Line 1: ports are not supported: https://x.example:80/"),
        (f"/a\n  X: {'b' * 2000}\n  Z: 1", "Line 2: longer than 2000 characters"),
        ("\n".join(f"/{n}\nX: 1" for n in range(101)), "Line 201: there are more than 100 rules"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_line(text, reason):
    with pytest.raises(HeadersError) as error:
        parsed(text)
    assert str(error.value) == reason
