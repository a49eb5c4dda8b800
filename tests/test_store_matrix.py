"""Real stores answer what the embedded engine answers, but for the differences that are listed."""

from __future__ import annotations

from pathlib import Path

import pytest

import real_stores
import store_matrix
from can_run import REQUIRE_ALL
from hrdem.load import LAYOUTS
from hrdem.project import Project
from store_matrix import HOLES, Row

pytestmark = pytest.mark.stores

ROWS: dict[str, list[Row]] = {}
"""What was measured so far, so that the page is compared without measuring again."""


def measured(name: str, built: Project, folder: Path) -> list[Row]:
    if name not in ROWS:
        with real_stores.running(name, folder / name) as store:
            layouts = LAYOUTS if REQUIRE_ALL else LAYOUTS[:1]
            ROWS[name] = list(store_matrix.measure(store, built, layouts))
    return ROWS[name]


@pytest.mark.parametrize("name", real_stores.NAMES)
def test_a_store_answers_as_the_embedded_engine(name: str, built: Project, tmp_path: Path) -> None:
    if not REQUIRE_ALL and name != "oxigraph":
        pytest.skip("takes minutes: runs with HRDEM_REQUIRE_ALL=1")
    for row in measured(name, built, tmp_path):
        listed = {hole[2] for hole in HOLES if hole[:2] == (name, row.layout)}
        assert set(store_matrix.complaints(row)) == listed, row.layout


def test_the_page_shows_the_table(built: Project, tmp_path: Path) -> None:
    """`python tests/store_matrix.py --write` refreshes it."""
    if not REQUIRE_ALL:
        pytest.skip("takes minutes: runs with HRDEM_REQUIRE_ALL=1")
    rows = [row for name in real_stores.NAMES for row in measured(name, built, tmp_path)]
    assert store_matrix.on_page() == store_matrix.table(rows)
