"""Every saved question has its answer on file, and every engine gives it, in both layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrdem import answers
from hrdem.project import Project
from hrdem.queries import SavedQuery, read_queries
from hrdem.store import EmbeddedStore, RdflibStore, Store

ROOT = Path(__file__).resolve().parents[1]
QUERIES = read_queries(Project.at(ROOT))
ALONE, _ = answers.answerable(QUERIES)
"""The questions that the graph answers alone; test_federation.py has the others."""
LAYOUTS = ("hrdem.ttl", "hrdem.trig")


@pytest.fixture(scope="module")
def stores(built: Project) -> dict[str, Store]:
    """Return a store for each engine and layout."""
    found: dict[str, Store] = {}
    for layout in LAYOUTS:
        found[f"oxigraph {layout}"] = EmbeddedStore.read(built.build / layout)
        found[f"rdflib {layout}"] = RdflibStore(built.build / layout)
    return found


@pytest.mark.parametrize("engine", ["oxigraph", "rdflib"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("query", ALONE, ids=lambda q: q.name)
def test_the_answer_is_the_one_on_file(
    built: Project, stores: dict[str, Store], query: SavedQuery, layout: str, engine: str
) -> None:
    [found] = answers.compare(built, stores[f"{engine} {layout}"], [query])
    assert found.agrees, answers.difference(found)


def test_no_answer_is_left_without_its_question(project: Project) -> None:
    assert answers.strays(project, QUERIES) == []


def test_there_are_at_least_forty_questions_and_each_names_its_topic() -> None:
    assert len(ALONE) >= 40
    assert all(query.tags for query in QUERIES)


def test_no_example_is_answered_with_nothing(built: Project) -> None:
    store = EmbeddedStore.open(built)
    empty = [c.query.name for c in answers.compare(built, store, ALONE) if not c.rows]
    assert empty == []
