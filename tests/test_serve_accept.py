"""Content negotiation, and what a query asks of others, without a server."""

from __future__ import annotations

import pytest

from hrdem.serve import accept, dataset
from hrdem.sparql import asks_services, has_keyword

OURS = "https://w3id.org/hrdem/graph/ontology"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("text/*, text/csv;q=0.1", "text/tab-separated-values"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.3", "application/sparql-results+xml"),
        ("text/csv;q=0.2,*/*;q=0.1", "text/csv"),
        ("*/*;q=0.1, text/csv;charset=utf-8;q=0.2", "text/csv"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/csv;q=1.000", "text/csv"),
        ("nonsense, text/csv", "text/csv"),
        ("text/csv;q=0", None),
        ("image/png", None),
        ("text", None),
        ("nonsense", None),
    ],
)
def test_the_best_offer(header: str | None, expected: str | None) -> None:
    chosen = accept.choose(header, accept.RESULTS)
    assert (chosen and chosen[1]) == expected


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * FROM <{OURS}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{OURS}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "PREFIX from: <http://example.org/> ASK { from:a from:from ?from }",
        "ASK { ?s ?p 'from <http://example.org/> from named <http://example.org/>' }",
        "SELECT (1 AS ?x) FROM graph:ontology {}",
    ],
)
def test_graphs_of_the_dataset_are_free_to_ask(query: str) -> None:
    dataset.check(query, {OURS})


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <http://example.org/> { ?s ?p ?o }",
        f"SELECT * FROM <{OURS}> FROM NAMED <http://example.org/> {{ ?s ?p ?o }}",
        f"# FROM <{OURS}>\nSELECT * #\nFROM#<\n<http://example.org/> {{ ?s ?p ?o }}",
        "SELECT * FROM graph:other { ?s ?p ?o }",
        "ASK FROM <http://example.org/> { ?s ?p ?o }" + "# from" * dataset.MOST,
        "ASK { SERVICE <http://127.0.0.1:1/> {} SERVICE SILENT <http://127.0.0.1:1/> {} }",
    ],
)
def test_others_are_not(query: str) -> None:
    with pytest.raises(dataset.RefusedError):
        dataset.check(query, {OURS})


def test_a_keyword_is_what_the_parser_takes_for_one() -> None:
    hidden = "ASK { VALUES ?a { 1 } FILTER(?a<'>'||true) SERVICE <x:y> {} FILTER('x'='x') }"
    assert asks_services(hidden)
    assert asks_services("ASK { ?s ?p ?o.SERVICE<x:y>{} }")
    assert not asks_services("ASK { ?s ?p 'SERVICE <x:y> {}' } # SERVICE <x:y> {}")
    assert not asks_services("ASK { SERVICE")
    assert has_keyword("ASK FROM <x:y> {}", "from")
    assert not has_keyword("ASK { ?from ?p 'from' } # FROM <x:y>", "from")
