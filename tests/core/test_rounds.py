import pytest

from aerostack.testing import serial_rounds


@pytest.mark.parametrize(
    ("spans", "rounds"),
    [
        ([], 0),
        ([(0, 1), (0, 1), (0, 1)], 1),
        ([(0, 1), (1, 2), (2, 3)], 3),
        ([(0, 3), (0, 1), (1, 2), (3, 4)], 3),
    ],
)
def test_only_requests_that_do_not_overlap_count_as_rounds(spans: list[tuple[int, int]], rounds: int) -> None:
    assert serial_rounds({"started": start, "ended": end} for start, end in spans) == rounds
