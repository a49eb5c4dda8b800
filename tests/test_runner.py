"""Everything in one go: what is told on the way, and when the run counts as failed."""

from __future__ import annotations

import pytest

from conftest import Mini
from hrdem import answers, cli, runner
from hrdem.check.finding import Finding
from hrdem.errors import HrdemError
from hrdem.queries import load_catalogue
from hrdem.store import open_store

WARNING = Finding("style", "warning", "Look at this.")


def ran(mini: Mini, width: int = 80) -> tuple[bool, str]:
    """Return whether a run says that all was right, and what it told."""
    said: list[str] = []
    fine = runner.run(mini.project, said.append, width)
    return fine, "".join(said)


def file_answers(mini: Mini) -> None:
    """File what the built graph answers, as ``hrdem answers --write`` does."""
    queries = load_catalogue(mini.project)
    answers.write(answers.compare(mini.project, open_store(mini.project), queries))


def findings(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    """Let the check find `found`; the miniature is too small to have nothing wrong."""
    monkeypatch.setattr(runner, "check", lambda project, graph: list(found))


def test_a_run_tells_what_is_wrong_goes_on_and_fails(mini: Mini) -> None:
    fine, said = ran(mini)

    assert not fine
    assert said.startswith("Built the graph: ")
    line = mini.line("data/instruments.ttl", "hrdem:ActionPlan")
    assert (
        "  hrdem:ActionPlan\n"
        f"    line {line}: violation: The ontology has no hrdem:ActionPlan. Use a term that\n"
        "      ontology/hrdem.ttl defines, or define this one there first.\n"
        "      https://w3id.org/hrdem/rule/unknown-term\n"
    ) in said
    assert "\nAnswered every saved question:\n    1 row   approved" in said
    assert "NOT ON FILE\n" in said
    assert "\nsources    1 document, 4 passages\n" in said
    assert "\nfacts      3; disputed, superseded or mistaken: 1\n" in said
    assert "\nquestions  1, 0 answered as on file in queries/answers/\n" in said


def test_a_run_is_fine_with_answers_as_on_file_and_warnings_at_most(
    mini: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(mini)
    file_answers(mini)
    findings(monkeypatch, WARNING)

    fine, said = ran(mini)

    assert fine
    assert "Checked it: 1 warning.\n" in said
    assert "as on file\n" in said
    assert "\nquestions  1, 1 answered as on file in queries/answers/\n" in said


def test_an_answer_that_differs_fails_the_run(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(mini)
    file_answers(mini)
    findings(monkeypatch)
    mini.edit("queries/plans/approved.rq", "?by hrdem:approves ?what", "?what hrdem:approves ?of")

    fine, said = ran(mini)

    assert not fine
    assert "DIFFERS from the answer on file\n" in said
    assert "Checked it: nothing is wrong.\n" in said


def test_an_answer_to_no_question_fails_the_run(
    mini: Mini, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(mini)
    file_answers(mini)
    findings(monkeypatch)
    mini.write("queries/answers/forgotten.json", "{}")

    fine, said = ran(mini)

    assert not fine
    assert "queries/answers/forgotten.json is the answer to no question.\n" in said


def test_of_many_findings_the_first_are_shown(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    findings(monkeypatch, *[WARNING] * 23)

    said = ran(mini)[1]

    assert said.count("warning: Look at this.\n") == 20
    assert "… and 3 more; `hrdem check --all` shows all.\n" in said
    assert "Checked it: 23 warnings.\n" in said


def test_a_run_writes_nothing_but_the_build(mini: Mini) -> None:
    before = mini.snapshot(mini.root)

    ran(mini)

    after = mini.snapshot(mini.root)
    assert {name: after[name] for name in after if not name.startswith("build/")} == before


def test_a_run_checks_the_graph_that_it_built(mini: Mini, monkeypatch: pytest.MonkeyPatch) -> None:
    _, told = ran(mini)

    def again(*_: object) -> None:
        raise AssertionError("The graph is made a second time.")

    monkeypatch.setattr("hrdem.check.assemble", again)
    _, told_now = ran(mini)

    def timeless(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("time ")]

    assert timeless(told_now) == timeless(told)


def test_a_graph_that_cannot_be_built_ends_the_run(mini: Mini) -> None:
    mini.edit("data/instruments.ttl", 'skos:prefLabel "Plan"@en .', 'skos:prefLabel "Plan"@en')
    said: list[str] = []

    with pytest.raises(HrdemError) as caught:
        runner.run(mini.project, said.append)

    assert str(caught.value).startswith("data/instruments.ttl:")
    assert said == []


def test_the_command_ends_with_1_when_something_is_wrong(
    mini: Mini, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run"]) == 1

    file_answers(mini)
    findings(monkeypatch)
    assert cli.main(["run"]) == 0
    assert capsys.readouterr().err == ""
