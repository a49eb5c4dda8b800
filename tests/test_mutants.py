"""Each constraint of the shapes is needed: an example notices when it gets weaker.

``python tests/mutants.py`` prints the same as a table. The tests of the tool itself come after that
of the shapes: it makes the mutants that it says it makes, and reports one that nothing notices.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

import mutants
import weaken_shapes
import weaken_sparql
from conftest import ROOT
from hrdem.check import shacl
from mutants import Examiner, Fate, survivors
from shapes import Shapes

SHAPES = Shapes(ROOT / "validation")
EXAMINER = Examiner(SHAPES)


@functools.cache
def fates(path: Path) -> tuple[Fate, ...]:
    """What becomes of the mutants of one file."""
    return tuple(EXAMINER.fates(path))


def all_fates() -> list[Fate]:
    return [fate for path in SHAPES.files for fate in fates(path)]


# --- the shapes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHAPES.files, ids=lambda path: path.stem)
def test_an_example_notices_every_mutant(path: Path) -> None:
    """If not: write an example that does, or see whether the shape says something useless."""
    left = [fate.mutant.name for fate in fates(path) if fate.killer is None]
    assert [name for name in left if name not in survivors()] == []


def test_every_listed_survivor_is_one_and_has_a_reason() -> None:
    listed = survivors()
    left = {fate.mutant.name for fate in all_fates() if fate.killer is None}
    assert [name for name in listed if name not in left] == [], "no longer a mutant, or noticed"
    assert [
        name for name, reason in listed.items() if not re.match(r"[A-Z].{20,}\.$", reason)
    ] == []
    names = [line.split("\t")[0] for line in mutants.SURVIVORS.read_text("utf-8").splitlines()[1:]]
    assert names == sorted(set(names))


def test_mutants_have_names_of_their_own() -> None:
    names = Counter(fate.mutant.name for fate in all_fates())
    assert [name for name, count in names.items() if count > 1] == []


def test_every_constraint_has_a_mutant_without_it() -> None:
    dropped = Counter(
        fate.mutant.shape.value for fate in all_fates() if fate.mutant.what.startswith("drop sh:")
    )
    for constraint in SHAPES.constraints:
        if constraint.parameter != "sparql":
            assert dropped[constraint.source] > 0, constraint


def test_the_table_shown_is_the_one_printed() -> None:
    """`python tests/mutants.py --write` refreshes it."""
    shown = (ROOT / "validation" / "README.md").read_text("utf-8")
    printed, unlisted = mutants.report(all_fates(), survivors())
    assert unlisted == []
    assert f"<!-- output of: python tests/mutants.py -->\n```text\n{printed}```\n" in shown


# --- the tool -------------------------------------------------------------------------------------

PREFIXES = """
@prefix hrdem: <https://w3id.org/hrdem/ontology#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/hrdem/shape/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def small(folder: Path, shape: str, name: str = "small.ttl", **examples: str) -> Shapes:
    """Shapes of one file, in a folder with examples; those of the shape Small."""
    place = folder / "examples" / "Small"
    place.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(PREFIXES + shape)
    (folder / "examples" / "ground.ttl").touch()
    for stem, content in examples.items():
        (place / f"{stem.replace('_', '-')}.ttl").write_text(PREFIXES + content)
    return Shapes(folder)


def made(shapes: Shapes) -> list[str]:
    """The names of the mutants of a small file."""
    return [
        fate.mutant.name.removeprefix("Small: ") for fate in Examiner(shapes).fates(shapes.files[0])
    ]


SMALL = """
shape:Small a sh:NodeShape ; sh:targetClass hrdem:Event ; sh:severity sh:Violation ;
    sh:property shape:Small-part .
shape:Small-part a sh:PropertyShape ; sh:path hrdem:part ; sh:severity sh:Warning ; """


def of_part(folder: Path, constraint: str) -> list[str]:
    """The mutants of a constraint of a property shape."""
    names = made(small(folder, SMALL + constraint + " ."))
    target = "drop sh:targetClass hrdem:Event"
    severity = "Small-part: sh:severity sh:Info for sh:Warning"
    assert {target, severity} <= set(names)
    return [name.removeprefix("Small-part: ") for name in names if name not in (target, severity)]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("sh:minCount 1", ["drop sh:minCount 1"]),
        ("sh:minCount 2", ["drop sh:minCount 2", "sh:minCount 1 for 2"]),
        ("sh:maxCount 1", ["drop sh:maxCount 1", "sh:maxCount 2 for 1"]),
        ("sh:minLength 1", ["drop sh:minLength 1"]),
        ("sh:maxLength 9", ["drop sh:maxLength 9", "sh:maxLength 10 for 9"]),
        ("sh:minInclusive 1", ["drop sh:minInclusive 1", "sh:minInclusive 0 for 1"]),
        (
            "sh:qualifiedValueShape shape:Other ; sh:qualifiedMinCount 2",
            ["drop sh:qualifiedMinCount 2", "sh:qualifiedMinCount 1 for 2"],
        ),
        (
            "sh:datatype xsd:date",
            ["drop sh:datatype xsd:date", "sh:datatype xsd:gYear for xsd:date"],
        ),
        (
            "sh:class hrdem:Event",
            ["drop sh:class hrdem:Event", "sh:class hrdem:Document for hrdem:Event"],
        ),
        (
            "sh:nodeKind sh:IRI",
            [
                "drop sh:nodeKind sh:IRI",
                "sh:nodeKind sh:IRIOrLiteral for sh:IRI",
                "sh:nodeKind sh:Literal for sh:IRI",
            ],
        ),
        (
            "sh:in ( hrdem:A hrdem:B )",
            [
                "drop sh:in ( hrdem:A hrdem:B )",
                "sh:in without hrdem:A",
                "sh:in without hrdem:B",
                "sh:in with rdf:nil",
            ],
        ),
        (
            'sh:languageIn ( "en" )',
            ["drop sh:languageIn ( en )", "sh:languageIn without en", "sh:languageIn with fr"],
        ),
        (
            'sh:pattern "^a$" ; sh:flags "i"',
            [
                "drop sh:flags i",
                "drop sh:pattern ^a$",
                "sh:pattern without ^",
                "sh:pattern without $",
                "sh:pattern .* for all of it",
            ],
        ),
        (r'sh:pattern "a\\$"', [r"drop sh:pattern a\$", "sh:pattern .* for all of it"]),
        (
            "sh:or ( shape:A shape:B )",
            [
                "drop sh:or ( shape:A shape:B )",
                "sh:or without shape:A",
                "sh:or with shape:A negated",
                "sh:or without shape:B",
                "sh:or with shape:B negated",
                "sh:xone for sh:or ( shape:A shape:B )",
            ],
        ),
        ("sh:not shape:A", ["drop sh:not shape:A", "sh:node for sh:not shape:A"]),
        ("sh:node shape:A", ["drop sh:node shape:A", "sh:not for sh:node shape:A"]),
        (
            "sh:lessThan hrdem:end",
            ["drop sh:lessThan hrdem:end", "sh:lessThanOrEquals for sh:lessThan hrdem:end"],
        ),
        (
            "sh:disjoint hrdem:end",
            ["drop sh:disjoint hrdem:end", "sh:equals for sh:disjoint hrdem:end"],
        ),
        (
            "sh:closed true ; sh:ignoredProperties ( rdf:type )",
            [
                "drop sh:closed true",
                "sh:ignoredProperties without rdf:type",
                "sh:ignoredProperties with rdfs:comment",
            ],
        ),
        ("sh:uniqueLang true", ["drop sh:uniqueLang true"]),
        ("sh:hasValue hrdem:A", ["drop sh:hasValue hrdem:A"]),
    ],
    ids=lambda value: value.split()[0].removeprefix("sh:") if isinstance(value, str) else "",
)
def test_these_mutants_are_made(
    constraint: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What they do is of no interest here.
    monkeypatch.setattr(Examiner, "killer", lambda *_: None)
    assert of_part(tmp_path, constraint) == expected


def test_a_property_is_taken_out_of_an_alternative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Examiner, "killer", lambda *_: None)
    path = "[ sh:alternativePath ( hrdem:start [ sh:inversePath hrdem:end ] ) ]"
    shape = SMALL.replace("sh:path hrdem:part", f"sh:path {path}") + "sh:minCount 1 ."
    names = made(small(tmp_path, shape))
    assert [name for name in names if "Path" in name] == [
        "Small-part: sh:alternativePath without hrdem:start",
        "Small-part: sh:alternativePath without [ sh:inversePath hrdem:end ]",
    ]


def test_a_parameter_that_nobody_weakens_is_an_error(tmp_path: Path) -> None:
    shapes = small(tmp_path, SMALL + "sh:reifierShape shape:A .")
    with pytest.raises(ValueError, match="nobody has said how to weaken sh:reifierShape"):
        list(Examiner(shapes).fates(shapes.files[0]))


GOOD = '<urn:a> a hrdem:Event ; hrdem:part "a" .'
TWO = '# Severity: sh:Warning\n<urn:a> a hrdem:Event ; hrdem:part "a" , "b" .'
THREE = TWO.replace('"b"', '"b" , "c"')


def test_a_constraint_that_no_example_needs_is_reported(tmp_path: Path) -> None:
    shapes = small(tmp_path, SMALL + "sh:maxCount 1 .", good=GOOD)
    left = list(Examiner(shapes).fates(shapes.files[0]))
    assert all(fate.killer is None for fate in left)
    text, unlisted = mutants.report(left, {"Small: drop sh:targetClass hrdem:Event": "Why."})
    assert unlisted == [
        "Small-part: drop sh:maxCount 1",
        "Small-part: sh:maxCount 2 for 1",
        "Small-part: sh:severity sh:Info for sh:Warning",
    ]
    assert text.splitlines()[-4:] == ["No example notices these 3:", *unlisted]
    assert re.search(r"^all +4 +0 +1 +0 %$", text, re.MULTILINE)


def test_an_example_that_is_not_at_the_border_does_not_notice_all(tmp_path: Path) -> None:
    shapes = small(tmp_path, SMALL + "sh:maxCount 1 .", good=GOOD, bad_part_maxCount=THREE)
    _, unlisted = mutants.report(list(Examiner(shapes).fates(shapes.files[0])), {})
    assert unlisted == ["Small-part: sh:maxCount 2 for 1"]


def test_one_that_is_at_the_border_does(tmp_path: Path) -> None:
    shapes = small(tmp_path, SMALL + "sh:maxCount 1 .", good=GOOD, bad_part_maxCount=TWO)
    found = list(Examiner(shapes).fates(shapes.files[0]))
    assert {fate.killer.name for fate in found if fate.killer} == {"bad-part-maxCount.ttl"}
    text, unlisted = mutants.report(found, {})
    assert unlisted == []
    assert re.search(r"^all +4 +4 +0 +100 %$", text, re.MULTILINE)


def test_an_example_that_breaks_its_promise_shows_nothing(tmp_path: Path) -> None:
    # It says that this is a violation, and it is a warning.
    wrong = TWO.replace("Warning", "Violation")
    shapes = small(tmp_path, SMALL + "sh:maxCount 1 .", bad_part_maxCount=wrong)
    assert all(fate.killer is None for fate in Examiner(shapes).fates(shapes.files[0]))


def test_a_score_is_not_rounded_up() -> None:
    assert mutants.score(1000, 999, 0) == "99 %"
    assert mutants.score(1000, 999, 1) == "100 %"
    assert mutants.score(0, 0, 0) == "100 %"


# --- SPARQL ---------------------------------------------------------------------------------------


def test_these_variants_of_a_query_are_made() -> None:
    query = """SELECT $this ?value WHERE {
        $this a <urn:C> ; <urn:p>|<urn:q> ?value , ?other . # two triples
        FILTER(?value < ?other && ?other != "a.b;c }")
        FILTER NOT EXISTS { ?other <urn:r>+ $this }
        OPTIONAL { ?other <urn:s> "x"^^<urn:t> }
        MINUS { ?other a <urn:D> }
        { $this <urn:u> 1 } UNION { $this <urn:v> 2.5 }
        BIND(STR(?value) AS ?text)
    }"""
    variants = list(weaken_sparql.weaken(query))
    condition = 'FILTER(?value < ?other && ?other != "a.b;c }")'
    assert [variant.what for variant in variants] == [
        "drop $this a <urn:C>",
        "drop $this <urn:p>|<urn:q> ?value",
        "drop <urn:p> in $this <urn:p>|<urn:q> ?value",
        "drop <urn:q> in $this <urn:p>|<urn:q> ?value",
        "drop $this <urn:p>|<urn:q> ?other",
        "drop <urn:p> in $this <urn:p>|<urn:q> ?other",
        "drop <urn:q> in $this <urn:p>|<urn:q> ?other",
        f"drop {condition}",
        f"negate {condition}",
        "drop ?value < ?other",
        'drop ?other != "a.b;c }"',
        f"<= for < in {condition}",
        "drop FILTER NOT EXISTS { ?other <urn:r>+ $this }",
        "negate FILTER NOT EXISTS { ?other <urn:r>+ $this }",
        "drop ?other <urn:r>+ $this",
        "drop + in ?other <urn:r>+ $this",
        'drop OPTIONAL { ?other <urn:s> "x"^^<urn:t> }',
        "drop MINUS { ?other a <urn:D> }",
        "drop ?other a <urn:D>",
        "drop branch 1 { $this <urn:u> 1 }",
        "drop branch 2 { $this <urn:v> 2.5 }",
        "drop $this <urn:u> 1",
        "drop $this <urn:v> 2.5",
        "drop BIND(STR(?value) AS ?text)",
    ]
    assert len({" ".join(variant.query.split()) for variant in variants} | {query}) == 25
    for variant in variants:
        parseQuery(variant.query)  # rdflib, too, finds that it is legal


def test_a_variant_that_is_not_legal_does_not_count() -> None:
    # The second triple cannot stay alone: its prefix is not declared.
    query = "SELECT $this WHERE { $this <urn:p> ?x ; unknown:q ?y }"
    assert [v.what for v in weaken_sparql.weaken(query)] == ["drop $this unknown:q ?y"]


def test_the_same_change_in_another_place_has_a_number() -> None:
    query = "SELECT $this WHERE { { $this <urn:p> 1 } UNION { $this <urn:p> 1 } }"
    names = [variant.what for variant in weaken_sparql.weaken(query)]
    assert names[2:] == ["drop $this <urn:p> 1", "drop $this <urn:p> 1 (2)"]


@pytest.mark.parametrize("text", ["{ SELECT ?x WHERE { ?x ?y ?z } }", "GRAPH ?g { ?x ?y ?z }"])
def test_what_cannot_be_taken_apart_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"(SELECT|GRAPH) is not known here"):
        weaken_sparql.where(f"SELECT * WHERE {{ {text} }}")


def parts_by_rdflib(query: str) -> Counter[str]:
    """How many filters, optional parts and so on rdflib's parser finds, and how many triples."""
    counts: Counter[str] = Counter()

    def count(node: object) -> None:
        if isinstance(node, CompValue):
            counts[node.name] += 1
            if node.name == "TriplesBlock":
                counts["triples"] += sum(len(triples) // 3 for triples in node.triples)
            for value in node.values():
                count(value)
        elif isinstance(node, list) or hasattr(node, "asList"):
            for value in node:  # type: ignore[attr-defined]
                count(value)

    count(parseQuery(query)[1])
    return counts


def parts(group: weaken_sparql.Group) -> Counter[str]:
    counts: Counter[str] = Counter()
    for element in group.elements:
        counts[element.keyword] += 1
        counts["triples"] += sum(
            len(objects) for statement in element.statements for _, objects in statement.pairs
        )
        for inner in element.groups:
            counts += parts(inner)
    return counts


@pytest.mark.parametrize(
    "constraint", SHAPES.sparql, ids=lambda constraint: constraint.iri.rpartition("/")[2]
)
def test_queries_have_the_parts_that_rdflib_finds(constraint: shacl.SparqlConstraint) -> None:
    theirs, ours = parts_by_rdflib(constraint.query), parts(weaken_sparql.where(constraint.query))
    assert ours["triples"] == theirs["triples"] > 0
    assert ours["FILTER"] + ours["NOT EXISTS"] + ours["EXISTS"] == theirs["Filter"]
    assert ours["OPTIONAL"] == theirs["OptionalGraphPattern"]
    assert ours["MINUS"] == theirs["MinusGraphPattern"]
    assert ours["BIND"] == theirs["Bind"]
    assert ours["NOT EXISTS"] == theirs["Builtin_NOTEXISTS"]


def test_this_bound_beforehand_gives_what_the_query_for_all_gives() -> None:
    for path in SHAPES.examples[::5]:
        data = SHAPES.with_ground(path)
        for constraint in SHAPES.sparql:
            one_by_one = [
                result
                for focus in shacl.focus_nodes(data, constraint.targets)
                for result in shacl.run_constraint(data, constraint, focus)
            ]
            at_once = shacl.run_constraint(data, constraint)
            assert sorted(map(str, one_by_one)) == sorted(map(str, at_once))


def test_looser_patterns_are_looser() -> None:
    for _, pattern in weaken_shapes.looser_patterns("^a$"):
        assert re.search(pattern, "a")
        assert re.search(pattern, "xa") or re.search(pattern, "ax")
