"""The laboratories: their numbers against a count by hand, planted networks and the table."""

import json
import math
import xml.etree.ElementTree as ET
from html import escape
from itertools import product
from pathlib import Path

import pytest

from autograd_mini.cli import lab, main
from autograd_mini.course.cost import cost, operations
from autograd_mini.course.depth import depth
from autograd_mini.course.sweeps import learning_rates, step_size
from autograd_mini.data import moons
from autograd_mini.drawing.curves import WIDTH, Curves, svg
from autograd_mini.language import LANGUAGES, catalogue
from autograd_mini.losses import mse
from autograd_mini.nn import MLP, Neuron


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", lab._OWN)
def test_a_laboratory_has_its_words_and_its_row_in_the_guide(name, lang):
    assert {f"title.{name}", f"seen.{name}"} <= catalogue("lab").keys()
    guide = Path(__file__).parents[2] / "docs" / lang / "how-to" / "laboratories.md"
    assert f"| `autograd-mini lab {name} -o " in guide.read_text(encoding="utf-8")


# --- depth ---------------------------------------------------------------------------------------
HE, XAVIER = "he_normal", "xavier_normal"
# A public measurement: width 8, median RMS of dL/dx over 31 seeds, with 1, 10, 20 and 40 layers.
TABLE = {
    ("sigmoid", XAVIER): (2e-1, 2e-7, 6e-14, 4e-27),
    ("tanh", XAVIER): (6e-1, 1e-1, 5e-2, 6e-3),
    ("relu", XAVIER): (7e-1, 2e-2, 8e-5, 1e-9),
    ("relu", HE): (1, 5e-1, 8e-2, 1e-3),
    ("relu", "s = 4"): (3, 2e4, 8e7, 1e15),
    ("tanh", "s = 4"): (1, 1, 8e-2, 2e-2),
}
VERDICTS = dict.fromkeys(TABLE, ["healthy"] * 4) | {
    ("sigmoid", XAVIER): ["healthy", *["vanishing"] * 3],
    ("relu", XAVIER): [*["healthy"] * 3, "vanishing"],
    ("relu", "s = 4"): ["healthy", *["exploding"] * 3],
}


@pytest.mark.slow
def test_the_table_of_depth_within_a_factor_of_3():
    found = depth()
    measured, verdicts = {}, {}
    for row in found.rows:
        measured.setdefault((row.activation, row.init), []).append(row.gradient)
        verdicts.setdefault((row.activation, row.init), []).append(row.verdict)
    assert measured.keys() == TABLE.keys()
    for kind, wanted in TABLE.items():
        for got, number in zip(measured[kind], wanted, strict=True):
            assert number / 3 < got < number * 3, kind
    assert verdicts == VERDICTS
    assert found.paths[0][0] == measured["sigmoid", XAVIER][3]


# sigmoid' is at most 1/4 and tanh' at most 1; of a relu that is above 0 the slope is 1.
def test_depth_takes_every_activation_with_every_initialiser():
    found = depth(["relu", "tanh"], ["zeros", 2.0], [3, 2], width=3, seeds=2)
    kinds = [(row.activation, row.init, row.layers) for row in found.rows]
    assert kinds == [*product(("relu", "tanh"), ("zeros", "s = 2"), (2, 3))]
    verdicts = [row.verdict for row in found.rows if row.init == "zeros"]
    assert verdicts == ["dead", "dead", "vanishing", "vanishing"]
    assert [len(path) for path in found.paths] == [4] * 4
    twice = depth(["relu"], ["zeros", "zeros"], [1], seeds=1)
    assert [line[0] for line in twice.panels()[0].lines] == ["zeros"]


# --- cost ----------------------------------------------------------------------------------------
def line():
    """p = w x + b on 3 samples, L = mean (p - y)**2.

    Value: 3 times w x, + b, - y, the square: 12; and 2 sums and a division for the mean: 15.
    Backward, 2 for each edge: 3 times (w, b, p - y, the square): 12 edges, and 3 into the mean; and
    2 (p - y) is computed for each of the 3 squares: 2 * 15 + 3 = 33.
    Nodes: w, b, and 3 times p, p - y, its square; L.
    """
    model = Neuron(1, nonlin=False, seed=0)
    return mse([model([x]) for x in (1.0, 2.0, 3.0)], [2.0, 4.0, 5.0]), (12, 15, 33)


def neuron():
    """L = (tanh(w1 x1 + w2 x2 + b) - y)**2 on one sample.

    Value: 2 products, 2 sums, tanh, -, the square: 7.
    Backward: edges from w1, w2, b to the sum, and from it on tanh, -, square: 6, so 12; the slopes
    of tanh and of the square: 14.
    Nodes: w1, w2, b, the sum, tanh, -, L.
    """
    return mse([Neuron(2, activation="tanh", seed=0)([1.0, -2.0])], [1.0]), (7, 7, 14)


def network():
    """2-2-1 with tanh in the hidden layer, on 2 samples.

    Value of a sample: 2 hidden neurons of 2 products, 2 sums, tanh: 10; the output 2 products and
    2 sums: 4; - and the square: 2. Twice 16, and a sum and a division for the mean: 34.
    Backward of a sample: edges of the hidden sums 2 * 3, of the tanh 2, of the output 2 weights, a
    bias and 2 h: 5, of - and square: 2, into the mean: 1. So 16 edges, 32, and the slopes of 2 tanh
    and of the square: 35. Twice that: 70.
    Nodes: 9 parameters; of each sample 2 sums, 2 tanh, the output, -, square; L.
    """
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    return mse([model(x) for x in ([1.0, 0.5], [0.0, 2.0])], [1.0, -1.0]), (24, 34, 70)


@pytest.mark.parametrize("counted", [line, neuron, network])
def test_operations_agree_with_a_count_by_hand(counted):
    loss, by_hand = counted()
    assert operations(loss) == by_hand


def test_the_costs_of_networks_that_grow(capsys):
    assert main("lab cost --widths 2 --samples 3 --json".split()) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["parameters"] == 15
    found = cost([2, 4], [3, 6])
    rows = [row._asdict() for row in found.rows]
    assert [(row["parameters"], row["samples"]) for row in rows] == [(15, 3), (37, 3), (37, 6)]
    for row in rows:
        assert row["differences"] == 2 * row["parameters"] * row["value"]
        assert 2 < row["gradient"] / row["value"] < 5  # the cheap gradient principle
        assert row["times"] > 0
    model, data = MLP(2, [4, 4, 1], activation="tanh", seed=0), moons(3, seed=0)
    nodes, value, backward = operations(mse([model(x) for x in data.inputs], data.targets))
    assert (rows[1]["nodes"], rows[1]["gradient"]) == (nodes, value + backward)
    assert len(found.panels()[0].lines[0][1]) == len(found.panels()[1].lines[0][1]) == 2


# --- rates and steps -----------------------------------------------------------------------------
def test_learning_rates_of_a_parabola():
    """(w - 3)**2 from 0 is 9 (1 - 2 lr)**(2 k) after k steps."""
    for row in learning_rates().rows:
        assert row.end == pytest.approx(9 * (1 - 2 * row.rate) ** 60, rel=1e-6)


def test_the_v_of_the_step_size(capsys):
    found = step_size(math.sin, 1.0, math.cos(1.0))
    assert main("lab step-size sin(x) x=1 --json".split()) == 0
    assert capsys.readouterr().out == f"{found.to_json()}\n"
    assert [row.step for row in found.rows] == pytest.approx([10.0**-k for k in range(17)])
    at = {round(math.log10(row.step)): row for row in found.rows}
    assert at[-2].forward == pytest.approx(0.005 * math.sin(1), rel=0.01)  # h f''/2
    assert at[-2].central == pytest.approx(1e-4 / 6 * math.cos(1), rel=0.01)  # h**2 f'''/6
    assert at[-15].central > 1e-3 > at[-5].central
    one_side = step_size(lambda x: x * math.sqrt(x), 0.0)
    assert "an error of nan for the central" in one_side.said("en")  # and not 0


# --- tables, pictures, pages ---------------------------------------------------------------------
MADE = {
    "depth": lambda: depth(["relu"], [HE, 4], [1, 3], seeds=2),
    "learning-rate": learning_rates,
    "cost": lambda: cost([2], [2, 4]),
    "step-size": step_size,
    "without an error": lambda: step_size(lambda x: 3.0),  # whose logarithms there are not
}


@pytest.mark.parametrize("name", MADE)
def test_what_a_laboratory_hands_back(name, monkeypatch):
    found = MADE[name]()
    for lang in LANGUAGES:
        table, told, page = found.table(lang), found.text(lang), found.to_html(lang)
        assert {len(line) for line in table} == {len(table[0])}
        assert all(cell in told for line in table for cell in line)
        assert told.endswith(found.said(lang))
        assert f'<html lang="{lang}">' in page
        assert page.count("<svg") == len(found.panels(lang))
        assert "default-src 'none'" in page
        assert "<script" not in page
        picture = ET.fromstring(found.svg(lang)).attrib
        assert (picture["role"], found.panels(lang)[-1].y in picture["aria-label"]) == ("img", True)
        monkeypatch.setenv("LC_ALL", f"{lang}_419.UTF-8")
        shown = found._repr_html_()  # it was English in Spanish notebooks too
        assert escape(found.said(lang)) in shown
        assert shown.count("<img") == len(found.panels(lang))
        assert "<svg" not in shown
        assert 'alt=""' not in shown
        assert found.png(lang).startswith(b"\x89PNG")
    assert json.loads(found.to_json())["rows"][0].keys() == set(found.rows[0]._fields)


def test_curves_put_the_points_where_they_belong():
    points = ((0.0, 1e-4), (5.0, 1.0), (10.0, 0.0), (10.0, math.inf), (10.0, 100.0))
    drawn = ET.fromstring(svg([Curves("a<b", "x", "y", (("line", points),))]))
    dots = [tuple(float(c.get(k)) for k in ("cx", "cy")) for c in drawn.iter() if "circle" in c.tag]
    (left, bottom), (middle, high), (right, top) = dots  # neither 0 nor inf has a place
    assert middle == pytest.approx((left + right) / 2)
    assert (bottom - high) / (bottom - top) == pytest.approx(4 / 6, abs=0.01)
    assert 0 < left < right < WIDTH
    line = next(p.get("d") for p in drawn.iter() if p.get("stroke-width") == "2")
    assert line.count("M") == 2
    assert drawn.get("aria-label") == "a<b, y, x, line"
    words = {"".join(t.itertext()) for t in drawn.iter() if t.tag.endswith("text")}
    assert {"a<b", "x", "y", "line", "0.0001", "100", "0", "10"} <= words
    for ends in ((5e-324, 1e-320), (1e308, 1.7e308)):  # of whose powers of ten no float is one
        assert "<circle" in svg([Curves("", "", "", (("", tuple(enumerate(ends))),))])
