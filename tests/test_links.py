"""Proving the links that lead out of the graph."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import Mini
from hrdem import links
from hrdem.check.finding import VIOLATION, WARNING
from hrdem.cli import main
from hrdem.endpoint import Endpoint
from hrdem.errors import HrdemError, UsageError
from hrdem.links import vocabularies
from hrdem.links.outgoing import Outgoing, outgoing
from hrdem.links.vocabularies import Vocabulary, VocabularyEndpoint, VocabularyFile, namespace
from hrdem.project import Project
from hrdem.vocabulary import BASE, SKOS
from local_endpoint import (
    PAGE,
    LocalEndpoint,
    Misbehaviour,
    broken_json,
    cut_off,
    replying,
    serving,
    slow,
)

TODAY = "2026-01-31"
TREES = "https://example.org/trees/"

VOCABULARY = """
    @prefix : <https://example.org/trees/> .
    @prefix adms: <http://www.w3.org/ns/adms#> .
    @prefix at: <http://publications.europa.eu/ontology/authority/> .
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix euvoc: <http://publications.europa.eu/ontology/euvoc#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix schema: <https://schema.org/> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

    :oak a skos:Concept ; skos:prefLabel "oak"@en , "chêne"@fr ; skos:altLabel "oak tree"@en ;
        owl:deprecated false ; at:deprecated "false" ; at:end.use "2030-01-01" .
    :old a skos:Concept ; skos:prefLabel "old"@en ; owl:deprecated true .
    :old-at a skos:Concept ; skos:prefLabel "old"@en ; at:deprecated "true" .
    :ended-at a skos:Concept ; skos:prefLabel "old"@en ;
        at:deprecated "true" ; at:end.use "2021-02-23" .
    :ended-euvoc a skos:Concept ; skos:prefLabel "old"@en ; euvoc:endDate "2026-01-31"^^xsd:date .
    :status a skos:Concept ; skos:prefLabel "old"@en ;
        euvoc:status <https://example.org/status/RETIRED> .
    :adms a skos:Concept ; skos:prefLabel "old"@en ;
        adms:status <http://purl.org/adms/status/Deprecated> .
    :replaced a skos:Concept ; skos:prefLabel "old"@en ; dcterms:isReplacedBy :oak .
    :superseded a skos:Concept ; skos:prefLabel "old"@en ; schema:supersededBy :oak .
    :rust a skos:Concept ; skos:prefLabel "rust"@en ; skos:inScheme :metals .
    :Tree a owl:Class ; rdfs:label "tree"@en .
    :height a rdf:Property ; rdfs:label "height"@en .
    :forest a skos:ConceptScheme ; rdfs:label "forest"@en .
    :bare skos:broader :oak .
    <http://publications.europa.eu/resource/authority/colour/GREEN> a skos:Concept ;
        skos:inScheme <http://publications.europa.eu/resource/authority/colour> .
    <http://publications.europa.eu/resource/authority/colour/TALL> a skos:Concept ;
        skos:inScheme <http://publications.europa.eu/resource/authority/size> .
    <http://publications.europa.eu/resource/authority/language/ENG> a skos:Concept ;
        skos:inScheme <http://publications.europa.eu/resource/authority/language> .
    <http://eurovoc.europa.eu/1> a skos:Concept ; skos:inScheme <http://eurovoc.europa.eu/100141> .
    <http://eurovoc.europa.eu/2> a skos:Concept ; skos:inScheme <http://eurovoc.europa.eu/100184> .
    """

LINKS = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix hrdem: <https://w3id.org/hrdem/ontology#> .
@prefix instrument: <https://w3id.org/hrdem/instrument/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sssom: <https://w3id.org/sssom/> .
@prefix tree: <https://example.org/trees/> .

"""


@pytest.fixture
def graph() -> ox.Store:
    store = ox.Store()
    store.load(textwrap.dedent(VOCABULARY), format=ox.RdfFormat.TURTLE)
    return store


@pytest.fixture
def trees(tmp_path: Path, graph: ox.Store) -> Path:
    """The vocabulary as a file."""
    path = tmp_path / "trees.ttl"
    graph.dump(str(path), ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph())
    return path


@pytest.fixture
def server(graph: ox.Store) -> Iterator[LocalEndpoint]:
    with serving(graph) as endpoint:
        yield endpoint


def linked(mini: Mini, statements: str) -> Outgoing:
    """Write `statements` about ``instrument:plan`` into a file of links, and read all links."""
    mini.write("data/links/trees.ttl", f"{LINKS}instrument:plan {statements} .\n")
    return outgoing(mini.project)


def mapping(label: str) -> str:
    """A link with a mapping node that cites a label."""
    return f"""skos:exactMatch tree:oak .
        <https://w3id.org/hrdem/link/plan-oak> a sssom:Mapping ;
            owl:annotatedSource instrument:plan ;
            owl:annotatedProperty skos:exactMatch ;
            owl:annotatedTarget tree:oak ;
            sssom:object_label {label}"""


def endpoint_of(server: LocalEndpoint, *languages: str) -> VocabularyEndpoint:
    return VocabularyEndpoint(Endpoint(server.url, backoff=0.001, rate=1000), languages)


@pytest.fixture(params=["file", "endpoint"])
def vocabulary(request: pytest.FixtureRequest, trees: Path, server: LocalEndpoint) -> Vocabulary:
    """The same vocabulary as a file and behind an endpoint."""
    return VocabularyFile(trees) if request.param == "file" else endpoint_of(server, "fr")


def said(found: Outgoing, given: Vocabulary, *complete: str) -> list[str]:
    """What the check says about the links file, without the place."""
    report = links.prove(found, [given], TODAY, complete)
    assert all(each.severity == WARNING for each in report.findings)
    return [f"{each.code}: {each.message}" for each in report.findings]


# --- which links there are ------------------------------------------------------------------------


def test_every_statement_that_leads_out_is_a_link(mini: Mini) -> None:
    found = linked(
        mini,
        "skos:closeMatch tree:oak ; hrdem:address <https://example.org/page> ;"
        " hrdem:readAt <https://example.org/more> ; hrdem:approves instrument:other ;"
        " dcterms:language <http://publications.europa.eu/resource/authority/language/ENG>",
    )
    ours = [link for link in found.links if link.path.name == "trees.ttl"]
    assert {link.target.rpartition("/")[2] for link in ours} == {"oak", "ENG"}
    (term,) = (link for link in found.links if link.path.name == "alignments.ttl")
    assert (term.target, term.line) == ("http://www.w3.org/ns/prov#wasDerivedFrom", 5)


def test_a_mapping_node_and_its_statement_are_one_link(mini: Mini) -> None:
    found = linked(mini, mapping('"oak"@en'))
    (link,) = (link for link in found.links if link.path.name == "trees.ttl")
    assert (link.thing, link.property) == (BASE + "instrument/plan", SKOS + "exactMatch")
    assert link.labels == (ox.Literal("oak", language="en"),)
    assert link.line == mini.line("data/links/trees.ttl", "owl:annotatedTarget")


def test_a_mapping_node_alone_is_a_link_too(mini: Mini) -> None:
    found = linked(
        mini, mapping('"oak"@en').replace("skos:exactMatch tree:oak", 'rdfs:label "x"', 1)
    )
    assert [x.target for x in found.links if x.path.name == "trees.ttl"] == [TREES + "oak"]


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("https://example.org/trees/oak", "https://example.org/trees/"),
        ("https://example.org/trees#oak", "https://example.org/trees#"),
        ("https://example.org/places/12/", "https://example.org/places/"),
        ("http://data.europa.eu/eli/dec/2024/758/oj", "http://data.europa.eu/eli/"),
        ("http://data.europa.eu/eli/ontology#Work", "http://data.europa.eu/eli/ontology#"),
    ],
)
def test_the_beginning_of_an_iri_tells_the_vocabulary(iri: str, expected: str) -> None:
    assert namespace(iri) == expected


# --- what is right --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statements",
    [
        "skos:exactMatch tree:oak",
        mapping('"oak"@en'),
        mapping('"oak"@en , "chêne"@fr'),
        mapping('"ch\\u0065\\u0302ne"@fr'),  # the same letters, composed otherwise
        mapping('"Eiche"@de'),  # the vocabulary has no German label to compare
        mapping('"chêne"'),
        "rdfs:subClassOf tree:Tree",
        "rdfs:subPropertyOf tree:height",
        "dcterms:subject tree:forest",
        "hrdem:isFocusOf tree:oak",
        mapping('"oak"@en ; sssom:object_source tree:forest'),
        "dcterms:language <http://publications.europa.eu/resource/authority/language/ENG>",
        "dcterms:type <http://publications.europa.eu/resource/authority/colour/GREEN>",
        "skos:broadMatch <http://eurovoc.europa.eu/1>",
    ],
)
def test_what_is_right_is_passed_over(mini: Mini, vocabulary: Vocabulary, statements: str) -> None:
    found = linked(mini, statements)
    report = links.prove(found, [vocabulary], TODAY)
    assert report.findings == []
    assert sum(each.checked for each in report.coverage) == 1


@pytest.mark.parametrize(
    "syntax", [".ttl", ".rdf", ".owl", ".xml", ".nt", ".nq", ".trig", ".jsonld"]
)
def test_every_syntax_is_read(mini: Mini, graph: ox.Store, syntax: str) -> None:
    path = mini.root / f"trees{syntax}"
    form = ox.RdfFormat.from_extension(syntax[1:]) or ox.RdfFormat.RDF_XML
    whole = None if form.supports_datasets else ox.DefaultGraph()
    graph.dump(str(path), form, from_graph=whole)
    found = linked(mini, "skos:exactMatch tree:old")
    assert len(said(found, VocabularyFile(path))) == 1


# --- what is wrong --------------------------------------------------------------------------------

PLAN = "“Plan” (instrument:plan) is linked by"


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("old", "is deprecated"),
        ("old-at", "is deprecated"),
        ("ended-at", "ended on 2021-02-23"),
        ("ended-euvoc", "ended on 2026-01-31"),
        ("status", "has the status of being out of use"),
        ("adms", "has the status of being out of use"),
        ("replaced", "is replaced by <https://example.org/trees/oak>"),
        ("superseded", "is replaced by <https://example.org/trees/oak>"),
    ],
)
def test_out_of_use(mini: Mini, vocabulary: Vocabulary, term: str, words: str) -> None:
    assert said(linked(mini, f"skos:exactMatch tree:{term}"), vocabulary) == [
        f"link-deprecated: {PLAN} skos:exactMatch to <{TREES}{term}>, which {words}, as"
        f" {vocabulary.name} says. Link to what took its place, or remove the link."
    ]


@pytest.mark.parametrize(
    ("cited", "words"),
    [
        ('"oaks"@en', "“oaks”: {} calls it “oak”"),
        ('"oak tree"@en', "“oak tree” (only an alternative label now): {} calls it “oak”"),
        ('"oak"@fr', "“oak”: {} calls it “chêne”"),
    ],
)
def test_another_label(mini: Mini, vocabulary: Vocabulary, cited: str, words: str) -> None:
    assert said(linked(mini, mapping(cited)), vocabulary) == [
        f"link-label: {PLAN} skos:exactMatch to <{TREES}oak>, which is cited as"
        f" {words.format(vocabulary.name)}. See whether the link still holds, and cite the present"
        " label."
    ]


@pytest.mark.parametrize(
    ("statement", "kind", "types"),
    [
        ("skos:closeMatch tree:Tree", "skos:Concept", "owl:Class"),
        ("skos:exactMatch tree:forest", "skos:Concept", "skos:ConceptScheme"),
        ("hrdem:isFocusOf tree:Tree", "skos:Concept", "owl:Class"),
        ("rdfs:subClassOf tree:height", "class", "rdf:Property"),
        ("rdfs:subPropertyOf tree:Tree", "property", "owl:Class"),
    ],
)
def test_another_kind(
    mini: Mini, vocabulary: Vocabulary, statement: str, kind: str, types: str
) -> None:
    prop, _, target = statement.partition(" tree:")
    assert said(linked(mini, statement), vocabulary) == [
        f"link-kind: {PLAN} {prop} to <{TREES}{target}>, which is no {kind}: {vocabulary.name} says"
        f" that it is a {types}. Use a property that fits, or link to a {kind}."
    ]


AUTHORITY = "http://publications.europa.eu/resource/authority/"


@pytest.mark.parametrize(
    ("prop", "target", "expected", "actual"),
    [
        ("dcterms:type", AUTHORITY + "colour/TALL", AUTHORITY + "colour", AUTHORITY + "size"),
        (
            "dcterms:language",
            AUTHORITY + "colour/GREEN",
            AUTHORITY + "language",
            AUTHORITY + "colour",
        ),
        (
            "skos:exactMatch",
            "http://eurovoc.europa.eu/2",
            "http://eurovoc.europa.eu/100141",
            "http://eurovoc.europa.eu/100184",
        ),
    ],
)
def test_another_scheme(
    mini: Mini, vocabulary: Vocabulary, prop: str, target: str, expected: str, actual: str
) -> None:
    assert said(linked(mini, f"{prop} <{target}>"), vocabulary) == [
        f"link-scheme: {PLAN} {prop} to <{target}>, which is not in the scheme <{expected}>:"
        f" {vocabulary.name} has it in <{actual}>. Link to a concept of the right scheme."
    ]


def test_the_vocabulary_that_a_mapping_names_is_the_expected_scheme(
    mini: Mini, vocabulary: Vocabulary
) -> None:
    statement = mapping('"rust"@en ; sssom:object_source tree:forest').replace("oak", "rust")
    assert said(linked(mini, statement), vocabulary) == [
        f"link-scheme: {PLAN} skos:exactMatch to <{TREES}rust>, which is not in the scheme"
        f" <{TREES}forest>: {vocabulary.name} has it in <{TREES}metals>. Link to a concept of the"
        " right scheme."
    ]


@pytest.mark.parametrize("term", ["elm", "bare"])
def test_what_is_not_described_is_missing_only_from_a_whole_vocabulary(
    mini: Mini, vocabulary: Vocabulary, term: str
) -> None:
    found = linked(mini, f"skos:exactMatch tree:{term} ; skos:closeMatch tree:oak")
    report = links.prove(found, [vocabulary], TODAY)
    assert report.findings == []
    assert links.Coverage(TREES, 2, 1, 1) in report.coverage
    assert said(found, vocabulary, TREES) == [
        f"link-missing: {PLAN} skos:exactMatch to <{TREES}{term}>, which none of the vocabularies"
        " given describes. Correct the IRI, or remove the link."
    ]


def test_a_finding_names_file_line_and_thing(mini: Mini, trees: Path) -> None:
    found = linked(mini, "skos:closeMatch tree:oak ;\n    skos:exactMatch tree:old")
    (finding,) = links.prove(found, [VocabularyFile(trees)], TODAY).findings
    assert finding.path == mini.root / "data/links/trees.ttl"
    assert finding.line == mini.line("data/links/trees.ttl", "tree:old")
    assert finding.thing == BASE + "instrument/plan"


# --- endpoints that misbehave ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [replying(500), replying(503), replying(429), replying(404), cut_off, broken_json, PAGE],
    ids=["500", "503", "429", "404", "cut off", "broken JSON", "a page"],
)
def test_a_failing_endpoint_is_a_violation_and_nothing_is_missing(
    mini: Mini, server: LocalEndpoint, wrong: Misbehaviour
) -> None:
    server.always = wrong
    found = linked(mini, "skos:exactMatch tree:elm")
    report = links.prove(found, [endpoint_of(server)], TODAY, [TREES])
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("endpoint", VIOLATION)
    assert finding.message.startswith(f"The endpoint {server.url} ")
    assert report.against == []
    assert sum(each.checked for each in report.coverage) == 0
    assert "Nothing answered, so none of the 2 links was checked." in links.report_text(report)


def test_an_endpoint_that_fails_half_way_counts_for_nothing(
    mini: Mini, server: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabularies, "_BATCH", 1)
    found = linked(mini, "skos:exactMatch tree:oak , tree:elm")
    nothing = b'{"head": {"vars": ["term", "property", "value"]}, "results": {"bindings": []}}'
    server.script = [replying(200, nothing), replying(404)]
    report = links.prove(found, [endpoint_of(server)], TODAY, [TREES])
    assert len(server.queries) == 2  # and no third: what fails is left alone
    assert [each.code for each in report.findings] == ["endpoint"]


def test_a_slow_endpoint_is_not_waited_for(
    mini: Mini, server: LocalEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    server.always = slow(3)
    linked(mini, "skos:exactMatch tree:oak")
    arguments = ["--against", server.url, "--timeout", "0.3", "--cache", str(mini.root / "kept")]
    assert main(["links", "check", *arguments]) == 1
    out = capsys.readouterr().out
    assert f"violation: The endpoint {server.url} did not answer within 0.3 seconds." in out


def test_what_a_file_says_is_told_beside_a_failing_endpoint(
    mini: Mini, server: LocalEndpoint, trees: Path
) -> None:
    server.always = replying(404)
    found = linked(mini, "skos:exactMatch tree:old")
    report = links.prove(found, [endpoint_of(server), VocabularyFile(trees)], TODAY)
    assert [each.code for each in report.findings] == ["endpoint", "link-deprecated"]


def test_an_endpoint_is_asked_in_batches(
    mini: Mini, server: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabularies, "_BATCH", 2)
    terms = " , ".join(f"tree:{name}" for name in ("oak", "old", "elm", "ash", "fir"))
    found = linked(mini, f"skos:exactMatch {terms}")
    report = links.prove(found, [endpoint_of(server)], TODAY)
    assert len(server.queries) == 3  # five terms here, and one of PROV that the ontology names
    assert links.Coverage(TREES, 5, 2, 3) in report.coverage


# --- the command ----------------------------------------------------------------------------------


def test_offline_it_says_what_there_is_to_check(
    mini: Mini, capsys: pytest.CaptureFixture[str]
) -> None:
    linked(mini, "skos:exactMatch tree:oak , tree:elm")
    assert main(["links", "check"]) == 0
    assert capsys.readouterr().out == (
        "Nothing was given to check against, so none of the 3 links was checked. Name vocabulary"
        " files or endpoints with --against.\n"
        "\n"
        "Not checked, because nothing given describes the vocabulary:\n"
        "     1  http://www.w3.org/ns/prov#\n"
        "     2  https://example.org/trees/\n"
    )


def test_a_broken_link_is_a_warning_with_its_place(
    mini: Mini, trees: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    linked(mini, "skos:exactMatch tree:old , tree:elm")
    assert main(["links", "check", "--against", str(trees)]) == 0
    assert capsys.readouterr().out == (
        f"data/links/trees.ttl:10: warning: {PLAN} skos:exactMatch to <{TREES}old>, which is"
        " deprecated, as trees.ttl says. Link to what took its place, or remove the link."
        " [link-deprecated]\n"
        "Checked 1 of 3 links against trees.ttl: 1 warning.\n"
        "\n"
        "Not described, though other IRIs of the vocabulary are (an extract, perhaps; if it is\n"
        "not, say so with --complete and the namespace):\n"
        "     1  https://example.org/trees/\n"
        "\n"
        "Not checked, because nothing given describes the vocabulary:\n"
        "     1  http://www.w3.org/ns/prov#\n"
    )


def test_the_report_as_json(mini: Mini, trees: Path, capfd: pytest.CaptureFixture[str]) -> None:
    linked(mini, "skos:exactMatch tree:elm")
    arguments = ["--against", str(trees), "--complete", TREES, "--format", "json"]
    assert main(["links", "check", *arguments]) == 0
    report = json.loads(capfd.readouterr().out)
    (finding,) = report["findings"]
    assert (finding["code"], finding["path"], finding["line"], finding["thing"]) == (
        "link-missing",
        "data/links/trees.ttl",
        10,
        BASE + "instrument/plan",
    )
    assert report["against"] == ["trees.ttl"]
    assert report["coverage"][1] == {
        "namespace": TREES,
        "links": 1,
        "checked": 1,
        "undescribed": 0,
    }


def test_an_endpoint_answers_the_command_and_its_answers_are_kept(
    mini: Mini, server: LocalEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    linked(mini, mapping('"Eiche"@de , "chêne"@fr'))
    for _ in range(2):
        arguments = ["--against", server.url, "--cache", str(mini.root / "kept"), "--rate", "1000"]
        assert main(["links", "check", *arguments]) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"Checked 1 of 2 links against {server.url}: no warnings.\n")
    assert len(server.queries) == 1
    assert 'IN ("", "de", "en", "fr")' in server.queries[0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv", "", "x.csv is in no RDF syntax that is known by its suffix. Name a file that"),
        ("none.ttl", None, "There is no file none.ttl. Check the name."),
        ("ftp://x", None, "'ftp://x' is not the address of an endpoint"),
    ],
)
def test_what_cannot_be_checked_against_is_told(
    mini: Mini, name: str, content: str | None, sentence: str
) -> None:
    if content is not None:
        mini.write(name, content)
    with pytest.raises(UsageError) as caught:
        links.open_vocabularies([name], Outgoing([], {}))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--rate", "0", "Argument --rate: a number above 0 is wanted, not '0'."),
        ("--max-age", "x", "Argument --max-age: a number above 0 is wanted, not 'x'."),
    ],
)
def test_a_number_that_is_none_is_told(
    mini: Mini, capsys: pytest.CaptureFixture[str], option: str, value: str, sentence: str
) -> None:
    assert main(["links", "check", option, value]) == 2
    assert sentence in capsys.readouterr().err


def test_a_damaged_vocabulary_is_told_with_its_name(mini: Mini) -> None:
    mini.write("bad.ttl", "<a> <b> ")
    found = linked(mini, "skos:exactMatch tree:oak")
    with pytest.raises(HrdemError, match=r"^bad\.ttl: The file is not what its suffix says"):
        links.prove(found, links.open_vocabularies(["bad.ttl"], found), TODAY)


# --- the real graph and the real vocabularies -----------------------------------------------------


@pytest.mark.shared
def test_the_links_of_the_graph_hold_in_the_real_vocabularies(
    project: Project, shared: Path
) -> None:
    found = outgoing(project)
    folder = shared / "linkdata"
    files = sorted(
        path
        for name in ("eurovoc", "authority", "eli", "cdm", "sdg")
        for path in (folder / name).iterdir()
        if path.suffix in (".rdf", ".ttl") and path.name != "sdg-kos-subject-mappings.ttl"
    )
    whole = [
        "http://data.europa.eu/eli/ontology#",
        "http://publications.europa.eu/ontology/cdm#",
        *(
            f"{AUTHORITY}{table}/"
            for table in (
                "corporate-body-classification",
                "country",
                "event",
                "language",
                "resource-type",
                "role",
            )
        ),
    ]
    report = links.prove(found, links.open_vocabularies(map(str, files), found), TODAY, whole)
    assert [str(each) for each in report.findings] == []
    coverage = {each.namespace: each for each in report.coverage}
    for space in (*whole, "http://eurovoc.europa.eu/", "http://metadata.un.org/sdg/"):
        assert coverage[space].checked == coverage[space].links > 0, space
    # No table of places but of those in Italy is at hand, and none of corporate bodies.
    assert coverage[f"{AUTHORITY}place/"].checked == 0
    assert coverage[f"{AUTHORITY}corporate-body/"].checked == 0


@pytest.mark.shared
@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        (f"dcterms:type <{AUTHORITY}resource-type/ROADMAP>", "deprecated", "ended on 2021-02-23"),
        (f"dcterms:type <{AUTHORITY}role/RESP_CORP>", "deprecated", "ended on"),
        ("rdfs:seeAlso <https://example.org/> ; rdfs:subPropertyOf"
         " <http://data.europa.eu/eli/ontology#implements>", "deprecated", "is deprecated"),
        (f"dcterms:language <{AUTHORITY}country/FRA>", "scheme", "authority/country>"),
        ("skos:exactMatch <http://eurovoc.europa.eu/100184>", "kind", "skos:ConceptScheme"),
    ],
    ids=["resource type", "role", "ELI", "a country for a language", "a microthesaurus"],
)  # fmt: skip
def test_known_traps_are_found_in_the_real_vocabularies(
    mini: Mini, shared: Path, statement: str, code: str, words: str
) -> None:
    folder = shared / "linkdata"
    names = (
        "authority/resourcetypes-skos.rdf",
        "authority/roles-skos.rdf",
        "authority/countries-skos.rdf",
        "eli/eli-1.3.rdf",
        "eurovoc/eurovoc-subset.ttl",
    )
    found = linked(mini, statement)
    given = links.open_vocabularies([str(folder / name) for name in names], found)
    report = links.prove(found, given, TODAY)
    assert [each.code for each in report.findings][:1] == [f"link-{code}"]
    assert words in report.findings[0].message
