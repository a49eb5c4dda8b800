"""Reading ``data/``: what comes out, and what a person is told when something is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import MINI_TEXT, Mini
from hrdem import vocabulary as v
from hrdem.documents import locate, read_sources
from hrdem.errors import HrdemError
from hrdem.project import Project

NOTE = "data/documents/note.trig"
P = "https://w3id.org/hrdem/document/note#p"


def test_passages_have_their_place_their_standing_and_their_facts(mini: Mini) -> None:
    sources = read_sources(mini.project)

    assert [source.name for source in sources.files] == ["note", "instruments"]
    assert list(sources.passages) == [P + "1", P + "2", P + "3", P + "4"]
    first, second, third, fourth = sources.passages.values()
    assert first.document == v.DOCUMENT + "note"
    assert (first.quote, first.start, first.end) == ("The Council approved the plan.", 0, 30)
    assert (first.paragraph, first.locator, first.asserts_nothing) == (None, None, None)
    assert [str(fact) for fact in first.facts] == [
        "<https://w3id.org/hrdem/instrument/conclusions>"
        " <https://w3id.org/hrdem/ontology#approves>"
        " <https://w3id.org/hrdem/instrument/plan>"
    ]
    assert first.accepted
    assert second.standing == v.SUPERSEDED
    assert not second.accepted
    assert second.contradicts == (P + "4",)
    assert len(second.facts) == 2
    assert (third.asserts_nothing, third.facts) == ("A judgement of style.", ())
    assert (fourth.paragraph, fourth.locator) == (2, "second paragraph")


def test_texts_are_read_as_they_are_and_quotes_stand_at_their_offsets(mini: Mini) -> None:
    sources = read_sources(mini.project)

    assert sources.texts == {"note.txt": MINI_TEXT}
    for passage in sources.passages.values():
        if passage.quote is not None:
            assert sources.texts["note.txt"][passage.start : passage.end] == passage.quote


def test_line_ends_and_characters_outside_the_basic_plane_are_kept(mini: Mini) -> None:
    text = "One\r\ntwo \U0001f1ea\U0001f1fa three\n"
    mini.write("data/texts/note.txt", text)
    old = hashlib.sha256(MINI_TEXT.encode()).hexdigest()
    mini.edit(NOTE, old, hashlib.sha256(text.encode()).hexdigest())

    assert read_sources(mini.project).texts["note.txt"] == text


def test_numbers_are_read_in_their_canonical_form(mini: Mini) -> None:
    mini.edit(NOTE, '"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>', "5.0, 5.00, 5.50, 007, 2e0")

    values = [str(fact.object) for fact in read_sources(mini.project).passages[P + "2"].facts[1:]]

    assert values == [
        f'"{value}"^^<http://www.w3.org/2001/XMLSchema#{datatype}>'
        for value, datatype in [
            ("5", "decimal"),
            ("5.5", "decimal"),
            ("7", "integer"),
            ("2", "double"),
        ]
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "message"),
    [
        pytest.param(
            "data/instruments.ttl",
            "instrument:plan a hrdem:ActionPlan",
            "instrument:plan hrdem:hasAim [ a hrdem:Aim ] ; a hrdem:ActionPlan",
            "instrument:plan",
            "There is a blank node here. Nothing could point at it, so give the thing an IRI of its"
            " own and write that in place of [ ], ( ) or _:name.",
            id="blank node",
        ),
        pytest.param(
            "data/instruments.ttl",
            "instrument:plan a hrdem:ActionPlan",
            "instrument:plan hrdem:hasAim <<( hrdem:a hrdem:b hrdem:c )>> ; a hrdem:ActionPlan",
            "",
            "There is a triple term, <<( )>>, in this file. Many tools cannot read it, so state the"
            " fact under a passage; the build makes a statement node of it.",
            id="triple term",
        ),
        pytest.param(
            "data/instruments.ttl",
            '"Plan"@en',
            '"Plan"@en--ltr',
            "instrument:plan",
            "The text '\"Plan\"@en--ltr' has a base direction (--ltr or --rtl), which many tools"
            " cannot read. Leave the language tag and remove the direction.",
            id="base direction",
        ),
        pytest.param(
            "data/instruments.ttl",
            '"Plan"@en',
            '"Plan\\r\\n"@en',
            "instrument:plan",
            "A text about instrument:plan has the character U+000D, which RDF/XML does not carry."
            " Remove it.",
            id="control character",
        ),
        pytest.param(
            NOTE,
            "note:p4 {",
            "note:p5 {",
            "note:p5 {",
            "There are facts under <https://w3id.org/hrdem/document/note#p5>, but this file does"
            " not describe such a passage. Describe it before its facts, as a hrdem:Passage with"
            " hrdem:passageOf and its place, or correct the name of the graph.",
            id="facts under an undescribed passage",
        ),
        pytest.param(
            NOTE,
            "hrdem:passageOf document:note ;\n    hrdem:paragraph 2",
            "hrdem:passageOf document:other ;\n    hrdem:paragraph 2",
            "note:p4 a",
            "The passage <https://w3id.org/hrdem/document/note#p4> is of document:other, but no"
            " file describes such a document. Describe it, or correct hrdem:passageOf.",
            id="passage of an unknown document",
        ),
        pytest.param(
            NOTE,
            "hrdem:passageOf document:note ;\n    hrdem:paragraph 2",
            "hrdem:paragraph 2",
            "note:p4 a",
            "The passage <https://w3id.org/hrdem/document/note#p4> does not say which document it"
            " is a passage of. Add hrdem:passageOf.",
            id="passage of no document",
        ),
        pytest.param(
            NOTE,
            "note:p3 a hrdem:Passage ;",
            "note:p1 a hrdem:Passage ;",
            "note:p1 a",
            "The passage <https://w3id.org/hrdem/document/note#p1> has 2 values of hrdem:quote, and"
            " can have one. If these are two passages, give each its own IRI.",
            id="two passages with one IRI in one file",
        ),
        pytest.param(
            NOTE,
            "hrdem:paragraph 2",
            'hrdem:paragraph "two"',
            "note:p4 a",
            "The passage <https://w3id.org/hrdem/document/note#p4> has hrdem:paragraph 'two'; write"
            " a whole number from 0 up, without quotation marks.",
            id="number that is none",
        ),
        pytest.param(
            NOTE,
            "hrdem:standing hrdem:Superseded",
            "hrdem:standing hrdem:Doubtful",
            "note:p2 a",
            "The passage <https://w3id.org/hrdem/document/note#p2> has the standing hrdem:Doubtful."
            " Use one of hrdem:Accepted, hrdem:Disputed, hrdem:Superseded, hrdem:Mistaken.",
            id="unknown standing",
        ),
        pytest.param(
            NOTE,
            'hrdem:textFile "note.txt"',
            'hrdem:textFile "other.txt"',
            "document:note a",
            "The text of document:note, data/texts/other.txt, is missing. Restore it from the"
            " repository, or correct hrdem:textFile.",
            id="missing text",
        ),
        pytest.param(
            NOTE,
            'hrdem:textFile "note.txt"',
            'hrdem:textFile "../note.txt"',
            "document:note a",
            "The text of document:note is called '../note.txt'. Write the name of a file in"
            " data/texts, without a folder.",
            id="text in another folder",
        ),
        pytest.param(
            NOTE,
            "hrdem:sha256",
            "hrdem:sum",
            "document:note a",
            "document:note names a text but not its sum, so a changed text would go unseen. Add"
            f' hrdem:sha256 "{hashlib.sha256(MINI_TEXT.encode()).hexdigest()}" if the text is the'
            " one that was read.",
            id="text without a sum",
        ),
        pytest.param(
            "data/texts/note.txt",
            "2024",
            "2025",
            "",
            "This text is not the one that was read: its SHA-256 is"
            f" {hashlib.sha256(MINI_TEXT.replace('2024', '2025').encode()).hexdigest()}, and"
            f" document:note says {hashlib.sha256(MINI_TEXT.encode()).hexdigest()}. Restore the"
            " text from the repository; its quotes would no longer stand where the passages say.",
            id="changed text",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    mini: Mini, file: str, old: str, new: str, at: str, message: str
) -> None:
    mini.edit(file, old, new)

    place = f"{file}:{mini.line(file, at)}: " if at else f"{file}: "
    assert mini.error() == place + message


def test_broken_turtle_is_said_with_line_and_column(mini: Mini) -> None:
    mini.edit("data/instruments.ttl", "hrdem:ActionPlan ; skos", "hrdem:ActionPlan skos")

    assert mini.error() == (
        "data/instruments.ttl:6:36: This is not valid Turtle: A dot is expected at the end of"
        " statements. Correct it here, or just before this place, where the parser may still have"
        " been waiting for something."
    )


def test_broken_trig_is_said_with_line_and_column(mini: Mini) -> None:
    mini.edit(NOTE, 'period:plan hrdem:end "2027"', 'wrong:plan hrdem:end "2027"')

    assert mini.error() == (
        f"{NOTE}:{mini.line(NOTE, 'wrong:plan')}:5: This is not valid TriG: The prefix wrong: has"
        " not been declared. Correct it here, or just before this place, where the parser may still"
        " have been waiting for something."
    )


def test_a_text_that_is_not_utf_8(mini: Mini) -> None:
    content = "Line one.\nCaf\u00e9 ".encode() + b"\xe9t\xe9\n"
    mini.write("data/texts/note.txt", content)
    old = hashlib.sha256(MINI_TEXT.encode()).hexdigest()
    mini.edit(NOTE, old, hashlib.sha256(content).hexdigest())

    assert mini.error() == (
        "data/texts/note.txt:2:6: This text is not UTF-8: byte 16 (counted from 0) is 0xe9. Save"
        " the text as UTF-8."
    )


def test_a_turtle_file_that_is_not_utf_8(mini: Mini) -> None:
    path = mini.root / "data/instruments.ttl"
    path.write_bytes(path.read_bytes().replace(b'"Plan"', b'"Pl\xe4n"'))

    message = mini.error()

    assert message.startswith("data/instruments.ttl:6:")
    assert "This is not valid Turtle: Invalid UTF-8" in message


def test_one_passage_described_in_two_files(mini: Mini) -> None:
    text = (mini.root / NOTE).read_text(encoding="utf-8")
    mini.write("data/documents/other.trig", text)

    assert mini.error() == (
        f"data/documents/other.trig:{mini.line(NOTE, 'note:p1 a')}: The passage"
        " <https://w3id.org/hrdem/document/note#p1> is already described in"
        " data/documents/note.trig. Give one of the two another IRI."
    )


def test_two_files_with_one_name(mini: Mini) -> None:
    mini.write("data/links/instruments.ttl", "")

    assert mini.error() == (
        "data/links/instruments.ttl: This file has the same name as data/instruments.ttl, and the"
        " name of a file names its graph. Rename one of the two."
    )


def test_no_data_at_all(mini: Mini) -> None:
    (mini.root / "data").rename(mini.root / "elsewhere")

    assert mini.error() == (
        "data: There are no Turtle or TriG files in this folder, so there is nothing to build a"
        " graph from. Restore the folder from the repository."
    )


def test_outside_the_project_the_path_in_an_error_is_absolute(
    mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini.edit("data/instruments.ttl", 'skos:prefLabel "Plan"@en .', "")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert mini.error().startswith(f"{mini.root}/data/instruments.ttl:7:1: ")


def test_locate_finds_subjects_before_mentions_and_is_not_fooled_by_texts(mini: Mini) -> None:
    path = mini.write(
        "x.trig",
        "\n".join(
            [
                "@prefix : <http://e/> .",
                "PREFIX d: <http://e/d#>",
                "# :b :p :o .",
                ':a :p ":b :p :o . " , """two "lines" .',
                ':b :p :o """@en ; :q 1.5, :b .',
                "d:p1 { <http://e/x.y> :p :z.",
                "  :b :p :z }",
                "GRAPH d:p2 { :c a :K }",
            ]
        ),
    )

    def line(name: str) -> int | None:
        return locate(path, "http://e/" + name)

    assert line("a") == 4
    assert line("b") == 7  # the mention on line 5 is no statement about it
    assert line("d#p1") == 6
    assert line("x.y") == 6
    assert line("d#p2") == 8
    assert line("c") == 8
    assert line("z") == 6  # only mentioned
    assert line("nowhere") is None
    assert locate(path.with_name("missing.ttl"), "http://e/a") is None


def test_locate_sees_that_a_file_has_changed(mini: Mini) -> None:
    path = mini.root / "data/instruments.ttl"
    assert locate(path, "https://w3id.org/hrdem/instrument/plan") == 6

    mini.edit("data/instruments.ttl", "instrument:conclusions a", "\n\ninstrument:conclusions a")

    assert locate(path, "https://w3id.org/hrdem/instrument/plan") == 8


def test_locate_finds_everything_that_the_project_speaks_of(project: Project) -> None:
    sources = read_sources(project)
    assert sources.files
    for source in sources.files:
        lines = source.path.read_text(encoding="utf-8").splitlines()
        for quad in source.quads:
            names = {v.value(quad.subject)}
            if isinstance(quad.graph_name, ox.NamedNode):
                names.add(quad.graph_name.value)
            for iri in names:
                line = locate(source.path, iri)
                assert line is not None, f"{iri} is not found in {source.path}"
                local = iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
                assert local in lines[line - 1]


def test_quotes_of_the_project_stand_in_their_texts(project: Project) -> None:
    sources = read_sources(project)
    name_of = {
        v.value(triple.subject): v.value(triple.object)
        for source in sources.files
        for triple in source.triples()
        if triple.predicate.value == v.TEXT_FILE
    }
    quoted = [p for p in sources.passages.values() if p.start is not None]
    assert quoted
    for passage in quoted:
        text = sources.texts[name_of[passage.document]]
        assert text[passage.start : passage.end] == passage.quote, passage.iri


# --- finding the project ------------------------------------------------------------------------


def test_the_project_is_found_from_any_folder_inside_it(mini: Mini) -> None:
    assert Project.find(mini.root / "data" / "texts") == mini.project
    assert not mini.project.installed


def test_the_current_folder_counts_if_no_start_is_given(
    mini: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HRDEM_HOME", raising=False)
    monkeypatch.chdir(mini.root / "queries")

    assert Project.find().root == mini.root


def test_the_environment_variable_goes_first(
    mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Mini(tmp_path / "other")
    monkeypatch.setenv("HRDEM_HOME", str(other.root))

    assert Project.find(mini.root) == other.project


def test_the_environment_variable_names_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HRDEM_HOME", str(tmp_path))
    monkeypatch.chdir("/")

    with pytest.raises(HrdemError) as caught:
        Project.find()

    assert str(caught.value) == (
        f"{str(tmp_path)[1:]}: HRDEM_HOME is set to this folder, but it is not an HRDem project: it"
        " has no ontology/hrdem.ttl. Set the variable to the folder of a clone, or unset it."
    )


def test_outside_every_checkout_the_package_uses_its_own(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HRDEM_HOME", raising=False)

    assert Project.find(tmp_path).root == project.root


def test_an_installed_package_uses_what_it_carries(
    mini: Mini, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HRDEM_HOME", raising=False)
    monkeypatch.setattr("hrdem.home._PACKAGE", str(tmp_path / "site-packages" / "hrdem"))
    monkeypatch.setattr("hrdem.home._CARRIED", str(mini.root))

    found = Project.find(tmp_path)

    assert (found.root, found.installed) == (mini.root, True)


def test_an_installed_package_that_carries_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HRDEM_HOME", raising=False)
    monkeypatch.setattr("hrdem.home._PACKAGE", str(tmp_path / "site-packages" / "hrdem"))
    monkeypatch.setattr("hrdem.home._CARRIED", str(tmp_path / "nothing"))

    with pytest.raises(HrdemError) as caught:
        Project.find(tmp_path)

    assert str(caught.value) == (
        "No HRDem project was found here, and this installation carries none. Run the command"
        " inside a clone of the project, or set HRDEM_HOME to the folder of one."
    )
