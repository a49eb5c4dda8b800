"""Writes findings: as text for people, as JSON for programs, as SARIF for code hosts.

The text stands by file, and within a file by thing. The JSON is our own, see :func:`as_json`.
SARIF is the `Static Analysis Results Interchange Format 2.1.0
<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>`_ of OASIS. The SHACL validation
report is written by :func:`hrdem.check.shacl.report_turtle`.
"""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from hrdem import __version__
from hrdem import vocabulary as v
from hrdem.check.context import called, cut, short
from hrdem.check.finding import INFO, SEVERITIES, VIOLATION, WARNING, Finding, failed
from hrdem.check.rulebook import Layer
from hrdem.check.shacl import SEVERITY_NAMES, Result
from hrdem.errors import display_path

JSON_VERSION: Final = 1
"""Version of the shape of the JSON; it rises if a key goes or changes its meaning."""
FOLD: Final = 5
"""How many findings of one rule the text shows before it counts them."""
_QUOTED: Final = 110
"""How many characters of a passage the text shows."""


# --- selection ------------------------------------------------------------------------------------


def chosen(code: str, names: Iterable[str]) -> bool:
    """Return whether a code is one of `names`, or belongs to a shape that is."""
    return any(code == name or code.startswith(name + "-") for name in names)


def select(
    findings: Iterable[Finding], names: Sequence[str] = (), severity: str = INFO
) -> list[Finding]:
    """Return the findings of some rules that are as grave as `severity` or graver.

    Args:
        findings: what to choose from.
        names: codes of findings, or of shapes for all of their constraints; none for all.
        severity: one of the severities of findings.
    """
    grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [f for f in findings if f.severity in grave and (not names or chosen(f.code, names))]


def select_results(
    results: Iterable[Result], names: Sequence[str] = (), severity: str = INFO
) -> list[Result]:
    """Return the SHACL results whose findings :func:`select` would return."""
    grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [
        r
        for r in results
        if SEVERITY_NAMES[r.severity] in grave
        and (not names or chosen(r.source.removeprefix(v.SHAPE), names))
    ]


# --- text -----------------------------------------------------------------------------------------

_COLOURS: Final = {VIOLATION: "1;31", WARNING: "33", INFO: "36", "file": "1", "link": "2"}
"""What is shown to its SGR parameters (ECMA-48)."""


def as_text(
    findings: Sequence[Finding], width: int = 80, *, colour: bool = False, everything: bool = True
) -> str:
    """Return findings as text, by file and thing; an empty text if there are none.

    Args:
        findings: the findings, in the order of files and lines.
        width: characters a line; only an IRI may be longer.
        colour: whether to colour it for a terminal.
        everything: whether to show each finding; if not, the first few of each rule are shown, and
            of the others how many there are in each file.
    """
    return _Text(max(50, width), colour, everything, Counter(f.code for f in findings)).of(findings)


class _Text:
    """Lays out findings."""

    def __init__(self, width: int, colour: bool, everything: bool, total: Counter[str]) -> None:
        self._width = width
        self._colour = colour
        self._everything = everything
        self._total = total
        self._shown: Counter[str] = Counter()
        self._lines: list[str] = []

    def of(self, findings: Sequence[Finding]) -> str:
        files: dict[Path | None, list[Finding]] = {}
        for finding in findings:
            files.setdefault(finding.path, []).append(finding)
        for path, inside in files.items():
            self._file(path, inside)
        return "".join(f"{line}\n" for line in self._lines)

    def _file(self, path: Path | None, findings: list[Finding]) -> None:
        name = "The project as a whole" if path is None else display_path(path)
        self._lines.append(self._painted(name, "file"))
        things: dict[str | None, list[Finding]] = {}
        folded: dict[str, list[Finding]] = {}
        for finding in findings:
            self._shown[finding.code] += 1
            if self._folds(finding.code) and self._shown[finding.code] > FOLD:
                folded.setdefault(finding.code, []).append(finding)
            else:
                things.setdefault(finding.thing, []).append(finding)
        for thing, about in things.items():
            if thing is not None:
                self._add(called(thing, about[0].label), "  ", "    ")
            for finding in about:
                self._finding(finding)
        for code, more in folded.items():
            self._folded(code, more)
        self._lines.append("")

    def _folds(self, code: str) -> bool:
        return not self._everything and self._total[code] > FOLD + 1

    def _finding(self, finding: Finding) -> None:
        message = finding.message
        if finding.thing is not None:  # which the line above has named
            message = message.removeprefix(f"{called(finding.thing, finding.label)}: ")
        where = "" if finding.line is None else f"line {finding.line}: "
        lines = self._wrapped(f"{where}{finding.severity}: {message}", "    ", "      ")
        lines[0] = lines[0].replace(
            finding.severity, self._painted(finding.severity, finding.severity), 1
        )
        self._lines += lines
        if finding.words is not None and finding.passage is not None:
            name = "" if finding.passage == finding.thing else f"{short(finding.passage)}, "
            self._add(f"in {name}{cut(finding.words, _QUOTED)}", "      ", "      ")
        self._lines.append("      " + self._painted(finding.rule, "link"))

    def _folded(self, code: str, more: list[Finding]) -> None:
        lines = sorted({finding.line for finding in more if finding.line is not None})
        place = ""
        if lines:
            place = f", line {lines[0]}" + (f" to {lines[-1]}" if len(lines) > 1 else "")
        self._add(f"… and {len(more):,} more of {code}{place}; --all shows them.", "  ", "    ")

    def _add(self, text: str, first: str, rest: str) -> None:
        self._lines += self._wrapped(text, first, rest)

    def _wrapped(self, text: str, first: str, rest: str) -> list[str]:
        return textwrap.wrap(
            text,
            self._width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _painted(self, text: str, what: str) -> str:
        return f"\033[{_COLOURS[what]}m{text}\033[0m" if self._colour else text


# --- JSON -----------------------------------------------------------------------------------------


def as_json(findings: Sequence[Finding], root: Path) -> str:
    """Return findings as a JSON object, ending in a line feed.

    Its keys: ``version``, :data:`JSON_VERSION`; ``conforms``, false if there is a violation;
    ``counts``, how many findings there are of each severity; and ``findings``, an array of objects.
    The keys of these are attributes of :class:`~hrdem.check.finding.Finding`; what is unknown is
    null. Paths are relative to `root`, with forward slashes, as far as they lie below it.
    """
    counts = Counter(finding.severity for finding in findings)
    content = {
        "version": JSON_VERSION,
        "conforms": not failed(findings),
        "counts": {severity: counts[severity] for severity in SEVERITIES},
        "findings": objects(findings, root),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def objects(findings: Iterable[Finding], root: Path) -> list[dict[str, Any]]:
    """Return findings as they stand in JSON, see :func:`as_json`."""
    return [
        {
            "rule": f.rule,
            "code": f.code,
            "severity": f.severity,
            "message": f.message,
            "path": None if f.path is None else _relative(f.path, root),
            "line": f.line,
            "thing": f.thing,
            "label": f.label,
            "passage": f.passage,
            "words": f.words,
        }
        for f in findings
    ]


def _relative(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


# --- SARIF ----------------------------------------------------------------------------------------

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Final = {VIOLATION: "error", WARNING: "warning", INFO: "note"}
"""Severity to the level of SARIF (section 3.27.10)."""
_FINGERPRINT: Final = "hrdemFinding/v1"


def as_sarif(findings: Sequence[Finding], root: Path, layers: Iterable[Layer]) -> str:
    """Return findings as a SARIF log with one run, ending in a line feed.

    Args:
        findings: the findings.
        root: what paths are relative to; the log calls it ``%SRCROOT%``.
        layers: the rules that the findings can be of.
    """
    demands = [demand for layer in layers for page in layer.pages for demand in page.demands]
    rules = [
        {
            "id": demand.code,
            "name": "".join(part[:1].upper() + part[1:] for part in demand.code.split("-")),
            "shortDescription": {"text": _sentence(demand.title)},
            "fullDescription": {"text": demand.why},
            "help": {"text": demand.mend or demand.wrong},
            "helpUri": demand.iri,
            "defaultConfiguration": {"level": _LEVELS[demand.severity]},
        }
        for demand in demands
    ]
    index = {demand.code: number for number, demand in enumerate(demands)}
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        key = _key(finding, root)
        seen[key] += 1
        result: dict[str, Any] = {"ruleId": finding.code}
        if finding.code in index:
            result["ruleIndex"] = index[finding.code]
        result |= {
            "level": _LEVELS[finding.severity],
            "message": {"text": finding.message},
            "locations": [place] if (place := _location(finding, root)) else [],
            "partialFingerprints": {_FINGERPRINT: f"{key}:{seen[key]}"},
        }
        results.append(result)
    driver = {
        "name": "hrdem",
        "version": __version__,
        "informationUri": v.BASE,
        "rules": rules,
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _key(finding: Finding, root: Path) -> str:
    """Return what stays the same of a finding when lines move, as a hash."""
    parts = (
        finding.code,
        "" if finding.path is None else _relative(finding.path, root),
        finding.thing or "",
        finding.passage or "",
        finding.message.partition(" (Column ")[0],
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:32]


def _location(finding: Finding, root: Path) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if finding.path is not None:
        artifact = {"uri": quote(_relative(finding.path, root)), "uriBaseId": "%SRCROOT%"}
        if not finding.path.is_relative_to(root):
            artifact = {"uri": finding.path.absolute().as_uri()}
        physical: dict[str, Any] = {"artifactLocation": artifact}
        if finding.line is not None:
            physical["region"] = {"startLine": finding.line}
        place["physicalLocation"] = physical
    if finding.thing is not None:
        place["logicalLocations"] = [
            {
                "name": finding.label or short(finding.thing),
                "fullyQualifiedName": finding.thing,
                "kind": "resource",
            }
        ]
    return place
