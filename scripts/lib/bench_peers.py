"""One task by one tool in a process of its own; scripts/bench measures it from outside.

``bench_peers.py NAME PROJECT OUT``: NAME is a function below with hyphens, PROJECT the folder of a
project with its graph built, OUT a folder to write into. What it returns is printed as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hrdem.project import Project
from hrdem.queries import SavedQuery, read_queries

_FORMATS = {
    "hrdem.ttl": ox.RdfFormat.TURTLE,
    "hrdem.nt": ox.RdfFormat.N_TRIPLES,
    "hrdem.rdf": ox.RdfFormat.RDF_XML,
    "hrdem.jsonld": ox.RdfFormat.JSON_LD,
    "hrdem.trig": ox.RdfFormat.TRIG,
    "hrdem.nq": ox.RdfFormat.N_QUADS,
}
_WARM = 5
"""How often a query is answered to find its median."""


# --- build ----------------------------------------------------------------------------------------


def build_pyoxigraph(project: Project, out: Path) -> None:
    """Parse the built quads, write the six formats and the store on disk; no rules, no order."""
    named, merged = ox.Store(), ox.Store()
    named.bulk_load(path=str(project.build / "hrdem.nq"), format=ox.RdfFormat.N_QUADS)
    merged.bulk_load(path=str(project.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    for name, syntax in _FORMATS.items():
        if name in ("hrdem.trig", "hrdem.nq"):
            named.dump(str(out / name), format=syntax)
        else:
            merged.dump(str(out / name), format=syntax, from_graph=ox.DefaultGraph())
    load_pyoxigraph(project, out)


def build_rdflib(project: Project, out: Path) -> None:
    """Parse all sources, make the statement nodes, run each rule once, write the six formats."""
    import hashlib

    import rdflib
    from rdflib.namespace import RDF

    hrdem = rdflib.Namespace("https://w3id.org/hrdem/ontology#")
    data = rdflib.Dataset(default_union=True)
    for path in sorted(project.data.rglob("*")):
        if path.suffix in (".ttl", ".trig"):
            data.parse(path, format="turtle" if path.suffix == ".ttl" else "trig")
    for name in ("hrdem.ttl", "alignments.ttl"):
        data.parse(project.ontology / name, format="turtle")
    statements = data.graph(rdflib.URIRef("https://w3id.org/hrdem/graph/statements"))
    for passage in list(data.subjects(hrdem.passageOf, None, unique=True)):
        assert isinstance(passage, rdflib.URIRef)
        for s, p, o in list(data.graph(passage)):
            line = f"{s.n3()} {p.n3()} {o.n3()} ."
            digest = hashlib.sha256(line.encode()).hexdigest()[:16]
            node = rdflib.URIRef(f"https://w3id.org/hrdem/statement/{digest}")
            for predicate, value in (
                (RDF.type, RDF.Statement),
                (RDF.subject, s),
                (RDF.predicate, p),
                (RDF.object, o),
                (hrdem.supportedBy, passage),
            ):
                statements.add((node, predicate, value))
    for path in sorted((project.ontology / "rules").glob("*.rq")):
        derived = data.graph(rdflib.URIRef(f"https://w3id.org/hrdem/graph/derived-{path.stem}"))
        for triple in data.query(path.read_text("utf-8")):
            derived.add(triple)  # type: ignore[arg-type]
    whole = rdflib.Graph()
    for s, p, o in data.triples((None, None, None)):
        whole.add((s, p, o))
    for name, form in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "json-ld")):
        whole.serialize(out / f"hrdem.{name}", format=form)
    for name, form in (("trig", "trig"), ("nq", "nquads")):
        data.serialize(out / f"hrdem.{name}", format=form)


# --- check ----------------------------------------------------------------------------------------


def _shapes(project: Project, out: Path) -> Path:
    """Return one file with all shapes of the graph."""
    store = ox.Store()
    for path in sorted(project.validation.glob("*.ttl")):
        if path.name != "catalogue.ttl":
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    target = out / "shapes.ttl"
    store.dump(str(target), format=ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph())
    return target


def check_pyshacl(project: Project, out: Path) -> dict[str, int]:
    """Validate the built graph with pySHACL as its documentation shows."""
    import pyshacl

    _, report, _ = pyshacl.validate(
        str(project.build / "hrdem.nt"),
        shacl_graph=str(_shapes(project, out)),
        data_graph_format="nt",
    )
    return _results(report)


def check_pyshacl_turbo(project: Project, out: Path) -> dict[str, int]:
    """Validate the built graph with pyshacl-turbo, from file paths."""
    import pyshacl_turbo

    _, report, _ = pyshacl_turbo.validate(
        str(project.build / "hrdem.nt"), shacl_graph=str(_shapes(project, out))
    )
    return _results(report)


def check_pyshifty(project: Project, out: Path) -> dict[str, int]:
    """Validate the built graph with pyshifty."""
    import shifty

    _, report, _ = shifty.PreparedValidator(_shapes(project, out)).validate(
        project.build / "hrdem.nt", graph_mode="data"
    )
    return _results(report)


def _results(report: Any) -> dict[str, int]:  # noqa: ANN401 (an rdflib graph)
    from rdflib.namespace import RDF, SH

    return {"results": sum(1 for _ in report.subjects(RDF.type, SH.ValidationResult))}


# --- load and ask ---------------------------------------------------------------------------------


def load_pyoxigraph(project: Project, out: Path) -> None:
    """Load the merged graph into a store on disk."""
    store = ox.Store(str(out / "store"))
    store.bulk_load(path=str(project.build / "hrdem.nt"), format=ox.RdfFormat.N_TRIPLES)
    store.optimize()
    store.flush()


def _questions(project: Project) -> Iterator[SavedQuery]:
    """Yield each saved query that nobody else need be asked for."""
    for query in read_queries(project):
        if not query.endpoints:
            yield query


def ask_warm(project: Project, out: Path) -> dict[str, list[float]]:
    """Answer each saved query in turn by the project's store and by its engine alone, on one store.

    Returns name to the two medians, in milliseconds.
    """
    from hrdem.store import EmbeddedStore
    from hrdem.vocabulary import PREFIXES

    store = EmbeddedStore.open(project)
    engine = ox.Store.read_only(str(project.build / "store"))

    def alone(text: str) -> None:
        found = engine.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        if not isinstance(found, ox.QueryBoolean):
            list(found)

    found = {}
    for query in _questions(project):
        own: Callable[[str], object] = {
            "select": store.select,
            "ask": store.ask,
        }.get(query.form, store.construct)
        pairs = [
            (_milliseconds(own, query.text), _milliseconds(alone, query.text)) for _ in range(_WARM)
        ]
        found[query.name] = [statistics.median(column) for column in zip(*pairs, strict=True)]
    return found


def ask_rdflib(project: Project, out: Path) -> dict[str, list[float]]:
    """Answer each saved query once by rdflib; returns name to milliseconds."""
    import rdflib

    graph = rdflib.Graph().parse(project.build / "hrdem.nt", format="nt")
    return {
        query.name: [_milliseconds(lambda each: list(graph.query(each)), query.text)]
        for query in _questions(project)
    }


def _milliseconds(answer: Callable[[str], object], text: str) -> float:
    started = time.perf_counter()
    answer(text)
    return (time.perf_counter() - started) * 1000


def main(arguments: list[str]) -> None:
    """Do the task."""
    name, project, out = arguments
    print(json.dumps(globals()[name.replace("-", "_")](Project.at(Path(project)), Path(out))))


if __name__ == "__main__":
    main(sys.argv[1:])
