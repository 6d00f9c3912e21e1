"""What a manifest may say, and how what is missing is grouped."""

from __future__ import annotations

import pytest

from aerostack_edge.assets.manifest import LARGEST, MOST, Entry, ManifestError, buckets, parsed

HASH = "0123456789abcdef" * 2
GOOD = {"hash": HASH, "size": 1}


def test_paths_are_names_below_the_root_in_any_script():
    paths = ["/a", "/.well-known/x", "/a b/ü…/%2e%2e/x?y#z", "/..a/b.."]
    assert parsed(dict.fromkeys(paths, GOOD)) == dict.fromkeys(paths, Entry(HASH, 1))


NO_PATH = "is not the path of an asset: it must begin with / and have no empty or dot parts."


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (None, "manifest must be an object"),
        ([], "manifest must be an object"),
        *(
            ({path: GOOD}, f"{path!r} {NO_PATH}")
            for path in ("", "/", "a", "/a//b", "/a/", "/../a", "/a/.", "/a\\..\\b")
        ),
        ({"/a\0": GOOD}, "The path '/a\\x00' has characters that no path may have."),
        ({"/a\n": GOOD}, "The path '/a\\n' has characters that no path may have."),
        ({"/\ud800": GOOD}, "The path '/\\ud800' has characters that no path may have."),
        ({"/" + "ü" * 2048: GOOD}, f"The path /{'ü' * 39}… is longer than 4096 bytes."),
        ({"/a": 1}, "The hash of /a must be 32 hex digits."),
        ({"/a": {"hash": HASH.upper(), "size": 1}}, "The hash of /a must be 32 hex digits."),
        ({"/a": {"hash": HASH + "\n", "size": 1}}, "The hash of /a must be 32 hex digits."),
        ({"/a": {"hash": "../" + HASH[3:], "size": 1}}, "The hash of /a must be 32 hex digits."),
        ({"/a": {"hash": HASH}}, "The size of /a must be a number of bytes."),
        ({"/a": {"hash": HASH, "size": True}}, "The size of /a must be a number of bytes."),
        ({"/a": {"hash": HASH, "size": 1.5}}, "The size of /a must be a number of bytes."),
        ({"/a": {"hash": HASH, "size": -1}}, "The size of /a must be a number of bytes."),
        ({"/a": {"hash": HASH, "size": LARGEST + 1}}, "/a has 26214401 bytes; an asset has at most 26214400."),
        ({"/a": GOOD, "/b": {"hash": HASH, "size": 2}}, f"The hash {HASH} of /b has two sizes in the manifest."),
        (
            dict.fromkeys(map("/{}".format, range(MOST + 1)), GOOD),
            "A version has at most 100000 assets; the manifest has 100001.",
        ),
    ],
)
def test_what_is_no_manifest_is_refused(document, reason):
    with pytest.raises(ManifestError) as error:
        parsed(document)
    assert str(error.value) == reason


def test_a_bucket_has_what_fits_into_one_request():
    assert buckets({}) == []
    assert [len(bucket) for bucket in buckets(dict.fromkeys(map(str, range(1001)), 0))] == [1000, 1]
    assert [len(bucket) for bucket in buckets(dict.fromkeys(map(str, range(5)), 15 * 1024 * 1024))] == [2, 2, 1]
    assert buckets({"a": LARGEST, "b": LARGEST}) == [["a"], ["b"]]
