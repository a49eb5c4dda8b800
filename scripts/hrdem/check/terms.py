"""Checks that every class and property is one that the ontology or a vocabulary in use defines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.check.context import Context
from hrdem.check.finding import VIOLATION, Finding
from hrdem.documents import locate, read_rdf, read_text
from hrdem.project import Project
from hrdem.sparql import blank_comments

REUSED: Final[dict[str, tuple[str, ...]]] = {
    v.RDF: ("type",),
    v.RDFS: ("comment", "seeAlso"),
    v.OWL: (
        "annotatedProperty",
        "annotatedSource",
        "annotatedTarget",
        "deprecated",
        "differentFrom",
        "sameAs",
    ),
    v.ADMS: ("versionNotes",),
    v.DCAT: (
        "Catalog",
        "Dataset",
        "contactPoint",
        "dataset",
        "keyword",
        "landingPage",
        "theme",
        "themeTaxonomy",
    ),
    v.SKOS: (
        "Concept",
        "ConceptScheme",
        "altLabel",
        "broadMatch",
        "broader",
        "closeMatch",
        "definition",
        "exactMatch",
        "hasTopConcept",
        "inScheme",
        "narrowMatch",
        "note",
        "prefLabel",
        "relatedMatch",
        "topConceptOf",
    ),
    v.DCTERMS: (
        "Location",
        "ProvenanceStatement",
        "RightsStatement",
        "accessRights",
        "accrualPeriodicity",
        "creator",
        "description",
        "identifier",
        "isReplacedBy",
        "issued",
        "language",
        "license",
        "provenance",
        "publisher",
        "rights",
        "source",
        "spatial",
        "title",
        "type",
    ),
    v.FOAF: ("Agent", "Person", "homepage", "name"),
    v.ORG: (
        "Organization",
        "OrganizationalUnit",
        "Post",
        "classification",
        "linkedTo",
        "member",
        "postIn",
        "role",
        "subOrganizationOf",
        "unitOf",
    ),
    v.SSSOM: (
        "Mapping",
        "mapping_date",
        "mapping_justification",
        "object_label",
        "object_source",
    ),
    v.VCARD: ("Kind", "fn", "hasURL"),
    v.VOID: ("Dataset", "exampleResource", "uriSpace"),
}
"""Namespace to the terms of other vocabularies that data use, after reading their definitions.

There are many more terms, and a likely one is easily written down by mistake (``org:memberOf`` for
``org:member``, say). So a term is added here when somebody has looked up what it means.
"""

_PREFIXED: Final = re.compile(r"(?<![\w:-])hrdem:([A-Za-z_][\w-]*)")


def run(context: Context) -> Iterator[Finding]:
    """Yield a finding for each term that is used and not defined, once per file."""
    ontology = context.project.ontology / "hrdem.ttl"
    known = {
        v.value(t.subject)
        for t in read_rdf(ontology).triples()
        if t.predicate.value == v.RDF_TYPE and v.value(t.subject).startswith(v.HRDEM)
    }
    known |= {namespace + name for namespace, names in REUSED.items() for name in names}
    say = partial(_finding, known)
    for source in context.sources.files:
        used: dict[str, None] = {}
        for quad in source.quads:
            used.update(dict.fromkeys(_terms(quad)))
        for term in used:
            if term not in known:
                yield say(term, source.path, locate(source.path, term))
    for path in files_with_terms(context.project):
        for name, line in named_in(path).items():
            if v.HRDEM + name not in known:
                yield say(v.HRDEM + name, path, line)


def _terms(quad: ox.Quad) -> Iterator[str]:
    """Yield the IRIs of a statement that stand where a term is expected."""
    yield quad.predicate.value
    value = quad.object
    if isinstance(value, ox.NamedNode) and (
        quad.predicate.value == v.RDF_TYPE or value.value.startswith(v.HRDEM)
    ):
        yield value.value
    if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(v.HRDEM):
        yield quad.subject.value


def files_with_terms(project: Project) -> Iterator[Path]:
    """Yield the files outside the data that name terms: queries, rules and shapes, sorted."""
    yield from sorted(project.queries.rglob("*.rq"))
    yield from sorted((project.ontology / "rules").glob("*.rq"))
    yield from sorted(project.validation.rglob("*.ttl"))


def named_in(path: Path) -> dict[str, int]:
    """Return the terms that a text names with the prefix ``hrdem:``, each with its first line."""
    text = blank_comments(read_text(path)) if path.suffix == ".rq" else read_text(path)
    found: dict[str, int] = {}
    for match in _PREFIXED.finditer(text):
        found.setdefault(match[1], text.count("\n", 0, match.start()) + 1)
    return found


def _finding(known: set[str], term: str, path: Path, line: int | None) -> Finding:
    cut = max(term.rfind("#"), term.rfind("/")) + 1
    space, name = term[:cut], term[cut:]
    siblings = sorted(known_term[cut:] for known_term in known if known_term.startswith(space))
    near = difflib.get_close_matches(name, siblings, n=1, cutoff=0.6)
    advice = f" Did you mean {v.shorten(space + near[0])}?" if near else ""
    if term.startswith(v.HRDEM):
        message = (
            f"The ontology has no {v.shorten(term)}.{advice} Use a term that ontology/hrdem.ttl"
            " defines, or define this one there first."
        )
    else:
        message = (
            f"{v.shorten(term)} is not among the terms of other vocabularies that the project uses."
            f"{advice} Use a term of the ontology; if none fits, look up the definition of this one"
            " and add it to REUSED in scripts/hrdem/check/terms.py."
        )
    return Finding("unknown-term", VIOLATION, message, path, line, thing=term)
