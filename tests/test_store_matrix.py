"""Real stores answer what the embedded engine answers, in every layout and every output."""

from __future__ import annotations

from pathlib import Path

import pytest

import real_stores
import store_matrix
from can_run import REQUIRE_ALL
from hrdem.load import LAYOUTS
from hrdem.project import Project

pytestmark = pytest.mark.stores


def cells(table: str) -> list[list[str]]:
    """Return the rows of a printed table below its head, however wide its columns are."""
    return [[cell.strip() for cell in row.split("  ") if cell] for row in table.splitlines()[2:]]


@pytest.mark.parametrize("name", real_stores.NAMES)
def test_a_store_answers_as_the_embedded_engine(name: str, built: Project, tmp_path: Path) -> None:
    """`python tests/store_matrix.py --write` refreshes the page after a change that is meant."""
    if not REQUIRE_ALL and name != "oxigraph":
        pytest.skip("takes minutes: runs with HRDEM_REQUIRE_ALL=1")
    with real_stores.running(name, tmp_path / name) as store:
        rows = list(store_matrix.measure(store, built))
    for row in rows:
        assert store_matrix.complaints(row) == [], row.layout
    page = cells(store_matrix.on_page())
    assert all(row in page for row in cells(store_matrix.table(rows)))


def test_the_page_shows_every_store_in_both_layouts_and_no_other() -> None:
    shown = [(row[0].rpartition(" ")[0], row[1]) for row in cells(store_matrix.on_page())]
    assert shown == [
        (store_matrix.TITLES[name], layout) for name in real_stores.NAMES for layout in LAYOUTS
    ]
