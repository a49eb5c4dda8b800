"""Errors and what else messages are made of."""

from __future__ import annotations

import pytest

from hrdem.errors import count


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 rows"),
        (1, "1 row"),
        (2, "2 rows"),
        (12345, "12,345 rows"),
        (1.0, "1 row"),
        (0.5, "0.5 rows"),
        (60.0, "60 rows"),
    ],
)
def test_a_count_is_told_in_the_right_number(number: float, text: str) -> None:
    assert count(number, "row") == text
