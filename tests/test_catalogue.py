"""The catalogue: that it is true of the files and of the graph, and what a harvester expects."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
import yaml
from rdflib.namespace import DCTERMS, RDF, RDFS, SH, SKOS

from conftest import ROOT
from hrdem import __version__
from hrdem import vocabulary as v
from hrdem.build import build
from hrdem.catalogue import ANSWERS, CATALOGUE, DATASET, SERVICE
from hrdem.check import catalogue as check
from hrdem.project import Project
from hrdem.void import HOUSEKEEPING, TARGETS
from small import Small

DCAT, SPDX, VOID, VOID_EXT, SD = (
    rdflib.Namespace(name) for name in (v.DCAT, v.SPDX, v.VOID, v.VOID_EXT, v.SD)
)
HRDEM = rdflib.URIRef(DATASET)
GRAPH = rdflib.URIRef(v.GRAPH + "catalogue")


def parsed(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path)


@pytest.fixture(scope="module")
def catalogue(built: Project) -> rdflib.Graph:
    """The catalogue of the real graph."""
    return parsed(built.build / "catalogue.ttl")


@pytest.fixture
def described(small: Small) -> Small:
    """A small project that describes itself."""
    text = (ROOT / "data" / "catalogue.ttl").read_text(encoding="utf-8")
    examples = re.compile(r"void:exampleResource [^.]*\.")
    assert len(examples.findall(text)) == 1
    text = text.replace("    dcterms:language language:ENG ;\n", "")  # no link says it was verified
    small.write("data/catalogue.ttl", examples.sub("void:exampleResource instrument:plan .", text))
    small.write(
        "queries/answers/builds-on.json", '{"head": {"vars": []}, "results": {"bindings": []}}'
    )
    return small


# --- files ----------------------------------------------------------------------------------------


def test_each_file_is_described_with_its_size_and_checksum(
    built: Project, catalogue: rdflib.Graph
) -> None:
    manifest = json.loads((built.build / "manifest.json").read_text())
    described = set()
    for distribution in catalogue.subjects(RDF.type, DCAT.Distribution):
        name = str(distribution).removeprefix(v.DISTRIBUTION)
        content = (built.build / name).read_bytes()
        assert int(str(catalogue.value(distribution, DCAT.byteSize))) == len(content)
        checksum = catalogue.value(distribution, SPDX.checksum)
        value = catalogue.value(checksum, SPDX.checksumValue)
        assert str(value).lower() == hashlib.sha256(content).hexdigest()
        assert str(catalogue.value(distribution, DCAT.downloadURL)) == (
            f"https://w3id.org/hrdem/download/{__version__}/{name}"
        )
        described.add(name)
    assert described | {"catalogue.ttl", "catalogue.jsonld"} == set(manifest["files"])
    assert len(described) > 60


def test_each_file_belongs_to_one_dataset_and_each_answer_has_its_question(
    catalogue: rdflib.Graph, built: Project
) -> None:
    of = {d: s for s, d in catalogue.subject_objects(DCAT.distribution)}
    assert set(of) == set(catalogue.subjects(RDF.type, DCAT.Distribution))
    answers = {d for d, dataset in of.items() if str(dataset) == ANSWERS}
    assert answers == {d for d in of if str(d).startswith(v.DISTRIBUTION + "answers/")}
    questions = {
        query["name"]: query["summary"]
        for query in json.loads((built.build / "queries.json").read_text())
    }
    assert {
        str(d).rpartition("/")[2].rpartition(".")[0]: str(catalogue.value(d, DCTERMS.title))
        for d in answers
    } == {path.stem: questions[path.stem] for path in (ROOT / "queries" / "answers").iterdir()}


def test_the_two_files_of_the_catalogue_have_the_same_content(built: Project) -> None:
    turtle, json_ld = (
        set(ox.parse(path=built.build / f"catalogue.{suffix}")) for suffix in ("ttl", "jsonld")
    )
    assert turtle == json_ld
    assert len(turtle) > 1000


def test_media_types_and_file_types_follow_the_suffix(catalogue: rdflib.Graph) -> None:
    formats = {
        str(d).rpartition(".")[2]: (
            str(catalogue.value(d, DCTERMS["format"])).rpartition("/")[2],
            str(catalogue.value(d, DCAT.mediaType)).split("/media-types/")[1],
        )
        for d in catalogue.subjects(RDF.type, DCAT.Distribution)
        if "answers" not in str(d)
    }
    assert formats == {
        "ttl": ("RDF_TURTLE", "text/turtle"),
        "trig": ("RDF_TRIG", "application/trig"),
        "nt": ("RDF_N_TRIPLES", "application/n-triples"),
        "nq": ("RDF_N_QUADS", "application/n-quads"),
        "jsonld": ("JSON_LD", "application/ld+json"),
        "rdf": ("RDF_XML", "application/rdf+xml"),
        "json": ("JSON", "application/json"),
    }


# --- description ----------------------------------------------------------------------------------


def test_it_says_what_the_citation_file_says(catalogue: rdflib.Graph) -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert str(catalogue.value(HRDEM, DCTERMS.title)) == cited["title"]
    assert str(catalogue.value(HRDEM, DCTERMS.description)) == cited["abstract"]
    assert str(catalogue.value(HRDEM, DCAT.version)) == cited["version"]
    assert {str(word) for word in catalogue.objects(HRDEM, DCAT.keyword)} == set(cited["keywords"])
    publisher = catalogue.value(HRDEM, DCTERMS.publisher)
    assert [
        {"name": str(name)} for name in catalogue.objects(publisher, rdflib.FOAF.name)
    ] == cited["authors"]
    for about in (HRDEM, rdflib.URIRef(ANSWERS), rdflib.URIRef(CATALOGUE)):
        issued = catalogue.value(about, DCTERMS.issued)
        assert (None if issued is None else str(issued)) == cited.get("date-released")
        assert about == rdflib.URIRef(CATALOGUE) or (issued is None) == (
            (about, rdflib.URIRef(v.ADMS + "versionNotes"), None) in catalogue
        )


def test_the_graph_describes_itself_in_both_layouts(built: Project) -> None:
    named = {
        q.triple
        for q in ox.parse(path=built.build / "hrdem.nq")
        if q.graph_name == ox.NamedNode(str(GRAPH))
    }
    merged = {q.triple for q in ox.parse(path=built.build / "hrdem.nt")}
    assert named <= merged
    about = {t.subject for t in named}
    assert {t for t in merged if t.subject in about} == named
    counts = json.loads((built.build / "manifest.json").read_text())["counts"]
    assert counts["description"] == len(named)
    assert f'"{counts["triples"] - len(named)}"' in {
        str(t.object).split("^^")[0]
        for t in named
        if (t.subject.value, t.predicate.value) == (DATASET, v.VOID + "triples")
    }


def test_what_only_the_catalogue_has_is_files_codes_and_service(built: Project) -> None:
    graph = {q.triple for q in ox.parse(path=built.build / "hrdem.nt")}
    more = {q.triple for q in ox.parse(path=built.build / "catalogue.ttl")} - graph
    starts = ("http://publications.europa.eu/", "http://purl.org/adms/", "https://www.iana.org/")
    assert {
        v.value(t.subject)
        for t in more
        if not v.value(t.subject).startswith((v.DISTRIBUTION, SERVICE, *starts))
    } == {
        DATASET,
        ANSWERS,
        "https://w3id.org/hrdem/",
        f"https://w3id.org/hrdem/ontology/{__version__}",
        v.SPDX + "checksumAlgorithm_sha256",
    }
    assert {t.predicate.value for t in more if v.value(t.subject) in (DATASET, ANSWERS)} == {
        v.DCAT + "distribution"
    }
    assert not {t for t in graph if t.predicate.value in (v.SPDX + "checksum", v.DCAT + "byteSize")}


def test_the_examples_and_the_standard_are_in_the_graph(
    built: Project, catalogue: rdflib.Graph
) -> None:
    subjects = {q.subject.value for q in ox.parse(path=built.build / "hrdem.nt")}
    examples = {str(each) for each in catalogue.objects(HRDEM, VOID.exampleResource)}
    assert examples <= subjects
    assert examples
    assert [str(each) for each in catalogue.objects(HRDEM, DCTERMS.conformsTo)] == [
        f"https://w3id.org/hrdem/ontology/{__version__}"
    ]


def test_the_period_covered_is_that_of_events_and_periods(
    built: Project, catalogue: rdflib.Graph
) -> None:
    store = ox.Store()
    store.bulk_load(path=str(built.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    days = {
        name: sorted(
            row["day"].value
            for kind in ("Event", "Period")
            for row in store.query(  # type: ignore[union-attr]
                f"SELECT ?day {{ ?x a <{v.HRDEM}{kind}> ; <{v.HRDEM}{name}> ?day }}"
            )
        )
        for name in ("earliest", "latest")
    }
    for about in (HRDEM, rdflib.URIRef(ANSWERS)):
        period = catalogue.value(about, DCTERMS.temporal)
        assert str(catalogue.value(period, DCAT.startDate)) == days["earliest"][0]
        assert str(catalogue.value(period, DCAT.endDate)) == days["latest"][-1]


def test_without_a_description_there_is_no_catalogue(small: Small) -> None:
    manifest = build(small.project)
    assert manifest.counts["description"] == 0
    assert not [name for name in manifest.files if name.startswith("catalogue")]


def test_the_catalogue_is_the_same_to_the_byte_on_every_run(described: Small) -> None:
    first = build(described.project)
    assert first.files == build(described.project).files
    assert {"catalogue.ttl", "catalogue.jsonld", "answers/builds-on.json"} <= set(first.files)


# --- counts, made again with another library ------------------------------------------------------


class Counts:
    """What VoID says of a graph, counted one by one over the graph without its description."""

    def __init__(self, folder: Path) -> None:
        dataset = rdflib.Dataset().parse(folder / "hrdem.nq", format="nquads")
        self.about = rdflib.Graph()
        self.triples: set[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]] = set()
        for s, p, o, name in dataset.quads():
            if name == GRAPH:
                self.about.add((s, p, o))
            else:
                self.triples.add((s, p, o))
        self.types: dict[rdflib.term.Node, set[rdflib.term.Node]] = {}
        for s, p, o in self.triples:
            if p == RDF.type:
                self.types.setdefault(s, set()).add(o)
        self.above: dict[rdflib.term.Node, set[rdflib.term.Node]] = {}
        for s, p, o in self.triples:
            if p == RDFS.subClassOf:
                self.above.setdefault(s, set()).add(o)

    def relevant(self, thing: rdflib.term.Node, p: rdflib.term.Node) -> set[rdflib.term.Node]:
        """The classes of a thing that go with a property: of its vocabulary, or main classes."""

        def space(term: rdflib.term.Node) -> str:
            return re.sub(r"[^/#]*$", "", str(term))

        keeping = {str(RDF), str(rdflib.OWL), str(SH), v.SSSOM}
        classes = {c for c in self.types.get(thing, set()) if space(c) not in keeping}
        main = {each for classes in v.KINDS.values() for each in classes}
        alike = {c for c in classes if space(c) == space(p)}
        ours = {c for c in classes if space(c) == v.HRDEM or str(c) in main}
        return alike or ours or classes

    def lowest(self, classes: set[rdflib.term.Node]) -> set[rdflib.term.Node]:
        """The classes that are above none of the others."""
        return {c for c in classes if not any(c in self.all_above(d) for d in classes if c != d)}

    def highest(self, classes: set[rdflib.term.Node]) -> set[rdflib.term.Node]:
        """The classes that are below none of the others."""
        return {c for c in classes if not any(d in self.all_above(c) for d in classes if c != d)}

    def all_above(self, given: rdflib.term.Node) -> set[rdflib.term.Node]:
        found: set[rdflib.term.Node] = set()
        pending = [given]
        while pending:
            new = self.above.get(pending.pop(), set()) - found
            found |= new
            pending += new
        return found

    def number(self, subject: rdflib.term.Node, name: str) -> int:
        (value,) = self.about.objects(subject, VOID[name])
        return int(str(value))


@pytest.fixture
def counts(described: Small) -> Counts:
    build(described.project)
    return Counts(described.project.build)


def test_totals(counts: Counts) -> None:
    triples = counts.triples
    assert counts.number(HRDEM, "triples") == len(triples)
    assert counts.number(HRDEM, "distinctSubjects") == len({s for s, _, _ in triples})
    assert counts.number(HRDEM, "distinctObjects") == len({o for _, _, o in triples})
    assert counts.number(HRDEM, "properties") == len({p for _, p, _ in triples})
    assert counts.number(HRDEM, "classes") == len({o for _, p, o in triples if p == RDF.type})
    ours = {s for s, _, _ in triples if str(s).startswith("https://w3id.org/hrdem/")}
    assert counts.number(HRDEM, "entities") == len(ours)
    terms = {p for _, p, _ in triples} | {o for _, p, o in triples if p == RDF.type}
    assert set(map(str, counts.about.objects(HRDEM, VOID.vocabulary))) == {
        re.sub(r"[^/#]*$", "", str(term)) for term in terms
    }


def test_class_and_property_partitions(counts: Counts) -> None:
    assert {
        counts.about.value(part, VOID["class"]): counts.number(part, "entities")
        for part in counts.about.objects(HRDEM, VOID.classPartition)
    } == Counter(o for _, p, o in counts.triples if p == RDF.type)
    assert {
        counts.about.value(part, VOID.property): counts.number(part, "triples")
        for part in counts.about.objects(HRDEM, VOID.propertyPartition)
    } == Counter(p for _, p, _ in counts.triples)


def test_partitions_below_classes(counts: Counts) -> None:
    expected: set[tuple[object, ...]] = set()
    things = Counter(o for _, p, o in counts.triples if p == RDF.type)
    for s, p, o in counts.triples:
        if p == RDF.type or not str(s).startswith("https://w3id.org/hrdem/"):
            continue
        of, values = counts.relevant(s, p), counts.relevant(o, p)
        for c in counts.highest(of):
            expected.add((c, p, None))
            if isinstance(o, rdflib.Literal):
                string = rdflib.XSD.string if o.language is None else RDF.langString
                expected.add((c, p, o.datatype or string))
            expected |= {(c, p, value) for value in counts.highest(values)}
        for c in counts.lowest(of) - counts.highest(of) if str(p).startswith(v.HRDEM) else ():
            if things[c] > 1:
                expected.add((c, p, None))
                expected |= {(c, p, value) for value in counts.lowest(values)}
    found: set[tuple[object, ...]] = set()
    for of_class in counts.about.objects(HRDEM, VOID.classPartition):
        (c,) = counts.about.objects(of_class, VOID["class"])
        for part in counts.about.objects(of_class, VOID.propertyPartition):
            (p,) = counts.about.objects(part, VOID.property)
            found.add((c, p, None))
            for leads, is_of in (
                (VOID.classPartition, VOID["class"]),
                (VOID_EXT.datatypePartition, VOID_EXT.datatype),
            ):
                for inner in counts.about.objects(part, leads):
                    found.add((c, p, counts.about.value(inner, is_of)))
    assert found == expected
    assert len(found) > 100


def test_linksets(described: Small) -> None:
    described.edit(
        "data/documents/note.trig",
        "hrdem:sourceKind hrdem:OfficialSource ;",
        "hrdem:sourceKind hrdem:OfficialSource ; <http://purl.org/dc/terms/language>"
        " <http://publications.europa.eu/resource/authority/language/ENG> ,"
        " <http://publications.europa.eu/resource/authority/language/FRA> ;",
    )
    described.edit(
        "data/themes.ttl",
        'skos:definition "Rule of the people."@en ;',
        'skos:definition "Rule of the people."@en ;'
        " skos:exactMatch <http://eurovoc.europa.eu/381> ;"
        " skos:relatedMatch <http://eurovoc.europa.eu/383> ;",
    )
    build(described.project)
    about = Counts(described.project.build).about
    links = {
        (
            str(about.value(about.value(each, VOID.objectsTarget), VOID.uriSpace)),
            about.value(each, VOID.linkPredicate),
            int(str(about.value(each, VOID.triples))),
        )
        for each in about.objects(HRDEM, VOID.subset)
    }
    language = "http://publications.europa.eu/resource/authority/language/"
    assert {link for link in links if link[1] in (SKOS.exactMatch, SKOS.relatedMatch)} == {
        ("http://eurovoc.europa.eu/", SKOS.exactMatch, 1),
        ("http://eurovoc.europa.eu/", SKOS.relatedMatch, 1),
    }
    assert (language, DCTERMS.language, 2) in links


def test_each_mapping_to_another_vocabulary_is_counted_among_the_links(built: Project) -> None:
    mapping = {
        str(SKOS[f"{name}Match"]) for name in ("exact", "close", "related", "broad", "narrow")
    }
    mapping.add(v.OWL + "sameAs")
    nowhere = {
        q.object.value
        for q in ox.parse(path=built.build / "hrdem.nt")
        if q.predicate.value in mapping
        and not v.value(q.object).startswith(v.BASE)
        and not any(re.match(pattern, v.value(q.object)) for pattern, _ in TARGETS)
    }
    assert nowhere == set()


def test_a_query_editor_finds_what_to_suggest(built: Project) -> None:
    # The query by which sparql-editor asks an endpoint which properties lead from class to class.
    store = ox.Store()
    store.bulk_load(path=str(built.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    answer = store.query(
        """
        PREFIX void: <http://rdfs.org/ns/void#>
        PREFIX void-ext: <http://ldf.fi/void-ext#>
        SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
          ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
          ?pp void:property ?prop .
          OPTIONAL {
            { ?pp void:classPartition [ void:class ?objectClass ] }
            UNION
            { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }
          }
        }"""
    )
    assert isinstance(answer, ox.QuerySolutions)
    rows = {
        tuple(None if term is None else v.shorten(term.value) for term in row) for row in answer
    }
    assert ("hrdem:ActionPlan", "hrdem:implements", "hrdem:StrategicFramework", None) in rows
    assert ("hrdem:ActionPlan", "hrdem:isbn", None, None) in rows
    assert ("hrdem:Instrument", "skos:prefLabel", None, "rdf:langString") in rows
    assert ("hrdem:Event", "hrdem:earliest", None, "xsd:date") in rows
    assert ("eli:LegalResource", "eli:passed_by", "org:Organization", None) in rows
    assert ("foaf:Person", "org:holds", "org:Post", None) in rows
    # It suggests no other properties than these, so of those of our things none may be left out.
    named = ox.Store()
    named.bulk_load(path=str(built.build / "hrdem.nq"), format=ox.RdfFormat.N_QUADS)
    named.remove_graph(ox.NamedNode(str(GRAPH)))
    things = {
        q.subject
        for q in named.quads_for_pattern(None, ox.NamedNode(v.RDF_TYPE), None)
        if v.value(q.subject).startswith(v.BASE) and not v.value(q.object).startswith(HOUSEKEEPING)
    }
    assert {v.shorten(q.predicate.value) for q in named if q.subject in things} - {"rdf:type"} == {
        row[1] for row in rows
    }


# --- service --------------------------------------------------------------------------------------


def test_the_service_lists_the_named_graphs_and_has_no_address(
    built: Project, catalogue: rdflib.Graph
) -> None:
    service = rdflib.URIRef(SERVICE)
    assert (service, RDF.type, SD.Service) in catalogue
    assert (service, SD.endpoint, None) not in catalogue
    assert (None, RDF.type, DCAT.DataService) not in catalogue
    assert (None, DCAT.endpointURL, None) not in catalogue
    names = {
        str(catalogue.value(graph, SD.name))
        for dataset in catalogue.objects(service, SD.defaultDataset)
        for graph in catalogue.objects(dataset, SD.namedGraph)
    }
    assert names == {q.graph_name.value for q in ox.parse(path=built.build / "hrdem.nq")}


def test_an_endpoint_becomes_a_data_service(described: Small) -> None:
    build(described.project, endpoint="https://example.org/sparql")
    found = parsed(described.project.build / "catalogue.ttl")
    service, address = rdflib.URIRef(SERVICE), rdflib.URIRef("https://example.org/sparql")
    assert (rdflib.URIRef(CATALOGUE), DCAT.service, service) in found
    assert (service, RDF.type, DCAT.DataService) in found
    assert (service, DCAT.endpointURL, address) in found
    assert (service, SD.endpoint, address) in found
    assert (service, DCAT.servesDataset, HRDEM) in found
    graph = (described.project.build / "hrdem.nt").read_text(encoding="utf-8")
    assert "https://example.org/sparql" not in graph


@pytest.mark.parametrize("address", ["example.org/sparql", "https://example.org/a b", ""])
def test_an_endpoint_that_is_no_address_is_refused(described: Small, address: str) -> None:
    assert described.error(lambda project: build(project, endpoint=address)) == (
        f"{address!r} is not the address of an endpoint: that begins with http:// or https:// and"
        " has no spaces."
    )


# --- checks ---------------------------------------------------------------------------------------


@pytest.fixture
def checked(described: Small) -> Callable[[], list[str]]:
    """What the check says of what was built, as it is printed."""
    build(described.project)
    assert described.findings() == []
    return lambda: [str(finding) for finding in described.findings()]


def catalogue_line(small: Small, text: str) -> str:
    return f"build/catalogue.ttl:{small.line('build/catalogue.ttl', text)}"


def test_a_built_file_that_was_changed_is_found(
    described: Small, checked: Callable[[], list[str]]
) -> None:
    path = described.root / "build/hrdem.nt"
    size = path.stat().st_size
    place = catalogue_line(described, "distribution:hrdem.nt a")
    path.write_bytes(path.read_bytes() + b"#\n")
    advice = "Run `hrdem build`, which makes all files anew. [built-file]"
    assert checked() == [
        f"{place}: violation: distribution:hrdem.nt: The file has {size + 2} bytes, and the"
        f" catalogue says {size}. {advice}"
    ]
    path.write_bytes(b"#" * size)
    assert checked() == [
        f"{place}: violation: distribution:hrdem.nt: The file has another SHA-256 than the"
        f" catalogue says. {advice}"
    ]
    path.unlink()
    assert checked() == [
        f"{place}: violation: distribution:hrdem.nt: The file cannot be read (No such file or"
        f" directory). {advice}"
    ]


def test_a_catalogue_that_was_changed_is_checked_against_the_shapes(
    described: Small, checked: Callable[[], list[str]]
) -> None:
    described.edit(
        "build/catalogue.ttl",
        'distribution:hrdem.nt a dcat:Distribution ;\n    dcterms:description "Everything in one'
        ' graph, for fast loading."@en ;',
        "distribution:hrdem.nt a dcat:Distribution ;\n    dcterms:license <https://example.org/> ;",
    )
    place = catalogue_line(described, "distribution:hrdem.nt a")
    found = checked()
    assert {line.rpartition(" ")[2] for line in found} == {"[CatalogueDistribution-licence]"}
    assert found[0].startswith(f"{place}: violation: distribution:hrdem.nt: A file has exactly one")


def test_a_catalogue_that_cannot_be_read_is_told(
    described: Small, checked: Callable[[], list[str]]
) -> None:
    described.write("build/catalogue.ttl", "hrdem:x a hrdem:y .\n")
    (found,) = checked()
    assert found.startswith("build/catalogue.ttl:1: violation: This is not valid Turtle")


def test_a_description_without_a_theme_of_the_eu_is_found_where_it_stands(described: Small) -> None:
    path = "data/catalogue.ttl"
    old = f"frequency:IRREG ;\n    dcterms:provenance <{DATASET}#provenance> ;"
    described.edit(path, old, old.replace("frequency:IRREG", "<https://example.org/often>"))
    found = described.only()
    assert found.code == "CatalogueDataset-frequency"
    assert found.path == described.root / path
    assert found.line == described.line(path, "dataset:hrdem a dcat:Dataset")


def test_nothing_built_is_nothing_to_check(small: Small) -> None:
    assert list(check.run(small.project)) == []


# --- what others say a catalogue must be ----------------------------------------------------------


def official(folder: Path, name: str) -> rdflib.Graph:
    """Official shapes of DCAT-AP 3.0.1, without links that lead nowhere."""
    shapes = parsed(folder / "linkdata" / "dcat-ap" / name)
    for owner, link in list(shapes.subject_objects(SH.property)):
        if (link, None, None) not in shapes:
            shapes.remove((owner, SH.property, link))
    return shapes


def results(data: rdflib.Graph, shapes: rdflib.Graph) -> Counter[tuple[str, str]]:
    """Severity and path of what is wrong, with how often; nested results are not counted."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
    assert isinstance(report, rdflib.Graph)
    (head,) = report.subjects(RDF.type, SH.ValidationReport)
    return Counter(
        (
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            v.shorten(str(report.value(result, SH.resultPath))),
        )
        for result in report.objects(head, SH.result)
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "shacl_dcat-ap-SHACL.ttl",
        "shacl_ranges.ttl",
        "html_shacl_shapes.ttl",
        "html_shacl_range.ttl",
        "html_shacl_deprecateduris.ttl",
    ],
)
def test_it_conforms_to_the_official_shapes(
    catalogue: rdflib.Graph, shared: Path, name: str
) -> None:
    assert results(catalogue, official(shared, name)) == {}


@pytest.mark.shared
def test_no_property_is_used_that_the_official_shapes_call_deprecated(
    catalogue: rdflib.Graph, shared: Path
) -> None:
    """They give a message for each but no constraint, so a validator never shows it."""
    shapes = official(shared, "html_shacl_deprecateduris.ttl")
    deprecated = {
        (target, shapes.value(link, SH.path))
        for shape, target in shapes.subject_objects(SH.targetClass)
        for link in shapes.objects(shape, SH.property)
        if set(shapes.predicates(link)) <= {SH.path, SH.severity, SH.message}
    }
    assert {target for target, _ in deprecated} == {DCTERMS.PeriodOfTime, DCAT.Dataset}
    for target, path in deprecated:
        things = set(catalogue.subjects(RDF.type, target))
        assert things
        assert not [thing for thing in things if (thing, path, None) in catalogue], path


@pytest.mark.shared
def test_the_official_shapes_find_faults(catalogue: rdflib.Graph, shared: Path) -> None:
    broken = rdflib.Graph() + catalogue
    broken.remove((HRDEM, DCTERMS.title, None))
    for name in ("shacl_dcat-ap-SHACL.ttl", "html_shacl_shapes.ttl"):
        found = results(broken, official(shared, name))
        assert found == {("Violation", "dcterms:title"): 1}
    broken = rdflib.Graph() + catalogue
    broken.set((HRDEM, DCTERMS.publisher, rdflib.Literal("somebody")))
    for name in ("shacl_ranges.ttl", "html_shacl_range.ttl"):
        found = results(broken, official(shared, name))
        assert found == {("Violation", "dcterms:publisher"): 1}


@pytest.mark.shared
def test_a_data_service_conforms_to_the_official_shapes(described: Small, shared: Path) -> None:
    build(described.project, endpoint="https://example.org/sparql")
    data = parsed(described.project.build / "catalogue.ttl")
    assert results(data, official(shared, "shacl_dcat-ap-SHACL.ttl")) == {}
    assert results(data, official(shared, "html_shacl_shapes.ttl")) == {}


@pytest.mark.shared
def test_what_is_recommended_and_not_there(catalogue: rdflib.Graph, shared: Path) -> None:
    # Nothing is released, so there is no day of issue or change, and nobody has promised how long
    # the files will stay. Where the European Union lies on a map is not ours to say.
    found = results(catalogue, official(shared, "html_shacl_shapes_recommended.ttl"))
    files = len(set(catalogue.subjects(RDF.type, DCAT.Distribution)))
    assert found == {
        ("Warning", "dcterms:issued"): 1,
        ("Warning", "dcterms:modified"): 1,
        ("Warning", "<http://data.europa.eu/r5r/availability>"): files,
        ("Warning", "dcat:bbox"): 1,
        ("Warning", "dcat:centroid"): 1,
    }


@pytest.mark.shared
def test_the_codes_are_those_that_the_official_shapes_ask_for(
    catalogue: rdflib.Graph, shared: Path
) -> None:
    shapes = official(shared, "html_shacl_mdr-vocabularies.shape.ttl")
    # A fault of these shapes: they ask for names that begin with https://spdx.org/, and of the same
    # names that they have a class of http://spdx.org/, which is how SPDX writes all of them.
    restriction = rdflib.URIRef("http://data.europa.eu/r5r#ChecksumAlgorithmRestriction")
    assert str(shapes.value(restriction, SH.pattern)) == "^https://spdx.org/rdf/terms"
    shapes.remove((restriction, SH.pattern, None))
    # The contributors are no corporate body of the EU's table, as the shapes would like best.
    assert results(catalogue, shapes) == {("Warning", "dcterms:publisher"): 3}


@pytest.mark.shared
def test_the_codes_are_in_the_tables_with_the_labels_here(shared: Path) -> None:
    table = parsed(shared / "linkdata" / "authority" / "authority-subset.ttl")
    codes = parsed(ROOT / "ontology" / "codes.ttl")
    authority = "http://publications.europa.eu/resource/authority/"
    not_seen = {authority + "access-right/PUBLIC", authority + "licence/CC_BY_4_0"}
    seen = 0
    for code, scheme in codes.subject_objects(SKOS.inScheme):
        if not str(code).startswith(authority) or str(code) in not_seen:
            continue
        assert (code, SKOS.inScheme, scheme) in table
        assert not list(table.objects(code, rdflib.OWL.deprecated))
        label = codes.value(code, SKOS.prefLabel) or codes.value(code, RDFS.label)
        assert label in set(table.objects(code, SKOS.prefLabel)), code
        seen += 1
    assert seen == 13


def test_every_code_that_is_used_is_explained(catalogue: rdflib.Graph) -> None:
    codes = parsed(ROOT / "ontology" / "codes.ttl")
    explained = set(codes.subjects(RDF.type, None))
    starts = ("http://publications.europa.eu/", "http://purl.org/adms/", "https://www.iana.org/")
    described = {DCTERMS.license, DCTERMS.accessRights, DCTERMS["format"], DCTERMS.type, DCAT.theme}
    described |= {DCTERMS.language, DCTERMS.spatial, DCTERMS.accrualPeriodicity, DCAT.mediaType}
    used = {
        o
        for s, p, o in catalogue
        if p in described | {DCAT.themeTaxonomy, SKOS.inScheme} and str(o).startswith(starts)
    }
    assert {
        str(each) for each in used - explained if "/" in str(each).split("authority/")[-1]
    } == set()
    assert {str(e) for e in explained if str(e).startswith(starts)} <= {str(each) for each in used}
