"""Proves the links that lead out of the graph against the vocabularies that they lead to.

A vocabulary *describes* an IRI if it says what it is (``rdf:type``) or what it is called. It
*covers* a namespace if it describes any IRI of it. An IRI that no vocabulary describes is broken
only if somebody said that the vocabularies given hold the whole namespace, because files are often
extracts; otherwise it is not checked.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hrdem import vocabulary as v
from hrdem.check.finding import VIOLATION, WARNING, Finding, failed, in_order
from hrdem.check.report import objects
from hrdem.endpoint import MAX_AGE, Cache, Endpoint, EndpointError, Limits, cache_folder
from hrdem.errors import count
from hrdem.links.outgoing import Link, Outgoing, outgoing
from hrdem.links.vocabularies import (
    ALTERNATIVE,
    LABELS,
    SCHEMES,
    Description,
    Vocabulary,
    VocabularyEndpoint,
    VocabularyFile,
    namespace,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyoxigraph as ox

__all__ = [
    "Coverage",
    "Outgoing",
    "Report",
    "failed",
    "open_vocabularies",
    "outgoing",
    "prove",
    "report_json",
    "report_text",
]

_EUROVOC = "http://eurovoc.europa.eu/"
_SCHEME_OF_EUROVOC = _EUROVOC + "100141"
_SCHEME_OF_PROPERTY = {
    v.DCTERMS + "language": v.AUTHORITY + "language",
    v.ELI + "language": v.AUTHORITY + "language",
}
"""Property to the scheme that its values come from."""
_KINDS: dict[str, tuple[str, ...]] = {
    "skos:Concept": (
        *(v.SKOS + f"{name}Match" for name in ("exact", "close", "related", "broad", "narrow")),
        v.HRDEM + "isFocusOf",
    ),
    "class": (v.RDFS + "subClassOf", v.OWL + "equivalentClass"),
    "property": (v.RDFS + "subPropertyOf", v.OWL + "equivalentProperty"),
}
"""What the object of such a property must be."""
_TYPES = {
    "skos:Concept": re.compile(re.escape(v.SKOS) + "Concept"),
    "class": re.compile(".*[/#]Class"),
    "property": re.compile(".*[/#][A-Za-z]*Property"),
}
"""The types that show it; vocabularies write some of them in namespaces that have no such term."""


class Coverage(NamedTuple):
    """How much of one vocabulary could be checked.

    Attributes:
        namespace: what its IRIs begin with.
        links: how many links lead to it.
        checked: how many of these were checked.
        undescribed: how many were not, although something given describes other IRIs of the
            vocabulary; the rest is covered by nothing that was given.
    """

    namespace: str
    links: int
    checked: int
    undescribed: int


class Report(NamedTuple):
    """What came out.

    Attributes:
        findings: what is wrong, sorted by file and line.
        coverage: by namespace, sorted.
        against: the names of the vocabularies that answered.
    """

    findings: list[Finding]
    coverage: list[Coverage]
    against: list[str]


def open_vocabularies(
    against: Iterable[str],
    found: Outgoing,
    *,
    timeout: float = 60.0,
    rate: float = 2.0,
    cache: str | None = None,
    max_age: float = MAX_AGE,
) -> list[Vocabulary]:
    """Return what a person named to check against: files, and endpoints by their address.

    Args:
        against: paths of files and addresses of endpoints.
        found: the links, whose languages of labels the endpoints are asked for.
        timeout: how many seconds one query to an endpoint may take.
        rate: how many requests a second an endpoint is sent at most.
        cache: the folder of kept answers; None means the user's own.
        max_age: how many seconds kept answers are used.

    Raises:
        UsageError: if a file is in no known syntax, or is not there.
    """
    languages = {x.language for link in found.links for x in link.labels if x.language}
    given: list[Vocabulary] = []
    for each in against:
        if not re.match(r"[a-z]+://", each):
            given.append(VocabularyFile(Path(each)))
            continue
        kept = Cache(cache_folder() if cache is None else Path(cache), max_age)
        endpoint = Endpoint(each, Limits(whole=timeout), rate=rate, cache=kept)
        given.append(VocabularyEndpoint(endpoint, languages))
    return given


def prove(
    found: Outgoing,
    given: Sequence[Vocabulary],
    today: str,
    complete: Iterable[str] = (),
) -> Report:
    """Prove every outgoing link against the vocabularies given.

    Args:
        found: the links.
        given: the files and endpoints to look into.
        today: the day on which a term must be in use, like ``2026-01-31``.
        complete: beginnings of IRIs of which the vocabularies hold everything: what they do not
            describe there does not exist.

    Returns:
        A report whose findings are warnings, except that an endpoint which does not answer is a
        violation: what was asked for could not be done.

    Raises:
        HrdemError: if a vocabulary file cannot be read.
    """
    links, names = found
    targets = {link.target for link in links}
    findings: list[Finding] = []
    described: list[tuple[str, dict[str, Description]]] = []
    covered: set[str] = set()
    for vocabulary in given:
        try:
            answer = vocabulary.describe(targets)
        except EndpointError as problem:
            findings.append(Finding.of_error("endpoint", problem))
            continue
        described.append((vocabulary.name, answer.terms))
        covered |= answer.namespaces
    whole = tuple(complete) if described else ()
    counts: Counter[tuple[str, str]] = Counter()
    for link in links:
        space = namespace(link.target)
        says = [(name, terms[link.target]) for name, terms in described if link.target in terms]
        state = "checked" if says else "undescribed" if space in covered else "uncovered"
        if not says and whole and link.target.startswith(whole):
            state = "checked"
            findings.append(
                _finding(link, names, "link-missing", "none of the vocabularies given describes. "
                         "Correct the IRI, or remove the link")
            )  # fmt: skip
        for source, description in says:
            findings += _wrong(link, names, source, description, today)
        counts[space, state] += 1
    coverage = [
        Coverage(
            space,
            sum(counts[space, state] for state in ("checked", "undescribed", "uncovered")),
            counts[space, "checked"],
            counts[space, "undescribed"],
        )
        for space in sorted({space for space, _ in counts})
    ]
    return Report(in_order(findings), coverage, [name for name, _ in described])


def _wrong(
    link: Link, names: dict[str, str], source: str, description: Description, today: str
) -> Iterator[Finding]:
    out_of_use = description.out_of_use(today)
    if out_of_use:
        yield _finding(
            link,
            names,
            "link-deprecated",
            f"{out_of_use}, as {source} says. Link to what took its place, or remove the link",
        )
    yield from _wrong_label(link, names, source, description)
    types = description.iris(v.RDF_TYPE)
    for kind, properties in _KINDS.items():
        if link.property in properties and types and not any(map(_TYPES[kind].fullmatch, types)):
            yield _finding(
                link,
                names,
                "link-kind",
                f"is no {kind}: {source} says that it is a"
                f" {' and '.join(v.shorten(each) for each in types)}. Use a property that fits,"
                f" or link to a {kind}",
            )
    schemes = description.iris(*SCHEMES)
    wanted = (_SCHEME_OF_PROPERTY.get(link.property), *link.sources, _scheme(link.target))
    expected = next((each for each in wanted if each), None)
    if expected and schemes and expected not in schemes:
        yield _finding(
            link,
            names,
            "link-scheme",
            f"is not in the scheme <{expected}>: {source} has it in"
            f" {' and '.join(f'<{each}>' for each in schemes)}. Link to a concept of the right"
            " scheme",
        )


def _scheme(target: str) -> str | None:
    """Return the scheme that an IRI should be in, as its form tells; None if it does not."""
    if target.startswith(v.AUTHORITY):
        return namespace(target).rstrip("/")
    return _SCHEME_OF_EUROVOC if target.startswith(_EUROVOC) else None


def _wrong_label(
    link: Link, names: dict[str, str], source: str, description: Description
) -> Iterator[Finding]:
    for cited in link.labels:
        current = _in_language(description.literals(*LABELS), cited)
        if not current or _plain(cited) in map(_plain, current):
            continue  # where the vocabulary has no label in that language there is none to compare
        now = " or ".join(dict.fromkeys(f"“{_plain(label)}”" for label in current))
        others = _in_language(description.literals(ALTERNATIVE), cited)
        still = " (only an alternative label now)" if _plain(cited) in map(_plain, others) else ""
        yield _finding(
            link,
            names,
            "link-label",
            f"is cited as “{_plain(cited)}”{still}: {source} calls it {now}. See whether the link"
            " still holds, and cite the present label",
        )


def _in_language(labels: Iterable[ox.Literal], cited: ox.Literal) -> list[ox.Literal]:
    return [x for x in labels if cited.language is None or x.language == cited.language]


def _plain(label: ox.Literal) -> str:
    return " ".join(unicodedata.normalize("NFC", label.value).split())


def _finding(link: Link, names: dict[str, str], code: str, what: str) -> Finding:
    name = names.get(link.thing)
    thing = v.shorten(link.thing)
    called = thing if name is None else f"“{name}” ({thing})"
    return Finding(
        code,
        WARNING,
        f"{called} is linked by {v.shorten(link.property)} to <{link.target}>, which {what}.",
        link.path,
        link.line,
        link.thing,
        label=name,
    )


# --- written --------------------------------------------------------------------------------------


def report_text(report: Report) -> str:
    """Return what was checked and what was not, for people; the findings are not repeated."""
    links = sum(each.links for each in report.coverage)
    checked = sum(each.checked for each in report.coverage)
    lines = []
    if report.against:
        broken = sum(each.severity == WARNING for each in report.findings)
        lines.append(
            f"Checked {checked:,} of {count(links, 'link')} against {', '.join(report.against)}:"
            f" {broken or 'no'} warning{'' if broken == 1 else 's'}."
        )
    elif any(each.severity == VIOLATION for each in report.findings):
        lines.append(f"Nothing answered, so none of the {links:,} links was checked.")
    else:
        lines.append(
            f"Nothing was given to check against, so none of the {links:,} links was checked. Name"
            " vocabulary files or endpoints with --against."
        )
    uncovered = [
        (each.links - each.checked - each.undescribed, each.namespace) for each in report.coverage
    ]
    undescribed = [(each.undescribed, each.namespace) for each in report.coverage]
    for title, rows in (
        ("\nNot described, though other IRIs of the vocabulary are (an extract, perhaps; if it is"
         "\nnot, say so with --complete and the namespace):", undescribed),
        ("\nNot checked, because nothing given describes the vocabulary:", uncovered),
    ):  # fmt: skip
        if any(count for count, _ in rows):
            lines.append(title)
            lines += [f"{count:>6,}  {space}" for count, space in rows if count]
    return "\n".join(lines) + "\n"


def report_json(report: Report, root: Path) -> str:
    """Return the report as a JSON object: ``findings``, ``coverage``, ``against``."""
    return (
        json.dumps(
            {
                "findings": objects(report.findings, root),
                "coverage": [each._asdict() for each in report.coverage],
                "against": report.against,
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )
