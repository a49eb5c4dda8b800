"""Reads what is known: the register, the source documents with their passages, and the texts.

A source document is one TriG file. Its default graph describes the document and its passages; then
comes one named graph per passage, named by the passage, with the facts that the words of that
passage support. The register and the links are Turtle files.

What is refused here would make everything that follows wrong: files that do not parse, blank nodes
(nothing could point at them), facts under a passage that nobody described, passages of a document
that nobody described, and texts that are not, byte for byte, the ones that were read. Everything
that is merely not good enough is found later, by the checks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from hrdem import vocabulary as v
from hrdem.errors import HrdemError, display_path
from hrdem.project import Project

FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG}
"""File suffix to the RDF syntax of source files."""


@dataclass(frozen=True)
class SourceFile:
    """One Turtle or TriG file.

    Attributes:
        path: where it is.
        name: its file name without suffix; unique among the source files, names its graph.
        quads: its statements, each once, in the order of the file.
    """

    path: Path
    name: str
    quads: tuple[ox.Quad, ...]

    def triples(self) -> Iterator[ox.Triple]:
        """Yield what stands outside named graphs: descriptions, but no facts of passages."""
        for quad in self.quads:
            if isinstance(quad.graph_name, ox.DefaultGraph):
                yield quad.triple


@dataclass(frozen=True)
class Passage:
    """A place in a document, and the facts that its words support.

    Attributes:
        iri: the passage; also the name of the graph of its facts.
        document: IRI of the document that it is a passage of.
        standing: IRI, one of :data:`hrdem.vocabulary.STANDINGS`.
        quote: the words, or None where the text itself is not in the project.
        start: where the quote begins in the text, in Unicode code points from 0.
        end: where the quote ends, in Unicode code points; the last one lies before it.
        paragraph: number of the paragraph.
        locator: words that say where the passage is (section, page).
        asserts_nothing: the reason why it supports no fact, or None.
        contradicts: IRIs of the passages that it contradicts, sorted.
        file: the file that describes it.
        facts: the triples of its graph, each once, in the order of the file.
    """

    iri: str
    document: str
    standing: str
    quote: str | None
    start: int | None
    end: int | None
    paragraph: int | None
    locator: str | None
    asserts_nothing: str | None
    contradicts: tuple[str, ...]
    file: Path
    facts: tuple[ox.Triple, ...]

    @property
    def accepted(self) -> bool:
        """Whether the facts of this passage are asserted by the graph."""
        return self.standing == v.ACCEPTED


@dataclass(frozen=True)
class Sources:
    """Everything in ``data/``.

    Attributes:
        files: the Turtle and TriG files, sorted by their path inside ``data/``.
        passages: IRI to passage, sorted by IRI.
        texts: file name to content, of the texts that documents name, sorted by name.
    """

    files: tuple[SourceFile, ...]
    passages: Mapping[str, Passage]
    texts: Mapping[str, str]


def read_sources(project: Project) -> Sources:
    """Read all of ``data/``.

    Raises:
        HrdemError: if a file cannot be read or parsed, or breaks one of the rules that the module's
            description names; with path, and line and column where there are any.
    """
    paths = sorted(
        path
        for path in project.data.rglob("*")
        if path.suffix in FORMATS and path.is_file() and not path.name.startswith(".")
    )
    if not paths:
        raise HrdemError(
            "There are no Turtle or TriG files in this folder, so there is nothing to build a"
            " graph from. Restore the folder from the repository.",
            path=project.data,
        )
    files: dict[str, SourceFile] = {}
    for path in paths:
        source = read_rdf(path)
        if source.name in files:
            raise HrdemError(
                f"This file has the same name as {display_path(files[source.name].path)}, and"
                " the name of a file names its graph. Rename one of the two.",
                path=path,
            )
        files[source.name] = source
    ordered = tuple(files.values())
    return Sources(
        files=ordered,
        passages=_passages(ordered),
        texts=_texts(ordered, project.data / "texts"),
    )


def read_rdf(path: Path) -> SourceFile:
    """Parse one Turtle (``.ttl``) or TriG (``.trig``) file.

    Numbers, times and truth values are read in their canonical form (5.0 as 5, see `XML Schema
    <https://www.w3.org/TR/xmlschema11-2/>`_), which is how the stores that answer questions keep
    them: so a fact is written in one way everywhere, and its statement node has one IRI.

    Raises:
        HrdemError: if it cannot be read, is not valid, or uses what the project does without: blank
            nodes, triple terms, text with a base direction, control characters.
    """
    quads: dict[ox.Quad, None] = {}
    for quad in parse(path):
        _refuse(quad, path)
        quads[_canonical(quad)] = None
    return SourceFile(path, path.stem, tuple(quads))


def parse(path: Path) -> Iterator[ox.Quad]:
    """Yield the quads of a Turtle or TriG file as they are written, blank nodes too.

    Raises:
        HrdemError: if it cannot be read or is not valid, with line and column.
    """
    syntax = FORMATS[path.suffix]
    try:
        yield from ox.parse(read_bytes(path), format=syntax)
    except SyntaxError as error:
        reason = re.sub(r"^Parser error (at|between) .*?: ", "", error.msg).rstrip(".")
        raise HrdemError(
            f"This is not valid {syntax.name}: {reason}. Correct it here, or just before this"
            " place, where the parser may still have been waiting for something.",
            path=path,
            line=error.lineno,
            column=error.offset,
        ) from None
    except MemoryError:  # the buffer of the parser, whose size nobody can change
        raise HrdemError(
            "A single text in this file is longer than 16 MB, or the quotation mark that ends it is"
            " missing, and the parser reads no longer ones. Put such a text into a file of its"
            " own in data/texts, and name it with hrdem:textFile.",
            path=path,
        ) from None


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        HrdemError: if it is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise HrdemError(
            "This file is missing. Restore it from the repository.", path=path
        ) from None
    except OSError as error:
        raise HrdemError(
            f"This file cannot be read: {error.strerror}. Check its permissions.", path=path
        ) from None


def read_text(path: Path) -> str:
    """Return the content of a UTF-8 file, its line ends unchanged.

    Raises:
        HrdemError: if it is missing, cannot be read or is not UTF-8.
    """
    return decoded(read_bytes(path), path)


def decoded(content: bytes, path: Path) -> str:
    """Return the content of the UTF-8 file `path` as text, its line ends unchanged.

    Raises:
        HrdemError: if it is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        raise HrdemError(
            f"This text is not UTF-8: byte {error.start} (counted from 0) is"
            f" 0x{content[error.start]:02x}. Save the text as UTF-8.",
            path=path,
            line=before.count(b"\n") + 1,
            column=len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1,
        ) from None


# Characters that XML 1.0 cannot hold, and the carriage return, which XML parsers turn into a line
# feed: RDF/XML would not carry the text unchanged.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def _refuse(quad: ox.Quad, path: Path) -> None:
    """Raise the error for a statement that uses what the project does without, if it does."""
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    if any(isinstance(term, ox.BlankNode) for term in terms):
        raise HrdemError(
            "There is a blank node here. Nothing could point at it, so give the thing an IRI of"
            " its own and write that in place of [ ], ( ) or _:name.",
            path=path,
            line=_blank_node_line(path),
        )
    if isinstance(quad.object, ox.Triple):
        raise HrdemError(
            "There is a triple term, <<( )>>, in this file. Many tools cannot read it, so state"
            " the fact under a passage; the build makes a statement node of it.",
            path=path,
        )
    if isinstance(quad.object, ox.Literal):
        if quad.object.direction is not None:
            raise HrdemError(
                f"The text {str(quad.object)!r} has a base direction (--ltr or --rtl), which many"
                " tools cannot read. Leave the language tag and remove the direction.",
                path=path,
                line=locate(path, v.value(quad.subject)),
            )
        found = _NOT_XML.search(quad.object.value)
        if found:
            raise HrdemError(
                f"A text about {v.shorten(v.value(quad.subject))} has the character"
                f" U+{ord(found[0]):04X}, which RDF/XML does not carry. Remove it.",
                path=path,
                line=locate(path, v.value(quad.subject)),
            )


def _canonical(quad: ox.Quad) -> ox.Quad:
    """Return a statement with its object in canonical form."""
    if not isinstance(quad.object, ox.Literal) or quad.object.datatype.value in _AS_WRITTEN:
        return quad
    return ox.Quad(quad.subject, quad.predicate, _canonical_literal(quad.object), quad.graph_name)


_AS_WRITTEN = (v.XSD + "string", v.RDF + "langString", v.XSD + "anyURI")


@lru_cache(maxsize=4096)
def _canonical_literal(literal: ox.Literal) -> ox.Literal:
    node = ox.NamedNode(v.BASE)
    store = ox.Store()
    store.add(ox.Quad(node, node, literal))
    (kept,) = store
    assert isinstance(kept.object, ox.Literal)
    return kept.object


# --- passages -----------------------------------------------------------------------------------


def _passages(files: tuple[SourceFile, ...]) -> dict[str, Passage]:
    """Return all passages, each with the facts of its graph."""
    described = {
        v.value(triple.subject)
        for source in files
        for triple in source.triples()
        if triple.predicate.value == v.RDF_TYPE
    }
    passages: dict[str, Passage] = {}
    for source in files:
        descriptions, facts = _by_passage(source)
        for iri in facts:
            if iri not in descriptions:
                raise HrdemError(
                    f"There are facts under {v.shorten(iri)}, but this file does not describe such"
                    " a passage. Describe it before its facts, as a hrdem:Passage with"
                    " hrdem:passageOf and its place, or correct the name of the graph.",
                    path=source.path,
                    line=locate(source.path, iri),
                )
        for iri, description in descriptions.items():
            if iri in passages:
                raise HrdemError(
                    f"The passage {v.shorten(iri)} is already described in"
                    f" {display_path(passages[iri].file)}. Give one of the two another IRI.",
                    path=source.path,
                    line=locate(source.path, iri),
                )
            try:
                passage = _passage(iri, description, source.path, tuple(facts.get(iri, ())))
            except ValueError as error:
                line = locate(source.path, iri)
                raise HrdemError(str(error), path=source.path, line=line) from None
            if passage.document not in described:
                raise HrdemError(
                    f"The passage {v.shorten(iri)} is of {v.shorten(passage.document)}, but no"
                    " file describes such a document. Describe it, or correct hrdem:passageOf.",
                    path=source.path,
                    line=locate(source.path, iri),
                )
            passages[iri] = passage
    return dict(sorted(passages.items()))


def _by_passage(
    source: SourceFile,
) -> tuple[dict[str, list[ox.Triple]], dict[str, list[ox.Triple]]]:
    """Return what one file says about each passage, and the facts under each."""
    subjects = {
        v.value(triple.subject)
        for triple in source.triples()
        if triple.predicate.value == v.PASSAGE_OF
        or (triple.predicate.value == v.RDF_TYPE and v.value(triple.object) in v.PASSAGE_CLASSES)
    }
    descriptions: dict[str, list[ox.Triple]] = {}
    facts: dict[str, list[ox.Triple]] = {}
    for quad in source.quads:
        if not isinstance(quad.graph_name, ox.DefaultGraph):
            facts.setdefault(quad.graph_name.value, []).append(quad.triple)
        elif v.value(quad.subject) in subjects:
            descriptions.setdefault(v.value(quad.subject), []).append(quad.triple)
    return descriptions, facts


def _passage(
    iri: str, description: Iterable[ox.Triple], file: Path, facts: tuple[ox.Triple, ...]
) -> Passage:
    """Make a passage of its description.

    Raises:
        ValueError: with a sentence, if the description is wrong.
    """
    values: dict[str, list[str]] = {}
    for triple in description:
        values.setdefault(triple.predicate.value, []).append(v.value(triple.object))

    def one(predicate: str) -> str | None:
        found = values.get(predicate, [])
        if len(found) > 1:
            raise ValueError(
                f"The passage {v.shorten(iri)} has {len(found)} values of {v.shorten(predicate)},"
                " and can have one. If these are two passages, give each its own IRI."
            )
        return found[0] if found else None

    def integer(predicate: str) -> int | None:
        value = one(predicate)
        if value is not None and not re.fullmatch("[0-9]+", value):
            raise ValueError(
                f"The passage {v.shorten(iri)} has {v.shorten(predicate)} {value!r}; write a whole"
                " number from 0 up, without quotation marks."
            )
        return None if value is None else int(value)

    document = one(v.PASSAGE_OF)
    if document is None:
        raise ValueError(
            f"The passage {v.shorten(iri)} does not say which document it is a passage of. Add"
            " hrdem:passageOf."
        )
    standing = one(v.STANDING) or v.ACCEPTED
    if standing not in v.STANDINGS:
        raise ValueError(
            f"The passage {v.shorten(iri)} has the standing {v.shorten(standing)}. Use one of "
            + ", ".join(v.shorten(known) for known in v.STANDINGS)
            + "."
        )
    return Passage(
        iri=iri,
        document=document,
        standing=standing,
        quote=one(v.QUOTE),
        start=integer(v.START),
        end=integer(v.END),
        paragraph=integer(v.PARAGRAPH),
        locator=one(v.LOCATOR),
        asserts_nothing=one(v.ASSERTS_NOTHING),
        contradicts=tuple(sorted(values.get(v.CONTRADICTS, []))),
        file=file,
        facts=facts,
    )


# --- texts --------------------------------------------------------------------------------------


def _texts(files: tuple[SourceFile, ...], folder: Path) -> dict[str, str]:
    """Return the texts that documents name, after comparing each with its SHA-256."""
    texts: dict[str, str] = {}
    for source in files:
        named = {
            v.value(t.subject): t for t in source.triples() if t.predicate.value == v.TEXT_FILE
        }
        sums = {
            v.value(t.subject): v.value(t.object).lower()
            for t in source.triples()
            if t.predicate.value == v.SHA256
        }
        for document, triple in named.items():
            name = v.value(triple.object)
            path = folder / name
            if Path(name).name != name:
                raise HrdemError(
                    f"The text of {v.shorten(document)} is called {name!r}. Write the name of a"
                    " file in data/texts, without a folder.",
                    path=source.path,
                    line=locate(source.path, document),
                )
            if not path.is_file():
                raise HrdemError(
                    f"The text of {v.shorten(document)}, {display_path(path)}, is missing. Restore"
                    " it from the repository, or correct hrdem:textFile.",
                    path=source.path,
                    line=locate(source.path, document),
                )
            content = read_bytes(path)
            found = hashlib.sha256(content).hexdigest()
            if document not in sums:
                raise HrdemError(
                    f"{v.shorten(document)} names a text but not its sum, so a changed text would"
                    f' go unseen. Add hrdem:sha256 "{found}" if the text is the one that was'
                    " read.",
                    path=source.path,
                    line=locate(source.path, document),
                )
            if found != sums[document]:
                raise HrdemError(
                    f"This text is not the one that was read: its SHA-256 is {found}, and"
                    f" {v.shorten(document)} says {sums[document]}. Restore the text from the"
                    " repository; its quotes would no longer stand where the passages say.",
                    path=path,
                )
            texts[name] = decoded(content, path)
    return dict(sorted(texts.items()))


# --- places in files ----------------------------------------------------------------------------

# Tokens of Turtle 1.1 and TriG, as far as they are needed to find names and the places where
# subjects stand. Strings and comments are tokens, so that nothing inside them is taken for a name.
_TOKEN = re.compile(
    r'''(?P<skip>\s+|\#[^\n]*|"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\''''
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\^\^|@(?!prefix|base)[A-Za-z0-9-]+)"""
    r"""|(?P<blank>_:|\[|\()"""
    r"""|(?P<directive>@prefix\b|@base\b|(?i:prefix|base)\b(?!:))"""
    r"""|(?P<iri><[^<>\s]*>)"""
    r"""|(?P<name>(?:[^\W_](?:[\w.-]*[\w-])?)?:(?:[\w:%](?:[\w.:%-]|\\.)*(?<!\.))?)"""
    r"""|(?P<graph>(?i:graph)\b)"""
    r"""|(?P<end>[.{}])"""
    r"""|(?P<other>[\w.+-]*[\w+-]|.)""",
    re.DOTALL,
)


def locate(path: Path, iri: str) -> int | None:
    """Return the line where a Turtle or TriG file first says something about `iri`.

    That is the first line where `iri` stands as a subject or as the name of a graph, or else the
    first line where it stands at all; None if it stands nowhere or the file cannot be read.
    """
    try:
        stamp = path.stat()
        subjects, mentions = _lines(path, stamp.st_mtime_ns, stamp.st_size)
    except OSError:
        return None
    return subjects.get(iri, mentions.get(iri))


@lru_cache(maxsize=1024)  # fewer than there are files would be worse than none
def _lines(path: Path, _modified: int, _size: int) -> tuple[dict[str, int], dict[str, int]]:
    """Return IRI to the first line where it is a subject, and IRI to the first line of all."""
    text = path.read_bytes().decode("utf-8", "replace")
    prefixes: dict[str, str] = {}
    subjects: dict[str, int] = {}
    mentions: dict[str, int] = {}
    line, seen = 1, 0
    at_start = True  # the next name is a subject or the name of a graph
    declaring: str | None = None  # the prefix that the next IRI belongs to
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "directive":
            declaring, at_start = "", False
        elif kind == "end":
            at_start = True
        elif kind in ("iri", "name"):
            word = token[0]
            if declaring is not None:
                if kind == "name":
                    declaring = word
                else:
                    prefixes[declaring] = word[1:-1]
                    declaring, at_start = None, True
                continue
            iri = word[1:-1] if kind == "iri" else _expand(word, prefixes)
            line += text.count("\n", seen, token.start())
            seen = token.start()
            mentions.setdefault(iri, line)
            if at_start:
                subjects.setdefault(iri, line)
            at_start = False
        elif kind in ("blank", "other"):
            at_start = False
    return subjects, mentions


def _expand(name: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes.get(prefix + ":", "") + re.sub(r"\\(.)", r"\1", local)


def _blank_node_line(path: Path) -> int | None:
    """Return the line of the first blank node in a Turtle or TriG file."""
    text = path.read_bytes().decode("utf-8", "replace")
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "blank":
            return text.count("\n", 0, token.start()) + 1
    return None
