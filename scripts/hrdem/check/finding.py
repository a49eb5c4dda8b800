"""What a check says: one sentence or more about one fault, and where it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hrdem.errors import HrdemError, display_path

VIOLATION: Final = "violation"
"""Severity of what must be put right; the check has failed."""
WARNING: Final = "warning"
"""Severity of what should be looked at; the check has not failed."""
INFO: Final = "info"
"""Severity of a matter of taste; the check has not failed."""
SEVERITIES: Final = (VIOLATION, WARNING, INFO)
"""All severities, the gravest first."""


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        code: the rule that found it: the last part of the IRI of a shape or constraint, or a name
            in lower case with hyphens for rules that are not shapes.
        severity: one of :data:`SEVERITIES`.
        message: whole sentences: what is wrong, and what to do.
        path: the file in which to put it right, if there is one.
        line: line in that file, counted from 1.
        thing: IRI of the thing that the fault is about, if any.
        passage: IRI of the passage that states what is wrong, if any.
    """

    code: str
    severity: str
    message: str
    path: Path | None = None
    line: int | None = None
    thing: str | None = None
    passage: str | None = None

    @classmethod
    def of_error(cls, code: str, error: HrdemError) -> Finding:
        """Return the finding that says what `error` says, as a violation."""
        message = error.message
        if error.column is not None:
            message += f" (Column {error.column}.)"
        return cls(code, VIOLATION, message, error.path, error.line)

    def __str__(self) -> str:
        """Return ``path:line: severity: message [code]``, leaving out what is unknown."""
        text = f"{self.severity}: {self.message} [{self.code}]"
        if self.path is None:
            return text
        line = "" if self.line is None else f":{self.line}"
        return f"{display_path(self.path)}{line}: {text}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, each once, by file, line, severity, rule, thing and message."""
    return sorted(
        set(findings),
        key=lambda f: (
            f.path is not None,
            str(f.path or ""),
            f.line or 0,
            SEVERITIES.index(f.severity),
            f.code,
            f.thing or "",
            f.message,
        ),
    )


def failed(findings: Iterable[Finding]) -> bool:
    """Return whether there is a violation among `findings`."""
    return any(finding.severity == VIOLATION for finding in findings)


def as_json(findings: Iterable[Finding], root: Path) -> str:
    """Return findings as a JSON array of objects, one per finding, ending in a line feed.

    The keys are the attributes of :class:`Finding`; what is unknown is null. Paths are relative to
    `root`, with forward slashes, as far as they lie below it.
    """
    return json.dumps([_object(f, root) for f in findings], indent=2, ensure_ascii=False) + "\n"


def _object(finding: Finding, root: Path) -> dict[str, Any]:
    path = finding.path
    if path is not None and path.is_relative_to(root):
        path = path.relative_to(root)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "path": None if path is None else path.as_posix(),
        "line": finding.line,
        "thing": finding.thing,
        "passage": finding.passage,
    }
