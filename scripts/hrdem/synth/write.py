"""Writes a block as source files: its register as Turtle, each document as TriG, texts as text."""

from __future__ import annotations

import hashlib
from itertools import groupby
from pathlib import Path
from typing import Final

from hrdem.synth.block import Block, Document
from hrdem.vocabulary import PREFIXES

_USED: Final = (
    *("hrdem", "instrument", "priority", "theme", "agent", "post", "mandate", "place", "document"),
    *("period", "event", "speech-act", "aim", "figure", "unknown", "rdfs", "xsd", "skos"),
    *("dcterms", "foaf", "org"),
)
_HEAD: Final = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in _USED)


def write_block(block: Block, data: Path) -> None:
    """Write a block into the folder `data` of a project."""
    name = f"synthetic-{block.number}"
    _write(data / "register" / f"{name}.ttl", _HEAD + "".join(map(_about, *_pairs(block.register))))
    for document in block.documents:
        _write(data / "documents" / name / f"{document.slug}.trig", _document(document))
        if document.text is not None:
            _write(data / "texts" / f"{document.slug}.txt", document.text)


def _pairs(register: dict[str, dict[str, str]]) -> tuple[list[str], list[dict[str, str]]]:
    return list(register), list(register.values())


def _document(document: Document) -> str:
    about = dict(document.about)
    if document.text is not None:
        about["hrdem:textFile"] = f'"{document.slug}.txt"'
        about["hrdem:sha256"] = f'"{hashlib.sha256(document.text.encode()).hexdigest()}"'
    parts = [_HEAD, _about(f"document:{document.slug}", about)]
    for passage in document.passages:
        parts.append(_about(passage.name, {"a": "hrdem:Passage", **passage.about}))
        parts.append(f"\n{passage.name} {{\n")
        for subject, facts in groupby(passage.facts, lambda fact: fact.subject):
            said = " ;\n        ".join(f"{fact.predicate} {fact.object}" for fact in facts)
            parts.append(f"    {subject} {said} .\n")
        parts.append("}\n")
    return "".join(parts)


def _about(thing: str, about: dict[str, str]) -> str:
    return f"\n{thing} " + " ;\n    ".join(f"{p} {o}" for p, o in about.items()) + " .\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
