"""JSON Schemas (draft 2020-12) of what the tools take and give, made from the saved questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hrdem.queries import ANY_KIND, LARGEST
from hrdem.vocabulary import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hrdem.queries import Parameter, SavedQuery

    Schema = dict[str, Any]

MOST_CHOICES: Final = 40
"""A kind with no more things than this is offered as a list to choose from."""

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
DAY: Final[Schema] = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}

ROWS: Final = 100
"""How many rows of a table a tool gives unless told otherwise."""
PAGE: Final[dict[str, Schema]] = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10_000,
        "default": ROWS,
        "description": "How many rows to give.",
    },
    "offset": {
        "type": "integer",
        "minimum": 0,
        "maximum": LARGEST,
        "default": 0,
        "description": "How many rows to leave out before them.",
    },
}
"""Arguments that say which rows of a table are wanted."""

_TERM: Final[Schema] = {
    "type": ["string", "integer", "boolean", "null"],
    "description": "full IRI, text, day, number; null where there is no value",
}


def closed(properties: Mapping[str, Schema], required: Sequence[str] | None = None) -> Schema:
    """Return the schema of an object with these properties and no others.

    Args:
        properties: name to schema.
        required: those that must be there; by default all.
    """
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


def array(items: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items}


_PASSAGE = closed(
    {
        "document": TEXT,
        "source": TEXT,
        "quote": {"type": ["string", "null"], "description": "the words; null if not quoted"},
        "place": TEXT,
        "address": TEXT,
        "read_on": TEXT,
        "standing": TEXT,
        "reason": TEXT,
        "contradicts": array(TEXT),
        "judgement": {
            "type": "boolean",
            "description": "true for a reasoned judgement of this graph, not a source's word",
        },
    }
)
PASSAGES: Final[Schema] = {
    "type": "object",
    "description": "by IRI, the passages that facts rest on, with their words",
    "additionalProperties": _PASSAGE,
}
THING: Final[Schema] = closed({"thing": TEXT, "iri": TEXT, "kind": TEXT, "label": TEXT})


def parameters(query: SavedQuery, things: Mapping[str, Mapping[str, str]]) -> Schema:
    """Return the schema of what a question takes.

    All its parameters are required: its examples are there to show their form, and an answer about
    an example that nobody asked for would mislead.

    Args:
        query: the question.
        things: by kind, the things of the graph by slug, with their labels.
    """
    own = {p.name: _parameter(p, things) for p in query.parameters.values()}
    return closed({**own, **(PAGE if query.form == "select" else {})}, list(own))


def _parameter(parameter: Parameter, things: Mapping[str, Mapping[str, str]]) -> Schema:
    text = parameter.description[0].upper() + parameter.description[1:].rstrip(".") + "."
    if parameter.type == "xsd:integer":
        return {
            "type": "integer",
            "minimum": -LARGEST,
            "maximum": LARGEST,
            "description": text,
            "examples": [int(parameter.example)],
        }
    if parameter.type == "xsd:date":
        return {**DAY, "description": text, "examples": [parameter.example]}
    if parameter.type == "xsd:string":
        return {**TEXT, "description": text, "examples": [parameter.example]}
    kind = parameter.type.removeprefix("iri:")
    choices = things.get(kind, {})
    example = parameter.example.rpartition(":")[2]
    if 0 < len(choices) <= MOST_CHOICES:
        named = "; ".join(f"{slug}: {label}" for slug, label in choices.items())
        return {
            **TEXT,
            "enum": list(choices),
            "description": f"{text} One of these: {named}.",
            "examples": [example],
        }
    if kind == ANY_KIND:
        form = "A thing of any kind: its prefixed name, IRI or exact label"
        example = parameter.example
    else:
        form = f"A thing of the kind {kind}: its slug, prefixed name, IRI or exact label"
    return {
        **TEXT,
        "minLength": 1,
        "description": f"{text} {form}; the tool `find` finds it.",
        "examples": [example],
    }


def answer(form: str, columns: Sequence[str] | None) -> Schema:
    """Return the schema of the answer to a query of form select, ask, construct or describe.

    Args:
        form: the form.
        columns: the names of the columns; None if they differ from query to query.
    """
    question = {"question": TEXT}
    if form == "ask":
        return closed({**question, "answer": {"type": "boolean"}, "hint": TEXT})
    if form in ("construct", "describe"):
        return closed({**question, "triples": COUNT, "turtle": TEXT, "hint": TEXT})
    values: Schema = {"type": "object", "additionalProperties": _TERM}
    if columns is not None:
        values = closed(dict.fromkeys(columns, _TERM))
    row = closed(
        {
            "values": values,
            "why": {
                **array(TEXT),
                "description": "things of this row, to ask the tool `why` about",
            },
            "facts": {
                "type": "array",
                "description": "facts between these things, and the IRIs of their passages",
            },
        }
    )
    return closed(
        {
            **question,
            "columns": array(TEXT),
            "total": {**COUNT, "description": "how many rows there are in all"},
            "offset": COUNT,
            "rows": array(row),
            # Told in full by `why` alone, since there is a tool for each question.
            "passages": {"type": "object", "description": PASSAGES["description"]},
            "hint": TEXT,
        }
    )


def any_answer() -> Schema:
    """Return the schema of the answer to a query of any form."""
    select, ask = answer("select", None), answer("ask", None)
    construct = answer("construct", None)
    properties = {**select["properties"], **ask["properties"], **construct["properties"]}
    return closed(properties, ["question", "hint"])


def kinds() -> Schema:
    """Return the schema of the name of a kind of things."""
    return {"type": "string", "enum": list(KINDS)}
