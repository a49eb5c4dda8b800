"""Projects at the edge: very large, very long, in many scripts; and what happens with them.

Each function makes one kind of project, of any size, out of the small project of the tests. The
tests make them small; by hand they are made in full, and what comes out is in BENCHMARKS.md::

    python tests/edges.py passages --full
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT
from small import PREFIXES, Small

LANGUAGES = {
    "bg": "План за действие",
    "cs": "Akční plán",
    "da": "Handlingsplan",
    "de": "Aktionsplan",
    "el": "Σχέδιο δράσης",
    "es": "Plan de acción",
    "et": "Tegevuskava",
    "fi": "Toimintasuunnitelma",
    "fr": "Plan d’action",
    "ga": "Plean gníomhaíochta",
    "hr": "Akcijski plan",
    "hu": "Cselekvési terv",
    "it": "Piano d’azione",
    "lt": "Veiksmų planas",
    "lv": "Rīcības plāns",
    "mt": "Pjan ta’ azzjoni",
    "nl": "Actieplan",
    "pl": "Plan działania",
    "pt": "Plano de ação",
    "ro": "Plan de acțiune",
    "sk": "Akčný plán",
    "sl": "Akcijski načrt",
    "sv": "Handlingsplan",
    "ar": "خطة عمل ٢٠٢٠",
    "he": "תוכנית פעולה",
    "fa": "برنامهٔ اقدام",
}
"""What an action plan is called in the languages of the Union but English, and in three that are
written from right to left."""

SENTENCES = (
    "A plain sentence.",
    "Flags 🇪🇺🏳️‍🌈, a family 👩‍👩‍👧‍👦, a thumb 👍🏽.",
    "Letters beyond the first plane: 𝔘𝔫𝔦𝔬𝔫 𐍈 𠀀.",
    "Composed é and decomposed e\u0301, Z\u0351\u036b\u0343 with marks.",
    "خطة عمل بشأن حقوق الإنسان.",
    "תוכנית (2020–2024) פעולה.",
    "Mixed: see ‏תוכנית‏ and \u2067خطة\u2069 here.",
    "संविधान और ไทย without spaces.",
    "A zero width\u200bspace, a no-break\u00a0space, a soft\u00adhyphen.",
)
"""Sentences whose characters, code points, UTF-16 units and bytes are all of different number."""


def _append(path: Path, parts: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)


def _instruments(small: Small, name: str, number: int) -> None:
    """Register instruments called ``instrument:{name}-0`` and so on, each with a label."""
    _append(
        small.root / "data" / f"register-{name}.ttl",
        itertools.chain(
            [PREFIXES],
            (
                f"instrument:{name}-{n} a hrdem:ActionPlan ;"
                f' skos:prefLabel "Plan {n} in the {name}"@en .\n'
                for n in range(number)
            ),
        ),
    )


def _document(name: str, text: str | None = None, sha256: str = "") -> str:
    held = ""
    if text is not None or sha256:
        digest = sha256 or hashlib.sha256((text or "").encode()).hexdigest()
        held = f' ;\n    hrdem:textFile "{name}.txt" ;\n    hrdem:sha256 "{digest}"'
    return (
        f"{PREFIXES}@prefix p: <https://w3id.org/hrdem/document/{name}#> .\n\n"
        f'document:{name} a hrdem:WebPage ;\n    skos:prefLabel "The document {name}"@en ;\n'
        f"    hrdem:sourceKind hrdem:SecondarySource ;\n"
        f"    hrdem:address <https://example.org/{name}> ;\n"
        f'    hrdem:readOn "2026-11-24"^^xsd:date{held} .\n'
    )


def _quoted(n: int, paragraph: int, start: int, quote: str, facts: str) -> str:
    said = f"\np:n{n} {{ {facts} }}\n" if facts else ""
    nothing = "" if facts else ' ;\n    hrdem:assertsNothing "A sentence of a test."@en'
    return (
        f"\np:n{n} a hrdem:Passage ;\n    hrdem:passageOf document:{{document}} ;\n"
        f"    hrdem:paragraph {paragraph} ;\n"
        f"    hrdem:start {start} ; hrdem:end {start + len(quote)} ;\n"
        f'    hrdem:quote """{quote}"""@en{nothing} .\n{said}'
    )


def passages(small: Small, number: int) -> None:
    """One document with so many passages, all of one text, one in ten with a fact of its own."""
    _instruments(small, "row", number // 10)
    lines = [f"Row {n}: plan {n // 10} builds on the plan 🇪🇺." for n in range(number)]
    text = "\n\n".join(lines) + "\n"
    small.write("data/texts/long.txt", text)
    start = 0

    def parts() -> Iterator[str]:
        nonlocal start
        yield _document("long", text)
        for n, line in enumerate(lines):
            facts = f"instrument:row-{n // 10} hrdem:buildsOn instrument:plan ." * (n % 2)
            written = _quoted(n, n + 1, start, line, facts)
            yield written.replace("{document}", "long")
            start += len(line) + 2

    _append(small.root / "data" / "documents" / "long.trig", parts())


def documents(small: Small, number: int) -> None:
    """So many documents with a text, a passage and a fact each."""
    _instruments(small, "page", number)
    for n in range(number):
        name = f"doc-{n}"
        text = f"Plan {n} builds on the plan."
        small.write(f"data/texts/{name}.txt", text)
        fact = f"instrument:page-{n} hrdem:buildsOn instrument:plan ."
        passage = _quoted(0, 1, 0, text, fact).replace("{document}", name)
        small.write(f"data/documents/many/{name}.trig", _document(name, text) + passage)


def scripts(small: Small, number: int) -> None:
    """Labels in all languages, and a text in many scripts, so many times as many sentences."""
    labels = " ,\n        ".join(f'"{label}"@{tag}' for tag, label in LANGUAGES.items())
    small.write(
        "data/labels.ttl",
        f'{PREFIXES}instrument:scripts a hrdem:ActionPlan ;\n    skos:prefLabel "Scripts 🇪🇺"@en ,\n'
        f"        {labels} .\n",
    )
    quotes = SENTENCES * number
    text = "\n\n".join(quotes) + "\n"
    small.write("data/texts/scripts.txt", text)
    start, parts = 0, [_document("scripts", text)]
    for n, quote in enumerate(quotes):
        fact = "instrument:scripts hrdem:buildsOn instrument:plan ." * (n % 2)
        parts.append(_quoted(n, n + 1, start, quote, fact).replace("{document}", "scripts"))
        start += len(quote) + 2
    small.write("data/documents/scripts.trig", "".join(parts))


def _succession(small: Small, number: int, *, closed: bool) -> None:
    _instruments(small, "step", number)
    steps = [
        f"    instrument:step-{n} hrdem:directlySucceeds instrument:step-{n - 1} .\n"
        for n in range(1, number)
    ]
    if closed:
        steps.append(
            f"    instrument:step-0 hrdem:directlySucceeds instrument:step-{number - 1} .\n"
        )
    small.write(
        "data/documents/steps.trig",
        "".join(
            [
                _document("steps"),
                "\np:all a hrdem:Passage ; hrdem:passageOf document:steps ;\n",
                '    hrdem:locator "all"@en .\n\np:all {\n',
                *steps,
                "}\n",
            ]
        ),
    )


def chain(small: Small, number: int) -> None:
    """So many instruments, each of which directly succeeds the one before."""
    _succession(small, number, closed=False)


def cycle(small: Small, number: int) -> None:
    """The same, and the first succeeds the last."""
    _succession(small, number, closed=True)


def literal(small: Small, megabytes: int) -> None:
    """One comment of so many millions of bytes."""

    def parts() -> Iterator[str]:
        yield PREFIXES + 'instrument:plan rdfs:comment """'
        for n in range(megabytes):
            yield f"{n:>15,} " + "All human beings are born free. " * 31249 + "end of it.     \n"
        yield '"""@en .\n'

    _append(small.root / "data" / "comment.ttl", parts())


def text(small: Small, megabytes: int) -> None:
    """A text of so many millions of bytes, with a quote at its very end."""
    path = small.root / "data" / "texts" / "thick.txt"
    digest = hashlib.sha256()
    million = ("All human beings are born free 🕊 and equal.\n\n" * 21277)[:-8]
    million += "\n" * 2
    quote = "The plan builds on the earlier plan."
    start = 0
    with path.open("wb") as file:
        for _ in range(megabytes):
            start += len(million)
            content = million.encode()
            digest.update(content)
            file.write(content)
        file.write(quote.encode())
        digest.update(quote.encode())
    fact = "instrument:plan hrdem:buildsOn instrument:earlier-plan ."
    passage = _quoted(0, 1, start, quote, fact).replace("{document}", "thick")
    small.write(
        "data/documents/thick.trig", _document("thick", sha256=digest.hexdigest()) + passage
    )


class Edge(NamedTuple):
    """One kind of project.

    Attributes:
        make: makes it out of the small project.
        full: its size by hand.
        unit: what the size counts.
        commands: what is run on it.
    """

    make: Callable[[Small, int], None]
    full: int
    unit: str
    commands: tuple[str, ...] = ("build", "check")


EDGES = {
    "passages": Edge(passages, 100_000, "passages of one document"),
    "documents": Edge(documents, 10_000, "documents"),
    "scripts": Edge(scripts, 1_000, "times nine sentences"),
    "chain": Edge(chain, 10_000, "instruments"),
    "cycle": Edge(cycle, 10_000, "instruments"),
    "literal": Edge(literal, 1_000, "MB"),
    "text": Edge(text, 1_000, "MB"),
    "source": Edge(passages, 3_600_000, "passages of one document"),
}


class Ran(NamedTuple):
    """What came of a command: exit code, what it said, seconds of processor, MB of memory."""

    code: int
    said: str
    seconds: float
    megabytes: float


def run(root: Path, *command: str, gigabytes: float = 10) -> Ran:
    """Run ``hrdem`` on a project as a process that may take so much memory."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "hrdem", *command],
            env={
                **os.environ,
                "HRDEM_HOME": str(root),
                "PYTHONPATH": str(ROOT / "scripts"),
                "MALLOC_ARENA_MAX": "2",
            },
            stdout=said,
            stderr=said,
        )
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            with open(f"/proc/{process.pid}/statm", encoding="ascii") as pages:  # noqa: PTH123
                held = int(pages.read().split()[1]) * resource.getpagesize()
            if held > gigabytes * 1e9:
                process.kill()
            time.sleep(0.05)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Ran(
            process.returncode,
            said.read(),
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss * 1024 / 1e6,
        )


def main() -> int:
    """Make one project, run the commands on it, and say what happened."""
    parser = argparse.ArgumentParser(description="Make a project at the edge, and build it.")
    parser.add_argument("name", choices=EDGES)
    parser.add_argument("--full", action="store_true", help="in the size of BENCHMARKS.md")
    parser.add_argument("--size", type=int, default=300, help="in this size (default: 300)")
    parser.add_argument("--memory", type=float, default=10, help="stop a process at so many GB")
    parser.add_argument("--folder", help="where to make it (default: the temporary folder)")
    typed = parser.parse_args()
    edge = EDGES[typed.name]
    size = edge.full if typed.full else typed.size
    with tempfile.TemporaryDirectory(dir=typed.folder) as folder:
        small = Small(Path(folder) / "small")
        edge.make(small, size)
        bytes_ = sum(p.stat().st_size for p in (small.root / "data").rglob("*") if p.is_file())
        print(f"{size:,} {edge.unit}, {bytes_ / 1e6:,.1f} MB of data", flush=True)
        for command in edge.commands:
            ran = run(small.root, command, gigabytes=typed.memory)
            print(
                f"hrdem {command}: exit {ran.code}, {ran.seconds:.1f} s of the processor,"
                f" {ran.megabytes:,.0f} MB\n{ran.said[-2000:]}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
