"""Keep the outputs that the documentation shows true to what the commands print.

In a Markdown file, a block of output stands after a comment that names its command:

    <!-- output of: hrdem ask succession-chain -->
    ```text
    ...
    ```

``first 12 lines of:`` in place of ``output of:`` shows the beginning alone. A block after
``<!-- file: NAME -->`` is a file that the commands can read. Called as a script, this says which
files have blocks that differ; with ``--write`` it puts the present output there. The graph must
have been built.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = ("README.md", "CONTRIBUTING.md")
WIDTH = 100
"""Characters in a line of output."""

BLOCK = re.compile(
    r"<!-- (?P<part>output of|first (?P<lines>\d+) lines of): (?P<command>hrdem .+?) -->\n"
    r"```text\n(?P<output>.*?)```\n",
    re.DOTALL,
)
FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```\w+\n(?P<content>.*?)```\n", re.DOTALL)


def run(command: str, folder: Path, home: Path) -> str:
    """Return what a command prints, run in a folder on the project in `home`.

    Raises:
        subprocess.CalledProcessError: if it fails.
    """
    environment = {**os.environ, "HRDEM_HOME": str(home), "COLUMNS": str(WIDTH), "PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = str(ROOT / "scripts")
    _, *arguments = shlex.split(command)
    return subprocess.run(
        [sys.executable, "-P", "-m", "hrdem", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    ).stdout


def refreshed(text: str, home: Path = ROOT) -> str:
    """Return the text of a Markdown file with every block as its command prints it on `home`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILE.findall(text):
            if "/" not in name:
                Path(folder, name).write_text(content, "utf-8")

        def block(match: re.Match[str]) -> str:
            output = run(match["command"], Path(folder), home)
            lines = [line.rstrip() for line in output.splitlines()]
            if match["lines"] and len(lines) > int(match["lines"]):
                lines = [*lines[: int(match["lines"])], "…"]
            shown = "".join(f"{line}\n" for line in lines)
            return f"<!-- {match['part']}: {match['command']} -->\n```text\n{shown}```\n"

        return BLOCK.sub(block, text)


def main() -> int:
    """Compare or, with ``--write``, refresh the blocks of all files; returns the exit code."""
    write = sys.argv[1:] == ["--write"]
    differing = 0
    for name in FILES:
        path = ROOT / name
        old = path.read_text("utf-8")
        new = refreshed(old)
        if new != old:
            differing += 1
            print(f"{name}: {'refreshed' if write else 'shows something else than is printed'}")
            if write:
                path.write_text(new, "utf-8")
    return 1 if differing and not write else 0


if __name__ == "__main__":
    sys.exit(main())
