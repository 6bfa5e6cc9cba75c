"""The report: its verdict, its languages, its forms for terminal, notebook, assertion and JSON."""

import json
import math
import pickle
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from IPython.lib.pretty import pretty

from autograd_mini import Value, relu, sin
from autograd_mini.checking import (
    Comparison,
    Culprit,
    GradientMismatch,
    Report,
    check_grad,
)
from autograd_mini.checking.report import worst
from autograd_mini.language import text
from tests.documents import on_terminal, unsigned


def row(name="df/dx", verdict="ok", **changes):
    values = {
        "got": 1.5, "wanted": 1.5, "error": 0.0, "bar": 1e-12, "ulps": 0.0, "reference": "mpmath",
    } | changes  # fmt: skip
    return Comparison(name=name, verdict=verdict, **values)


WRONG = check_grad(lambda x: x**3, 2.0, gradient=lambda x: 2 * x**2)
KINK = check_grad(lambda x, y: relu(x) + sin(y), (0.0, 0.5), lang="es")


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (["ok", "ok"], "ok"),
        (["ok", "kink"], "kink"),
        (["kink", "undecided", "ok"], "undecided"),
        (["undecided", "wrong", "domain"], "wrong"),
        (["domain", "ok"], "domain"),
        ([], "domain"),
    ],
)
def test_the_worst_row_decides(verdicts, whole):
    assert worst(verdicts) == whole


@pytest.mark.parametrize(
    ("verdict", "rows", "ok"),
    [
        ("ok", (row(),), True),
        ("kink", (row(verdict="kink"),), True),
        ("ok", (), False),  # zero comparisons are no pass
        ("undecided", (row(verdict="undecided"),), False),
        ("domain", (row(verdict="domain"),), False),
        ("wrong", (row(verdict="wrong"),), False),
    ],
)
def test_ok_and_raise_for_failure_agree(verdict, rows, ok):
    report = Report(verdict, rows)
    assert report.ok is bool(report) is ok
    if ok:
        report.raise_for_failure()
    else:
        with pytest.raises(GradientMismatch) as caught:
            report.raise_for_failure()
        assert caught.value.report is report
        assert isinstance(caught.value, AssertionError)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_assertion_tells_the_whole_story():
    with pytest.raises(AssertionError) as caught:
        WRONG.raise_for_failure()
    assert repr(WRONG) == (
        "<Report: The derivative is wrong. the gradient: df/dx is 8, and should be 12.>"
    )
    story = str(caught.value)
    for part in ("derivative is wrong", "df/dx is 8, and should be 12", "exact fractions", "1.00"):
        assert part in story


def test_rows_are_aligned_and_keep_every_digit():
    report = Report("ok", (row(got=0.1, wanted=0.1), row("df/dlong_name", got=1 / 3, wanted=1 / 3)))
    header, first, second = report.text().splitlines()[2:5]
    assert first.index("ok") == second.index("ok") == header.index("verdict")
    assert "0.33333333333333331" in second
    assert float(second.split()[1]) == 1 / 3


def test_of_many_rows_the_worst_are_shown():
    rows = [row(f"df/dx{k}") for k in range(100)]
    rows[60] = row("df/dx60", "wrong", got=2.0, error=0.5)
    lines = Report("wrong", tuple(rows)).text().splitlines()
    assert lines[3].startswith("df/dx60")
    assert lines[-1] == "... 76 more rows, all ok"
    assert len(lines) == 2 + 1 + 24 + 1


# --- languages -----------------------------------------------------------------------------------
def test_why_there_is_no_value_is_told_in_the_language_of_the_report():
    report = check_grad(lambda x: (x - 2).log(), 1.0, lang="es")
    assert "en x = 1.0: log(a) en a = -1.0: necesita a > 0" in report.text()
    assert "at x = 1.0: log(a) at a = -1.0: it needs a > 0" in report.text("en")
    assert report.notes[-1][1]["reason"] == "log(a) at a = -1.0: it needs a > 0"


# --- HTML, rich ----------------------------------------------------------------------------------
class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.cells, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag != "br":
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if self.stack[-1] == "td":
            self.cells.append(data)


def test_html_is_well_formed_and_escaped():
    evil = "<script>alert('x')</script>"
    culprit = Culprit("gradient", "gradient", evil, "", {"got": 1.0, "wanted": 2.0})
    html = Report("wrong", (row(evil, "wrong"),), culprit)._repr_html_()
    parser = Cells()
    parser.feed(html)
    assert parser.stack == []
    assert "script" not in parser.tags
    assert parser.cells[0] == evil
    assert re.search(r"<td[^>]*><span[^>]*>wrong</span></td>", html)
    assert '<div lang="en">' in html


def test_a_prompt_shows_the_text():
    """IPython, and PDFs of notebooks, wrote all fields of the dataclass."""
    assert pretty(KINK) == KINK.text()


def test_rich_shows_what_the_text_shows_markup_too():
    for report, words in (
        (KINK, ("df/dx", "de 0 a 1", "anguloso", "Correcta, en un punto anguloso")),
        (replace(KINK, lang="en"), ("0 to 1", "kink", "Right, at a kink")),
        (Report("ok", (row("df/d[bold]x"),)), ("df/d[bold]x",)),
    ):
        shown = on_terminal(report, 140)
        for word in words:
            assert word in shown
            assert word in report.text()
    assert "kink" not in KINK.text()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_narrow_table_leaves_columns_out_and_tells_the_reference_below(lang):
    full = WRONG.text(lang).splitlines()
    columns = full[4].split()
    assert len(columns) == 8
    widest = max(map(len, full[4:6]))
    for width, left in ((widest, 8), (widest - 1, 7), (50, 5)):
        lines = WRONG.text(lang, width).splitlines()
        assert len(lines[4].split()) == left
        assert all(len(line) <= width for line in lines[4:6])
        below = any(line.startswith(("Reference: ", "Referencia: ")) for line in lines[6:])
        assert below == (left == 5)
    shown = on_terminal(replace(WRONG, lang=lang), 60)
    assert all(len(line) <= 60 for line in shown.splitlines())
    assert text(f"checking.reference.{WRONG.comparisons[0].reference}", lang) in shown


# --- JSON ----------------------------------------------------------------------------------------
def test_json_gives_the_report_back():
    tricky = Report(
        "wrong",
        (row(got=math.inf, error=math.inf, ulps=math.inf), row("n", "domain", wanted=-math.inf)),
        Culprit(
            "partial",
            "partial",
            "n",
            "tanh",
            {"got": math.inf, "wanted": 1.0, "ulps": "3"}
            | {"argument": "a", "formula": "tanh(a)", "operands": "a = 1"},
        ),
        None,
        (("kink_rule", {"names": "ñ"}),),
        "es",
    )
    for report in (WRONG, KINK, tricky):
        again = Report.from_json(report.to_json())
        assert again == report
        assert again.text("en") == report.text("en")


def test_a_report_can_be_pickled_without_what_it_checked():
    report = check_grad(lambda x: x * Value(x.data), 3.0)
    again = pickle.loads(pickle.dumps(report))
    assert again == report
    assert report.subject is not None
    assert again.subject is None


def test_json_is_plain_and_versioned():
    data = json.loads(WRONG.to_json(), parse_constant=pytest.fail)
    assert (data["format"], data["version"]) == ("autograd_mini check report", 2)
    assert data["comparisons"][0]["got"] == 8.0


SIGNED = WRONG.to_json()
PLAIN = json.dumps(unsigned(SIGNED))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('{"format": "other"}', "it is not an autograd_mini check report"),
        (SIGNED.replace("8.0", "9.0"), "it is damaged, or was changed by hand"),
        (PLAIN.replace('"verdict": "wrong"', '"verdict": "fine"', 1), "damaged"),
        (PLAIN.replace('"got"', '"gut"'), "damaged"),
        (json.dumps(json.loads(PLAIN) | {"taylor": [[]]}), "damaged"),
        (PLAIN.replace('"lang": "en"', '"lang": "xx"'), "damaged"),
    ],
)
def test_what_is_no_report_is_refused(source, words):
    with pytest.raises(ValueError, match=words):
        Report.from_json(source)
