"""Counts where each line of the fact sheets went. Run it: ``python tests/ledger.py``.

The ledger (``tests/ledger/*.tsv``) names for each fact of the sheets the passages that carry it.
Its counts are printed as a table: facts whose passages are accepted, disputed, mistaken or
superseded, and facts left out with the reason. Then come the links to other vocabularies, by kind
of thing, and how many of them real files of those vocabularies bear out, where such files are at
hand.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "scripts"))

import links  # noqa: E402
from can_run import shared_folder  # noqa: E402
from hrdem.documents import Sources, read_sources  # noqa: E402
from hrdem.project import Project  # noqa: E402

LEDGER = ROOT / "tests" / "ledger"
DOCUMENT = "https://w3id.org/hrdem/document/"
UNSEEN = "unseen.tsv"
IDENTIFIERS = "identifiers.tsv"
BEYOND = "beyond.tsv"


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    Attributes:
        fact: the line of the sheet that it is about.
        passages: ``document#passage`` or ``document``, as written; empty where left out.
        remark: the reason, or how the fact was read.
        place: file and line of the entry, for messages.
    """

    fact: str
    passages: tuple[str, ...]
    remark: str
    place: str

    @property
    def sheet(self) -> str:
        """The sheet that the fact is from: ``facts`` or the name of an addendum."""
        first = self.fact.split("/")[0]
        return first if first.startswith(("addendum", "actions-")) else "facts"


def entries(folder: Path = LEDGER) -> Iterator[Entry]:
    """Yield the lines of all ledger files of facts, in order of file and line."""
    for path in sorted(folder.glob("*.tsv")):
        if path.name not in (UNSEEN, IDENTIFIERS, BEYOND):
            for number, row in rows(path):
                passages = () if row["passage"] == "-" else tuple(row["passage"].split())
                yield Entry(row["fact"], passages, row["remark"] or "", f"{path.name}:{number}")


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and columns of each line of a tab-separated file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in reader:
            yield reader.line_num, {k: v or "" for k, v in row.items() if k}


def standing(entry: Entry, sources: Sources) -> str:
    """Return ``left out``, or the standing of the most favourable passage of a fact.

    A fact carried by the description of a document counts as accepted.
    """
    if not entry.passages:
        return "left out"
    order = ["Accepted", "Disputed", "Superseded", "Mistaken"]
    found = {
        sources.passages[DOCUMENT + p].standing.rpartition("#")[2] if "#" in p else "Accepted"
        for p in entry.passages
    }
    return min(found, key=order.index)


def table(found: Iterable[Entry], sources: Sources) -> str:
    """Return the counts per sheet as a table in plain text, with the facts left out below it."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    left = []
    for entry in found:
        kind = standing(entry, sources)
        counts[entry.sheet][kind] += 1
        if kind == "left out":
            left.append(f"  {entry.fact}: {entry.remark}")
    columns = ["Accepted", "Disputed", "Superseded", "Mistaken", "left out"]
    lines = [f"{'sheet':<20}" + "".join(f"{c:>12}" for c in columns) + f"{'all':>8}"]
    for sheet, count in sorted(counts.items()):
        numbers = "".join(f"{count[c]:>12}" for c in columns)
        lines.append(f"{sheet:<20}{numbers}{count.total():>8}")
    return "\n".join([*lines, "", "Left out:", *left])


def main() -> None:
    """Print the counts of facts, of unseen statements, and of links."""
    sources = read_sources(Project.at(ROOT))
    print(table(entries(), sources))
    unseen = [row for _, row in rows(LEDGER / UNSEEN)]
    named = [row for row in unseen if row["unknown"] != "-"]
    unknowns = {row["unknown"] for row in named}
    print(f"\nUnseen statements: {len(unseen)}, of which {len(named)} stand in the graph as")
    print(f"{len(unknowns)} unknowns; the others:")
    for row in unseen:
        if row["unknown"] == "-":
            print(f"  {row['statement']}: {row['remark']}")
    identifiers = [row for _, row in rows(LEDGER / IDENTIFIERS)]
    linked = [row for row in identifiers if row["link"] != "-"]
    print(f"\nIdentifiers: {len(identifiers)} lines, {len(linked)} linked or used, ", end="")
    print(f"{len(identifiers) - len(linked)} declined. Links, ", end="")
    print(f"{len([*rows(LEDGER / BEYOND)])} of them to what the sheet does not list:")
    shared = shared_folder()
    real = links.real_entries(shared) if shared.is_dir() else None
    print(links.table(links.links(sources), real))


if __name__ == "__main__":
    main()
