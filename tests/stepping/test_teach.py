"""What a teacher would do: three tasks, and a line for each part of the story, as documented."""

import re
import shlex
from itertools import pairwise

import pytest

from autograd_mini import MLP, steps
from autograd_mini.cli import main
from autograd_mini.stepping import save_html
from tests.test_docs import DOCS, blocks

PAGES = sorted(DOCS.glob("e[ns]/how-to/teach.md"))
TABLES = [*PAGES, *sorted(DOCS.glob("e[ns]/explanation/backpropagation.md"))]
PARTS = 10  # of the story: three of the forward pass, error, backward, update, ..., three limits


def lines():
    """The commands in the tables, each once; files have other names in Spanish."""
    seen = set()
    for page in TABLES:
        text = page.read_text("utf-8")
        for line in re.findall(r"\| `(autograd-mini (?:step|train)[^`]*)`", text):
            command = re.sub(r" -o \w+\.html", "", line)
            if command not in seen:
                seen.add(command)
                yield line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parts[-3])
def test_each_task_takes_five_lines_of_python_or_one_command(page):
    made = [block for block in blocks(page) if block.kind == "{stepped}"]
    assert len(made) == 5
    for block in made:
        if block.text.startswith("$ "):
            assert block.text.replace("\\\n", "").strip().count("\n") == 0
        else:
            assert len(block.text.strip().splitlines()) <= 5


@pytest.mark.parametrize("page", TABLES, ids=lambda page: "-".join(page.parts[-3::2]))
def test_every_part_of_the_story_has_its_line(page):
    lines = page.read_text("utf-8").splitlines()
    pairs = zip(lines, [*lines[1:], ""], strict=True)  # a header stands above a line of dashes
    rows = [row for row, below in pairs if row.startswith("| ") and not below.startswith("|-")]
    assert len(rows) >= PARTS
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert all(cells), row
        assert re.search("autograd-mini|save_html|teach.md|#expression=|#network=", row), row


@pytest.mark.parametrize("line", [*lines()])
def test_the_line_works(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)[1:]
    if words[0] == "train" or "--train" in words:
        words += ["--epochs", "4"]
    if words[0] == "train":
        words += ["--hidden", "3"]  # every gradient of it is checked by differences
    assert main(words) == 0
    told = capsys.readouterr().out
    if "-o" in words:
        (file,) = tmp_path.iterdir()
        assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    else:
        assert len(told.splitlines()) > 10


def test_the_line_of_python_works(tmp_path):
    """The one row that is no command; its text is in both pages."""
    file = tmp_path / "layers.html"
    for page, name in zip(PAGES, ("layers", "capas"), strict=True):
        line = f'save_html(steps(MLP(2, [3, 1], seed=0), [1.0, -2.0]), "{name}.html")'
        assert f"`{line}`" in page.read_text("utf-8")
        names = {"MLP": MLP, "steps": steps}
        names["save_html"] = lambda recorded, path: save_html(recorded, file)
        exec(line, names)
        assert file.stat().st_size > 10_000


# --- the tasks say what is true ------------------------------------------------------------------
def test_eight_sigmoids_leave_some_millionths():
    def f(w, x):
        y = w * x
        for _ in range(8):
            y = y.sigmoid()
        return y

    recorded = steps(f, 1.0, 0.5)
    gradients = [abs(node.grad) for node in recorded.nodes if node.op and node.op.name == "sigmoid"]
    ratios = [a / b for a, b in pairwise(gradients)]
    assert all(0 < ratio <= 0.25 for ratio in ratios)  # the sigmoid's derivative
    assert 1e-6 < recorded.nodes[0].grad < 1e-5
