"""The pages are true: their code runs and prints what they show, in both languages."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from extensions import commands, mathml, pictures, sheet

import autograd_mini.ops as sheet_module
from autograd_mini import cli
from tests import programs

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

PAGES = sorted([*DOCS.glob("e[ns]/**/*.md"), ROOT / "README.md", ROOT / "README.es.md"])
FENCE = re.compile(r"^(```+|:::+)(\{?[\w-]*\}?)([^\n]*)\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
FLOAT = re.compile(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?![\w.])|(?<![\w.])\d+e[+-]\d+")


class Checker(doctest.OutputChecker):
    """Compares floats to 12 digits: the last ones depend on the machine's mathematical library."""

    def check_output(self, want, got, optionflags):
        return super().check_output(_rounded(want), _rounded(got), optionflags)


def _rounded(text):
    return FLOAT.sub(lambda m: f"{float(m[0]):.12g}" if len(m[0]) < 25 else m[0], text)


CHECKER = Checker()


class Block(NamedTuple):
    """A fenced block of a page; `follows`: only blank lines part it from the one before."""

    kind: str
    argument: str
    text: str
    line: int
    follows: bool


def blocks(page):
    text = page.read_text(encoding="utf-8")
    found, end = [], 0
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start(4))
        follows = not text[end : match.start()].strip()
        found.append(Block(match[2], match[3].strip(), match[4], line, follows))
        end = match.end()
    return found


def place(page):
    return str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else page.name


def compare(page, block, expected, got):
    __tracebackhide__ = True
    if not CHECKER.check_output(expected, got, doctest.ELLIPSIS):
        example = doctest.Example("", expected)
        difference = CHECKER.output_difference(example, got, doctest.ELLIPSIS)
        pytest.fail(f"{place(page)}:{block.line}\n{difference}", pytrace=False)


def run_session(page, block, names):
    """Run a block of `>>>` lines, each with the output that it shows."""
    parser = doctest.DocTestParser()
    test = parser.get_doctest(block.text, names, page.name, place(page), block.line)
    test.globs = names  # the next block of the page goes on with these
    report = io.StringIO()
    runner = doctest.DocTestRunner(CHECKER, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=report.write, clear_globs=False)
    if runner.failures:
        pytest.fail(report.getvalue(), pytrace=False)


def run_command(line):
    """Run one `$ ` line of a console block in the current folder; what it prints."""
    name, *words = shlex.split(line)
    assert name == "autograd-mini", f"a console block may not run {name!r}"
    if words[0] == "run":  # it takes modules and arguments of the process as its own
        done = programs.run(f"from autograd_mini.cli import main\nraise SystemExit(main({words}))")
        return done.stdout + done.stderr
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(words)
    assert status == 0 or out.getvalue() == "", err.getvalue()
    return out.getvalue() + err.getvalue()


def run_page(page):
    """Run every block of the page in order.

    What `{stepped}` blocks write is run where they are shown: Sphinx, in both languages.
    """
    names = {"__name__": "__main__"}
    printed = None
    for block in blocks(page):
        shown, printed = printed, None
        if block.kind == "python" and ">>> " in block.text:
            run_session(page, block, names)
        elif block.kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as stdout:
                code = "\n" * block.line + block.text  # so that a traceback names the page's line
                exec(compile(code, place(page), "exec"), names)
            printed = stdout.getvalue()
        elif block.kind == "text" and block.follows and shown is not None:
            compare(page, block, block.text, shown)
            shown = None
        elif block.kind == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                line, _, expected = part.partition("\n")
                compare(page, block, expected, run_command(line))
        elif block.kind == "{picture}":
            assert "</svg>" in pictures.run(block.text).pipe(format="svg", encoding="utf-8")
        elif block.kind == "{command-help}":
            assert f"autograd-mini {block.argument}" in commands.help_text(block.argument, "es")
        assert not shown, f"{page.name}:{block.line}: the block before prints {shown!r}: show it"
    assert not printed, f"{page.name}: the last block prints {printed!r}: show it"


@pytest.fixture
def terminal(monkeypatch):
    """That of a reader who speaks English, as the pages show it."""
    for name, value in {"COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.slow
@pytest.mark.usefixtures("terminal", "own")  # which takes a page's operations off the sheet
@pytest.mark.parametrize("page", PAGES, ids=place)
def test_the_code_of_the_page_runs_and_prints_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run_page(page)


@pytest.mark.parametrize(
    "text",
    [
        "```python\n>>> 1 + 1\n3\n```\n",
        "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n",
        "```python\nprint(1 + 1)\n```\n\nand then, nothing shown\n",
        "```console\n$ autograd-mini grad x*x x=3\n3\n```\n",
    ],
    ids=["session", "script", "unshown", "command"],
)
def test_a_page_that_shows_a_wrong_output_fails(text, tmp_path):
    page = tmp_path / "wrong.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises((pytest.fail.Exception, AssertionError)):
        run_page(page)


def test_both_languages_have_the_same_pages_with_the_same_kinds_of_blocks():
    english, spanish = (
        {page.relative_to(DOCS / lang): [block.kind for block in blocks(page)]
         for page in (DOCS / lang).rglob("*.md")}
        for lang in ("en", "es")
    )  # fmt: skip
    assert english == spanish
    assert len(english) >= 20


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img[^>]+src=\"([^\"]+)\"")


@pytest.mark.parametrize("page", [p for p in PAGES if p.parent == ROOT], ids=lambda page: page.name)
def test_the_links_of_the_readme_lead_to_files(page):
    targets = [a or b for a, b in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if "://" not in target]
    assert local
    assert [target for target in local if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_home_page_opens_with_a_living_page(language):
    first, *_ = blocks(DOCS / language / "index.md")
    assert (first.kind, first.text.partition("\n")[0]) == ("{stepped}", ":first:")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_picture_of_the_readme_is_what_the_package_draws(language):
    names = {"__name__": "moving"}
    exec((DOCS / "images" / "moving.py").read_text(encoding="utf-8"), names)
    parts = re.compile(r">([^<]+)</(?:text|tspan|style)>")
    committed = (DOCS / "images" / language / "backward.svg").read_text(encoding="utf-8")
    assert parts.findall(committed) == parts.findall(names["backward"](language))
    assert len(committed.encode()) < 300_000
    assert "y = tanh(z)" in committed


def test_the_picture_of_the_readme_moves(visit):
    """Each step has its time, 2 s, and its gradient stays; then the end, all of it, for 8 s."""
    file = DOCS / "images" / "en" / "backward.svg"
    seen = """time => {
      for (const a of document.getAnimations()) { a.pause(); a.currentTime = time; }
      const found = [...document.querySelectorAll("svg > g[class^=on], text.grad")];
      const shown = found.filter(e => getComputedStyle(e).opacity === "1");
      return [shown.filter(e => e.matches("text")).length,
        ...shown.filter(e => !e.matches("text")).map(e => e.firstChild.textContent)];
    }"""
    page = visit(file, reduced_motion="no-preference")
    arrows = ["s: y", ": y → z", ": z → p", ": z → b", ": p → w", ": p → x", ": p → x"]
    for k, (arrow, time) in enumerate(zip(arrows, (1, 3, 5, 7, 9, 11, 17.9), strict=True)):
        count, title = page.evaluate(seen, 1000 * time)
        assert (count, title.endswith(arrow)) == (min(k + 1, 6), True), title
    still = visit(file, reduced_motion="reduce")
    assert still.evaluate(seen, 0) == [6, "Backpropagation: p → x"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_table_of_operations_lists_the_whole_sheet(language):
    text = sheet.markdown(language)
    for op in sheet_module.SHEET.values():
        assert f"| [`{op.signature}`](#op-{op.name}) | {op.about[language == 'es']} |" in text
        assert f"(op-{op.name})=" in text
    assert r"\text{else}" not in text
    assert "de el " not in text


def test_a_new_operation_is_in_the_table_at_once(own):
    own("cubed(a)", "a ** 3", "3 * a ** 2", latex="{a}^3", kinks=("a - 2",), about=("cube", "cubo"))
    english, spanish = sheet.markdown("en"), sheet.markdown("es")
    del sheet_module.SHEET["cubed"]
    assert "| [`cubed(a)`](#op-cubed) | cube | $a^3$ | any number |" in english
    assert "| [`cubed(a)`](#op-cubed) | cubo | $a^3$ | cualquier número |" in spanish
    assert r"\frac{\partial y}{\partial a} &= 3 a^{2} \end{aligned}$$" in english
    assert "- Kink where $a - 2 = 0$" in english
    assert "cubed" not in sheet.markdown("en")


def test_formulas_are_set_as_tex_sets_them():
    """Lesson 5 had 12 over a bracket for the half of a square, and lesson 3 u · senu."""
    for page in [*PAGES, *(ROOT / "notebooks" / "lessons").glob("*.txt")]:
        assert not re.findall(r"\\[td]?frac\s*[^{\s]", page.read_text(encoding="utf-8")), page
    thin = '<mspace width="0.1667em"></mspace>'
    for latex, spaces in ((r"-\ln p", 1), (r"\sin(a) + \exp a", 1), (r"\ln(p)", 0)):
        assert mathml.mathml(latex).count(thin) == spaces


# --- the text that the library began with --------------------------------------------------------
def sentences(lang):
    """What is offered for each sentence, by its name; in a table of 7 columns the last was cut."""
    text = (DOCS / lang / "explanation" / "text.md").read_text(encoding="utf-8")
    for part in text.split("\n## ")[1:]:
        name, quoted, *offered = [line for line in part.splitlines() if line]
        assert quoted.startswith("> ")
        yield name, dict(re.fullmatch(r"- \*\*(.+)\*\*: (.+)", line).groups() for line in offered)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_sentence_of_the_text_can_be_run_seen_stepped_practised_performed_examined(lang):
    rows = [*sentences(lang)]
    assert len(rows) == 12
    for name, cells in rows:
        assert [*cells] == [*rows[0][1]]
        assert len(cells) == 6, name
        for cell in cells.values():
            link = re.fullmatch(r"\[.+\]\((.+\.md)(?:#.+)?\)", cell)
            command = re.fullmatch(r"`autograd-mini (.+)`", cell)
            assert link or command, (name, cell)
            if link:
                assert (DOCS / lang / "explanation" / link[1]).exists(), (name, cell)
            else:
                arguments = shlex.split(command[1])
                cli._parser(lang, arguments).parse_known_args(arguments)


@pytest.mark.parametrize(
    ("lang", "limit", "word", "vanishes"),
    [
        ("en", "Vanishing gradient", "vanishing", True),
        ("en", "Exploding gradient", "exploding", False),
        ("es", "Gradiente que se desvanece", "se desvanece", True),
        ("es", "Gradiente que explota", "explota", False),
    ],
)
def test_the_limits_of_the_text_are_seen_and_practised(lang, limit, word, vanishes):
    row = " ".join(dict(sentences(lang))[limit].values())
    seen, _, practised = re.findall("`(.+?)`", row)
    assert word in run_command(f"{seen} --depths 10 --lang {lang}").partition("\n\n")[0]
    assert ("h₁ = (1/" in run_command(f"{practised} --lang {lang}")) == vanishes
