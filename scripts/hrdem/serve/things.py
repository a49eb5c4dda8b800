"""The address of everything that has an IRI: which form of it a client is led to, and that form.

The IRI of a thing names the thing, not a file about it, so its address answers 303 (`Cool URIs
<https://www.w3.org/TR/cooluris/#r303gendocument>`_) with the address of a page or of data. What can
be asked for stands in tables that were made at the start; no part of an address ever becomes the
name of a file.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from starlette.responses import Response

from hrdem.errors import HrdemError
from hrdem.serve import accept
from hrdem.serve.pages import path_of
from hrdem.serve.replies import CACHE, Service, sentence, wanted
from hrdem.serve.templates import environment
from hrdem.serve.worker import SERVED
from hrdem.vocabulary import BASE, GRAPH

if TYPE_CHECKING:
    from starlette.requests import Request

    from hrdem.project import Project

EXAMPLES: Final = {
    "instrument/action-plan-2020-2024": "The Action Plan 2020-2024",
    "instrument/strategic-framework-2012": "The Strategic Framework of 2012",
    "document/council-press-release-2020-11-19": "A document with its passages",
}
"""Path and name of what the front page shows, where the graph has it."""
_FORMS: Final = tuple(offer.name for offer in SERVED)
_PAGE_ONLY: Final = (accept.HTML,)
_MEDIA_TYPES: Final = {"html": "text/html", "css": "text/css", "json": "application/json"}


class RulePages(NamedTuple):
    """The pages of the rules.

    Attributes:
        files: path to text.
        addresses: IRI of a shape or rule to path and fragment.
    """

    files: dict[str, str]
    addresses: dict[str, str]


def rule_pages(project: Project) -> RulePages:
    """Return the pages of the rules of `project`; none if its rules cannot be read."""
    from hrdem import rulepages
    from hrdem.check.rulebook import read_layers

    try:
        files = rulepages.render(read_layers(project))
    except HrdemError:
        return RulePages({}, {})
    return RulePages(files, json.loads(files[rulepages.MARKER]))


async def thing(request: Request) -> Response:
    """Lead to a form of a thing, or answer with that form."""
    service: Service = request.app.state.service
    path = request.scope["path"].removeprefix("/")
    if _is_known(service, BASE + path):
        return await _led(request, path, SERVED)
    stem, _, form = path.rpartition(".")
    rules_only = form == "html" and BASE + stem in service.pool.inventory["shapes"]
    if form in _FORMS and _is_known(service, BASE + stem) and not rules_only:
        job = {"do": "thing", "iri": BASE + stem, "form": form}
        return await service.reply(request, job, None)
    # What is left has to do with rules, which take a while to describe at the start.
    pages = await _rule_pages(request)
    if BASE + path in pages.addresses:
        return await _led(request, path, _PAGE_ONLY)
    if path in pages.files and path != "index.html":
        suffix = path.rpartition(".")[2]
        return Response(pages.files[path], media_type=_MEDIA_TYPES[suffix])
    if _is_known(service, BASE + stem):
        names = ", ".join(f"{stem.rpartition('/')[2]}.{offer.name}" for offer in SERVED)
        return sentence(404, f"This cannot be had in the form {form!r}. There are: {names}.")
    return sentence(
        404,
        "Nothing has this address here. /queries lists the questions, and /sparql answers what is"
        " in the graph.",
    )


async def _rule_pages(request: Request) -> RulePages:
    pages: RulePages = await asyncio.shield(request.app.state.rule_pages)
    return pages


def _is_known(service: Service, iri: str) -> bool:
    """Return whether there is data on something: a thing, a graph or a shape."""
    inventory = service.pool.inventory
    return (
        iri in inventory["things"]
        or iri in inventory["shapes"]
        or (iri.startswith(GRAPH) and iri in inventory["graphs"])
    )


async def _led(request: Request, path: str, offers: tuple[accept.Offer, ...]) -> Response:
    """Return the response that leads from a thing to one of its forms."""
    chosen = accept.choose(wanted(request), offers)
    if chosen is None:
        return sentence(406, accept.refusal(offers), Vary="Accept")
    target = f"{path}.{chosen[0].name}"
    if chosen[0] is accept.HTML and path.startswith(("shape/", "rule/")):
        target = (await _rule_pages(request)).addresses.get(BASE + path, target)
    location = path_of(target)
    return sentence(303, f"See {location}", Location=location, Vary="Accept", Cache_Control=CACHE)


async def front(request: Request) -> Response:
    """Answer with the front page."""
    service: Service = request.app.state.service
    things = service.pool.inventory["things"]
    page = (
        environment()
        .get_template("front.html")
        .render(
            triples=service.source.counts["triples"],
            examples=[
                (f"/{path}", name) for path, name in EXAMPLES.items() if BASE + path in things
            ],
        )
    )
    return Response(page, media_type="text/html")


async def rules(request: Request) -> Response:
    """Answer with the list of rules."""
    pages = await _rule_pages(request)
    if "index.html" not in pages.files:
        return sentence(404, "The rules of this project cannot be shown.")
    return Response(pages.files["index.html"], media_type="text/html")


async def moved_rules(request: Request) -> Response:
    """Lead to the list of rules, which the pages of rules know by another name."""
    return sentence(308, "See /rules.html", Location="/rules.html")


async def style(request: Request) -> Response:
    """Answer with the style sheet of the pages."""
    return Response(
        request.app.state.style, media_type="text/css", headers={"Cache-Control": "max-age=3600"}
    )


async def void(request: Request) -> Response:
    """Answer with what the dataset says of itself."""
    service: Service = request.app.state.service
    graph = GRAPH + "catalogue"
    if graph not in service.pool.inventory["graphs"]:
        return sentence(
            404, "This graph does not describe itself: it has no graph graph:catalogue."
        )
    accepted = wanted(request)
    return await service.reply(request, {"do": "graph", "graph": graph, "wanted": accepted})


async def health(request: Request) -> Response:
    """Say that the server lives."""
    return sentence(200, "The server lives.", Cache_Control="no-store")


async def ready(request: Request) -> Response:
    """Say whether a query is answered."""
    service: Service = request.app.state.service
    job = {
        "do": "query",
        "sparql": "ASK { ?s ?p ?o }",
        "default": None,
        "named": None,
        "wanted": "application/json",
    }
    reply = await service.pool.do(job)
    if reply.status == 200 and json.loads(reply.body).get("boolean") is True:
        return sentence(200, "Queries are answered.", Cache_Control="no-store")
    return sentence(503, "Queries are not answered now.", Cache_Control="no-store", Retry_After="5")
