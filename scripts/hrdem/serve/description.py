"""What the endpoint says of itself: the `SPARQL 1.1 Service Description
<https://www.w3.org/TR/sparql11-service-description/>`_."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from starlette.responses import Response

from hrdem.serve import accept
from hrdem.serve.replies import plain, wanted
from hrdem.serve.templates import environment
from hrdem.serve.worker import Reply, sentence, typed
from hrdem.vocabulary import PREFIXES, RDF_TYPE, SD, VOID, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from hrdem.serve.replies import Service

FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS: Final = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)


EXAMPLE: Final = """SELECT ?plan ?label WHERE {
  ?plan a hrdem:ActionPlan ; skos:prefLabel ?label .
}
ORDER BY ?label
"""
"""What the page for people begins with."""


async def service_description(request: Request, service: Service) -> Response:
    """Return the description in RDF, or for people a page to ask on."""
    accepted = wanted(request)
    chosen = accept.choose(accepted, (*accept.TRIPLES, accept.HTML))
    if chosen is None:
        return plain(sentence(406, accept.refusal(accept.TRIPLES)))
    offer, media_type = chosen
    if offer is accept.HTML:
        page = environment().get_template("sparql.html")
        text = page.render(sparql=EXAMPLE, columns=[], rows=[])
        return Response(text, media_type="text/html", headers={"Vary": "Accept"})
    form = ox.RdfFormat.from_media_type(offer.types[0])
    triples = sorted(describe(service), key=str)
    prefixes = PREFIXES if offer is accept.TURTLE else None
    body = ox.serialize(triples, format=form, prefixes=prefixes) or b""
    response = plain(Reply(200, typed(media_type), body))
    response.headers["Vary"] = "Accept"
    return response


def describe(service: Service) -> Iterator[ox.Triple]:
    """Yield the description of a service; no blank nodes."""
    endpoint = f"{service.url}/sparql"
    dataset, default = f"{endpoint}#dataset", f"{endpoint}#default-graph"

    def triple(subject: str, name: str, value: str | int) -> ox.Triple:
        term: ox.NamedNode | ox.Literal
        if isinstance(value, int):
            term = ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
        else:
            term = ox.NamedNode(value)
        return ox.Triple(ox.NamedNode(subject), ox.NamedNode(name), term)

    yield triple(endpoint, RDF_TYPE, SD + "Service")
    yield triple(endpoint, SD + "endpoint", endpoint)
    yield triple(endpoint, SD + "supportedLanguage", SD + "SPARQL11Query")
    for name in _RESULT_FORMATS:
        yield triple(endpoint, SD + "resultFormat", FORMATS + name)
    yield triple(endpoint, SD + "defaultDataset", dataset)
    yield triple(dataset, RDF_TYPE, SD + "Dataset")
    yield triple(dataset, SD + "defaultGraph", default)
    yield triple(default, RDF_TYPE, SD + "Graph")
    yield triple(default, VOID + "triples", service.source.counts["triples"])
    for graph in sorted(service.pool.inventory["graphs"]):
        node = f"{endpoint}?named-graph={graph.rpartition('/')[2].replace('#', '%23')}"
        yield triple(dataset, SD + "namedGraph", node)
        yield triple(node, RDF_TYPE, SD + "NamedGraph")
        yield triple(node, SD + "name", graph)
