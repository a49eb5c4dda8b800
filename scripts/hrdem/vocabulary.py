"""The names: namespaces, prefixes in their display order, kinds of things, and terms used in code.

Only what Python code needs to name is here; what the terms mean is written in ``ontology/``.
"""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

BASE: Final = "https://w3id.org/hrdem/"
"""What the IRIs of all things of the project begin with."""
HRDEM: Final = BASE + "ontology#"
DOCUMENT: Final = BASE + "document/"
STATEMENT: Final = BASE + "statement/"
LINK: Final = BASE + "link/"
REFERENCE: Final = BASE + "reference/"
GRAPH: Final = BASE + "graph/"
MERGED: Final = GRAPH + "merged"
"""The graph with everything in it, in a store that the graph has been loaded into."""
LOADED: Final = GRAPH + "loaded"
"""The graph that says, in such a store, which graphs are ours and which one to ask."""
QUERY: Final = BASE + "query/"
SHAPE: Final = BASE + "shape/"
EXPRESSION: Final = BASE + "expression/"
COLLECTION: Final = BASE + "collection/"
RULE: Final = BASE + "rule/"
DATASET: Final = BASE + "dataset/"
DISTRIBUTION: Final = BASE + "distribution/"
PARTITION: Final = BASE + "partition/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
DCMITYPE: Final = "http://purl.org/dc/dcmitype/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
ORG: Final = "http://www.w3.org/ns/org#"
PROV: Final = "http://www.w3.org/ns/prov#"
ELI: Final = "http://data.europa.eu/eli/ontology#"
CDM: Final = "http://publications.europa.eu/ontology/cdm#"
TIME: Final = "http://www.w3.org/2006/time#"
SCHEMA: Final = "https://schema.org/"
OA: Final = "http://www.w3.org/ns/oa#"
SH: Final = "http://www.w3.org/ns/shacl#"
VANN: Final = "http://purl.org/vocab/vann/"
SSSOM: Final = "https://w3id.org/sssom/"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
VOID: Final = "http://rdfs.org/ns/void#"
VOID_EXT: Final = "http://ldf.fi/void-ext#"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
SPDX: Final = "http://spdx.org/rdf/terms#"
ADMS: Final = "http://www.w3.org/ns/adms#"
AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
"""Where the authority tables of the EU's Publications Office stand."""
VCARD: Final = "http://www.w3.org/2006/vcard/ns#"

RDF_TYPE: Final = RDF + "type"
RDF_STATEMENT: Final = RDF + "Statement"
RDF_SUBJECT: Final = RDF + "subject"
RDF_PREDICATE: Final = RDF + "predicate"
RDF_OBJECT: Final = RDF + "object"

PASSAGE: Final = HRDEM + "Passage"
CURATOR_JUDGEMENT: Final = HRDEM + "CuratorJudgement"
PASSAGE_OF: Final = HRDEM + "passageOf"
QUOTE: Final = HRDEM + "quote"
START: Final = HRDEM + "start"
END: Final = HRDEM + "end"
PARAGRAPH: Final = HRDEM + "paragraph"
LOCATOR: Final = HRDEM + "locator"
STANDING: Final = HRDEM + "standing"
CONTRADICTS: Final = HRDEM + "contradicts"
ASSERTS_NOTHING: Final = HRDEM + "assertsNothing"
SUPPORTED_BY: Final = HRDEM + "supportedBy"
TEXT_FILE: Final = HRDEM + "textFile"
SHA256: Final = HRDEM + "sha256"

ACCEPTED: Final = HRDEM + "Accepted"
DISPUTED: Final = HRDEM + "Disputed"
SUPERSEDED: Final = HRDEM + "Superseded"
MISTAKEN: Final = HRDEM + "Mistaken"
STANDINGS: Final[tuple[str, ...]] = (ACCEPTED, DISPUTED, SUPERSEDED, MISTAKEN)
"""The standings of a passage and of a statement, the most favourable first."""

DOCUMENT_CLASSES: Final[tuple[str, ...]] = tuple(
    HRDEM + name
    for name in (
        "Document",
        "PressRelease",
        "SocialMediaPost",
        "WebPage",
        "OfficialText",
        "Curation",
    )
)
PASSAGE_CLASSES: Final[tuple[str, ...]] = (PASSAGE, CURATOR_JUDGEMENT)

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "instrument": tuple(
        HRDEM + name
        for name in (
            "Instrument",
            "StrategicFramework",
            "ActionPlan",
            "CouncilConclusions",
            "JointCommunication",
            "Communication",
            "JointProposal",
            "Guidelines",
            "LegalAct",
            "CouncilDecision",
            "Regulation",
            "AnnualReport",
            "Review",
            "FundingProgramme",
            "PolicyTool",
            "Resolution",
            "InstrumentSeries",
            "WorkingDocument",
        )
    ),
    "priority": tuple(
        HRDEM + name
        for name in ("Provision", "Heading", "Priority", "Strand", "Objective", "Action")
    ),
    "theme": (SKOS + "Concept",),
    "agent": (
        ORG + "Organization",
        ORG + "OrganizationalUnit",
        FOAF + "Person",
        HRDEM + "GroupOfStates",
    ),
    "post": (ORG + "Post",),
    "mandate": (HRDEM + "Mandate",),
    "place": (DCTERMS + "Location",),
    "document": DOCUMENT_CLASSES,
    "period": (HRDEM + "Period",),
    "event": tuple(
        HRDEM + name
        for name in (
            "Event",
            "Adoption",
            "Proposal",
            "Presentation",
            "Publication",
            "Announcement",
            "Launch",
            "Meeting",
            "Revision",
            "Amendment",
            "Prolongation",
            "EntryIntoForce",
            "Signature",
            "Appointment",
            "Departure",
            "Establishment",
            "Listing",
            "Consultation",
            "DraftingStep",
            "Development",
        )
    ),
    "speech-act": tuple(
        HRDEM + name
        for name in (
            "SpeechAct",
            "Acknowledgement",
            "Reaffirmation",
            "Commitment",
            "AnnouncementAct",
            "StatementOfPrinciple",
            "Sharing",
            "Assessment",
        )
    ),
    "aim": (HRDEM + "Aim",),
    "figure": (HRDEM + "Figure",),
    "unknown": (HRDEM + "Unknown",),
}
"""Kind (the segment of an IRI after :data:`BASE`) to the classes that things of this kind have."""

PREFIXES: Final[dict[str, str]] = {
    "hrdem": HRDEM,
    **{kind: f"{BASE}{kind}/" for kind in KINDS},
    "statement": STATEMENT,
    "mapping": LINK,  # not "link", which in the JSON-LD context is the property hrdem:link
    "reference": REFERENCE,
    "graph": GRAPH,
    "query": QUERY,
    "shape": SHAPE,
    "expression": EXPRESSION,
    "collection": COLLECTION,
    "dataset": DATASET,
    "distribution": DISTRIBUTION,
    "partition": PARTITION,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "dcmitype": DCMITYPE,
    "dcat": DCAT,
    "foaf": FOAF,
    "org": ORG,
    "prov": PROV,
    "eli": ELI,
    "cdm": CDM,
    "time": TIME,
    "schema": SCHEMA,
    "oa": OA,
    "sh": SH,
    "vann": VANN,
    "sssom": SSSOM,
    "semapv": SEMAPV,
    "void": VOID,
    "void-ext": VOID_EXT,
    "sd": SD,
    "spdx": SPDX,
    "adms": ADMS,
    "vcard": VCARD,
}
"""Prefix to namespace, in the order in which files declare them."""

_NAMESPACES: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}

# A subset of PN_LOCAL of the Turtle and SPARQL grammars: no escapes and no percent signs, so that
# what matches is legal in both and reads as it stands.
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.:-]*[A-Za-z0-9_:-])?\Z")


def split(iri: str) -> tuple[str, str] | None:
    """Return (prefix, local name) if `iri` can be written as a prefixed name, else None.

    Only local names that need no escape in Turtle 1.1 and SPARQL 1.1 are given; an IRI of a passage
    (``…/document/slug#passage``) therefore has none.
    """
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _NAMESPACES.get(iri[:cut])
    if prefix is None or not _LOCAL.match(iri, cut):
        return None
    return prefix, iri[cut:]


def shorten(iri: str) -> str:
    """Return `iri` as Turtle and SPARQL write it: ``prefix:local`` when legal, else ``<iri>``."""
    parts = split(iri)
    return f"<{iri}>" if parts is None else f"{parts[0]}:{parts[1]}"


def kind_of(iri: str) -> str | None:
    """Return the kind of the thing that `iri` names, or None if it is not a thing of the project.

    The IRI of a passage is not a thing: it has a fragment.
    """
    if not iri.startswith(BASE) or "#" in iri:
        return None
    kind, _, slug = iri[len(BASE) :].partition("/")
    return kind if kind in KINDS and slug else None


def value(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    """Return the IRI of a node or the lexical form of a literal.

    Raises:
        TypeError: for blank nodes and triple terms, which the project does without.
    """
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    raise TypeError(f"{term} is neither an IRI nor a literal")
