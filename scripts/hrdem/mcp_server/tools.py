"""The tools: each saved question, and beside them find, why, timeline and sparql.

Nothing here knows the protocol. A tool gives what :class:`~hrdem.mcp_server.answers.Given` holds,
or raises a sentence that a client can act on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from hrdem import timeline, why
from hrdem.answers import answer, answerable, run
from hrdem.errors import HrdemError, UsageError
from hrdem.mcp_server import schemas
from hrdem.mcp_server.answers import WIDTH, Given, Page, given, passage
from hrdem.names import find_thing, similar_things, slug_of, things_of
from hrdem.queries import ANY_KIND, load_catalogue
from hrdem.rules import read_rules
from hrdem.sparql import form_of
from hrdem.store import EmbeddedStore, GuardedStore
from hrdem.vocabulary import KINDS, kind_of, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hrdem.project import Project
    from hrdem.queries import SavedQuery
    from hrdem.store import Store

    Arguments = Mapping[str, Any]

ANSWER_BYTES: Final = 1024 * 1024
"""How large the answer to a client's own SPARQL query may be, as JSON or N-Triples."""
QUERY_CHARACTERS: Final = 50_000
"""How long a client's own SPARQL query may be."""
_FOUND = 10  # things that `find` names unless told otherwise
_FACTS = 40  # facts that `why` shows unless told otherwise


class Tool(NamedTuple):
    """A tool as clients see it.

    Attributes:
        name: its name.
        title: a short title for people.
        description: what it gives.
        takes: JSON Schema of its arguments.
        gives: JSON Schema of its structured answer.
        call: answers arguments that fit `takes`.
    """

    name: str
    title: str
    description: str
    takes: dict[str, Any]
    gives: dict[str, Any]
    call: Callable[[Arguments], Given]


class Toolbox:
    """The tools over the built graph of a project.

    Questions that ask the endpoints of others too are left out: a server for clients that nobody
    watches asks no third party.

    Args:
        project: the project. Each call opens its build anew, so a new build is asked at once.
        seconds: how long a client's own SPARQL query may take.

    Raises:
        HrdemError: if nothing has been built.
    """

    def __init__(self, project: Project, seconds: float) -> None:
        self.project = project
        self._seconds = seconds
        store = self._store()
        self.questions, self.elsewhere = answerable(load_catalogue(project))
        wanted = {
            p.type.removeprefix("iri:") for q in self.questions for p in q.parameters.values()
        }
        things = {kind: things_of(store, kind) for kind in sorted(wanted & set(KINDS))}
        tools = [self._find(), self._why(), self._timeline(), self._sparql()]
        tools += [self._question(query, things) for query in self.questions]
        self.tools = {tool.name: tool for tool in tools}
        if len(self.tools) != len(tools):
            taken = ", ".join(tool.name for tool in tools[:4])
            raise HrdemError(f"A saved question has the name of another tool ({taken}). Rename it.")

    def call(self, name: str, arguments: Arguments) -> Given:
        """Return what a tool answers.

        Args:
            name: one of :attr:`tools`.
            arguments: JSON values by name.

        Raises:
            HrdemError: if they do not fit, or there is no answer.
        """
        tool = self.tools[name]
        _check(name, tool.takes, arguments)
        return tool.call(arguments)

    def _store(self) -> Store:
        return EmbeddedStore.open(self.project)

    def _question(self, query: SavedQuery, things: Mapping[str, Mapping[str, str]]) -> Tool:
        columns = None
        if query.form == "select":
            columns = EmbeddedStore(ox.Store()).select(query.text).columns
            if not schemas.PAGE.keys().isdisjoint(query.parameters):
                raise HrdemError(
                    f"The question {query.name} has a parameter that the tools use for something"
                    f" else ({', '.join(schemas.PAGE)}). Rename it."
                )

        def call(arguments: Arguments) -> Given:
            store = self._store()
            values = {
                name: str(value) for name, value in arguments.items() if name in query.parameters
            }
            for name, text in values.items():  # so that the answer knows which thing was meant
                kind = query.parameters[name].type
                if kind.startswith("iri:"):
                    values[name] = find_thing(store, text, kind.removeprefix("iri:"))
            found = answer(store, query, values)
            asked = (value for value in values.values() if kind_of(value))
            return given(store, _asked(query, arguments), found, asked, _page(arguments))

        return Tool(
            query.name,
            query.summary,
            f"{query.summary} {query.description}",
            schemas.parameters(query, things),
            schemas.answer(query.form, columns),
            call,
        )

    def _find(self) -> Tool:
        def call(arguments: Arguments) -> Given:
            store = self._store()
            text, kind = arguments["text"], arguments.get("kind", ANY_KIND)
            limit = arguments.get("limit", _FOUND)
            iris = similar_things(store, text, kind, limit)
            names = why.labels(store, iris)
            found = [
                {
                    "thing": shorten(iri),
                    "iri": iri,
                    "kind": kind_of(iri) or "",
                    "label": names.get(iri, slug_of(iri)),
                }
                for iri in iris
            ]
            lines = [f"{each['thing']}  {each['label']}" for each in found]
            if not found:
                lines = ["Nothing is called so. Try fewer words, or leave the kind out."]
            return Given("\n".join(lines) + "\n", {"things": found})

        takes = schemas.closed(
            {
                "text": {**schemas.TEXT, "minLength": 1, "examples": ["action plan 2020"]},
                "kind": {**schemas.kinds(), "description": "Only things of this kind."},
                "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": _FOUND},
            },
            ["text"],
        )
        return Tool(
            "find",
            "Find things by name",
            "Finds the instruments, priorities, themes, bodies, people, documents and other things"
            " whose slug or label is most like some words, the best first. Other tools take what it"
            " gives as `thing`.",
            takes,
            schemas.closed({"things": schemas.array(schemas.THING)}),
            call,
        )

    def _why(self) -> Tool:
        takes = schemas.closed(
            {
                "thing": {
                    **schemas.TEXT,
                    "minLength": 1,
                    "description": "Slug, prefixed name, IRI or exact label.",
                    "examples": ["action-plan-2020-2024", "theme:democracy"],
                },
                "property": {
                    **schemas.TEXT,
                    "minLength": 1,
                    "description": "Only facts with this property: local name, prefixed name, IRI"
                    " or label. Then also from which facts a derived one follows.",
                    "examples": ["buildsOn"],
                },
                "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": _FACTS},
            },
            ["thing"],
        )
        claim = {
            "subject": schemas.TEXT,
            "property": schemas.TEXT,
            "value": schemas.TEXT,
            "labels": {"type": "object", "additionalProperties": schemas.TEXT},
            "standing": schemas.TEXT,
            "basis": {"type": "string", "enum": [why.STATED, why.DERIVED, why.DESCRIBED]},
            "rule": schemas.TEXT,
            "because": schemas.array(schemas.array(schemas.TEXT)),
            "passages": schemas.array(schemas.TEXT),
        }
        gap = dict.fromkeys(("label", "property", "asked_on", "remark"), schemas.TEXT)
        gap["looked_at"] = schemas.array(schemas.TEXT)
        properties = {"type": "object", "additionalProperties": schemas.COUNT}
        gives = {
            **schemas.THING["properties"],
            "definition": schemas.TEXT,
            "facts": schemas.COUNT,
            "properties": {**properties, "description": "how many facts have each property"},
            "claims": schemas.array(schemas.closed(claim)),
            "passages": schemas.PASSAGES,
            "unknown": schemas.array(schemas.closed(gap)),
        }
        return Tool(
            "why",
            "Show the words behind facts",
            "Gives the facts about a thing, each with the passages that state it: their words,"
            " document, place and standing, what contradicts them, and what no source seen shows."
            " Facts without passages are derived by a rule, or describe a document.",
            takes,
            schemas.closed(gives),
            self._call_why,
        )

    def _call_why(self, arguments: Arguments) -> Given:
        store = self._store()
        thing = find_thing(store, arguments["thing"])
        prop, rules = None, {}
        if "property" in arguments:
            prop = why.find_property(store, arguments["property"])
            rules = {rule.name: rule.text for rule in read_rules(self.project)}
        claims = why.explain(store, thing, prop, rules)
        counts: dict[str, int] = {}
        for claim in claims:
            name = shorten(claim.property)
            counts[name] = counts.get(name, 0) + 1
        shown = claims[: arguments.get("limit", _FACTS)]
        unknown = why.gaps(store, thing, prop)
        heading = why.heading(store, thing)
        text = why.draw(thing, heading, shown, unknown, WIDTH)
        if len(shown) < len(claims):
            named = ", ".join(f"{name} ({number})" for name, number in sorted(counts.items()))
            text += (
                f"\nThese are {len(shown)} of {len(claims)} facts. Name a property to see the"
                f" others, or raise the limit: {named}.\n"
            )
        evidence = {each.passage: each for claim in shown for each in claim.evidence}
        structured = {
            "thing": shorten(thing),
            "iri": thing,
            "kind": kind_of(thing) or "",
            "label": heading["label"],
            "definition": heading["definition"],
            "facts": len(claims),
            "properties": dict(sorted(counts.items())),
            "claims": [_claim(each) for each in shown],
            "passages": {iri: passage(each) for iri, each in sorted(evidence.items())},
            "unknown": [{**gap._asdict(), "looked_at": list(gap.looked_at)} for gap in unknown],
        }
        return Given(text, structured)

    def _timeline(self) -> Tool:
        def call(arguments: Arguments) -> Given:
            days = {
                name: timeline.day(name, arguments[name])
                for name in ("on", "as_known_on")
                if name in arguments
            }
            on, known = days.get("on"), days.get("as_known_on")
            rows = timeline.rows(self._store(), on, known)
            drawn = timeline.draw(rows, WIDTH, on=on, as_known_on=known)
            return Given(drawn, {"instruments": [_row(row) for row in rows]})

        end = {"anyOf": [schemas.DAY, {"type": "null"}], "description": "null if none is known"}
        bar = {"start": schemas.DAY, "end": end, "extended": {"type": "boolean"}}
        mark = {"day": schemas.DAY, "adopted": {"type": "boolean"}}
        row = {
            **dict.fromkeys(("thing", "iri", "class", "label"), schemas.TEXT),
            "periods": schemas.array(schemas.closed(bar)),
            "events": schemas.array(schemas.closed(mark)),
            "applies": {"type": ["boolean", "null"]},
        }
        takes = {
            "on": {**schemas.DAY, "description": "Say what applies on this day."},
            "as_known_on": {
                **schemas.DAY,
                "description": "Leave out what was decided or happened after this day.",
            },
        }
        return Tool(
            "timeline",
            "Draw the instruments in time",
            "Gives the periods and dated events of all instruments, what applies on a day, and the"
            " same as it was known on another day.",
            schemas.closed(takes, []),
            schemas.closed({"instruments": schemas.array(schemas.closed(row))}),
            call,
        )

    def _sparql(self) -> Tool:
        def call(arguments: Arguments) -> Given:
            text = arguments["query"]
            guarded = GuardedStore(self.project, self._seconds, size=ANSWER_BYTES)
            form = form_of(text)
            found = run(guarded, form, text)
            question = "A query of your own"
            return given(self._store(), question, found, page=_page(arguments))

        takes = schemas.closed(
            {
                "query": {
                    **schemas.TEXT,
                    "minLength": 1,
                    "maxLength": QUERY_CHARACTERS,
                    "description": "SELECT, ASK, CONSTRUCT or DESCRIBE. The prefixes of the"
                    " project, such as hrdem:, instrument:, skos: and xsd:, are known.",
                    "examples": [
                        "SELECT ?plan ?label { ?plan a hrdem:ActionPlan ; skos:prefLabel ?label }"
                    ],
                },
                **schemas.PAGE,
            },
            ["query"],
        )
        return Tool(
            "sparql",
            "Ask in SPARQL",
            "Answers a SPARQL 1.1 query about the graph, which it cannot change. A query is stopped"
            f" after {self._seconds:g} seconds, and its answer may have"
            f" {ANSWER_BYTES // 1024**2} MB; SERVICE is refused. The resources hrdem://ontology,"
            " hrdem://questions and hrdem://fact show the terms and patterns.",
            takes,
            schemas.any_answer(),
            call,
        )


def _claim(claim: why.Claim) -> dict[str, Any]:
    value = claim.value
    iris = (claim.subject, claim.property, value.value)
    return {
        "subject": shorten(claim.subject),
        "property": shorten(claim.property),
        "value": shorten(value.value) if isinstance(value, ox.NamedNode) else str(value.value),
        "labels": {shorten(iri): claim.names[iri] for iri in iris if iri in claim.names},
        "standing": shorten(claim.standing),
        "basis": claim.basis,
        "rule": claim.rule,
        "because": [
            [shorten(t.value) if isinstance(t, ox.NamedNode) else str(t) for t in triple]
            for triple in claim.premises
        ],
        "passages": [each.passage for each in claim.evidence],
    }


def _row(row: timeline.Row) -> dict[str, Any]:
    return {
        "thing": shorten(row.instrument),
        "iri": row.instrument,
        "class": row.kind_label,
        "label": row.label,
        "periods": [
            {
                "start": str(bar.start),
                "end": None if bar.end is None else str(bar.end),
                "extended": bar.extended,
            }
            for bar in row.bars
        ],
        "events": [{"day": str(mark.day), "adopted": mark.adopted} for mark in row.marks],
        "applies": row.applies,
    }


def _page(arguments: Arguments) -> Page:
    """Return which rows of a table are wanted."""
    return Page(arguments.get("offset", 0), arguments.get("limit", schemas.ROWS))


def _asked(query: SavedQuery, arguments: Arguments) -> str:
    """Return a question with what it was asked for."""
    values = ", ".join(f"{name}: {arguments[name]}" for name in query.parameters)
    return f"{query.summary} ({values})" if values else query.summary


def _check(name: str, takes: Mapping[str, Any], arguments: Arguments) -> None:
    """Check arguments against the part of JSON Schema that :mod:`.schemas` uses.

    Values that a type of parameter or the graph refuses are told by what reads them, in sentences
    that name the nearest things.
    """
    known = takes["properties"]
    for each, value in arguments.items():
        if each not in known:
            has = f"It has: {', '.join(known)}." if known else "It has none."
            raise UsageError(f"The tool {name} has no argument {each!r}. {has}")
        _check_value(each, known[each], value)
    for each in takes["required"]:
        if each not in arguments:
            about = known[each].get("description", "")
            example = known[each]["examples"][0]
            wanted = f"The tool {name} wants the argument {each}, for example {example!r}."
            raise UsageError(f"{wanted} {about}".strip())


def _check_value(name: str, schema: Mapping[str, Any], value: object) -> None:
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema["maximum"]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise UsageError(f"{name} wants a whole number from {least} to {most}, not {value!r}.")
        return
    if not isinstance(value, str):
        raise UsageError(f"{name} wants text, not {value!r}.")
    if len(value) < schema.get("minLength", 0):
        raise UsageError(f"{name} is empty. Give some text.")
    longest = schema.get("maxLength", 1000)
    if len(value) > longest:
        raise UsageError(f"{name} has {len(value):,} characters, and {longest:,} is the most.")
    if "enum" in schema and name == "kind" and value not in schema["enum"]:
        raise UsageError(f"{name} wants one of {', '.join(schema['enum'])}, not {value!r}.")
