"""Reads the text of SPARQL queries: what form one has, whom it asks, and where it goes wrong.

No query is answered here. Positions are offsets in characters. `SPARQL 1.1 <https://www.w3.org/TR/sparql11-query/>`_.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from hrdem.errors import HrdemError
from hrdem.vocabulary import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Comments, IRIs and strings as the SPARQL 1.1 grammar defines them (productions 139 and 156-159).
# They are looked for together, from left to right, because each may contain what opens another.
_OPAQUE = r"""(?xs)(?P<comment>\#[^\n\r]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>\"\"\"(?:(?:\"|\"\")?(?:[^\"\\]|\\.))*\"\"\"
                  |'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
                  |\"(?:[^\"\\\n\r]|\\.)*\"
                  |'(?:[^'\\\n\r]|\\.)*')
    """
_DECLARATION = r"(?i)\s*(?:PREFIX\s+\S*?:\s*<[^>]*>|BASE\s*<[^>]*>)"
_FORM = r"\s*([A-Za-z]+)"
_UPDATES = frozenset(
    "INSERT DELETE LOAD CLEAR DROP CREATE ADD MOVE COPY WITH".split()  # noqa: SIM905 (shorter)
)
_FROM = r"(?i)(?<![\w?$:.-])FROM(?![\w:-])"
_SERVICE = r"(?i)(?<![\w?$:.-])SERVICE(?![\w:-])"
_HEADER = r"(?:#[^\n\r]*[\n\r]+)*"


class Service(NamedTuple):
    """One ``SERVICE <address> { … }`` in the text of a query; all positions are offsets.

    Attributes:
        address: whom it asks.
        group: where the group that it stands in begins, behind the brace.
        outer: where it begins, or the OPTIONAL around it.
        start: where it begins.
        body: where what it asks begins and ends, within its braces.
        end: where it ends, behind the brace.
    """

    address: str
    group: int
    outer: int
    start: int
    body: tuple[int, int]
    end: int


def blank_comments(text: str) -> str:
    """Return `text` with its comments overwritten by spaces, so that every position stays the same.

    A ``#`` inside an IRI or a string does not open a comment (SPARQL 1.1, section 19.4).
    """

    def blanked(match: re.Match[str]) -> str:
        return " " * len(match[0]) if match["comment"] is not None else match[0]

    return re.sub(_OPAQUE, blanked, text)


def masked(text: str) -> str:
    """Return `text` with comments as spaces and strings filled with ``x``, positions unchanged."""

    def filled(match: re.Match[str]) -> str:
        if match["comment"] is not None:
            return " " * len(match[0])
        if match["string"] is not None:
            return match[0][0] + "x" * (len(match[0]) - 2) + match[0][-1]
        return match[0]

    return re.sub(_OPAQUE, filled, text)


def _plain(text: str) -> str:
    """Return `text` masked, and IRIs filled too: within them nothing is a keyword or a brace."""
    return re.sub(r"<[^<>\s]*>", lambda match: "<" + "x" * (len(match[0]) - 2) + ">", masked(text))


def asks_services(text: str) -> bool:
    """Return whether the SPARQL query `text` asks anybody else by SERVICE.

    The engine's own parser decides, since only what it takes for a keyword is one. Text that it
    does not take for a query asks nobody.
    """
    if "service" not in text.lower():
        return False
    # GRAPH stands where SERVICE may, before the same things, but leads nowhere; the query itself is
    # not tried, since parsing an ASK also answers it.
    silent = r"(?i)service((?:\s|#[^\n\r]*[\n\r])*)silent"
    harmless = re.sub("(?i)service", "GRAPH ", re.sub(silent, r"GRAPH \1", text))
    return has_keyword(text, "service") and _parses(harmless)


def has_keyword(text: str, word: str) -> bool:
    """Return whether `word` is a keyword at one place at least of the valid SPARQL query `text`.

    A word of other letters in its place means no less in a string, comment, name or IRI, but is an
    error where the grammar wants a keyword.

    Args:
        text: the query.
        word: the keyword, in lower case.
    """
    return word in text.lower() and not _parses(re.sub(f"(?i){word}", "z" * len(word), text))


def _parses(text: str) -> bool:
    try:
        ox.Store().query(text, prefixes=PREFIXES)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):
        pass  # it was answered, which comes after parsing
    return True


def names_graphs(text: str) -> bool:
    """Return whether the SPARQL query `text` says by FROM which graphs it asks."""
    # Filling a text in costs more than answering a small query: first it is seen whether the word
    # stands there at all, behind the comments that a saved query begins with.
    header = re.match(_HEADER, text)
    body = text[header.end() :] if header else text
    return (
        "from" in body.lower()
        and re.search(_FROM, body) is not None
        and re.search(_FROM, _plain(body)) is not None
    )


def services(text: str) -> list[Service]:
    """Return the SERVICE parts of the SPARQL query `text`, in their order.

    Raises:
        HrdemError: if one is of another form, or stands elsewhere, than the module says; with line
            and column in the sentence.
    """
    if not asks_services(text):
        return []
    plain = _plain(text)
    keywords = re.finditer(_SERVICE, plain)
    where = re.search(r"(?i)(?<![\w?$:.-])WHERE\s*\{", plain)
    found: list[Service] = []
    for keyword in keywords:
        line, column = place(text, keyword.start())
        spot = f"at line {line}, column {column}"
        head = re.compile(r"(?i)SERVICE\s*<(x+)>\s*\{").match(plain, keyword.start())
        if head is None:
            raise HrdemError(
                f"SERVICE {spot} is not followed by one address in angle brackets and a group in"
                " braces. Write it as SERVICE <https://…> { … }, without SILENT, a variable or a"
                " prefix."
            )
        end = _closing(plain, head.end() - 1)
        if end is None:
            raise HrdemError(f"The braces after SERVICE {spot} are not closed. Close them.")
        outer, depth = keyword.start(), 0
        if where is not None and where.end() <= outer:
            inside = plain[where.end() : outer]
            depth = 1 + inside.count("{") - inside.count("}")
            option = re.search(r"(?i)(?<![\w?$:.-])OPTIONAL\s*\{\s*\Z", inside)
            if depth == 2 and option and re.compile(r"\s*\}").match(plain, end):
                outer, depth = where.end() + option.start(), 1
        if where is None or depth != 1:
            raise HrdemError(
                f"SERVICE {spot} does not stand in the outermost braces after WHERE, nor alone in"
                " an OPTIONAL there. Move it, so that what comes before it can be answered first."
            )
        address = text[head.start(1) : head.end(1)]
        found.append(
            Service(address, where.end(), outer, keyword.start(), (head.end(), end - 1), end)
        )
    return found


def _closing(masked: str, opening: int) -> int | None:
    """Return where the group that opens at a brace ends, behind its brace; None if it does not."""
    depth = 0
    for brace in re.compile(r"[{}]").finditer(masked, opening):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return None


def prologue(text: str) -> str:
    """Return the PREFIX and BASE lines of a query, without its comments."""
    body = blank_comments(text)
    return " ".join(body[: after_declarations(masked(text))].split())


def variables(text: str) -> list[str]:
    """Return the names of the variables in a piece of a query, each once, in their order."""
    plain = re.sub(r"<[^<>\s]*>", " ", masked(text))
    return list(dict.fromkeys(re.findall(r"[?$](\w+)", plain)))


def form_of(text: str) -> str:
    """Return the form of the SPARQL query `text`: select, ask, construct or describe.

    Raises:
        HrdemError: if it is an update, or does not begin like a query.
    """
    body = masked(text)
    at = after_declarations(body)
    match = re.compile(_FORM).match(body, at)
    word = match[1].upper() if match else ""
    if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
        return word.lower()
    if word in _UPDATES:
        raise HrdemError(
            f"This is an update ({word}), and the graph is read-only here."
            " Ask with SELECT, ASK, CONSTRUCT or DESCRIBE; to change the graph, edit data/ and run"
            " `hrdem build`."
        )
    line, column = place(text, match.start(1) if match else len(text.rstrip()))
    raise HrdemError(
        f"No query begins at line {line}, column {column}: after the prefixes comes one of SELECT,"
        " ASK, CONSTRUCT or DESCRIBE."
    )


def after_declarations(masked: str) -> int:
    """Return where the PREFIX and BASE lines of a masked query end."""
    declaration = re.compile(_DECLARATION)
    at = 0
    while found := declaration.match(masked, at):
        at = found.end()
    return at


def syntax_error(text: str, problem: SyntaxError, path: Path | None = None) -> HrdemError:
    """Return the error that says in words where `text` stops being SPARQL, with that line quoted.

    Args:
        text: the query as the person wrote it.
        problem: what pyoxigraph raised; its text begins ``error at line:column:``.
        path: the file that `text` came from, if any.
    """
    found = re.match(r"error at (\d+):(\d+): (.*)", str(problem), re.DOTALL)
    if found is None:
        return HrdemError(f"The query is not valid SPARQL: {problem}", path=path)
    line, column = int(found[1]), int(found[2])
    reason = "SPARQL allows something else here"
    # The parser lists every token it could have taken, which tells a person nothing; only what it
    # says in words is passed on.
    for words, sentence in (
        ("IRI parsing failed", "this is not a valid IRI"),
        ("variable that is unbound", "a selected variable is neither grouped nor computed"),
        ("Duplicated variable name", "two columns have the same name"),
    ):
        if words in found[3]:
            reason = sentence
    lines = text.splitlines()
    if (line, column) >= place(text, len(text.rstrip())):
        reason = "it ends before it is complete; a closing bracket may be missing"
    shown = lines[line - 1] if line <= len(lines) else ""
    if "Prefix not found" in found[3]:
        # The parser stops behind the name; what is wrong is its beginning.
        name = re.search(r"([\w.-]*):[\w.%-]*\Z", shown[: column - 1])
        if name is not None:
            column = name.start() + 1
            reason = f"no PREFIX line declares the prefix {name[1]}:"
    where = "" if path is not None else f" at line {line}, column {column}"
    caret = f"\n    {shown}\n    {' ' * (column - 1)}^" if shown.strip() else ""
    return HrdemError(
        f"The query is not valid SPARQL{where}: {reason}. Correct it and ask again.{caret}",
        path=path,
        line=line,
        column=column,
    )


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, counted from 1, of the character at `offset`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def without_services(text: str) -> str:
    """Return `text` with ``SERVICE <…>`` as spaces, which leaves groups where the services were."""
    for service in services(text):
        opening = service.body[0] - 1
        blank = re.sub(r"\S", " ", text[service.start : opening])
        text = text[: service.start] + blank + text[opening:]
    return text


def iris(values: Iterable[str], between: str = " ") -> str:
    """Return IRIs as SPARQL writes them."""
    return between.join(str(ox.NamedNode(value)) for value in values)
