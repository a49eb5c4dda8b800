"""The ledger of facts agrees with the graph, and with the fact sheets where they are at hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from hrdem import vocabulary as v
from hrdem.documents import Sources, read_sources
from hrdem.project import Project
from ledger import DOCUMENT, LEDGER, UNSEEN, Entry, entries, rows, standing

ADDRESS = v.HRDEM + "address"


@pytest.fixture(scope="module")
def sources(project: Project) -> Sources:
    """Return the sources of this checkout."""
    return read_sources(project)


@pytest.fixture(scope="module")
def ledger() -> list[Entry]:
    """Return all lines of the ledger."""
    return list(entries())


def sheet_facts(shared: Path) -> dict[str, str]:
    """Return for each fact of the sheets its id and the address where it was read."""
    found: dict[str, str] = {}
    for record in yaml.safe_load((shared / "facts/facts-instruments.yaml").read_text("utf-8")):
        for section in ("identifiers", "dates", "properties"):
            for key, facts in record[section].items():
                for number, fact in enumerate(facts, 1):
                    found[f"{record['id']}/{section}/{key}/{number}"] = fact["source"]
        for section in ("relations", "structure"):
            for number, fact in enumerate(record[section], 1):
                found[f"{record['id']}/{section}/{number}"] = fact["source"]
    return found


def test_no_fact_is_counted_twice(ledger: list[Entry]) -> None:
    assert [fact for fact, n in Counter(e.fact for e in ledger).items() if n > 1] == []


def test_each_passage_named_in_the_ledger_is_in_the_graph(
    ledger: list[Entry], sources: Sources
) -> None:
    documents = {p.document for p in sources.passages.values()} | described(sources)
    missing = [
        f"{entry.place}: {passage}"
        for entry in ledger
        for passage in entry.passages
        if DOCUMENT + passage not in (sources.passages if "#" in passage else documents)
    ]
    assert missing == []


def described(sources: Sources) -> set[str]:
    """Return the IRIs of all documents that some file describes."""
    return {
        quad.subject.value
        for file in sources.files
        for quad in file.quads
        if quad.predicate.value == v.HRDEM + "sourceKind" and isinstance(quad.subject, ox.NamedNode)
    }


def test_what_is_left_out_has_its_reason(ledger: list[Entry]) -> None:
    assert [e.place for e in ledger if not e.passages and len(e.remark) < 20] == []


def test_standings_are_counted_by_the_best_passage(sources: Sources) -> None:
    mistaken = next(p for p in sources.passages.values() if p.standing.endswith("Mistaken"))
    accepted = next(p for p in sources.passages.values() if p.standing.endswith("Accepted"))
    lost = mistaken.iri.removeprefix(DOCUMENT)
    won = accepted.iri.removeprefix(DOCUMENT)
    assert standing(Entry("x", (lost,), "", ""), sources) == "Mistaken"
    assert standing(Entry("x", (lost, won), "", ""), sources) == "Accepted"
    assert standing(Entry("x", (), "no fact", ""), sources) == "left out"


def test_each_unseen_statement_is_an_unknown_or_says_why_not(built: Project) -> None:
    text = (built.data / "unknowns.ttl").read_text("utf-8")
    for number, row in rows(LEDGER / UNSEEN):
        known = f"unknown:{row['unknown']} a hrdem:Unknown" in text
        assert known or len(row["remark"]) >= 20, f"{UNSEEN}:{number}"


@pytest.mark.shared
def test_every_fact_of_the_sheets_is_in_the_ledger(shared: Path, ledger: list[Entry]) -> None:
    sheets = sheet_facts(shared)
    assert len(sheets) == 788
    assert {e.fact for e in ledger if e.sheet == "facts"} == set(sheets)


@pytest.mark.shared
def test_facts_stand_under_the_source_where_they_were_read(
    shared: Path, ledger: list[Entry], sources: Sources
) -> None:
    addresses: dict[str, set[str]] = {}
    for file in sources.files:
        for quad in file.quads:
            if quad.predicate.value != ADDRESS:
                continue
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                addresses.setdefault(quad.subject.value, set()).add(quad.object.value)
    sheets = sheet_facts(shared)
    wrong = []
    for entry in ledger:
        if entry.sheet == "facts" and entry.passages:
            documents = {DOCUMENT + p.partition("#")[0] for p in entry.passages}
            read = set().union(*(addresses.get(d, set()) for d in documents))
            if iri(sheets[entry.fact]) not in read:
                wrong.append(f"{entry.place}: {entry.fact}")
    assert wrong == []


def iri(address: str) -> str:
    """Return an address with the characters escaped that an IRI may not hold."""
    return address.replace(" ", "%20").replace('"', "%22").replace("\\", "%5C")


@pytest.mark.shared
def test_every_unseen_statement_of_the_sheets_is_in_the_ledger(shared: Path) -> None:
    text = (shared / "facts/facts-instruments-notseen.yaml").read_text("utf-8")
    sheets = [f"{row['record']}/{row['property']}" for row in yaml.safe_load(text)]
    assert [row["statement"] for _, row in rows(LEDGER / UNSEEN)] == sheets
