"""The links of the graph to other vocabularies, counted and held against real files.

Run through ``python tests/ledger.py``. Real files are those of the reference material, where it is
at hand (tests/can_run.py); they are extracts and copies, so that what they lack is not wrong.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.documents import Sources

MAPPING = v.SSSOM + "Mapping"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
EUROVOC = "http://eurovoc.europa.eu/"
_NAMES = {
    EUROVOC: "EuroVoc",
    "http://publications.europa.eu/resource/celex/": "CELEX (CELLAR)",
    "http://data.europa.eu/eli/": "ELI",
    "http://www.wikidata.org/entity/": "Wikidata",
    "https://data.europarl.europa.eu/person/": "EP open data",
    "http://metadata.un.org/sdg/": "SDG",
    "https://w3id.org/dpv/rights/eu#": "DPV (Charter)",
    "https://sws.geonames.org/": "GeoNames",
}


@dataclass(frozen=True)
class OutsideLink:
    """One link to another vocabulary.

    Attributes:
        slug: the last part of its IRI.
        source: IRI of our thing.
        relation: IRI of the property.
        target: IRI of the thing of others.
        label: the label that we cite, or None.
        certainty: ``High``, ``Medium`` or ``Low``.
    """

    slug: str
    source: str
    relation: str
    target: str
    label: str | None
    certainty: str

    @property
    def kind(self) -> str:
        """What kind of thing is linked: a kind of the project, ``term`` or ``graph``."""
        if self.source.startswith(v.HRDEM):
            return "term"
        return v.kind_of(self.source) or "graph"

    @property
    def vocabulary(self) -> str:
        """What it is linked to, in words."""
        if self.target.startswith(AUTHORITY):
            return "EU table " + self.target.removeprefix(AUTHORITY).partition("/")[0]
        return next(name for start, name in _NAMES.items() if self.target.startswith(start))


def links(sources: Sources) -> list[OutsideLink]:
    """Return the links of the sources, sorted by slug."""
    values: dict[str, dict[str, str]] = {}
    mappings = set()
    for file in sources.files:
        for triple in file.triples():
            subject = v.value(triple.subject)
            if subject.startswith(v.LINK):
                values.setdefault(subject, {})[triple.predicate.value] = v.value(triple.object)
                if triple.predicate.value == v.RDF_TYPE and v.value(triple.object) == MAPPING:
                    mappings.add(subject)
    return [
        OutsideLink(
            slug=iri.removeprefix(v.LINK),
            source=values[iri][v.OWL + "annotatedSource"],
            relation=values[iri][v.OWL + "annotatedProperty"],
            target=values[iri][v.OWL + "annotatedTarget"],
            label=values[iri].get(v.SSSOM + "object_label"),
            certainty=re.sub(r".*#|Certainty$", "", values[iri][v.HRDEM + "certainty"]),
        )
        for iri in sorted(mappings)
    ]


@dataclass(frozen=True)
class Entry:
    """What a real file says of an IRI: its English labels, and whether it is deprecated."""

    labels: frozenset[str]
    deprecated: bool


def real_entries(shared: Path) -> dict[str, Entry]:
    """Return what the vocabulary files of the reference material say, by IRI."""
    labels: dict[str, set[str]] = {}
    deprecated = set()
    for path, syntax in _rdf_files(shared / "linkdata"):
        for quad in ox.parse(path=path, format=syntax):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode):
                continue
            name = quad.predicate.value
            if name == v.SKOS + "prefLabel" and isinstance(value, ox.Literal):
                found = labels.setdefault(subject.value, set())
                if value.language == "en":
                    found.add(" ".join(value.value.split()))
            elif name.endswith("deprecated") and v.value(value) == "true":
                deprecated.add(subject.value)
    with (shared / "linkdata/dpv/eu-rights-seen.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            labels.setdefault(row["iri"], set()).add(row["label"].partition(" (IRI")[0])
    return {iri: Entry(frozenset(found), iri in deprecated) for iri, found in labels.items()}


def _rdf_files(folder: Path) -> Iterator[tuple[Path, ox.RdfFormat]]:
    yield folder / "eurovoc/eurovoc-subset.ttl", ox.RdfFormat.TURTLE
    yield folder / "sdg/sdg-kos-goals-targets-indicators.ttl", ox.RdfFormat.TURTLE
    for path in sorted((folder / "authority").glob("*.rdf")):
        yield path, ox.RdfFormat.RDF_XML


def fault(link: OutsideLink, entries: dict[str, Entry]) -> str | None:
    """Return what a real file says against a link; None if it says the same.

    Raises:
        KeyError: if no file has the target.
    """
    entry = entries[link.target]
    if entry.deprecated:
        return "deprecated"
    if link.label is None or " ".join(link.label.split()) not in entry.labels:
        return f"labelled {', '.join(sorted(entry.labels))}"
    return None


def table(found: Iterable[OutsideLink], entries: dict[str, Entry] | None) -> str:
    """Return how many links there are, by kind of thing and vocabulary, as a table in plain text.

    Args:
        found: the links.
        entries: what the real files say, or None if they are not at hand.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    things: dict[tuple[str, str], set[str]] = {}
    for link in found:
        key = (link.kind, link.vocabulary)
        count = counts.setdefault(key, Counter())
        count["links"] += 1
        count[link.certainty] += 1
        things.setdefault(key, set()).add(link.source)
        if entries is not None and link.target in entries and fault(link, entries) is None:
            count["verified"] += 1
    head = f"{'kind':<12}{'linked to':<40}{'things':>8}{'links':>8}"
    head += f"{'high':>6}{'medium':>8}{'low':>5}{'in real files':>15}"
    lines = [head]
    total: Counter[str] = Counter()
    for (kind, name), count in sorted(counts.items()):
        total.update(count)
        lines.append(_row(kind, name, str(len(things[kind, name])), count, entries is not None))
    return "\n".join([*lines, _row("all", "", "", total, entries is not None)])


def _row(kind: str, name: str, things: str, count: Counter[str], checked: bool) -> str:
    return (
        f"{kind:<12}{name:<40}{things:>8}{count['links']:>8}{count['High']:>6}"
        f"{count['Medium']:>8}{count['Low']:>5}"
        f"{count['verified'] if checked else 'not at hand':>15}"
    )


# --- the sheet of identifiers ---------------------------------------------------------------------

_HEADS = ("our concept", "our need", "group", "what", "graph")
"""What the first cell of the head of each table says."""


def sheet_rows(shared: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield key and cells of each row of the sheet that has a confidence."""
    section, part = "", ""
    for line in (shared / "facts/identifiers.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            section, part = line[3], ""
        elif line.startswith("### "):
            part = line[4:7]
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            name = key(section, part, cells)
            if name is not None:
                yield name, cells


def key(section: str, part: str, cells: list[str]) -> str | None:
    """Return what names a row in the ledger, or None if it is none that has a confidence."""
    if section not in "12345" or cells[0] in _HEADS or set(cells[0]) <= set("-"):
        return None
    if section == "1":
        return f"1/{cells[2].rpartition('/')[2]}"
    if section == "2" and re.match(r"[a-z-]+/[0-9A-Za-z_]+$", cells[1]):
        return f"2/{cells[1]}"
    if section == "3":
        return f"3/{part}/{cells[0]}"
    return f"{section}/{cells[0]}"
