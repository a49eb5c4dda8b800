"""Saved queries: a question in plain words on top of a SPARQL file that runs unchanged anywhere.

A query is a file ``queries/{topic}/{name}.rq``: legal `SPARQL 1.1
<https://www.w3.org/TR/sparql11-query/>`_ with a header of ``#+`` lines in YAML, the convention of
grlc::

    #+ summary: Which instruments apply on a given day?
    #+ description: One paragraph that says what the columns mean.
    #+ tags: [time]
    #+ parameters:
    #+   date: {type: xsd:date, example: "2021-01-01", description: the day}

Each parameter stands in the body once, as ``VALUES ?date { "2021-01-01"^^xsd:date }`` with its
example in it, so that the file answers in any tool untouched. :func:`bind` puts another term in
that one place; the term is checked against its type and written by the RDF library, so no value
can change what the query asks.

A question that joins the graph with what others publish asks them by ``SERVICE``, and its header
names whom it asks::

    #+ endpoints:
    #+   https://publications.europa.eu/webapi/rdf/sparql: {name: CELLAR, kind: endpoint}

The kind is ``endpoint`` where the address answers SPARQL, and ``dataset`` where it is only the
name of data that the publisher offers in files. ``SERVICE <address> { … }`` stands by itself in the
outermost braces of the query, or alone in an OPTIONAL there, so that any tool and
:mod:`hrdem.federation` can answer what stands before it first and ask only about that.

The header is read strictly: an unknown key, a missing one, a parameter that the body does not have
or a service that the header does not name is an error with file and line, never silence.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hrdem.errors import HrdemError, UsageError
from hrdem.sparql import (
    after_declarations,
    form_of,
    masked,
    place,
    services,
    syntax_error,
    without_services,
)
from hrdem.vocabulary import (
    BASE,
    DCTERMS,
    KINDS,
    OWL,
    PREFIXES,
    QUERY,
    RDF_TYPE,
    RDFS,
    SCHEMA,
    SH,
    XSD,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hrdem.project import Project

    Term = ox.NamedNode | ox.BlankNode | ox.Literal

HEADER_KEYS = ("summary", "description", "tags", "parameters", "endpoints")
PARAMETER_KEYS = ("type", "example", "description")
ENDPOINT_KEYS = ("name", "kind")
ENDPOINT_KINDS = ("endpoint", "dataset")
RESERVED = ("auth", "endpoint", "format", "help", "plain", "service", "timeout", "user")
"""Names that no parameter may have: `hrdem ask` has options of these names for every query."""
ANY_KIND = "thing"
"""The kind in ``iri:thing``: a thing of any kind."""
LARGEST = 10**18 - 1
"""The largest whole number that a question takes, and with a minus the smallest: engines keep an
xsd:integer in 64 bits, so 18 digits are what all of them can hold."""
PARAMETER_TYPES = (
    "xsd:date",
    "xsd:integer",
    "xsd:string",
    *(f"iri:{kind}" for kind in (*KINDS, ANY_KIND)),
)
CATALOGUE = "queries.json"
"""Name of the compiled catalogue below ``build/``."""
ANSWERS = "answers"
"""Name of the folder of the answers on file, below ``queries/`` and below ``build/``."""
PREFIX_SET = QUERY + "prefixes"
"""IRI of the set of prefixes that the queries as RDF refer to."""

_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_VARIABLE = r"[A-Za-z][A-Za-z0-9]*"
_SLUG = r"[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9_~])?"


class Parameter(NamedTuple):
    """A blank that the person who asks fills in.

    Attributes:
        name: the variable, without question mark.
        type: one of :data:`PARAMETER_TYPES`.
        example: what stands in the file, as a person would type it.
        description: what to give, in words.
    """

    name: str
    type: str
    example: str
    description: str


class Asked(NamedTuple):
    """Somebody else whom a query asks by SERVICE.

    Attributes:
        name: what people call it.
        kind: ``endpoint`` if its address answers SPARQL, ``dataset`` if its data come in files.
    """

    name: str
    kind: str


class SavedQuery(NamedTuple):
    """A saved query as its file has it.

    Attributes:
        name: the name of the file without suffix; unique among all topics.
        topic: the name of its folder.
        path: the file, relative to the folder of queries, with ``/`` between the parts.
        summary: the question, one sentence.
        description: what the answer means, one paragraph.
        tags: words to find it by.
        parameters: by variable name, in the order of the header.
        form: ``select``, ``construct`` or ``ask``.
        text: the whole file.
        endpoints: by address, whom it asks beside the graph; empty for most.
    """

    name: str
    topic: str
    path: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: dict[str, Parameter]
    form: str
    text: str
    endpoints: dict[str, Asked] = {}  # noqa: RUF012 (a NamedTuple; nobody changes it)


def _values_span(text: str, name: str) -> list[tuple[int, int]]:
    """Return where the term stands in each ``VALUES ?name { term }`` of `text`."""
    pattern = re.compile(
        r"\bVALUES\s*[?$]" + re.escape(name) + r"(?![A-Za-z0-9_])\s*\{\s*([^{}]*?)\s*\}",
        re.IGNORECASE,
    )
    return [match.span(1) for match in pattern.finditer(masked(text))]


# --- reading --------------------------------------------------------------------------------------


def read_queries(project: Project) -> tuple[SavedQuery, ...]:
    """Return the saved queries of `project`, sorted by topic and name.

    Raises:
        HrdemError: at the first file that is not a saved query as the module says, with its line;
            if two have the same name; if the folder does not exist.
    """
    if not project.queries.is_dir():
        raise HrdemError(
            "The folder of saved queries is missing. Restore it from the clone.",
            path=project.queries,
        )
    queries: dict[str, SavedQuery] = {}
    for path in sorted(project.queries.glob("**/*.rq")):
        query = read_query(path, project.queries)
        if query.name in queries:
            raise HrdemError(
                f"The name {query.name} is taken by queries/{queries[query.name].path}."
                " Names are unique among all topics: rename one of the two files.",
                path=path,
            )
        queries[query.name] = query
    return tuple(sorted(queries.values(), key=lambda query: (query.topic, query.name)))


def read_query(path: Path, folder: Path) -> SavedQuery:
    """Return the saved query in `path`, a file ``{topic}/{name}.rq`` below `folder`.

    Raises:
        HrdemError: if it is not one, with the line of the fault where there is one.
    """
    relative = path.relative_to(folder)
    if len(relative.parts) != 2 or not all(
        re.fullmatch(_NAME, part) for part in (relative.parts[0], path.stem)
    ):
        raise HrdemError(
            "A saved query lies at queries/{topic}/{name}.rq, with topic and name in lower-case"
            " letters, digits and single hyphens. Move or rename the file.",
            path=path,
        )
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        raise HrdemError(
            f"The file is not UTF-8: byte {problem.start + 1} cannot be read. Save it as UTF-8.",
            path=path,
        ) from problem
    except OSError as problem:
        raise HrdemError(f"The file cannot be read: {problem.strerror}.", path=path) from problem
    summary, description, tags, parameters, endpoints, lines = _read_header(text, path)
    form = _check_body(text, path)
    _check_services(text, endpoints, path, lines)
    for parameter in parameters.values():
        _check_parameter(parameter, text, path, lines[parameter.name])
    return SavedQuery(
        name=path.stem,
        topic=relative.parts[0],
        path=relative.as_posix(),
        summary=summary,
        description=description,
        tags=tags,
        parameters=parameters,
        form=form,
        text=text,
        endpoints=endpoints,
    )


def _read_header(
    text: str, path: Path
) -> tuple[str, str, tuple[str, ...], dict[str, Parameter], dict[str, Asked], dict[str, int]]:
    """Return summary, description, tags, parameters, endpoints, and the lines of the last two."""
    lines = text.split("\n")
    height = next((n for n, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    if height == 0:
        raise HrdemError(
            "A saved query begins with its header: lines that start with `#+` and give summary,"
            " description and tags. Add it.",
            path=path,
            line=1,
        )
    for number, line in enumerate(lines[height:], height + 1):
        if line.lstrip().startswith("#+"):
            raise HrdemError(
                "This header line is apart from the others, so it would be ignored."
                " Put all `#+` lines together at the top of the file.",
                path=path,
                line=number,
            )
    top = _Header(path).read("\n".join(line[2:] for line in lines[:height]))
    header = top.mapping("the header", HEADER_KEYS, required=("summary", "description", "tags"))
    tags = header["tags"].words()
    parameters: dict[str, Parameter] = {}
    places: dict[str, int] = {}
    if "parameters" in header:
        for name, given in header["parameters"].mapping("parameters").items():
            if not re.fullmatch(_VARIABLE, name) or name in RESERVED:
                raise given.error(
                    f"A parameter cannot be called {name!r}. Use a letter followed by letters and"
                    f" digits, other than {', '.join(RESERVED)}; here and in the body."
                )
            keys = given.mapping(f"parameter {name}", PARAMETER_KEYS, required=PARAMETER_KEYS)
            parameters[name] = Parameter(name, *(keys[key].text() for key in PARAMETER_KEYS))
            places[name] = given.line
            if parameters[name].type not in PARAMETER_TYPES:
                raise keys["type"].error(
                    f"{parameters[name].type!r} is not a type of parameter."
                    " Use xsd:date, xsd:integer, xsd:string, iri:thing, or iri: followed by a kind"
                    f" of thing ({', '.join(KINDS)})."
                )
    endpoints: dict[str, Asked] = {}
    if "endpoints" in header:
        for address, given in header["endpoints"].mapping("endpoints").items():
            keys = given.mapping(f"endpoint {address}", ENDPOINT_KEYS, required=ENDPOINT_KEYS)
            endpoints[address] = Asked(*(keys[key].text() for key in ENDPOINT_KEYS))
            places[address] = given.line
            if endpoints[address].kind not in ENDPOINT_KINDS:
                raise keys["kind"].error(
                    f"{endpoints[address].kind!r} is not a kind of endpoint. Use endpoint where the"
                    " address answers SPARQL, dataset where it only names data."
                )
    summary, description = header["summary"].text(), header["description"].text()
    return summary, description, tags, parameters, endpoints, places


class _Header:
    """One node of the YAML of a header, which knows its line.

    YAML is walked as nodes, not loaded as values: so every fault has a line, a key given twice is
    noticed, and ``2021-01-01`` or ``no`` stay the text that was typed.
    """

    def __init__(self, path: Path, node: Any = None) -> None:  # noqa: ANN401 (untyped library)
        self.path = path
        self.node = node
        self.line: int = node.start_mark.line + 1 if node is not None else 1

    def error(self, message: str) -> HrdemError:
        return HrdemError(message, path=self.path, line=self.line)

    def read(self, text: str) -> _Header:
        import yaml  # only where headers are read; asking uses the compiled catalogue

        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark
            raise HrdemError(
                f"The header is not valid YAML: {problem.problem}."
                " Quote values that contain a colon, and indent with spaces.",
                path=self.path,
                line=mark.line + 1 if mark else 1,
                column=mark.column + 3 if mark else None,  # the `#+` was cut off
            ) from problem
        except yaml.YAMLError as problem:
            raise self.error(f"The header is not valid YAML: {problem}") from problem
        if node is None:
            raise self.error("The header is empty. Give at least summary, description and tags.")
        return _Header(self.path, node)

    def mapping(
        self, what: str, allowed: Iterable[str] | None = None, required: Iterable[str] = ()
    ) -> dict[str, _Header]:
        """Return the entries, checked for kind, keys given twice, unknown and missing keys."""
        if self.node.id != "mapping":
            raise self.error(f"In {what}, write `key: value` lines.")
        entries: dict[str, _Header] = {}
        for key_node, value_node in self.node.value:
            key = _Header(self.path, key_node)
            name = key.text()
            if name in entries:
                raise key.error(f"{name!r} is given twice in {what}. Keep one of the two.")
            if allowed is not None and name not in allowed:
                raise key.error(
                    f"{name!r} is not a key of {what}. Use {', '.join(allowed)},"
                    " or delete the line."
                )
            entries[name] = _Header(self.path, value_node)
        for name in required:
            if name not in entries:
                raise self.error(f"{name!r} is missing in {what}. Add it.")
        return entries

    def text(self) -> str:
        """Return the scalar as one line of words; empty is an error."""
        value = " ".join(self.node.value.split()) if self.node.id == "scalar" else ""
        if not value:
            raise self.error("Words are expected here, and there are none. Write them.")
        return value

    def words(self) -> tuple[str, ...]:
        """Return the items of a list that is not empty."""
        items = self.node.value if self.node.id == "sequence" else []
        if not items:
            raise self.error("A list is expected here, like `tags: [time, succession]`.")
        return tuple(_Header(self.path, item).text() for item in items)


def _check_body(text: str, path: Path) -> str:
    """Return the form of the query, after checking that a SPARQL engine accepts it as it stands."""
    try:
        form = form_of(text)
        alone = without_services(text)
    except HrdemError as problem:
        raise HrdemError(problem.message, path=path) from problem
    if form == "describe":
        raise HrdemError(
            "What DESCRIBE answers differs from engine to engine, so it cannot have one answer on"
            " file. Write a CONSTRUCT instead.",
            path=path,
        )
    try:
        # Without default prefixes: the file must run anywhere. Nobody else is asked meanwhile.
        ox.Store().query(alone)
    except SyntaxError as problem:
        raise syntax_error(text, problem, path) from problem
    except (OSError, RuntimeError) as problem:
        raise HrdemError(
            f"The query needs more than SPARQL 1.1 and a graph: {str(problem).rstrip('.')}."
            " Ask in a way that every engine understands.",
            path=path,
        ) from problem
    return form


def _check_services(
    text: str, endpoints: dict[str, Asked], path: Path, lines: dict[str, int]
) -> None:
    """Check that the header names exactly those whom the body asks."""
    found = services(text)
    for service in found:
        if service.address not in endpoints:
            row, column = place(text, service.start)
            raise HrdemError(
                f"The query asks <{service.address}>, and the header does not say so. Add the"
                " address to `endpoints`, with name and kind.",
                path=path,
                line=row,
                column=column,
            )
    for address in endpoints:
        if address not in {service.address for service in found}:
            raise HrdemError(
                f"The header names the endpoint {address}, and the body does not ask it. Delete the"
                " line, or correct the address.",
                path=path,
                line=lines[address],
            )


def _check_parameter(parameter: Parameter, text: str, path: Path, line: int) -> None:
    """Check that the body has the parameter once, with the header's example in it."""
    name = parameter.name
    spans = _values_span(text, name)
    if len(spans) != 1:
        raise HrdemError(
            f"The parameter {name} needs exactly one line `VALUES ?{name} {{ … }}` in the body, and"
            f" there {'is none' if not spans else f'are {len(spans)}'}.",
            path=path,
            line=line,
        )
    try:
        expected = term(parameter, parameter.example)
    except UsageError as problem:
        raise HrdemError(f"The example does not fit. {problem}", path=path, line=line) from problem
    start, end = spans[0]
    found = _single_term(text, text[start:end])
    if found != expected:
        row, column = place(text, start)
        raise HrdemError(
            f"VALUES ?{name} must hold one term, the example of the header: {expected}."
            " Make the two agree.",
            path=path,
            line=row,
            column=column,
        )


def _single_term(text: str, inner: str) -> Term | None:
    """Return the term that `inner` is when read with the prefixes of `text`, None if not one."""
    at = after_declarations(masked(text))
    try:
        answer = ox.Store().query(f"{text[:at]}\nSELECT ?x {{ VALUES ?x {{ {inner}\n}} }}")
    except SyntaxError:
        return None
    assert isinstance(answer, ox.QuerySolutions)
    terms = [row["x"] for row in answer]
    found = terms[0] if len(terms) == 1 else None
    return found if isinstance(found, ox.NamedNode | ox.Literal) else None


# --- binding --------------------------------------------------------------------------------------


def term(parameter: Parameter, text: str) -> ox.NamedNode | ox.Literal:
    """Return the RDF term that `text` stands for as a value of `parameter`.

    Args:
        parameter: the parameter; its type decides what is accepted.
        text: ``2021-01-31`` for xsd:date, ``12`` for xsd:integer, any text without backslash for
            xsd:string; for ``iri:{kind}`` a slug, a prefixed name (``instrument:x``) or a full IRI
            in the namespace of that kind.

    Raises:
        UsageError: a sentence that says what is accepted.
    """
    if parameter.type.startswith("iri:"):
        return _thing(parameter, text)
    return ox.Literal(
        _LITERALS[parameter.type](parameter.name, text),
        datatype=ox.NamedNode(parameter.type.replace("xsd:", XSD)),
    )


def _date(name: str, text: str) -> str:
    from datetime import date

    text = text.strip()
    try:
        # The pattern first: fromisoformat also takes 20210131 and week dates.
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{name} wants a day of the calendar written year-month-day, like 2021-01-31,"
            f" not {text!r}."
        ) from None
    return text


def _integer(name: str, text: str) -> str:
    text = text.strip()
    if not re.fullmatch(rf"[+-]?[0-9]{{1,{len(str(LARGEST))}}}", text):
        raise UsageError(f"{name} wants a whole number, like 12, not {text!r}.")
    return str(int(text))


def _string(name: str, text: str) -> str:
    # SPARQL resolves \uXXXX before it reads strings (section 19.2), and engines differ on what an
    # escaped backslash before a u then means. Nothing that is asked for here contains one.
    if "\\" in text or not text.isprintable():
        raise UsageError(
            f"{name} wants plain text on one line, without backslash or control characters."
        )
    return text


_LITERALS = {"xsd:date": _date, "xsd:integer": _integer, "xsd:string": _string}


def _thing(parameter: Parameter, text: str) -> ox.NamedNode:
    kind = parameter.type.removeprefix("iri:")
    found = thing_iris(text, kind)
    if len(found) != 1:
        what = "a thing" if kind == ANY_KIND else f"a thing of the kind {kind}"
        example = f"{kind}:{parameter.example.rpartition('/')[2].rpartition(':')[2]}"
        if kind == ANY_KIND:
            example = parameter.example
        raise UsageError(
            f"{parameter.name} wants {what}, written like {example} or as its full IRI,"
            f" not {text!r}."
        )
    return ox.NamedNode(found[0])


def thing_iris(text: str, kind: str = ANY_KIND) -> list[str]:
    """Return the IRIs that `text` can name: one for an IRI or a prefixed name, several for a slug.

    A bare slug names one thing if the kind is known, else one of each kind. The list is empty if
    `text` is none of the three, or names something of another kind than `kind`.
    """
    text = text.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    kinds = list(KINDS) if kind == ANY_KIND else [kind]
    if re.fullmatch(_SLUG, text):
        return [f"{BASE}{each}/{text}" for each in kinds]
    prefix, colon, slug = text.partition(":")
    if colon and prefix in KINDS:
        text = f"{BASE}{prefix}/{slug}"
    for each in kinds:
        space = f"{BASE}{each}/"
        if text.startswith(space) and re.fullmatch(_SLUG, text[len(space) :]):
            return [text]
    return []


def bind(query: SavedQuery, values: Mapping[str, str]) -> str:
    """Return the text of `query` with the terms for `values` in the places of its examples.

    Args:
        query: the query.
        values: parameter name to what a person typed (see :func:`term`); a parameter that is not
            named keeps its example.

    Returns:
        SPARQL that differs from the file in nothing but those terms.

    Raises:
        UsageError: if `query` has no such parameter, or a value is not of its type.
    """
    swaps: list[tuple[int, int, str]] = []
    for name, value in values.items():
        if name not in query.parameters:
            known = ", ".join(query.parameters)
            raise UsageError(
                f"The query {query.name} has no parameter {name!r}."
                + (f" It has: {known}." if known else " It has none.")
            )
        # Positions in the file as read, so that a value can never be taken for a place to swap.
        (span,) = _values_span(query.text, name)
        swaps.append((*span, str(term(query.parameters[name], value))))
    text = query.text
    for start, end, written in sorted(swaps, reverse=True):
        text = text[:start] + written + text[end:]
    return text


# --- the compiled catalogue -----------------------------------------------------------------------


def catalogue_text(queries: Iterable[SavedQuery]) -> str:
    """Return the catalogue as JSON, sorted by topic and name: what :func:`load_catalogue` reads."""
    entries = []
    for query in sorted(queries, key=lambda query: (query.topic, query.name)):
        entry = query._asdict()
        entry["tags"] = list(query.tags)
        entry["parameters"] = [parameter._asdict() for parameter in query.parameters.values()]
        entries.append(entry)
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def path_on_file(project: Project, query: SavedQuery) -> Path:
    """Return where the answer to `query` is filed."""
    suffix = "ttl" if query.form == "construct" else "json"
    return project.queries / ANSWERS / f"{query.name}.{suffix}"


def load_catalogue(project: Project) -> tuple[SavedQuery, ...]:
    """Return the saved queries that the build of `project` compiled, sorted by topic and name.

    Reads no header and no YAML, so that asking starts fast.

    Raises:
        HrdemError: if there is no build, or its catalogue is not readable.
    """
    path = project.build / CATALOGUE
    try:
        return parse_catalogue(path.read_bytes())
    except FileNotFoundError:
        raise HrdemError(
            "The graph has not been built yet. Run `hrdem build` first.", path=path
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise HrdemError(
            "The catalogue of queries cannot be read. Run `hrdem build` to make it anew.", path=path
        ) from problem


def parse_catalogue(text: str | bytes) -> tuple[SavedQuery, ...]:
    """Return the saved queries in the text that :func:`catalogue_text` wrote.

    Raises:
        ValueError, TypeError, KeyError: if it is something else.
    """
    queries = []
    for entry in json.loads(text):
        entry["tags"] = tuple(entry["tags"])
        entry["parameters"] = {each["name"]: Parameter(**each) for each in entry["parameters"]}
        entry["endpoints"] = {iri: Asked(*each) for iri, each in entry["endpoints"].items()}
        queries.append(SavedQuery(**entry))
    return tuple(queries)


# --- as RDF ---------------------------------------------------------------------------------------


def describe(queries: Iterable[SavedQuery]) -> list[ox.Triple]:
    """Return `queries` as RDF, for query editors and for the graph's description of itself.

    Each is a ``sh:SPARQLExecutable`` (`SHACL <https://www.w3.org/TR/shacl/#sparql-constraints>`_,
    section 5) with the IRI ``https://w3id.org/hrdem/query/{name}``, its question as
    ``rdfs:comment``, which is where query editors look, and a set of prefixes that has an IRI, so
    that it can be found from other files. There are no blank nodes.
    """
    return sorted(set(_describe(queries)), key=str)


def _describe(queries: Iterable[SavedQuery]) -> Iterator[ox.Triple]:
    def node(iri: str) -> ox.NamedNode:
        return ox.NamedNode(iri)

    def english(text: str) -> ox.Literal:
        return ox.Literal(text, language="en")

    prefix_set = node(PREFIX_SET)
    yield ox.Triple(prefix_set, node(RDF_TYPE), node(OWL + "Ontology"))
    yield ox.Triple(prefix_set, node(RDFS + "label"), english("Prefixes of the saved queries"))
    for prefix, namespace in PREFIXES.items():
        declaration = node(f"{PREFIX_SET}#{prefix}")
        yield ox.Triple(prefix_set, node(SH + "declare"), declaration)
        yield ox.Triple(declaration, node(RDF_TYPE), node(SH + "PrefixDeclaration"))
        yield ox.Triple(declaration, node(RDFS + "label"), english(f"Prefix {prefix}"))
        yield ox.Triple(declaration, node(SH + "prefix"), ox.Literal(prefix))
        yield ox.Triple(
            declaration,
            node(SH + "namespace"),
            ox.Literal(namespace, datatype=node(XSD + "anyURI")),
        )
    for query in queries:
        iri = node(QUERY + query.name)
        specific = {"select": "Select", "construct": "Construct", "ask": "Ask"}[query.form]
        yield ox.Triple(iri, node(RDF_TYPE), node(SH + "SPARQLExecutable"))
        yield ox.Triple(iri, node(RDF_TYPE), node(f"{SH}SPARQL{specific}Executable"))
        yield ox.Triple(iri, node(RDFS + "label"), english(query.summary))
        yield ox.Triple(iri, node(RDFS + "comment"), english(query.summary))
        yield ox.Triple(iri, node(DCTERMS + "description"), english(query.description))
        yield ox.Triple(iri, node(DCTERMS + "identifier"), ox.Literal(query.name))
        yield ox.Triple(iri, node(SH + "prefixes"), prefix_set)
        for address in query.endpoints:
            yield ox.Triple(iri, node(DCTERMS + "requires"), node(address))
        yield ox.Triple(iri, node(SH + query.form), ox.Literal(without_header(query.text)))
        for word in sorted({query.topic, *query.tags}):
            yield ox.Triple(iri, node(SCHEMA + "keywords"), ox.Literal(word))


def without_header(text: str) -> str:
    """Return a query without its header."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("#+")).strip() + "\n"
