"""`autograd-mini step`: what it prints and writes, and a sentence for every wrong use."""

import math
import re
from pathlib import Path

import pytest

from autograd_mini import Value, steps
from autograd_mini.expressions import parse
from autograd_mini.stepping import Steps, Update
from autograd_mini.stepping.explaining import transcript

LESSON = '''
from autograd_mini import Value


def neuron(w, x, b=0.5):
    """One neuron."""
    h = w * x
    return (h + b).tanh()


def loss(w, x, *, target=1.0):
    s = sum(wi * xi for wi, xi in zip(w, x))
    return (s - target) ** 2


def positional(w, x, target, /):
    return loss(w, x, target=target)
'''


@pytest.fixture(autouse=True)
def _lesson(tmp_path):
    (tmp_path / "lesson.py").write_text(LESSON, encoding="utf-8")


@pytest.fixture
def recording(said, tmp_path):
    """recording(*arguments): what the command writes into a JSON file."""

    def recorded(*arguments):
        assert said("step", *arguments, "-o", "steps.json") == "steps.json\n"
        return Steps.from_json((tmp_path / "steps.json").read_text(encoding="utf-8"))

    return recorded


# --- what is printed -----------------------------------------------------------------------------
@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_text_of_a_neuron_as_it_was_read_and_found_good(lang, said):
    """Written by the command itself; the numbers in it are checked here from closed forms."""
    told = (Path(__file__).parent / f"neuron.{lang}.txt").read_text(encoding="utf-8")
    arguments = ["tanh(w*x+b)", "w=0.5", "x=2", "b=-0.25", "--lr", "0.1", "--weights", "w", "b"]
    for everything in ([], ["--all"]):  # which a pipe gets without being asked
        assert said("step", *arguments, "--lang", lang, *everything) == told
    y = math.tanh(0.75)
    slope = 1 - y * y
    expected = {"w": 2 * slope, "x": 0.5 * slope, "b": slope, "v₁": slope, "v₂": slope, "L": 1.0}
    gradients = re.findall(r"^ +∂L/∂(\S+) = ([\d.]+)$", told, re.M)
    assert dict(gradients) == {name: f"{x:.4g}" for name, x in expected.items()}
    updates = re.findall(r"^ +(\S+) − 0.1 · (\S+) = (\S+)$", told, re.M)
    assert updates == [
        ("0.5", f"{2 * slope:.4g}", f"{0.5 - 0.2 * slope:.4g}"),
        ("−0.25", f"{slope:.4g}", f"{-0.25 - 0.1 * slope:.4g}".replace("-", "−")),
    ]


def test_one_step(said):
    out = said("step", "w*x", "w=0.5", "x=2", "--step", "1")
    assert "w · x" in out
    assert "0.5 · 2 = 1" in out
    assert "Forward pass" in out
    assert "∂" not in out


# --- what is written -----------------------------------------------------------------------------
def test_json_is_the_recording(recording):
    recorded = recording("w*x + w", "w=0.5", "x=2", "--lr", "0.25")
    assert recorded.names == ("w", "x", "v₁", "L")
    assert [node.grad for node in recorded.nodes] == [3.0, 0.5, 1.0, 1.0]
    updates = [(u.before, u.after) for u in recorded if isinstance(u, Update)]
    assert updates == [(0.5, 0.5 - 0.25 * 3.0), (2.0, 2.0 - 0.25 * 0.5)]
    assert recorded.optimiser == "SGD"


def test_each_operation_knows_where_it_is_written(recording):
    text = "max(a, 2*b) - where(a > 0, ñ**2, pi) / -b"
    recorded = recording(text, "a=1", "b=2", "ñ=3")
    assert recorded.sources[0].lines == (text,)
    places = {
        text[place.column : place.end_column]
        for place, node in zip(recorded.places, recorded.nodes, strict=True)
        if place is not None and node.parents
    }
    chosen = "where(a > 0, ñ**2, pi)"
    assert places == {text, "max(a, 2*b)", "2*b", chosen, "ñ**2", "-b", f"{chosen} / -b"}
    given = [place for k, place in enumerate(recorded.places) if recorded.names[k] in "abñ"]
    assert given == [None] * 3  # they are given, not computed


def test_text_and_page(said, tmp_path):
    said("step", "w*x", "w=0.5", "x=2", "-o", "steps.txt", "--lang", "es")
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    y = w * x
    y.label = "y"
    lines = (tmp_path / "steps.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [*transcript(steps(y), "es")]
    said("step", "w*x", "w=0.5", "x=2", "-o", "steps.HTML", "--lang", "es")
    page = (tmp_path / "steps.HTML").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert '<html lang="es"' in page


# --- the learner's own functions -----------------------------------------------------------------
@pytest.mark.parametrize("module", ["lesson", "lesson.py"])
def test_a_function_of_a_module(recording, module):
    recorded = recording(f"{module}:neuron", "--at", "w=0.5", "x=-2")
    assert recorded.names[:3] == ("w", "x", "h")
    h = recorded.places[2]
    source = recorded.sources[h.source]
    assert (source.name, source.file) == ("neuron", "lesson.py")
    assert source.lines[h.line][h.column : h.end_column] == "w * x"
    assert source.first + h.line == LESSON.split("\n").index("    h = w * x") + 1
    slope = 1 - math.tanh(-0.5) ** 2
    grads = dict(zip(recorded.names, (node.grad for node in recorded.nodes), strict=True))
    assert grads["w"] == pytest.approx(-2 * slope, rel=1e-15)


@pytest.mark.parametrize("name", ["loss", "positional"])
def test_lists_and_inputs_given_by_name_only_or_by_position_only(recording, name):
    arguments = f"lesson:{name} --at target=4 x=1,2 w=0.5,-1 --lr 0.1 --weights w".split()
    recorded = recording(*arguments)
    # s = 0.5 - 2 = -1.5, L = (s - 4)², dL/dw = 2 (s - 4) x = (-11, -22)
    updates = {recorded.names[u.node]: u for u in recorded if isinstance(u, Update)}
    assert {name: u.gradient for name, u in updates.items()} == {"w[0]": -11.0, "w[1]": -22.0}
    assert updates["w[1]"].after == -1 - 0.1 * -22.0
    assert recorded.root.data == 30.25


def test_a_name_of_the_expression_is_never_a_function_of_it():
    f = parse("sin(op) + apply*known").function()
    assert f(0.0, 2.0, 3.0) == 6.0
