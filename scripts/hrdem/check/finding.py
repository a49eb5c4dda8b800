"""What a check says: one sentence or more about one fault, and where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hrdem import vocabulary as v
from hrdem.errors import HrdemError, count, display_path

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
        label: the English label of the thing, if it has one.
        words: what the passage quotes, in quotation marks, or else its locator, if there is one.
        shape: IRI of the shape or constraint that found it, if one did.
    """

    code: str
    severity: str
    message: str
    path: Path | None = None
    line: int | None = None
    thing: str | None = None
    passage: str | None = None
    label: str | None = None
    words: str | None = None
    shape: str | None = None

    @property
    def rule(self) -> str:
        """The IRI of the rule, the one by which it is named everywhere.

        That of the shape or constraint, or else ``https://w3id.org/hrdem/rule/{code}``.
        """
        return self.shape or v.RULE + self.code

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


def failed(findings: Iterable[Finding], strict: bool = False) -> bool:
    """Return whether there is a violation among `findings`, or, if `strict`, a warning."""
    grave = (VIOLATION, WARNING) if strict else (VIOLATION,)
    return any(finding.severity in grave for finding in findings)


def verdict(findings: Iterable[Finding]) -> str:
    """Return in a sentence how many findings of each severity there are."""
    counts = Counter(finding.severity for finding in findings)
    names = {INFO: "remark"}
    parts = [count(counts[s], names.get(s, s)) for s in SEVERITIES if counts[s]]
    return f"{', '.join(parts)}." if parts else "nothing is wrong."
