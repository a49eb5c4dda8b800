"""What vocabularies say about the IRIs that the graph links to.

A vocabulary is a file in any RDF syntax or a SPARQL endpoint. Publishers say that a term is out of
use in different ways, and the ways found in real files are read: ``owl:deprecated``, the
``at:deprecated`` and ``at:end.use`` of the EU authority tables, the end date and the status of
EUVOC, ``dcterms:isReplacedBy``, ``schema:supersededBy``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.endpoint import Endpoint
from hrdem.foreign import check_file, read_file
from hrdem.sparql import iris

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    Subject = ox.NamedNode | ox.BlankNode | ox.Triple
    Object = Subject | ox.Literal

AT = "http://publications.europa.eu/ontology/authority/"
EUVOC = "http://publications.europa.eu/ontology/euvoc#"
DC = "http://purl.org/dc/elements/1.1/"

LABELS = (
    v.SKOS + "prefLabel",
    v.RDFS + "label",
    v.DCTERMS + "title",
    DC + "title",
    v.FOAF + "name",
    v.SCHEMA + "name",
)
"""Properties that say what a thing is called, the most telling first."""
ALTERNATIVE = v.SKOS + "altLabel"
SCHEMES = (v.SKOS + "inScheme", v.SKOS + "topConceptOf")
DEPRECATED = (v.OWL + "deprecated", AT + "deprecated")
ENDS = (AT + "end.use", EUVOC + "endDate")
STATUS = (EUVOC + "status", v.ADMS + "status")
REPLACED = (v.DCTERMS + "isReplacedBy", v.SCHEMA + "supersededBy")

_PREDICATES = frozenset(
    (v.RDF_TYPE, *LABELS, ALTERNATIVE, *SCHEMES, *DEPRECATED, *ENDS, *STATUS, *REPLACED)
)
_BATCH = 50  # IRIs in one query
_OUT_OF_USE = ("deprecated", "retired", "obsolete", "withdrawn")


class Description:
    """What one vocabulary says about one IRI: the values of each property that matters here."""

    def __init__(self) -> None:
        self._values: dict[str, set[Object]] = {}

    def add(self, predicate: str, value: Object) -> None:
        """Take note of a statement."""
        self._values.setdefault(predicate, set()).add(value)

    def iris(self, *predicates: str) -> list[str]:
        """Return the IRIs that the properties lead to, sorted."""
        found = {value for each in predicates for value in self._values.get(each, ())}
        return sorted(value.value for value in found if isinstance(value, ox.NamedNode))

    def literals(self, *predicates: str) -> list[ox.Literal]:
        """Return the literals that the properties lead to, property by property, sorted."""
        return [
            value
            for each in predicates
            for value in sorted(self._values.get(each, ()), key=str)
            if isinstance(value, ox.Literal)
        ]

    @property
    def exists(self) -> bool:
        """Whether the vocabulary describes the IRI: says what it is, or what it is called."""
        return bool(self.iris(v.RDF_TYPE) or self.literals(*LABELS))

    def out_of_use(self, today: str) -> str | None:
        """Return in words that the IRI is out of use on the day `today`, None if it is in use."""
        words = [
            f"ended on {value.value[:10]}"
            for value in self.literals(*ENDS)
            if value.value[:10] <= today
        ]
        if not words and any(
            value.value.strip() in ("true", "1") for value in self.literals(*DEPRECATED)
        ):
            words.append("is deprecated")
        if not words and any(
            iri.rstrip("/").replace("#", "/").rpartition("/")[2].lower() in _OUT_OF_USE
            for iri in self.iris(*STATUS)
        ):
            words.append("has the status of being out of use")
        replacing = self.iris(*REPLACED)
        if replacing:
            words.append(f"is replaced by {' and '.join(f'<{iri}>' for iri in replacing)}")
        return " and ".join(words) or None


class Vocabulary(Protocol):
    """A file or an endpoint that describes terms."""

    name: str

    def describe(self, targets: set[str]) -> Described:
        """Return what it says about the IRIs in `targets`."""


class Described(NamedTuple):
    """The answer of one vocabulary.

    Attributes:
        terms: IRI to description, of the IRIs asked about that it describes.
        namespaces: namespaces, as :func:`namespace` has them, of which it describes anything.
    """

    terms: dict[str, Description]
    namespaces: set[str]


def namespace(iri: str) -> str:
    """Return the part of an IRI that tells the vocabulary: all up to the last ``#`` or ``/``.

    Identifiers of European legislation (ELI) have parts of their own and are taken together.
    """
    eli = "http://data.europa.eu/eli/"
    if iri.startswith(eli) and "#" not in iri:
        return eli
    head = iri.rstrip("/")
    return head[: max(head.rfind("/"), head.rfind("#")) + 1]


class VocabularyFile:
    """A vocabulary in a file; its suffix tells the syntax.

    Raises:
        UsageError: if the suffix is not known, or there is no such file.
    """

    def __init__(self, path: Path) -> None:
        check_file(path)
        self._path = path
        self.name = path.name

    def describe(self, targets: set[str]) -> Described:
        """Return what the file says about the IRIs in `targets`.

        Raises:
            HrdemError: if it cannot be read.
        """
        wanted = {namespace(iri) for iri in targets}
        terms: dict[str, Description] = {}
        namespaces: set[str] = set()
        for quad in read_file(self._path):
            subject, predicate = quad.subject, quad.predicate.value
            if not isinstance(subject, ox.NamedNode) or predicate not in _PREDICATES:
                continue
            if subject.value in targets:
                terms.setdefault(subject.value, Description()).add(predicate, quad.object)
            if predicate == v.RDF_TYPE or predicate in LABELS:
                space = namespace(subject.value)
                if space in wanted:
                    namespaces.add(space)
        return Described({iri: d for iri, d in terms.items() if d.exists}, namespaces)


class VocabularyEndpoint:
    """A vocabulary behind a SPARQL endpoint."""

    def __init__(self, endpoint: Endpoint, languages: Iterable[str]) -> None:
        self._endpoint = endpoint
        self._languages = sorted({"", "en", *languages})
        self.name = endpoint.url

    def describe(self, targets: set[str]) -> Described:
        """Return what the endpoint says about the IRIs in `targets`, asked in batches.

        Raises:
            EndpointError: if one of the batches is not answered.
        """
        terms: dict[str, Description] = {}
        ordered = sorted(targets)
        for start in range(0, len(ordered), _BATCH):
            for row in self._endpoint.select(self._query(ordered[start : start + _BATCH])).rows:
                term, predicate, value = row
                if isinstance(term, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
                    description = terms.setdefault(term.value, Description())
                    if value is not None:
                        description.add(predicate.value, value)
        terms = {iri: d for iri, d in terms.items() if d.exists}
        return Described(terms, {namespace(iri) for iri in terms})

    def _query(self, targets: list[str]) -> str:
        languages = ", ".join(str(ox.Literal(each)) for each in self._languages)
        return (
            "SELECT DISTINCT ?term ?property ?value WHERE {\n"
            f"  VALUES ?term {{ {iris(targets)} }}\n"
            f"  VALUES ?property {{ {iris(sorted(_PREDICATES))} }}\n"
            "  ?term ?property ?value .\n"
            f"  FILTER (!isLiteral(?value) || LANG(?value) IN ({languages}))\n"
            "}"
        )
