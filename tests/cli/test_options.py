import pytest

from aerostack.cli.options import spell_out


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("deploy --adopt", "deploy --adopt=all"),
        ("deploy --adopt --json", "deploy --adopt=all --json"),
        ("deploy --adopt .", "deploy --adopt=all ."),
        ("deploy --adopt d1/db --adopt kv/x", "deploy --adopt d1/db --adopt kv/x"),
        ("deploy --adopt domain/a.example", "deploy --adopt domain/a.example"),
        ("deploy --adopt route/a.example/*", "deploy --adopt route/a.example/*"),
        ("deploy --adopt all", "deploy --adopt all"),
        ("", ""),
    ],
)
def test_adopt_alone_means_all(given: str, meant: str) -> None:
    assert spell_out(given.split()) == meant.split()
