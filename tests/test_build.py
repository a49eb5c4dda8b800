"""The build: what it makes of the sources, and that it makes the same again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, Mini
from hrdem import vocabulary as v
from hrdem.build import build
from hrdem.documents import read_sources
from hrdem.project import Project
from hrdem.queries import load_catalogue, read_queries
from hrdem.statements import statement_iri, statements, supports

MORE_FILES = ["queries.json", "catalogue.ttl", "catalogue.jsonld"]
RDF_FILES = ["hrdem.ttl", "hrdem.trig", "hrdem.nt", "hrdem.nq", "hrdem.jsonld", "hrdem.rdf"]
PREFIXES = "".join(f"PREFIX {prefix}: <{name}>\n" for prefix, name in v.PREFIXES.items())


def quads(build_folder: Path) -> set[ox.Quad]:
    return set(ox.parse(path=build_folder / "hrdem.nq", format=ox.RdfFormat.N_QUADS))


def triples(build_folder: Path) -> set[ox.Triple]:
    lines = ox.parse(path=build_folder / "hrdem.nt", format=ox.RdfFormat.N_TRIPLES)
    return {quad.triple for quad in lines}


def parse(turtle: str) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)}


@pytest.fixture
def built_mini(mini: Mini) -> Mini:
    build(mini.project)
    return mini


# --- what is in the graph -----------------------------------------------------------------------


def test_accepted_facts_are_asserted_in_the_graph_of_their_passage(built_mini: Mini) -> None:
    found = {
        quad.triple
        for quad in quads(built_mini.project.build)
        if quad.graph_name == ox.NamedNode(v.DOCUMENT + "note#p1")
    }

    assert found == parse("instrument:conclusions hrdem:approves instrument:plan .")


def test_a_fact_that_is_not_accepted_is_only_a_statement(built_mini: Mini) -> None:
    graph = triples(built_mini.project.build)
    (superseded,) = parse('period:plan hrdem:end "2024"^^xsd:gYear .')
    iri = statement_iri(superseded)

    assert superseded not in graph
    assert {t for t in graph if v.value(t.subject) == iri} == parse(
        f"""<{iri}> a rdf:Statement ;
            rdf:subject period:plan ; rdf:predicate hrdem:end ; rdf:object "2024"^^xsd:gYear ;
            hrdem:standing hrdem:Superseded ;
            hrdem:supportedBy <https://w3id.org/hrdem/document/note#p2> ."""
    )


def test_a_fact_has_the_best_standing_of_its_passages(built_mini: Mini) -> None:
    graph = triples(built_mini.project.build)
    (fact,) = parse("instrument:conclusions hrdem:approves instrument:plan .")
    iri = statement_iri(fact)

    assert fact in graph
    assert parse(
        f"""BASE <https://w3id.org/hrdem/document/note>
        <{iri}> hrdem:standing hrdem:Accepted ; hrdem:supportedBy <#p1>, <#p2> ."""
    ) == {
        t
        for t in graph
        if v.value(t.subject) == iri and t.predicate.value in (v.STANDING, v.SUPPORTED_BY)
    }


@pytest.mark.parametrize(
    ("standings", "best"),
    [
        (["Mistaken", "Superseded"], "Superseded"),
        (["Superseded", "Disputed"], "Disputed"),
        (["Disputed", "Accepted", "Mistaken"], "Accepted"),
    ],
)
def test_the_order_of_standings(mini: Mini, standings: list[str], best: str) -> None:
    passages = "".join(
        f"""
        <#p{at}> a hrdem:Passage ; hrdem:passageOf document:page ; hrdem:standing hrdem:{standing} .
        <#p{at}> {{ theme:a skos:note "said" }}
        """
        for at, standing in enumerate(standings)
    )
    head = f"{PREFIXES}BASE <https://w3id.org/hrdem/document/page>\n"
    mini.write("data/documents/page.trig", f"{head}document:page a hrdem:WebPage .{passages}")

    build(mini.project)

    (fact,) = parse('theme:a skos:note "said" .')
    (standing,) = [
        v.value(t.object)
        for t in triples(mini.project.build)
        if v.value(t.subject) == statement_iri(fact) and t.predicate.value == v.STANDING
    ]
    assert standing == v.HRDEM + best


def test_the_iri_of_a_statement_can_be_made_with_any_tool() -> None:
    line = '<https://w3id.org/hrdem/theme/a> <https://schema.org/name> "é \\"q\\"\\n"@en .'
    (quad,) = ox.parse(line, format=ox.RdfFormat.N_TRIPLES)

    digest = hashlib.sha256(line.encode("utf-8")).hexdigest()

    assert statement_iri(quad.triple) == f"https://w3id.org/hrdem/statement/{digest[:16]}"


def test_two_facts_with_one_statement_iri(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "hrdem.statements.statement_iri", lambda _: v.STATEMENT + "0123456789abcdef"
    )
    facts = supports(read_sources(mini.project).passages.values())

    assert mini.error(lambda _: list(statements(facts))).startswith(
        "Two facts have the same statement IRI, statement:0123456789abcdef:"
        " <https://w3id.org/hrdem/instrument/conclusions>"
    )


def test_every_graph_is_one_of_the_promised_ones(built_mini: Mini) -> None:
    names = {v.value(quad.graph_name) for quad in quads(built_mini.project.build)}  # type: ignore[arg-type]

    graphs = ["instruments", "note", "statements", "ontology", "queries", "derived-labels"]
    assert names == {
        *(v.GRAPH + name for name in graphs),
        *(f"{v.DOCUMENT}note#{passage}" for passage in ("p1", "p4")),
    }


def test_derived_facts_are_in_the_graph_of_their_rule(built_mini: Mini) -> None:
    graph = ox.NamedNode(v.GRAPH + "derived-labels")

    assert {
        quad.triple for quad in quads(built_mini.project.build) if quad.graph_name == graph
    } == parse(
        """instrument:plan rdfs:label "Plan"@en .
        instrument:conclusions rdfs:label "Conclusions"@en .
        document:note rdfs:label "A note"@en ."""
    )


def test_rules_do_not_see_facts_that_are_not_accepted(mini: Mini) -> None:
    mini.write(
        "ontology/rules/20-ends.rq",
        f"{PREFIXES}CONSTRUCT {{ ?x hrdem:latest ?y }} WHERE {{ ?x hrdem:end ?y }}",
    )

    build(mini.project)

    graph = triples(mini.project.build)
    (from_accepted,) = parse('period:plan hrdem:latest "2027"^^xsd:gYear .')
    (from_superseded,) = parse('period:plan hrdem:latest "2024"^^xsd:gYear .')
    assert from_accepted in graph
    assert from_superseded not in graph


def test_the_union_of_the_named_graphs_is_the_merged_graph(built: Project) -> None:
    named = quads(built.build)

    assert not any(isinstance(quad.graph_name, ox.DefaultGraph) for quad in named)
    assert {quad.triple for quad in named} == triples(built.build)


def test_every_fact_of_the_project_has_its_statement_and_its_words(
    built: Project, project: Project
) -> None:
    sources = read_sources(project)
    graph = triples(built.build)
    named = quads(built.build)
    facts = supports(sources.passages.values())
    assert facts
    for fact, passages in facts.items():
        iri = ox.NamedNode(statement_iri(fact))
        assert ox.Triple(iri, ox.NamedNode(v.RDF_TYPE), ox.NamedNode(v.RDF_STATEMENT)) in graph
        for passage in passages:
            by = ox.NamedNode(passage.iri)
            assert ox.Triple(iri, ox.NamedNode(v.SUPPORTED_BY), by) in graph
            quad = ox.Quad(fact.subject, fact.predicate, fact.object, by)
            assert (quad in named) == passage.accepted


def test_there_are_no_blank_nodes_anywhere(built: Project) -> None:
    for quad in quads(built.build):
        assert not any(isinstance(term, ox.BlankNode) for term in quad)
    for name in RDF_FILES:
        assert not re.search(r"(?<![\w:/])_:\w", (built.build / name).read_text(encoding="utf-8"))


def test_everything_with_one_label_has_the_other(built: Project) -> None:
    labels: dict[str, set[tuple[str, str]]] = {v.SKOS + "prefLabel": set(), v.RDFS + "label": set()}
    for triple in triples(built.build):
        if triple.predicate.value in labels:
            assert isinstance(triple.object, ox.Literal)
            assert triple.object.language, f"{triple} has no language"
            labels[triple.predicate.value].add((v.value(triple.subject), str(triple.object)))

    preferred, plain = labels.values()
    assert preferred
    assert preferred == plain


# --- the same again -----------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed(
    project: Project, tmp_path: Path
) -> None:
    program = """
import pathlib, sys
from hrdem.build import build
from hrdem.project import Project
build(Project.at(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]))
"""
    running = []
    for seed in ("0", "4711"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(ROOT / "scripts"),
            "TZ": "UTC" if seed == "0" else "Pacific/Kiritimati",
            "LC_ALL": "C" if seed == "0" else "C.UTF-8",
        }
        command = [sys.executable, "-c", program, str(project.root), str(tmp_path / seed)]
        running.append(subprocess.Popen(command, env=environment, cwd=tmp_path))
    assert [process.wait() for process in running] == [0, 0]

    def sums(folder: Path) -> dict[str, str]:
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.iterdir()
            if path.is_file()
        }

    first, second = sums(tmp_path / "0"), sums(tmp_path / "4711")
    assert set(first) == {*RDF_FILES, *MORE_FILES, "manifest.json"}
    assert first == second


def test_a_second_build_replaces_the_first(mini: Mini) -> None:
    build(mini.project)
    first = mini.snapshot()
    mini.edit("data/instruments.ttl", '"Plan"@en', '"Action plan"@en')

    build(mini.project)

    second = mini.snapshot()
    assert first["hrdem.nt"] != second["hrdem.nt"]
    assert '"Action plan"@en' in (mini.project.build / "hrdem.ttl").read_text(encoding="utf-8")
    assert mini.leftovers() == []


# --- the manifest -------------------------------------------------------------------------------


def test_the_manifest_has_the_size_and_sum_of_every_file(built: Project) -> None:
    manifest = json.loads((built.build / "manifest.json").read_text(encoding="utf-8"))

    names = [name for name in manifest["files"] if not name.startswith("answers/")]
    assert names == [*RDF_FILES, *MORE_FILES]
    answers = ROOT / "queries" / "answers"
    assert {f"answers/{path.name}" for path in answers.iterdir()} == set(manifest["files"]) - set(
        names
    )
    for name, stated in manifest["files"].items():
        content = (built.build / name).read_bytes()
        assert stated == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert {path.name for path in built.build.iterdir()} == {
        *names,
        "answers",
        "manifest.json",
        "store",
    }


def test_the_manifest_counts_what_is_in_the_files(built: Project, project: Project) -> None:
    counts = json.loads((built.build / "manifest.json").read_text(encoding="utf-8"))["counts"]
    graph = triples(built.build)
    named = quads(built.build)
    passages = read_sources(project).passages.values()

    types = {t for t in graph if t.predicate.value == v.RDF_TYPE}
    assert counts["triples"] == len(graph)
    assert counts["quads"] == len(named)
    assert counts["graphs"] == len({quad.graph_name for quad in named})
    assert counts["texts"] == len(list((project.data / "texts").glob("*.txt")))
    assert counts["queries"] == len(list(project.queries.rglob("*.rq")))
    assert counts["passages"] == {
        "all": len(passages),
        **{v.shorten(s): sum(p.standing == s for p in passages) for s in v.STANDINGS},
    }
    of_statements = Counter(
        v.value(t.object)
        for t in graph
        if t.predicate.value == v.STANDING and v.value(t.subject).startswith(v.STATEMENT)
    )
    assert counts["statements"] == {
        "all": of_statements.total(),
        **{v.shorten(s): of_statements[s] for s in v.STANDINGS},
    }
    assert counts["classes"] == dict(Counter(v.shorten(v.value(t.object)) for t in types))
    assert list(counts["classes"]) == sorted(counts["classes"])
    things = {v.value(t.subject) for t in types}
    assert counts["things"] == dict(Counter(kind for kind in map(v.kind_of, things) if kind))
    assert counts["documents"] == counts["things"]["document"]
    derived = Counter(
        v.value(quad.graph_name)  # type: ignore[arg-type]
        for quad in named
        if v.value(quad.graph_name).startswith(v.GRAPH + "derived-")  # type: ignore[arg-type]
    )
    assert {n: c for n, c in counts["derived"].items() if c} == {
        name.removeprefix(v.GRAPH + "derived-"): count for name, count in derived.items()
    }


def test_the_manifest_that_is_returned_is_the_one_that_is_written(mini: Mini) -> None:
    manifest = build(mini.project)

    written = json.loads((mini.project.build / "manifest.json").read_text(encoding="utf-8"))
    assert written == vars(manifest)
    assert manifest.counts["statements"] == {
        "all": 3,
        "hrdem:Accepted": 2,
        "hrdem:Disputed": 0,
        "hrdem:Superseded": 1,
        "hrdem:Mistaken": 0,
    }
    assert manifest.counts["derived"] == {"labels": 3}


def test_without_blank_nodes_the_canonical_form_is_the_file_of_triples(built: Project) -> None:
    manifest = json.loads((built.build / "manifest.json").read_text(encoding="utf-8"))

    # RDFC-1.0 of a graph without blank nodes is its canonical N-Quads, sorted by code point, so
    # anybody can check the hash with sha256sum.
    dataset = ox.Dataset(ox.parse(path=built.build / "hrdem.ttl"))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = "".join(sorted(f"{quad} .\n" for quad in dataset))
    assert manifest["canonical"] == {
        "algorithm": "RDFC-1.0",
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }
    assert manifest["canonical"]["sha256"] == manifest["files"]["hrdem.nt"]["sha256"]


# --- beside the graph ---------------------------------------------------------------------------


def test_the_store_on_disk_holds_the_merged_graph(built: Project) -> None:
    store = ox.Store.read_only(str(built.build / "store"))

    assert {quad.triple for quad in store} == triples(built.build)
    kept_apart = {quad for quad in store if not isinstance(quad.graph_name, ox.DefaultGraph)}
    derived = f"{v.GRAPH}derived-"
    named = ox.parse(path=str(built.build / "hrdem.nq"))
    assert kept_apart == {quad for quad in named if str(quad.graph_name).startswith(f"<{derived}")}
    assert len({quad.graph_name for quad in kept_apart}) > 5


def test_the_store_on_disk_tells_nothing_about_the_machine(built: Project) -> None:
    for path in (built.build / "store").iterdir():
        # The store was made beside its final place, so the folder above both is looked for.
        assert str(built.build.parent).encode() not in path.read_bytes()


def test_the_catalogue_of_queries_is_compiled(built_mini: Mini) -> None:
    queries = load_catalogue(built_mini.project)

    assert [query.name for query in queries] == ["approved"]
    assert queries == read_queries(built_mini.project)


def test_the_queries_are_in_the_graph(built_mini: Mini) -> None:
    (question,) = parse('query:approved rdfs:comment "What was approved?"@en .')

    assert question in triples(built_mini.project.build)


def test_another_folder_can_be_built_into(mini: Mini, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"

    build(mini.project, out)

    assert (out / "hrdem.ttl").is_file()
    assert not mini.project.build.exists()


def test_the_place_that_a_link_leads_to_is_replaced_and_the_link_stays(
    mini: Mini, tmp_path: Path
) -> None:
    (tmp_path / "large-disk").mkdir()
    mini.project.build.symlink_to(tmp_path / "large-disk" / "build")

    build(mini.project)
    build(mini.project)

    assert mini.project.build.is_symlink()
    assert (tmp_path / "large-disk" / "build" / "hrdem.ttl").is_file()
    assert [path.name for path in (tmp_path / "large-disk").iterdir()] == ["build"]


# --- what is wrong with the project -------------------------------------------------------------


@pytest.mark.parametrize("name", ["hrdem.ttl", "alignments.ttl", "context.jsonld"])
def test_a_part_of_the_ontology_is_missing(mini: Mini, name: str) -> None:
    (mini.project.ontology / name).unlink()

    assert mini.error(build) == (
        f"ontology/{name}: This file is missing. Restore it from the repository."
    )


def test_the_context_is_not_json(mini: Mini) -> None:
    mini.edit("ontology/context.jsonld", '"@version": 1.1,', '"@version": 1.1')

    assert mini.error(build) == (
        "ontology/context.jsonld:3:3: This is not valid JSON: Expecting ',' delimiter. Correct it"
        " here or just before."
    )


@pytest.mark.parametrize("name", ["statements", "ontology", "queries", "derived-labels"])
def test_a_source_file_with_the_name_of_a_graph_that_the_build_makes(mini: Mini, name: str) -> None:
    mini.write(f"data/{name}.ttl", "")

    assert mini.error(build) == (
        f"data/{name}.ttl: The build makes the graph https://w3id.org/hrdem/graph/{name} itself."
        " Rename this file, whose graph would have the same name."
    )
