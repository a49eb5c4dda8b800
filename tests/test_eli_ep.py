"""The graph against the public shapes of the European Parliament's profile of ELI.

What they find is listed, with the reason why it is no fault of the graph, in
``tests/eli_ep/does-not-apply.tsv``: neither may the shapes find more, nor the table list more.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from rdflib import Graph

import eli_ep_table
from eli_ep_table import Found
from hrdem.project import Project

PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix doc: <https://data.europarl.europa.eu/eli/dl/doc/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@lru_cache
def found(build: Path, shared: Path) -> dict[Found, int]:
    return eli_ep_table.validate(eli_ep_table.facts(build / "hrdem.nt"), shared / "linkdata/eli-ep")


@pytest.mark.shared
def test_what_the_shapes_find_is_listed_and_nothing_else(built: Project, shared: Path) -> None:
    listed = {key: number for key, (number, _) in eli_ep_table.read().items()}
    assert found(built.build, shared) == listed, (
        "Build, run `python tests/eli_ep_table.py --write` and read what changed."
    )


def test_every_row_has_a_reason_and_the_table_is_in_order() -> None:
    table = eli_ep_table.read()
    assert len(table) > 30
    for key, (number, reason) in table.items():
        assert number > 0
        assert len(reason) > 20 and reason.endswith("."), key
    assert eli_ep_table.TABLE.read_text(encoding="utf-8") == eli_ep_table.text(table)


@pytest.mark.shared
def test_shapes_that_apply_are_really_run(shared: Path) -> None:
    """A work with a wrong date is found, and the same work with a right one is not."""
    counts = []
    for date in ('"2020"^^xsd:gYear', '"2020-11-17"^^xsd:date'):
        graph = Graph().parse(
            data=f"{PREFIXES} doc:A-9-2019-0001 a eli:Work ; eli:date_document {date} .",
            format="turtle",
        )
        results = eli_ep_table.validate(graph, shared / "linkdata/eli-ep")
        counts.append(results.get(Found("eli-ep", "P17", "date_document", "Datatype"), 0))
    assert counts == [1, 0]


@pytest.mark.shared
def test_what_every_text_and_version_has_is_not_among_the_exceptions(
    built: Project, shared: Path
) -> None:
    """Titles have a language, dates are days, types and languages are of their classes."""
    broken = {(key.property, key.constraint) for key in found(built.build, shared)}
    for met in (
        ("title", "Datatype"),
        ("date_document", "Datatype"),
        ("date_document", "MaxCount"),
        ("work_type", "MaxCount"),
        ("work_type", "Class"),
        ("language", "Class"),
        ("language", "MinCount"),
        ("language", "MaxCount"),
        ("is_realized_by", "Class"),
    ):
        assert met not in broken
