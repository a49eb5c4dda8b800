"""The documentation: outputs are the real ones, code runs, steps work, links lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import blocks
import pytest

from hrdem.cli import main

ROOT = blocks.ROOT
FOLDERS = ("ontology", "data", "queries", "validation")
PAGES = [*sorted(path.name for path in ROOT.glob("*.md")), "validation/README.md"]
STEP = re.compile(
    r"<!-- (?P<what>file|append to|run|fails|printed)(: (?P<name>\S+))? -->\n"
    r"```\w+\n(?P<content>.*?)```\n",
    re.DOTALL,
)


@pytest.mark.parametrize("name", blocks.FILES)
def test_outputs_are_what_the_commands_print(name: str, home: Path) -> None:
    """`.venv/bin/python scripts/lib/blocks.py --write` refreshes them, after `hrdem build`."""
    text = (ROOT / name).read_text("utf-8")
    assert blocks.refreshed(text, home) == text


def test_every_block_of_output_is_compared() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = [match["command"] for match in blocks.BLOCK.finditer(readme)]
    # The table of stores takes minutes to make, and has a test of its own.
    tables = readme.count("<!-- output of: python tests/store_matrix.py -->")
    assert len(commands) + tables == readme.count("```text")
    assert sum(command.startswith("hrdem ask ") for command in commands) >= 3
    assert any(command.startswith("hrdem why ") for command in commands)
    assert any(command.startswith("hrdem timeline") for command in commands)


def test_a_wrong_output_is_noticed(home: Path) -> None:
    text = "<!-- first 1 lines of: hrdem ask applies-on -->\n```text\nsomething else\n```\n"
    refreshed = blocks.refreshed(text, home)
    assert "something else" not in refreshed
    assert refreshed.startswith("<!-- first 1 lines of: hrdem ask applies-on -->\n```text\nlabel  ")
    assert refreshed.endswith("\n…\n```\n")
    assert blocks.refreshed(refreshed, home) == refreshed


def python_blocks() -> list[Any]:
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.findall(r"<!-- python -->\n```python\n(.*?)```\n", text, re.DOTALL)
    assert len(found) == text.count("```python") > 0
    return [pytest.param(code, id=code.split()[1]) for code in found]


@pytest.mark.parametrize("code", python_blocks())
def test_python_in_the_readme_runs(code: str, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert "EU Action Plan on Human Rights and Democracy 2012-2014 2012-01-01 2014-12-31" in lines


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        if "://" not in target:
            assert (ROOT / name).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("section", ["Encode a document", "Add a question", "Add a rule"])
def test_the_steps_for_contributors_work(
    section: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does in a copy of the project what CONTRIBUTING says, in the order in which it says it.

    The copy has the documents of the Council alone, which makes the steps quick.
    """
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name)
    for document in (tmp_path / "data" / "documents").glob("*.trig"):
        if not document.name.startswith("council-"):
            document.unlink()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HRDEM_HOME", str(tmp_path))
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    text = re.split("^## ", text.partition(f"\n## {section}\n")[2], flags=re.MULTILINE)[0]
    steps = list(STEP.finditer(text))
    assert {step["what"] for step in steps} >= {"file", "run"}
    failed = ""
    for step in steps:
        path = tmp_path / (step["name"] or "")
        match step["what"]:
            case "file":
                assert not path.exists(), f"{path} is there already"
                path.parent.mkdir(exist_ok=True)
                # The Markdown block ends with a line feed; the text of a source need not.
                path.write_text(step["content"], "utf-8")
            case "append to":
                path.write_text(path.read_text("utf-8") + "\n" + step["content"], "utf-8")
            case "run":
                for command in step["content"].splitlines():
                    follow(command, capsys)
            case "fails":
                assert main(step["content"].split()[1:]) == 1
                failed = capsys.readouterr().err
            case "printed":
                assert step["content"].strip() in failed
                mend_hash(tmp_path, failed)


def follow(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command of the page; it must succeed and say something about the example."""
    code = main(command.split()[1:])
    output = capsys.readouterr()
    if command == "hrdem check":
        assert "example" not in output.out
        return
    assert code == 0, f"{command}\n{output.out}{output.err}"
    assert output.out.strip(), command
    assert "(nothing found)" not in output.out, command


def mend_hash(project: Path, message: str) -> None:
    """Put the hash that the message names in place of the made-up one, as a reader would."""
    document = project / "data" / "documents" / "example-release.trig"
    (named,) = set(re.findall(r"\b[0-9a-f]{64}\b", message)) - {"0" * 64}
    document.write_text(document.read_text("utf-8").replace("0" * 64, named), "utf-8")
