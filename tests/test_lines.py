"""Triples as text: nothing is lost, and the text sorts like the files."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from hrdem import lines
from hrdem.lines import Answer, Growing, Lines
from test_serialise import LITERALS, TRIPLES

A, B = "<http://e/a> <http://e/p> 1", "<http://e/b> <http://e/p> 1"
ONE, TWO = "http://e/one", "http://e/two"


@settings(deadline=None)
@given(graph=st.lists(TRIPLES, max_size=8))
def test_a_line_is_what_the_engine_writes(graph: list[ox.Triple]) -> None:
    written = ox.serialize(graph, format=ox.RdfFormat.N_TRIPLES)

    assert written is not None
    assert "".join(f"{lines.line_of(triple)} .\n" for triple in graph) == written.decode()


@settings(deadline=None)
@given(graph=st.lists(TRIPLES, max_size=8))
def test_lines_are_read_as_the_triples_they_were(graph: list[ox.Triple]) -> None:
    assert list(lines.parse(map(lines.line_of, graph))) == graph


@settings(deadline=None)
@given(literal=LITERALS)
def test_a_literal_is_taken_apart_and_put_together(literal: ox.Literal) -> None:
    quoted, language, datatype = lines.literal(str(literal))

    assert lines.text(quoted) == literal.value
    assert (language or None) == literal.language
    assert datatype == literal.datatype.value
    assert lines.term(str(literal)) == literal


def test_every_escape_of_n_triples_is_read() -> None:
    quoted = r'"\t\b\n\r\f\"\\ \u00E9 \U0001F1EA \\n \\u00E9"'
    (quad,) = ox.parse(f"<http://e/s> <http://e/p> {quoted} .", format=ox.RdfFormat.N_TRIPLES)

    assert isinstance(quad.object, ox.Literal)
    assert lines.text(quoted) == quad.object.value


@settings(deadline=None)
@given(literals=st.lists(LITERALS, max_size=6))
def test_lines_sort_like_the_files(literals: list[ox.Literal]) -> None:
    """Also where one object begins like another one."""
    values = {*map(str, literals), '"a"', '"a"@en', '"a"@en-gb', '"a b"', '"a"^^<http://e/t>'}
    found = [f"<http://e/s> <http://e/p> {value}" for value in values]

    for end in (" .\n", f" <{ONE}> .\n"):
        assert [line + end for line in sorted(found)] == sorted(line + end for line in found)


def test_lines_are_grouped_by_subject() -> None:
    found = sorted([A, B, '<http://e/a> <http://e/p> "x y"@en'])

    assert list(lines.by_subject(found)) == [
        ("<http://e/a>", [("<http://e/p>", '"x y"@en'), ("<http://e/p>", "1")]),
        ("<http://e/b>", [("<http://e/p>", "1")]),
    ]


def test_a_line_knows_all_its_graphs() -> None:
    found = Lines()

    assert found.enter(ONE, [A, B, A]) == [A, B]
    assert found.enter(TWO, [A, A]) == []
    assert found.enter("", [A]) == []
    assert found == {A: (ONE, TWO, ""), B: ONE}
    assert sorted(found.quads()) == [(A, ""), (A, ONE), (A, TWO), (B, ONE)]
    assert found.graphs([B, A]) == {"": [A], ONE: [B, A], TWO: [A]}


def test_a_growing_graph_has_the_same_in_its_store() -> None:
    line, more = (f'<http://e/{name}> <http://e/p> "x"' for name in "ab")
    graph = Growing([(ONE, [line]), (TWO, [line])])

    assert graph.add(ONE, [line, more]) == [more]
    assert {quad.triple for quad in graph.store} == set(lines.parse([line, more]))
    assert all(quad.graph_name == ox.DefaultGraph() for quad in graph.store)


CONSTRUCT = """CONSTRUCT { <http://e/s> <http://e/p> ?o } WHERE { VALUES ?o { %s } }"""


def construct(values: str) -> ox.QueryTriples:
    answer = ox.Store().query(CONSTRUCT % values)
    assert isinstance(answer, ox.QueryTriples)
    return answer


def test_what_a_query_constructs_comes_as_lines() -> None:
    known = {'<http://e/s> <http://e/p> "b"'}

    answer = Answer(known).read(construct(r'"a .\n" "b" "é" "a .\n"'))

    assert not answer.too_many
    assert list(answer.new) == [
        r'<http://e/s> <http://e/p> "a .\n"',
        '<http://e/s> <http://e/p> "é"',
    ]


def test_a_large_answer_comes_in_pieces_and_ends_where_it_is_too_large() -> None:
    values = " ".join(f'"{number:0100}é"' for number in range(2_000))

    whole = Answer(()).read(construct(values))
    some = Answer((), most=100).read(construct(values))

    assert len(whole.new) == 2_000 and not whole.too_many
    assert 100 < len(some.new) < 2_000 and some.too_many
    assert set(some.new) < set(whole.new)
