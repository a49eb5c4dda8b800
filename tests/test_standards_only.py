"""Clients that know no term of this project, only those of one standard each.

Each loads the Turtle of the graph and lists instruments, or what its standard has a name for. The
counts that they must reach are those of the register, as the build's manifest gives them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Literal, Node, URIRef

from hrdem.project import Project

PREFIXES = {
    "cdm": "http://publications.europa.eu/ontology/cdm#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcmitype": "http://purl.org/dc/dcmitype/",
    "dcterms": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


class Client(NamedTuple):
    """How one standard says what an instrument is, and the properties it has for it, if any.

    The profile of ELI for the European Parliament takes the title of a work from Dublin Core, and
    PROV-O names things by their label.
    """

    instruments: str
    title: str
    date: str | None = None
    body: str | None = None
    subject: str | None = None
    earlier: str | None = None
    licence: str | None = None


CLIENTS = {
    "Dublin Core": Client(
        "?register a dcmitype:Collection ; dcterms:hasPart ?thing .",
        title="dcterms:title",
        date="dcterms:date",
        body="dcterms:creator",
        subject="dcterms:subject",
        earlier="dcterms:replaces",
        licence="^dcterms:hasPart/dcterms:license",
    ),
    "schema.org": Client(
        "?register a schema:ItemList ; schema:itemListElement ?thing .",
        title="schema:name",
        date="schema:dateCreated",
        body="schema:creator",
        subject="schema:about",
        licence="^schema:itemListElement/schema:license",
    ),
    "PROV-O": Client(
        "?register a prov:Collection ; prov:hadMember ?thing .",
        title="rdfs:label",
        body="prov:wasAttributedTo",
    ),
    "ELI": Client(
        "?thing a eli:Work . FILTER NOT EXISTS { ?thing eli:is_part_of ?whole }",
        title="dcterms:title",
        date="eli:date_document",
        body="eli:passed_by",
        subject="eli:is_about",
    ),
    "CDM": Client(
        "?thing a cdm:work .",
        title="cdm:work_title",
        date="cdm:work_date_document",
        body="cdm:work_created_by_agent",
        earlier="cdm:work_is_logical_successor_of_work",
    ),
}
WHOLE = ("Dublin Core", "schema.org", "PROV-O")
TEXTS = ("ELI", "CDM")
"""Programmes and dialogues are no texts, so they are no works of ELI and CDM."""

Values = dict[Node, set[Node]]


@lru_cache
def load(path: Path) -> Graph:
    return Graph().parse(path)


@pytest.fixture(scope="module")
def graph(built: Project) -> Graph:
    return load(built.build / "hrdem.ttl")


@pytest.fixture(scope="module")
def counts(built: Project) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads((built.build / "manifest.json").read_text())
    return found["counts"]  # type: ignore[return-value]


def select(graph: Graph, pattern: str, *columns: str) -> list[tuple[Node, ...]]:
    """Return the distinct answers of a graph pattern, with the prefixes above declared."""
    text = f"SELECT DISTINCT {' '.join(f'?{c}' for c in columns)} WHERE {{ {pattern} }}"
    return [tuple(row) for row in graph.query(prepareQuery(text, initNs=PREFIXES))]  # type: ignore[arg-type]


def instruments(graph: Graph, name: str) -> set[Node]:
    return {thing for (thing,) in select(graph, CLIENTS[name].instruments, "thing")}


def values(graph: Graph, name: str, field: str) -> Values:
    """Return what a client finds in one of its fields: instrument to values."""
    client = CLIENTS[name]
    path = getattr(client, field)
    assert path, f"{name} has no property for this"
    found: Values = defaultdict(set)
    for thing, value in select(
        graph, f"{client.instruments} ?thing {path} ?value .", "thing", "value"
    ):
        found[thing].add(value)
    return found


def english(titles: Values) -> dict[Node, str]:
    """Return the one English title of each thing."""
    found = {}
    for thing, given in titles.items():
        (title,) = (t for t in given if isinstance(t, Literal) and t.language == "en")
        found[thing] = str(title)
    return found


def having(name_of_field: str) -> list[str]:
    return [name for name, client in CLIENTS.items() if getattr(client, name_of_field)]


def test_clients_know_no_term_of_the_project() -> None:
    for client in CLIENTS.values():
        for part in client:
            assert "hrdem" not in (part or "")
    assert not any("hrdem" in iri for iri in PREFIXES.values())


@pytest.mark.parametrize("name", WHOLE)
def test_all_instruments_are_found(
    graph: Graph, counts: dict[str, dict[str, int]], name: str
) -> None:
    assert len(instruments(graph, name)) == counts["things"]["instrument"]
    assert instruments(graph, name) == instruments(graph, "Dublin Core")


@pytest.mark.parametrize("name", TEXTS)
def test_all_instruments_that_are_texts_are_found(
    graph: Graph, counts: dict[str, dict[str, int]], name: str
) -> None:
    practices = counts["classes"]["hrdem:FundingProgramme"] + counts["classes"]["hrdem:PolicyTool"]
    found = instruments(graph, name)
    assert len(found) == counts["things"]["instrument"] - practices
    assert found < instruments(graph, "Dublin Core")


@pytest.mark.parametrize("name", CLIENTS)
def test_every_instrument_has_a_title_and_all_clients_show_the_same(
    graph: Graph, name: str
) -> None:
    """The label, which PROV-O shows, is ours; it stands in for the title where none was read."""
    titles = values(graph, name, "title")
    assert set(titles) == instruments(graph, name)
    expected = values(graph, "Dublin Core", "title")
    if name == "PROV-O":
        assert set(english(titles)) == set(english(expected))
    else:
        assert titles == {thing: expected[thing] for thing in titles}


@pytest.mark.parametrize("name", having("date"))
def test_dates_agree(graph: Graph, name: str) -> None:
    """ELI and CDM allow one date of a text; of what was adopted in parts they have none."""
    expected = values(graph, "Dublin Core", "date")
    dates = values(graph, name, "date")
    assert len(dates) > 50
    single = {thing: days for thing, days in expected.items() if len(days) == 1}
    if name in TEXTS:
        assert dates == single
        assert len(single) < len(expected)
    else:
        assert dates == expected


@pytest.mark.parametrize("name", having("body"))
def test_bodies_agree_and_have_names(graph: Graph, name: str) -> None:
    """PROV-O also names who adopted what others wrote; ELI only who passed a law."""
    expected, bodies = values(graph, "Dublin Core", "body"), values(graph, name, "body")
    assert len(bodies) > 10
    if name == "PROV-O":
        assert set(expected) <= set(bodies)
        assert all(found >= expected[thing] for thing, found in bodies.items())
    elif name == "ELI":
        assert bodies == {thing: expected[thing] for thing in bodies}
    elif name == "CDM":
        texts = instruments(graph, name)
        assert bodies == {thing: found for thing, found in expected.items() if thing in texts}
    else:
        assert bodies == expected
    named = {thing for thing, _ in select(graph, "?thing rdfs:label ?label", "thing", "label")}
    assert set().union(*bodies.values()) <= named


@pytest.mark.parametrize("name", having("subject"))
def test_subjects_agree(graph: Graph, name: str) -> None:
    """An instrument can also be about another one; ELI has room for concepts only.

    ELI and schema.org have subjects of texts only, and ELI has those of EuroVoc as well.
    """
    expected, subjects = values(graph, "Dublin Core", "subject"), values(graph, name, "subject")
    concepts = {thing for (thing,) in select(graph, "?thing a skos:Concept", "thing")}
    assert len(subjects) > 40
    texts = instruments(graph, "CDM")
    if name == "ELI":
        about = {thing: found & concepts for thing, found in expected.items() if thing in texts}
        assert {thing: found & concepts for thing, found in subjects.items()} == {
            thing: found for thing, found in about.items() if found
        }
    elif name == "schema.org":
        assert subjects == {thing: found for thing, found in expected.items() if thing in texts}
    else:
        assert subjects == expected


@pytest.mark.parametrize("name", having("earlier"))
def test_successors_agree(graph: Graph, name: str) -> None:
    """The joint communication that carried the draft of the plan of 2020 has the plan's title."""
    titles = english(values(graph, name, "title"))
    earlier = values(graph, name, "earlier")
    plans = [
        t for t in titles if titles[t] == "EU Action Plan on Human Rights and Democracy 2020-2024"
    ]
    assert sorted(titles[old] for plan in plans for old in earlier[plan]) == [
        "EU Action Plan on Human Rights and Democracy 2012-2014",
        "EU Action Plan on Human Rights and Democracy 2015-2019",
    ]
    known = instruments(graph, name)
    pairs = {
        (new, old)
        for new, olds in values(graph, "Dublin Core", "earlier").items()
        for old in olds
        if {new, old} <= known
    }
    assert {(new, old) for new, olds in earlier.items() for old in olds} == pairs


@pytest.mark.parametrize("name", having("licence"))
def test_the_licence_of_the_description_is_found(graph: Graph, name: str) -> None:
    licences = values(graph, name, "licence")
    assert set(licences) == instruments(graph, name)
    assert set().union(*licences.values()) == {
        URIRef("https://creativecommons.org/licenses/by/4.0/")
    }


def test_provenance_leads_to_the_activity_and_to_what_came_before(graph: Graph) -> None:
    made = select(
        graph,
        """?register a prov:Collection ; prov:hadMember ?thing .
        ?thing prov:wasGeneratedBy ?act . ?act a prov:Activity ; prov:wasAssociatedWith ?agent .
        ?thing prov:wasAttributedTo ?agent .""",
        "thing",
    )
    assert len(made) > 40
    derived = select(
        graph,
        "?thing prov:wasDerivedFrom ?source . ?thing a eli:Work . ?source a eli:Work .",
        "thing",
    )
    assert derived


def test_eli_leads_from_a_text_to_its_versions_and_to_copies(graph: Graph) -> None:
    chain = """?thing a eli:Work ; eli:is_realized_by ?version .
        ?version a eli:Expression ; eli:language ?language ."""
    versions = select(graph, chain, "version", "language")
    assert len(versions) > 50
    assert len({language for _, language in versions}) > 4
    titled = select(graph, chain + " ?version eli:title ?title .", "version", "title")
    assert len(titled) > 40
    files = select(
        graph, chain + " ?version eli:is_embodied_by/eli:is_exemplified_by ?file .", "file"
    )
    assert len(files) > 50


def test_skos_lists_themes_with_notation_in_a_tree(
    graph: Graph, counts: dict[str, dict[str, int]]
) -> None:
    themes = select(graph, "?theme a skos:Concept ; skos:notation ?notation .", "theme", "notation")
    schemes = select(graph, "?scheme a skos:ConceptScheme .", "scheme")
    assert len(themes) + len(schemes) == counts["things"]["theme"]
    assert len({notation for _, notation in themes}) == len(themes)
    below = select(
        graph, "?scheme a skos:ConceptScheme ; skos:hasTopConcept/skos:narrower* ?theme .", "theme"
    )
    assert {theme for (theme,) in below} == {theme for theme, _ in themes}
    labelled = select(graph, "?theme a skos:Concept ; skos:prefLabel ?label .", "theme", "label")
    assert {theme for theme, _ in labelled} == {theme for theme, _ in themes}


def test_org_lists_bodies_posts_and_memberships_with_their_time(
    graph: Graph, counts: dict[str, dict[str, int]]
) -> None:
    bodies = select(graph, "?body a org:Organization ; rdfs:label ?label .", "body")
    persons = select(graph, "?person a foaf:Person ; rdfs:label ?label .", "person")
    groups = select(graph, "?group a foaf:Group ; rdfs:label ?label .", "group")
    assert len(bodies) + len(persons) + len(groups) == counts["things"]["agent"]
    posts = select(graph, "?post a org:Post ; rdfs:label ?label .", "post")
    assert len(posts) == counts["things"]["post"]
    memberships = """?membership a org:Membership ; org:member ?person ; org:memberDuring ?time .
        ?person a foaf:Agent ; org:holds ?post ."""
    assert len(select(graph, memberships, "membership")) == counts["things"]["mandate"]
    begun = select(graph, memberships + " ?time dcat:startDate ?start .", "membership", "start")
    assert len(begun) > 10


def test_dcat_leads_from_the_graph_to_its_datasets_their_licence_and_files(
    built: Project, graph: Graph
) -> None:
    """The datasets are found in the graph itself, and the files of each in the catalogue."""
    datasets = """?catalogue a dcat:Catalog ; dcat:dataset ?dataset .
        ?dataset a dcat:Dataset ; dcterms:title ?title ; dcterms:license ?licence ;
            dcterms:publisher/foaf:name ?publisher ; dcat:theme ?theme ."""
    catalogue = load(built.build / "catalogue.ttl")
    found = select(graph, datasets, "dataset", "title", "licence", "publisher")
    assert found
    assert set(found) == set(
        select(catalogue, datasets, "dataset", "title", "licence", "publisher")
    )
    files = select(
        catalogue,
        """?dataset a dcat:Dataset ; dcat:distribution ?file .
        ?file dcat:downloadURL ?address ; dcat:byteSize ?size ; dcterms:license ?licence ;
            dcterms:format ?format ; dcat:mediaType ?type .""",
        "dataset",
        "address",
        "size",
    )
    assert {dataset for dataset, _, _ in files} == {dataset for dataset, *_ in found}
    for _, address, size in files:
        name = str(address).partition("/download/")[2].partition("/")[2]  # after the version
        assert (built.build / name).stat().st_size == int(str(size))


def test_dcat_says_which_days_the_dataset_covers(graph: Graph) -> None:
    days = select(
        graph,
        """?dataset a dcat:Dataset ; dcterms:temporal ?period .
        ?period dcat:startDate ?first ; dcat:endDate ?last .""",
        "first",
        "last",
    )
    assert len(days) == 1
    first, last = map(str, days[0])
    dates = select(graph, CLIENTS["Dublin Core"].instruments + " ?thing dcterms:date ?d .", "d")
    assert dates
    within = [first <= str(date) <= last for (date,) in dates if len(str(date)) == len(first)]
    assert all(within)
    assert within
