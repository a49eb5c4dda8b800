"""The resources: what a client can read before and beside asking."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from hrdem.answers import answer, turtle_text
from hrdem.errors import HrdemError, UsageError
from hrdem.store import EmbeddedStore

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from hrdem.mcp_server.tools import Toolbox
    from hrdem.queries import SavedQuery

SCHEME: Final = "hrdem://"
QUESTIONS: Final = SCHEME + "questions"
QUESTION: Final = QUESTIONS + "/{name}"
"""URI template of one question, as in RFC 6570."""

TURTLE: Final = "text/turtle"
JSON: Final = "application/json"
SPARQL: Final = "application/sparql-query"
MARKDOWN: Final = "text/markdown"

_SHOWN = "evidence-graph"
"""The question whose answer shows the shape of a fact."""
_FACT = """\
# The shape of a fact

A fact is a plain triple, so that queries stay simple. It also has a *statement node*
(`rdf:Statement` with `rdf:subject`, `rdf:predicate`, `rdf:object`), which has a standing
(`hrdem:standing`: `hrdem:Accepted`, `hrdem:Disputed`, `hrdem:Superseded` or `hrdem:Mistaken`) and
points at each *passage* behind it (`hrdem:supportedBy`). A passage has its document
(`hrdem:passageOf`), its words (`hrdem:quote`), where they stand (`hrdem:paragraph`,
`hrdem:locator`, or `hrdem:start` and `hrdem:end` in characters), and what it contradicts
(`hrdem:contradicts`). Only accepted facts are plain triples; the others are found by their
statement nodes.

Dates keep the precision of their source; compare `hrdem:earliest` and `hrdem:latest`, which are
days, with an `xsd:date`. Labels (`skos:prefLabel`) have a language: ask for `LANG(?label) = "en"`.

Here is what the question `{question}` gives for {thing}:

```turtle
{turtle}```
"""


class Resource(NamedTuple):
    """A resource as clients see it: URI, name, title, what it is, and its media type."""

    uri: str
    name: str
    title: str
    description: str
    media_type: str


RESOURCES: Final = (
    Resource(
        SCHEME + "ontology",
        "ontology",
        "The ontology",
        "What each class and property of the graph means, with examples.",
        TURTLE,
    ),
    Resource(
        QUESTIONS,
        "questions",
        "The saved questions",
        "Each question with its parameters, its SPARQL, and whether a tool asks it.",
        JSON,
    ),
    Resource(
        SCHEME + "examples",
        "examples",
        "Examples of calls",
        "For each tool that asks a saved question, arguments that have an answer.",
        JSON,
    ),
    Resource(
        SCHEME + "fact",
        "fact",
        "The shape of a fact",
        "How the graph holds a fact, its standing and its words, with a real one.",
        MARKDOWN,
    ),
    Resource(
        SCHEME + "catalogue",
        "catalogue",
        "The catalogue",
        "The DCAT-AP description of the graph and its files, with VoID counts.",
        TURTLE,
    ),
)


def read(toolbox: Toolbox, uri: str) -> tuple[str, str]:
    """Return the text of a resource and its media type.

    Args:
        toolbox: the tools, which know the project.
        uri: one of :data:`RESOURCES`, or :data:`QUESTION` with a name in it.

    Raises:
        UsageError: if there is no such resource.
        HrdemError: if its file cannot be read.
    """
    project = toolbox.project
    questions = {query.name: query for query in (*toolbox.questions, *toolbox.elsewhere)}
    if uri == SCHEME + "ontology":
        return _file(project.ontology / "hrdem.ttl"), TURTLE
    if uri == SCHEME + "catalogue":
        return _file(project.build / "catalogue.ttl"), TURTLE
    if uri == QUESTIONS:
        return _json([_question(toolbox, questions[name]) for name in sorted(questions)]), JSON
    if uri == SCHEME + "examples":
        return _json([_example(query) for query in toolbox.questions]), JSON
    if uri == SCHEME + "fact":
        query = questions[_SHOWN]
        (parameter,) = query.parameters.values()
        found = answer(EmbeddedStore.open(project), query, {})
        assert isinstance(found, list)
        shown = {"question": _SHOWN, "thing": parameter.example}
        return _FACT.format(**shown, turtle=turtle_text(found)), MARKDOWN
    name = uri.removeprefix(QUESTIONS + "/")
    if name in questions:
        return questions[name].text, SPARQL
    known = ", ".join([*(each.uri for each in RESOURCES), QUESTION])
    raise UsageError(f"There is no resource {uri!r}. There are {known}.")


def names_like(toolbox: Toolbox, text: str) -> list[str]:
    """Return the names of the questions that begin with some text, sorted."""
    every = (query.name for query in (*toolbox.questions, *toolbox.elsewhere))
    return sorted(name for name in every if name.startswith(text))


def _file(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as problem:
        raise HrdemError(f"The file cannot be read: {problem.strerror}.", path=path) from problem


def _json(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _question(toolbox: Toolbox, query: SavedQuery) -> dict[str, Any]:
    tool = toolbox.tools.get(query.name)
    about: dict[str, Any] = {
        "name": query.name,
        "topic": query.topic,
        "question": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": [parameter._asdict() for parameter in query.parameters.values()],
        "uri": QUESTION.format(name=query.name),
        "tool": tool.name if tool else None,
    }
    if query.endpoints:
        named = ", ".join(f"{asked.name} ({iri})" for iri, asked in query.endpoints.items())
        about["needs"] = f"It also asks {named}, so no tool asks it; `hrdem ask {query.name}` does."
    about["sparql"] = query.text
    return about


def _example(query: SavedQuery) -> dict[str, Any]:
    arguments = {
        p.name: int(p.example) if p.type == "xsd:integer" else p.example
        for p in query.parameters.values()
    }
    return {"question": query.summary, "tool": query.name, "arguments": arguments}
