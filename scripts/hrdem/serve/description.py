"""What the endpoint says of itself: the `SPARQL 1.1 Service Description
<https://www.w3.org/TR/sparql11-service-description/>`_."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from starlette.responses import Response

from hrdem.catalogue import DEFAULT_GRAPH, sparql_service
from hrdem.serve import accept
from hrdem.serve.replies import plain, sentence, wanted
from hrdem.serve.templates import environment
from hrdem.serve.worker import Reply, typed
from hrdem.vocabulary import PREFIXES, SD, VOID
from hrdem.void import triple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from hrdem.serve.replies import Service

_FORMS: Final = (*accept.TRIPLES, accept.HTML)
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
    chosen = accept.choose(wanted(request), _FORMS)
    if chosen is None:
        return sentence(406, accept.refusal(_FORMS), Vary="Accept")
    offer, media_type = chosen
    if offer is accept.HTML:
        page = environment().get_template("sparql.html")
        text = page.render(sparql=EXAMPLE, columns=[], rows=[])
        return Response(text, media_type="text/html", headers={"Vary": "Accept"})
    response = plain(Reply(200, typed(media_type), _written(service, offer)))
    response.headers["Vary"] = "Accept"
    return response


@functools.cache
def _written(service: Service, offer: accept.Offer) -> bytes:
    form = ox.RdfFormat.from_media_type(offer.types[0])
    triples = sorted(describe(service), key=str)
    prefixes = PREFIXES if offer is accept.TURTLE else None
    return ox.serialize(triples, format=form, prefixes=prefixes) or b""


def describe(service: Service) -> Iterator[ox.Triple]:
    """Yield the description of a service; no blank nodes."""
    endpoint = f"{service.url}/sparql"
    nodes = {
        graph: f"{endpoint}?named-graph={graph.rpartition('/')[2].replace('#', '%23')}"
        for graph in service.pool.inventory["graphs"]
    }
    yield from sparql_service(endpoint, _RESULT_FORMATS, nodes)
    yield triple(endpoint, SD + "endpoint", endpoint)
    yield triple(endpoint + DEFAULT_GRAPH, VOID + "triples", service.source.counts["triples"])
