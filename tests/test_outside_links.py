"""The links to other vocabularies: complete, borne out by real files, and every identifier told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from hrdem import vocabulary as v
from hrdem.documents import read_sources
from hrdem.project import Project
from ledger import BEYOND, IDENTIFIERS, LEDGER, rows
from links import (
    AUTHORITY,
    EUROVOC,
    Entry,
    OutsideLink,
    fault,
    links,
    real_entries,
    sheet_rows,
    table,
)

NOT_AT_HAND = (
    *(f"{AUTHORITY}{table}/" for table in ("corporate-body", "licence", "place")),
    *(
        f"https://w3id.org/dpv/rights/eu#{row}"
        for row in ("A13-FreedomOfArtsSciences", "T3-Equality")
    ),
)
"""Tables of which the reference material has no copy, and rows that its extracts lack."""
IN_FILES = (EUROVOC, AUTHORITY, "http://metadata.un.org/sdg/", "https://w3id.org/dpv/rights/eu#")


@pytest.fixture(scope="module")
def found(project: Project) -> list[OutsideLink]:
    """Return all links of this checkout."""
    return links(read_sources(project))


@pytest.fixture(scope="module")
def graph(built: Project) -> ox.Store:
    """Return the built graph, the ontology in it left out."""
    store = ox.Store()
    for quad in ox.parse(path=built.build / "hrdem.nq"):
        if quad.graph_name.value != v.GRAPH + "ontology":
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


def ledger() -> list[dict[str, str]]:
    """Return the lines of the ledger of identifiers."""
    return [row for _, row in rows(LEDGER / IDENTIFIERS)]


# --- the ledger -----------------------------------------------------------------------------------


def test_no_identifier_is_counted_twice() -> None:
    assert [row for row, n in Counter(row["row"] for row in ledger()).items() if n > 1] == []


def test_each_link_and_term_in_the_ledger_is_in_the_graph(
    found: list[OutsideLink], graph: ox.Store
) -> None:
    slugs = {link.slug for link in found}
    spaces = {"eli": v.ELI, "cdm": v.CDM}
    missing = []
    for row in ledger():
        for name in row["link"].split():
            prefix, colon, local = name.partition(":")
            if colon:
                term = ox.NamedNode(spaces[prefix] + local)
                used = [*graph.quads_for_pattern(None, term, None)][:1]
                used += [*graph.quads_for_pattern(None, None, term)][:1]
                if not used:
                    missing.append(name)
            elif name != "-" and name not in slugs:
                missing.append(name)
    assert missing == []


def test_each_link_is_in_the_ledger(found: list[OutsideLink]) -> None:
    """Under the line of the sheet that names its target, or among the links beyond the sheet."""
    named = {name for row in ledger() for name in row["link"].split()}
    beyond = {row["link"]: row["remark"] for _, row in rows(LEDGER / BEYOND)}
    assert sorted({link.slug for link in found} - named) == sorted(beyond)
    assert [link for link, remark in beyond.items() if len(remark) < 20] == []


def test_a_link_leads_to_the_identifier_of_its_line(found: list[OutsideLink]) -> None:
    targets = {link.slug: link.target for link in found}
    for row in ledger():
        section, _, name = row["row"].partition("/")
        expected = {"1": EUROVOC + name, "2": AUTHORITY + name}.get(section)
        if expected and (section == "1" or "/" in name) and row["link"] != "-":
            assert {targets[slug] for slug in row["link"].split()} == {expected}, row["row"]


def test_what_is_declined_has_its_reason() -> None:
    assert [row["row"] for row in ledger() if row["link"] == "-" and len(row["remark"]) < 20] == []


@pytest.mark.shared
def test_every_sure_identifier_of_the_sheet_is_in_the_ledger(shared: Path) -> None:
    sure = {
        name: cells[-1].split()[0].strip(",")
        for name, cells in sheet_rows(shared)
        if cells[-1].startswith(("high", "medium"))
    }
    assert len(sure) == 370
    assert {row["row"]: row["confidence"] for row in ledger()} == sure


# --- the links ------------------------------------------------------------------------------------


def test_what_is_in_the_graph_is_linked_or_said_to_have_no_counterpart(graph: ox.Store) -> None:
    linked = {
        v.value(quad.object)
        for quad in graph.quads_for_pattern(None, ox.NamedNode(v.OWL + "annotatedSource"), None)
    }
    asked = {
        v.value(quad.object)
        for quad in graph.quads_for_pattern(None, ox.NamedNode(v.HRDEM + "unknownOf"), None)
        if v.value(quad.subject).endswith("-counterpart")
    }
    classes = {
        c for kind in ("theme", "agent", "post", "place", "instrument") for c in v.KINDS[kind]
    }
    things = {
        v.value(quad.subject)
        for quad in graph.quads_for_pattern(None, ox.NamedNode(v.RDF_TYPE), None)
        if v.value(quad.object) in classes and v.kind_of(v.value(quad.subject))
    }
    assert len(things) > 200
    assert sorted(things - linked - asked) == []


def test_links_are_in_a_graph_per_file_and_need_no_passage(built: Project) -> None:
    graphs = Counter(
        quad.graph_name.value.removeprefix(v.GRAPH)
        for quad in ox.parse(path=built.build / "hrdem.nq")
        if quad.predicate.value == v.OWL + "annotatedSource"
    )
    files = {path.stem for path in (built.data / "links").glob("*.ttl")}
    assert set(graphs) == files - {"references", "without-counterpart"}
    stated = {
        quad.predicate.value
        for quad in ox.parse(path=built.build / "hrdem.nq")
        if quad.graph_name.value == v.GRAPH + "eurovoc"
    }
    assert v.SKOS + "exactMatch" in stated


@pytest.mark.shared
def test_real_files_bear_the_links_out(shared: Path, found: list[OutsideLink]) -> None:
    """Each target of these vocabularies is there, in use, under the label that we cite."""
    entries = real_entries(shared)
    assert len(entries) > 1500
    looked_up = [
        link
        for link in found
        if link.target.startswith(IN_FILES) and not link.target.startswith(NOT_AT_HAND)
    ]
    assert len(looked_up) > 300
    wrong = {link.slug: fault(link, entries) for link in looked_up if fault(link, entries)}
    assert wrong == {}


@pytest.mark.shared
def test_real_files_have_the_codes_that_the_shapes_refuse(shared: Path) -> None:
    entries = real_entries(shared)
    for code in ("resource-type/ROADMAP", "event/ADP_byEP", "role/RESP_CORP"):
        assert entries[AUTHORITY + code].deprecated
    assert AUTHORITY + "country/XKX" not in entries
    assert entries[AUTHORITY + "country/1A0"].labels == {"Kosovo"}
    assert entries[EUROVOC + "3866"].labels == {"sanction (EU)"}


# --- how it is counted ----------------------------------------------------------------------------

LINK = OutsideLink(
    "theme-x--eurovoc-1", v.BASE + "theme/x", v.SKOS + "closeMatch", EUROVOC + "1", "x", "High"
)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (Entry(frozenset({"x"}), False), None),
        (Entry(frozenset({"y"}), False), "labelled y"),
        (Entry(frozenset({"x"}), True), "deprecated"),
    ],
)
def test_what_a_real_file_says_against_a_link(entry: Entry, told: str | None) -> None:
    assert fault(LINK, {LINK.target: entry}) == told


def test_only_what_a_real_file_bears_out_counts_as_verified() -> None:
    other = OutsideLink("b", v.HRDEM + "B", v.SKOS + "closeMatch", EUROVOC + "2", "b", "Low")
    entries = {EUROVOC + "1": Entry(frozenset({"x"}), False)}
    lines = [line.split() for line in table([LINK, other], entries).splitlines()]
    assert lines[1:] == [
        ["term", "EuroVoc", "1", "1", "0", "0", "1", "0"],
        ["theme", "EuroVoc", "1", "1", "1", "0", "0", "1"],
        ["all", "2", "1", "0", "1", "1"],
    ]
    assert table([LINK], None).count("not at hand") == 2
