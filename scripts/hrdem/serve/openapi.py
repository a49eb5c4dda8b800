"""Describes all addresses as `OpenAPI 3.1 <https://spec.openapis.org/oas/v3.1.0>`_, the saved
questions with their parameters and examples from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hrdem import __version__
from hrdem.queries import ANY_KIND, LARGEST, Parameter, SavedQuery
from hrdem.serve import accept

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TEXT: Final = {"text/plain": {"schema": {"type": "string"}}}
_PROBLEMS: Final = {
    "400": "What was asked cannot be asked so; a sentence says why.",
    "403": "What was asked is not done here: updates, SERVICE, graphs from elsewhere.",
    "404": "There is nothing at this address.",
    "406": "The header Accept takes none of the forms on offer, which are listed.",
    "408": "The query did not arrive in time.",
    "413": "What was sent is too large.",
    "414": "The address is too long.",
    "415": "What was sent is of another media type.",
    "422": "The answer is larger than this server sends.",
    "431": "There are too many headers.",
    "503": "The server is busy, or the query used too much memory.",
    "504": "The query took longer than it may.",
}
_ALWAYS: Final = ("414", "431")
_ASKING: Final = ("422", "503", "504")
_TERM: Final = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode"]},
        "value": {"type": "string"},
        "xml:lang": {"type": "string"},
        "datatype": {"type": "string"},
    },
}
_RESULTS: Final = {
    "type": "object",
    "required": ["head"],
    "properties": {
        "head": {
            "type": "object",
            "properties": {"vars": {"type": "array", "items": {"type": "string"}}},
        },
        "boolean": {"type": "boolean"},
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": {"$ref": "#/components/schemas/Term"},
                    },
                }
            },
        },
    },
}


def document(queries: Iterable[SavedQuery], url: str) -> dict[str, Any]:
    """Return the description as JSON values.

    Args:
        queries: the saved questions; those that ask others too are left out, since the server
            does not answer them.
        url: the address of the server.
    """
    answered = [query for query in queries if not query.endpoints]
    paths = {
        "/sparql": _sparql(),
        "/data": _data(),
        "/queries": {
            "get": _operation(
                "listQuestions",
                "All saved questions",
                "service",
                _content(accept.LIST),
                problems=("406",),
            )
        },
        **{f"/queries/{query.name}": {"get": _question(query)} for query in answered},
        "/health": {"get": _operation("health", "Whether the server lives", "service", _TEXT)},
        "/ready": {
            "get": _operation(
                "ready", "Whether a query is answered", "service", _TEXT, problems=("503",)
            )
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HRDem",
            "version": __version__,
            "summary": "The EU’s human rights and democracy policy as a knowledge graph",
            "description": "Every thing also has an address, /{kind}/{slug}, which leads by the"
            " header Accept to a page, Turtle, JSON-LD or N-Triples.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": url}],
        "tags": [
            {"name": "service", "description": "The graph as a whole"},
            *({"name": topic} for topic in sorted({query.topic for query in answered})),
        ],
        "paths": paths,
        "components": {
            "schemas": {"Term": _TERM, "Results": _RESULTS},
            "responses": {
                f"Problem{status}": {"description": text, "content": _TEXT}
                for status, text in _PROBLEMS.items()
            },
        },
    }


def _operation(
    name: str,
    summary: str,
    tag: str,
    content: dict[str, Any],
    problems: Iterable[str] = (),
    *,
    cached: bool = False,
    **more: Any,  # noqa: ANN401 (JSON)
) -> dict[str, Any]:
    responses: dict[str, Any] = {"200": {"description": "The answer, whole.", "content": content}}
    if cached:
        responses["200"]["headers"] = {
            "ETag": {
                "description": "To send back as If-None-Match.",
                "schema": {"type": "string"},
            }
        }
        responses["304"] = {"description": "The answer is still the one that If-None-Match names."}
    for status in sorted({*problems, *_ALWAYS}):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    return {"operationId": name, "summary": summary, "tags": [tag], **more, "responses": responses}


def _content(offers: Sequence[accept.Offer]) -> dict[str, Any]:
    return {each: {"schema": _schema(each)} for offer in offers for each in offer.types[:2]}


def _schema(media_type: str) -> dict[str, Any]:
    if media_type == accept.JSON.types[0]:
        return {"$ref": "#/components/schemas/Results"}
    return {} if media_type.endswith("json") else {"type": "string"}


def _parameter(
    name: str,
    description: str,
    schema: dict[str, Any],
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _question(query: SavedQuery) -> dict[str, Any]:
    offers = accept.offers(query)
    content = {each.types[0]: {"schema": _schema(each.types[0])} for each in offers}
    return _operation(
        query.name,
        query.summary,
        query.topic,
        content,
        ("400", "406", *_ASKING),
        cached=True,
        description=query.description,
        parameters=[
            *(_of_question(each) for each in query.parameters.values()),
            _parameter(
                "format",
                "The form of the answer; without it the header Accept decides.",
                {"type": "string", "enum": [offer.name for offer in offers]},
            ),
        ],
    )


def _of_question(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "default": parameter.example}
    description = parameter.description[0].upper() + parameter.description[1:] + "."
    example: str | int = parameter.example
    if parameter.type == "xsd:date":
        schema |= {"format": "date"}
    elif parameter.type == "xsd:integer":
        example = int(parameter.example)
        schema = {
            "type": "integer",
            "minimum": -LARGEST,
            "maximum": LARGEST,
            "default": example,
        }
    elif parameter.type == "xsd:string":
        schema["pattern"] = r"^[^\\\u0000-\u001f\u007f-\u00a0]*$"
    else:
        kind = parameter.type.removeprefix("iri:")
        what = "a thing" if kind == ANY_KIND else f"a thing of the kind {kind}"
        description += f" {what[0].upper()}{what[1:]}: its slug, prefixed name, IRI or label."
        schema |= {"minLength": 1}
    return _parameter(parameter.name, description, schema, example=example)


def _sparql() -> dict[str, Any]:
    graphs = {"type": "array", "items": {"type": "string", "format": "uri"}}
    named = [
        _parameter("default-graph-uri", "A graph to merge into the default graph.", graphs),
        _parameter("named-graph-uri", "A graph to have as named graph.", graphs),
    ]
    content = _content((*accept.RESULTS, *accept.TRIPLES, accept.HTML))
    problems = ("400", "403", "406", *_ASKING)
    example = "SELECT ?label { ?plan a hrdem:ActionPlan ; skos:prefLabel ?label } ORDER BY ?label"
    return {
        "get": _operation(
            "query",
            "Answer a SPARQL query; without any parameter, describe the service",
            "service",
            content,
            problems,
            cached=True,
            parameters=[
                _parameter("query", "The query.", {"type": "string"}, example=example),
                *named,
            ],
        ),
        "post": _operation(
            "queryByPost",
            "Answer a SPARQL query",
            "service",
            content,
            (*problems, "408", "413", "415"),
            parameters=named,
            requestBody={
                "required": True,
                "content": {
                    "application/sparql-query": {
                        "schema": {"type": "string"},
                        "example": example,
                    },
                    "application/x-www-form-urlencoded": {
                        "schema": {
                            "type": "object",
                            "required": ["query"],
                            "properties": {
                                "query": {"type": "string"},
                                "default-graph-uri": graphs,
                                "named-graph-uri": graphs,
                            },
                        }
                    },
                },
            },
        ),
    }


def _data() -> dict[str, Any]:
    return {
        "get": _operation(
            "graph",
            "One graph, whole",
            "service",
            _content(accept.TRIPLES),
            ("400", "404", "406", *_ASKING),
            cached=True,
            parameters=[
                _parameter(
                    "default",
                    "The merged graph.",
                    {"type": "string", "maxLength": 0},
                    allowEmptyValue=True,
                ),
                _parameter("graph", "IRI of a named graph.", {"type": "string", "format": "uri"}),
            ],
        )
    }
