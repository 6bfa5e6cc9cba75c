"""The curve of an operation against an operand: points and slope of each op, against Python."""

import math
from itertools import pairwise

import pytest

from autograd_mini import Value, steps
from autograd_mini.checking.table import comfortable_points, variable
from autograd_mini.errors import AutogradError
from autograd_mini.functions import function as function_of
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.ops import SHEET
from autograd_mini.pages.document import asset
from autograd_mini.pages.page import run_data
from autograd_mini.rules.evaluation import each
from tests.browser import PHONE, axe_findings, function
from tests.pages.near import scripts

pytestmark = pytest.mark.browser

CURVES = """
return runs.map(r => r.parents[r.root].map((_, edge) => {
  const curve = curveOf(r, r.root, edge), shown = x => Number.isFinite(x) ? x : null;
  return {...curve, points: curve.points.map(point => point.map(shown)), window: windowOf(curve)};
}));
"""


def computed(op):
    """The steps of an operation at a point inside its domain; what can be a node is one."""
    try:
        point = comfortable_points(op)[-1]
    except ValueError:  # too steep to be comfortable
        point = (1.0,) * len(op.params)
    pairs = zip(point, variable(op), strict=True)
    return steps(function_of(op)(*[each(Value, [x])[0] if on else x for x, on in pairs]))


def test_each_operation_has_its_curve_and_its_slope(visit):
    recorded = [computed(op) for op in SHEET.values()]
    text = scripts(SHEET.values(), asset("curves.js"), CURVES)
    found = function(visit())(text, {"runs": [run_data(run) for run in recorded]})
    compared = 0
    for run, curves in zip(recorded, found, strict=True):
        root = run.root
        for edge, curve in enumerate(curves):
            assert curve["x0"] == root.parents[edge].data
            assert curve["slope"] == root.partials[edge]
            low, high = curve["window"]
            assert low < curve["y0"] < high
            assert curve["y0"] == pytest.approx(root.data, rel=1e-14, abs=1e-14)
            for x, y in curve["points"]:
                wanted = moved(root, edge, x)
                if wanted is None:
                    assert y is None or not root.op.name, (root.op.name, x, y)
                else:
                    assert y == pytest.approx(wanted, rel=1e-12, abs=1e-14), (root.op.name, x)
                    compared += 1
    assert compared > 10_000


def test_steep_curves_and_waves_are_seen_beside_their_tangents(visit):
    """exp at 20 was out of the picture but for one point; sin at 100 had a point in each period."""
    recorded = [steps(Value(20.0).exp()), steps(Value(100.0).sin())]
    text = scripts(SHEET.values(), asset("curves.js"), CURVES)
    for (curve,) in function(visit())(text, {"runs": [run_data(run) for run in recorded]}):
        (low, high), points = curve["window"], curve["points"]
        assert sum(y is not None and low < y < high for _, y in points) > len(points) / 2
        assert all(b - a < math.pi / 3 for (a, _), (b, _) in pairwise(points))


@pytest.mark.parametrize(
    ("f", "at", "pictures"),
    [
        (lambda x, y: x - y, (1e150, -1.5), 2),  # against y it is flat to the last bit
        (lambda x, y: x * y, (1e308, 1.5), 0),  # twice as far there are no floats
        (lambda x, y: x * y, (1e-300, 0.0), 2),
        (lambda x, y: x / y, (1e-300, 1e300), 2),
    ],
)
def test_very_large_and_very_small_numbers(opened, f, at, pictures):
    """There were places that are no numbers, and the browser complained."""
    page = opened(steps(f, *at), start=1)
    assert page.locator(".curve").count() == pictures
    for picture in page.locator(".curve svg").all():
        assert "NaN" not in picture.inner_html()


def moved(root, edge, x):
    """The operation with another number for one operand; None where it has no value."""
    number = iter(range(len(root.parents)))

    def one(arg):
        return (x if next(number) == edge else arg.data) if isinstance(arg, Value) else arg

    try:
        out = float(data_of(function_of(root.op)(*each(one, root.args))))
    except (AutogradError, ArithmeticError):
        return None
    return out if math.isfinite(out) else None


def test_the_curve_moves_with_what_if_and_is_named_for_a_screen_reader(opened):
    recorded = steps(lambda x: x.tanh() * 2.0, 0.5)
    page = opened(recorded, start=1, lang="es", viewport=PHONE, bypass_csp=True)
    picture = page.locator(".curve svg")
    assert picture.get_attribute("aria-label") == (
        "La curva de v₁ en función de x con su tangente en x = 0.5; su pendiente es 0.7864."
    )
    before = picture.locator("circle").get_attribute("cx")
    page.click("#modes [aria-controls=whatif]")
    page.fill("#whatif input", "3")
    assert float(picture.locator("circle").get_attribute("cx")) > float(before)
    assert "0.009866" in page.inner_text(".curve figcaption")  # 1 - tanh(3)²: saturated
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert axe_findings(page) == []
