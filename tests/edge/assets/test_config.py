"""How assets are served: what a client may say of it."""

from __future__ import annotations

import pytest

from aerostack_edge.assets.config import ConfigError, parsed


def test_nothing_said_is_cloudflares_default():
    config = parsed({"html_handling": None, "_headers": None, "run_worker_first": None})
    assert (config.html_handling, config.not_found_handling, config.base_path) == (None, None, None)
    assert (config.worker_first, config.routing) == (False, None)
    assert config.redirects == {"version": 1, "staticRules": {}, "rules": {}}
    assert config.headers == {"version": 2, "rules": {}}


def test_who_answers_first():
    assert parsed({"run_worker_first": True}).worker_first is True
    assert parsed({"serve_directly": False}).worker_first is True
    assert parsed({"run_worker_first": False, "serve_directly": False}).worker_first is False
    config = parsed({"run_worker_first": ["/api/*", "!/api/docs/*"]})
    assert config.worker_first is False
    assert config.routing == {"user_worker": ["/api/*"], "asset_worker": ["/api/docs/*"]}


FIRST = "assets.config.run_worker_first"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"nonsense": 1}, "assets.config has the unknown key nonsense"),
        (
            {"html_handling": "auto"},
            "assets.config.html_handling must be one of auto-trailing-slash, force-trailing-slash, "
            "drop-trailing-slash, none, not 'auto'",
        ),
        (
            {"not_found_handling": ["none"]},
            "assets.config.not_found_handling must be one of none, 404-page, single-page-application, not ['none']",
        ),
        ({"base_path": "docs"}, "assets.config.base_path must be a plain path such as /docs, not 'docs'"),
        ({"base_path": "/a?b"}, "assets.config.base_path must be a plain path such as /docs, not '/a?b'"),
        ({"_headers": 1}, "assets.config._headers must be the text of the file"),
        ({"serve_directly": 1}, "assets.config.serve_directly must be true or false"),
        ({"run_worker_first": "/a"}, f"{FIRST} must be true, false or a list of paths"),
        ({"run_worker_first": [1]}, f"{FIRST} must be true, false or a list of paths"),
        ({"run_worker_first": []}, f"{FIRST}: there must be at least one rule"),
        ({"run_worker_first": ["/a"] * 101}, f"{FIRST}: there are 101 rules, 100 are allowed"),
        ({"run_worker_first": ["a"]}, f"{FIRST}: the rule 'a' must begin with / or !/"),
        ({"run_worker_first": ["!/a"]}, f"{FIRST}: there must be at least one rule without !"),
        ({"run_worker_first": ["/a", "/a"]}, f"{FIRST}: the rule '/a' is there twice"),
        ({"run_worker_first": ["/a/*", "/a/b"]}, f"{FIRST}: the rule '/a/*' makes '/a/b' redundant"),
        (
            {"run_worker_first": [f"/{'a' * 100}"]},
            f"{FIRST}: the rule '/aaaaaaaaaaaaaaaaaaa'… has more than 100 characters",
        ),
    ],
)
def test_what_no_asset_worker_takes_is_refused(said, reason):
    with pytest.raises(ConfigError) as error:
        parsed(said)
    assert str(error.value) == reason
