"""One task by one tool in a process of its own; scripts/bench measures it from outside.

``bench_peers.py NAME PROJECT OUT …``: NAME is a function below with hyphens, PROJECT the folder of
a project with its graph built, OUT a folder to write into, and what follows is for the function.
What it returns is printed as JSON; ``seconds`` in it is what counts, where more than the task was
done.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
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
_WARM = (5, 25)
"""How often a query is answered at least and at most to find its median; those that take a second
or more once."""
_PATIENCE = 20
"""After how many seconds Jena is to give up a query."""


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


@contextmanager
def _server(out: Path) -> Iterator[int]:
    """Run the server of Oxigraph on a store on disk that is empty; yields its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("oxigraph"))
    where = ("--location", str(out / "served"), "--bind", f"127.0.0.1:{port}")
    process = subprocess.Popen((program, "serve", *where), stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.01)
        yield port
    finally:
        process.terminate()
        process.wait()


def load_hrdem(project: Project, out: Path) -> dict[str, float]:
    """Let `hrdem load` put the merged graph into a server that runs; returns the seconds."""
    with _server(out) as port:
        command = (sys.executable, "-P", "-m", "hrdem", "load", f"http://127.0.0.1:{port}")
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return {"seconds": time.perf_counter() - started}


def load_http(project: Project, out: Path) -> dict[str, float]:
    """Send the N-Triples to such a server in one PUT of the Graph Store Protocol."""
    with _server(out) as port, (project.build / "hrdem.nt").open("rb") as file:
        connection = HTTPConnection("127.0.0.1", port)
        size = (project.build / "hrdem.nt").stat().st_size
        headers = {"Content-Type": "application/n-triples", "Content-Length": str(size)}
        started = time.perf_counter()
        connection.request("PUT", "/store?default", file, headers)
        answer = connection.getresponse()
        answer.read()
        passed = time.perf_counter() - started
        if answer.status not in (200, 201, 204):
            sys.exit(f"the server answered {answer.status}")
        return {"seconds": passed}


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
        found[query.name] = _medians(query.text, own, alone)
    return found


def _medians(text: str, *ways: Callable[[str], object]) -> list[float]:
    """Return the median of each way to answer a query, in milliseconds; they take turns."""
    for way in ways:  # the first time each fills caches, and does not count
        way(text)
    turns: list[list[float]] = []
    spent = 0.0
    while len(turns) < _WARM[1]:
        turns.append([_milliseconds(way, text) for way in ways])
        spent += sum(turns[-1])
        if spent > (1000 if len(turns) < _WARM[0] else 200):
            break
    return [statistics.median(column) for column in zip(*turns, strict=True)]


def ask_jena(project: Project, out: Path, jars: str) -> dict[str, list[float]]:
    """Answer each saved query by Jena on a TDB2 store of its own, in one Java machine.

    Returns name to the median in milliseconds, without queries that it has given up.
    """
    import jpype

    jpype.startJVM("-Xmx8g", classpath=[f"{jars}/*"])
    jena = jpype.JPackage("org").apache.jena
    data = jena.tdb2.TDB2Factory.connectDataset(str(out / "tdb2"))
    data.begin(jena.query.ReadWrite.WRITE)
    jena.riot.RDFDataMgr.read(data, str(project.build / "hrdem.nt"))
    data.commit()
    data.end()
    data.begin(jena.query.ReadWrite.READ)
    unit = jpype.JPackage("java").util.concurrent.TimeUnit.SECONDS

    def answer(text: str) -> None:
        asked = jena.query.QueryExecution.dataset(data).query(text).timeout(_PATIENCE, unit).build()
        if asked.getQuery().isSelectType():
            jena.query.ResultSetFormatter.consume(asked.execSelect())
        elif asked.getQuery().isAskType():
            asked.execAsk()
        else:
            asked.execConstruct()
        asked.close()

    found = {}
    for query in _questions(project):
        try:
            found[query.name] = _medians(query.text, answer)
        except jena.query.QueryCancelledException:
            continue
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
    name, project, out, *more = arguments
    task = globals()[name.replace("-", "_")]
    print(json.dumps(task(Project.at(Path(project)), Path(out), *more)))


if __name__ == "__main__":
    main(sys.argv[1:])
