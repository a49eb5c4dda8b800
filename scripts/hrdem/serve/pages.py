"""The pages that a worker writes: the things of the graph, and answers, as HTML.

They say nothing but what is in the graph: what is shown of a thing is what :mod:`hrdem.why`
explains, so each fact comes with the words behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from hrdem import __version__, html, why
from hrdem import vocabulary as v
from hrdem.names import in_words
from hrdem.queries import SavedQuery
from hrdem.serve.templates import FOLDER
from hrdem.store import Store, Table

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

MOST: Final = 500
"""How many things that point at one are listed."""

_TRIPLE: Final = ("subject", "property", "value")
_LABELS: Final = (v.SKOS + "prefLabel", v.DCTERMS + "title", v.RDFS + "label")


class Words(NamedTuple):
    """The words behind a fact.

    Attributes:
        number: counts the passages of the page.
        first: whether the page meets the passage here for the first time.
        evidence: the passage.
    """

    number: int
    first: bool
    evidence: why.Evidence


class Value(NamedTuple):
    """One value of a property.

    Attributes:
        text: what to read.
        href: where it leads, "" if nowhere.
        language: of the text, "" if it is English or has none.
        remark: how it stands, or where it comes from, where that is not plain.
        words: the passages behind it.
    """

    text: str
    href: str
    language: str = ""
    remark: str = ""
    words: tuple[Words, ...] = ()


class Section(NamedTuple):
    """A part of a page.

    Attributes:
        title: its heading, "" for the first part.
        href: where the heading leads, "" if nowhere.
        anchor: the fragment of its address, "" if it has none.
        quote: words that it is about, "" if none.
        rows: properties with their values.
    """

    title: str
    href: str
    anchor: str
    quote: str
    rows: list[tuple[str, list[Value]]]


def path_of(text: str) -> str:
    """Return the path on a server of what has this address below that of the project."""
    return "/" + quote(text, safe="/#:@!$&'()*+,;=~._-")


class Pages:
    """Writes the pages of things and of answers.

    Args:
        graph: the graph, merged as default graph.
        store: the same, to ask.
        queries: the saved queries by name.
        parts: by IRI, what has the IRI with a fragment.
        known: the IRIs that have an address on this server.
    """

    def __init__(
        self,
        graph: ox.Store,
        store: Store,
        queries: Mapping[str, SavedQuery],
        parts: Mapping[str, Sequence[ox.NamedNode]],
        known: Container[str],
    ) -> None:
        self._known = known
        self._parts_of = parts
        self._graph = graph
        self._store = store
        self._queries = queries
        self._environment = html.environment(FOLDER, version=__version__, href=self._href)

    def thing(self, iri: str) -> str:
        """Return the page of a thing."""
        head = why.heading(self._store, iri)
        if v.kind_of(iri):
            sections = self._explained(iri)
            gaps = why.gaps(self._store, iri)
        else:
            sections = [self._described(ox.NamedNode(iri)), *self._pointing(iri)]
            gaps = []
        label = head["label"] or self._label(iri)
        question = iri.removeprefix(v.QUERY) if iri.startswith(v.QUERY) else ""
        return self._environment.get_template("thing.html").render(
            iri=iri,
            title=label,
            kind=head["kind"],
            definition=head["definition"],
            sections=[each for each in sections if each.rows],
            parts=self._parts(iri),
            gaps=gaps,
            question=question if question in self._queries else "",
        )

    def question(
        self,
        query: SavedQuery,
        values: Mapping[str, str],
        found: Table | list[ox.Triple] | bool,
    ) -> str:
        """Return the page of a question with its answer."""
        if isinstance(found, bool):
            columns, rows = self._yes_or_no(found)
        elif isinstance(found, Table):
            columns, rows = self._rows(found.columns, found.rows)
        else:
            columns, rows = self._rows(_TRIPLE, found)
        return self._environment.get_template("question.html").render(
            query=query,
            values={
                each.name: values.get(each.name, each.example) for each in query.parameters.values()
            },
            columns=columns,
            rows=rows,
            form="ttl" if query.form == "construct" else "csv",
        )

    def answer(self, sparql: str, found: Any) -> str:  # noqa: ANN401 (one of three classes)
        """Return the page of a query with its answer, as pyoxigraph gives it."""
        if isinstance(found, ox.QueryBoolean):
            columns, rows = self._yes_or_no(bool(found))
        elif isinstance(found, ox.QuerySolutions):
            names = [variable.value for variable in found.variables]
            columns, rows = self._rows(names, found)
        else:
            columns, rows = self._rows(_TRIPLE, sorted(set(found), key=str))
        page = self._environment.get_template("sparql.html")
        return page.render(sparql=sparql, columns=columns, rows=rows)

    def _yes_or_no(self, answer: bool) -> tuple[list[str], list[list[Value]]]:
        return ["answer"], [[Value("yes" if answer else "no", "")]]

    def _rows(
        self, columns: Iterable[str], rows: Iterable[Iterable[Any]]
    ) -> tuple[list[str], list[list[Value]]]:
        return [in_words(each) for each in columns], [
            [self._value(term) for term in row] for row in rows
        ]

    # --- parts of a page --------------------------------------------------------------------------

    def _explained(self, iri: str) -> list[Section]:
        numbers: dict[str, int] = {}
        own: dict[str, list[Value]] = {}
        near: dict[str, dict[str, list[Value]]] = {}
        others: dict[str, list[Value]] = {}
        names: dict[str, str] = {}

        def named(each: str) -> str:
            return names.get(each) or v.shorten(each)

        for claim in why.explain(self._store, iri):
            names = claim.names
            value = self._value(claim.value, names)
            if claim.subject == iri:
                rows = own
            elif isinstance(claim.value, ox.NamedNode) and claim.value.value == iri:
                rows = others
                value = self._value(ox.NamedNode(claim.subject), names)
            else:
                rows = near.setdefault(claim.subject, {})
            words = []
            for evidence in claim.evidence:
                first = evidence.passage not in numbers
                number = numbers.setdefault(evidence.passage, len(numbers) + 1)
                words.append(Words(number, first, evidence))
            remarks = []
            if claim.standing != v.ACCEPTED:
                remarks.append(claim.standing.removeprefix(v.HRDEM).lower())
            if claim.basis == why.DERIVED:
                remarks.append("derived" + (f" by the rule {claim.rule}" if claim.rule else ""))
            value = value._replace(remark=", ".join(remarks), words=tuple(words))
            name = names.get(claim.property) or _property(claim.property)
            rows.setdefault(name, []).append(value)
        return [
            Section("", "", "", "", list(own.items())),
            *(
                Section(named(each), self._href(each), "", "", list(rows.items()))
                for each, rows in near.items()
            ),
            Section("Said of others", "", "", "", list(others.items())),
        ]

    def _described(self, subject: ox.NamedNode, title: str = "", said: str = "") -> Section:
        """Return what the graph says of a thing, as it says it."""
        triples = sorted(
            (q.predicate.value, str(q.object), q.object)
            for q in self._graph.quads_for_pattern(subject, None, None, ox.DefaultGraph())
            if not said or q.predicate.value not in (v.QUOTE, v.PASSAGE_OF, *_LABELS)
        )
        names = self._names([*(p for p, *_ in triples), *(self._iri(o) for *_, o in triples)])
        rows: dict[str, list[Value]] = {}
        for predicate, _, value in triples:
            name = names.get(predicate) or _property(predicate)
            rows.setdefault(name, []).append(self._value(value, names))
        anchor = subject.value.partition("#")[2]
        return Section(title, "", anchor, said, list(rows.items()))

    def _pointing(self, iri: str) -> list[Section]:
        """Return what points at a thing, if anything does."""
        quads = self._graph.quads_for_pattern(None, None, ox.NamedNode(iri), ox.DefaultGraph())
        triples = sorted((q.predicate.value, self._iri(q.subject)) for q in quads)
        names = self._names([each for pair in triples[:MOST] for each in pair])
        rows: dict[str, list[Value]] = {}
        for predicate, subject in triples[:MOST]:
            name = names.get(predicate) or _property(predicate)
            rows.setdefault(name, []).append(self._value(ox.NamedNode(subject), names))
        if len(triples) > MOST:
            rows["and more"] = [Value(f"{len(triples) - MOST:,} are not listed here", "")]
        return [Section("Pointing here", "", "", "", list(rows.items()))]

    def _parts(self, iri: str) -> list[Section]:
        """Return what has the IRI with a fragment: passages of a document, terms of an ontology."""
        parts = sorted(self._parts_of.get(iri, ()), key=self._place)
        if not parts:
            return []
        facts = self._facts(parts)
        sections = []
        for part in parts:
            words = next(
                (
                    quad.object.value
                    for quad in self._graph.quads_for_pattern(
                        part, ox.NamedNode(v.QUOTE), None, ox.DefaultGraph()
                    )
                    if isinstance(quad.object, ox.Literal)
                ),
                "",
            )
            section = self._described(part, self._label(part.value), words)
            said = facts.get(part.value)
            sections.append(
                section._replace(rows=[*section.rows, ("says", said)]) if said else section
            )
        return sections

    def _place(self, part: ox.NamedNode) -> tuple[float, float, str]:
        """Return what passages of one document are sorted by: where they stand."""

        def number(name: str) -> float:
            quads = self._graph.quads_for_pattern(part, ox.NamedNode(name), None, ox.DefaultGraph())
            return min((float(v.value(each.object)) for each in quads), default=float("inf"))

        return number(v.START), number(v.PARAGRAPH), part.value

    def _facts(self, passages: Iterable[ox.NamedNode]) -> dict[str, list[Value]]:
        """Return the facts that passages support, as text, by passage."""
        nodes = " ".join(str(each) for each in passages)
        answer = self._graph.query(
            f"""SELECT ?passage ?fact ?s ?p ?o {{ VALUES ?passage {{ {nodes} }}
              ?fact <{v.SUPPORTED_BY}> ?passage ; <{v.RDF_SUBJECT}> ?s ;
                <{v.RDF_PREDICATE}> ?p ; <{v.RDF_OBJECT}> ?o }}
            ORDER BY ?passage ?s ?p ?o"""
        )
        rows = [
            (row["passage"], row["fact"], row["s"], row["p"], row["o"])
            for row in answer  # type: ignore[union-attr]
        ]
        names = self._names(self._iri(each) for row in rows for each in row[2:])
        found: dict[str, list[Value]] = {}
        for passage, fact, *triple in rows:
            text = " ".join(self._value(each, names).text for each in triple)
            found.setdefault(passage.value, []).append(Value(text, self._href(fact.value)))
        return found

    def _href(self, iri: str) -> str:
        """Return where a link to `iri` leads: to this server if it can, "" if nowhere."""
        if iri.partition("#")[0] in self._known:
            return path_of(iri.removeprefix(v.BASE))
        return iri if iri.startswith(("http://", "https://")) else ""

    # --- terms ------------------------------------------------------------------------------------

    def _value(
        self, term: Term | ox.Triple | None, names: Mapping[str, str] | None = None
    ) -> Value:
        if term is None:
            return Value("", "")
        if isinstance(term, ox.NamedNode):
            text = (names or {}).get(term.value) or v.shorten(term.value).strip("<>")
            return Value(text, self._href(term.value))
        if isinstance(term, ox.Literal):
            language = term.language or ""
            return Value(term.value, "", "" if language == "en" else language)
        return Value(str(term), "")

    @staticmethod
    def _iri(term: Any) -> str:  # noqa: ANN401
        return term.value if isinstance(term, ox.NamedNode) else ""

    def _names(self, iris: Iterable[str]) -> dict[str, str]:
        return why.labels(self._store, {each for each in iris if each})

    def _label(self, iri: str) -> str:
        for name in _LABELS:
            for quad in self._graph.quads_for_pattern(
                ox.NamedNode(iri), ox.NamedNode(name), None, ox.DefaultGraph()
            ):
                if isinstance(quad.object, ox.Literal) and quad.object.language in ("en", None):
                    return quad.object.value
        return v.shorten(iri).strip("<>")


def _property(iri: str) -> str:
    """Return what a property without a label is called."""
    return "is a" if iri == v.RDF_TYPE else in_words(iri)
