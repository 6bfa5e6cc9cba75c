"""`draw`: parsed back and compared with the graph and with golden files; arguments; colours."""

import json
import random
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import combinations, product
from math import dist
from operator import mul

import numpy as np
import pytest

from autograd_mini import Value, draw, draw_paths, draw_text, functions, ieee
from autograd_mini.drawing import THEMES, Theme, to_json, to_latex, to_mermaid
from autograd_mini.drawing.themes import Scale, mixed
from autograd_mini.graph import topological
from tests.drawing.structure import GOLDEN, GRAPHS, SVG, as_float, neuron, parsed, structure
from tests.programs import printed


@pytest.mark.parametrize("name", GRAPHS)
def test_golden(name):
    """Nodes, texts, edges, groups and captions; `python -m tests.drawing.structure` writes anew."""
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert structure(GRAPHS[name]()) == golden


def test_each_golden_file_has_its_graph():
    assert {path.stem for path in GOLDEN.iterdir()} == {*GRAPHS}


STEPS = [
    lambda a, b: a * b, lambda a, _: a + 2, lambda a, _: a.tanh(), lambda a, b: a - b,
    lambda a, b: functions.sum([a, b, a, 1.0]),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_nodes_and_edges_are_those_of_the_graph(seed):
    rng = random.Random(seed)
    values = [Value(rng.uniform(-2, 2), label=f"x{i}") for i in range(3)]
    for _ in range(25):
        a, b = rng.choice(values), rng.choice(values)
        values.append(rng.choice(STEPS)(a, b))
    root = values[-1]
    root.backward()
    order = topological(root)
    nodes, edges = parsed(draw(root, detail="chain rule", number_format=".17g"))
    assert list(nodes) == [f"n{k}" for k in range(len(order))]
    shown = [(as_float(data), as_float(grad)) for _, _, data, _, grad in nodes.values()]
    assert shown == [(node.data, node.grad) for node in order]
    ids = {node: f"n{k}" for k, node in enumerate(order)}
    expected = sorted(
        (ids[parent], ids[node], float(partial), float(node.grad * partial))
        for node in order
        for parent, partial in node.edges()
    )
    found = sorted(
        (tail, head, as_float(local.split(" = ")[1]), as_float(passed.split(" = ")[1]))
        for tail, head, (local, passed) in edges
    )
    assert found == expected


def test_complex_factors_stand_in_parentheses():
    z = Value(1 + 2j, label="z")
    y = (z * (3 - 1j)) * z
    y.backward()
    shares = [label[1] for _, _, label in parsed(draw(y, detail="chain rule"))[1]]
    assert shares == ["(1+2j) × (3−1j) = 5+5j", "1 × (1+2j) = 1+2j", "1 × (5+5j) = 5+5j"]
    drawn = draw_paths(y, z).pipe(encoding="utf-8")
    assert "(3−1j) × (1+2j) = 5+5j" in drawn


NAMES = dict.fromkeys(["v", "v₁", "v₁₂", "v1", "v[0]", "v[2, 1, 0]"], "u₁")


@pytest.mark.parametrize(("label", "name"), [*NAMES.items(), ("w₁", "v₁"), ("velocity", "v₁")])
def test_names_given_to_nodes_are_not_taken_for_those_of_the_user(label, name):
    x = Value(1.0, label=label)
    assert [n[0] for n in parsed(draw(x * 2))[0].values()] == [label, f"{name} = {label} · 2"]


def test_gradients_are_dashes_until_a_backward_pass_has_reached_the_node():
    x, unused = Value(2.0, label="x"), Value(3.0, label="u")
    y = x * 3
    z = y * unused
    y.backward()
    nodes, _ = parsed(draw(z))
    assert [row[-1] for row in nodes.values()] == ["3", "1", "—", "—"]
    x.grad = None  # as torch has it after `zero_grad`: an error
    assert [row[-1] for row in parsed(draw(z))[0].values()] == ["—", "1", "—", "—"]
    assert draw_text(y) == "v₁ = x · 3  data 6  grad 1\n└─ x  data 2  grad —"


def test_stale_nodes_say_what_they_would_be_now():
    x = Value(2.0, label="x")
    y = x.log()
    x.data = 1.0
    assert parsed(draw(y))[0]["n1"][1:5] == ["data", "0.6931", "stale", "0 now"]


def test_what_ieee_has_computed_is_not_stale():
    zero, minus = Value(0.0, label="z"), Value(-1.0, label="m")
    with ieee():
        y, z = 1 / zero, minus.log()
    nodes, _ = parsed(draw(y, z))
    shown = [["data", data, "grad"] for data in ("0", "∞", "−1", "nan")]
    assert [texts[1:4] for texts in nodes.values()] == shown
    minus.data = -2.0
    assert "stale" not in draw(z).source  # it is still not a number
    zero.data = 2.0
    assert parsed(draw(y))[0]["n1"][3:5] == ["stale", "0.5 now"]


def test_several_roots_in_any_sequence():
    x = Value(2.0, label="x")
    y, z = x * 2, x + 1
    for roots in ([y, z], np.array([[y], [z]]), (root for root in (y, z))):
        assert draw(roots).source == draw(y, z).source


def test_the_same_graph_gives_the_same_bytes_in_every_process():
    code = (
        "from tests.drawing.structure import GRAPHS, neuron; import autograd_mini as a, hashlib;"
        "made = [GRAPHS[name]().pipe() for name in GRAPHS];"
        "made += [f(neuron()).encode() for f in (a.to_mermaid, a.to_latex, a.to_json)];"
        "from autograd_mini.drawing import plots; from autograd_mini.data import moons;"
        "found = a.diagnose(a.MLP(2, [3, 1], seed=0), moons(9));"
        "made += [plots.png(plots.gradient_by_depth(found))];"
        "print(hashlib.sha256(b''.join(made)).hexdigest())"
    )
    digests = {printed(code, PYTHONHASHSEED=seed) for seed in ("0", "77")}
    assert len(digests) == 1


def test_texts_in_the_svg_have_classes():
    """A script finds the number to change, and it ends at the right edge of its box."""
    svg = draw(neuron(), detail="chain rule").pipe(encoding="utf-8")
    tree = ET.fromstring(svg)
    groups = {g.get("id"): g for g in tree.iter(f"{SVG}g")}
    for id, node in groups.items():
        found = {t.get("class"): t for t in node.findall(f"{SVG}text")}
        words = [t for t in node.findall(f"{SVG}text") if t.get("class") == "word"]
        if (node.get("class") or "").startswith("node"):
            assert [*found] == ["name", "word", "data", "grad"], id
            assert ["".join(t.itertext()) for t in words] == ["data", "grad"]
            points = (node.find(f"{SVG}polygon").get("points") or "").split()
            xs = [float(point.split(",")[0]) for point in points]
            left = float(words[0].get("x") or 0) - min(xs)
            for name in ("data", "grad"):
                assert found[name].get("text-anchor") == "end"
                assert float(found[name].get("x") or 0) == pytest.approx(max(xs) - left, abs=0.02)
            assert float(found["name"].get("x") or 0) == pytest.approx(sum({*xs}) / 2, abs=0.02)
        elif (node.get("class") or "").startswith("edge"):
            assert [*found] == ["partial", "share"], id
    texts = {
        id: ["".join(t.itertext()) for t in g.findall(f"{SVG}text")] for id, g in groups.items()
    }
    assert texts["n5"] == ["v₂ = tanh(h)", "data", "−0.1974", "grad", "−2.395"]
    assert texts["e6"] == ["∂L/∂v₃ = −2.395", "1 × (−2.395) = −2.395"]


def test_a_heading_with_a_superscript_is_one_text():
    svg = draw(Value(1.0, label="xyz").exp() + 1).pipe(encoding="utf-8")
    assert 'v₁ = e<tspan dy="-4.5" font-size="9.00">xyz</tspan></text>' in svg
    svg = draw(functions.softplus(Value(1.0, label="xyz"))).pipe(encoding="utf-8")
    raised = '<tspan dy="-4.5" font-size="9.00">xyz</tspan>'
    assert f'v₁ = ln(1 + e{raised}<tspan dy="4.5">)</tspan></text>' in svg


def test_the_scale_of_gradients_is_logarithmic_around_one():
    theme = THEMES["light"]
    sizes = Scale(theme, [1e-8, 1.0, 1e8])
    assert [sizes.place(10.0**e) for e in (-9, -8, -4, 0, 4, 8, 9)] == [-1, -1, -0.5, 0, 0.5, 1, 1]
    assert (sizes.place(0.0), sizes.place(float("inf"))) == (-1, 1)
    colours = [sizes.colour(x) for x in (1e-8, 1.0, 1e8)]
    assert colours == [theme.small, theme.medium, theme.large]
    widths = [sizes.width(10.0**e) for e in range(-8, 9, 2)]
    assert widths == sorted({*widths})


def test_the_legend_shows_the_colours_of_the_lines():
    x = Value(1.0, label="x")
    y = x * 1e-4 * 1e8
    y.backward()
    source = draw(y, color_by="gradient").source
    legend = re.findall(r'bgcolor="(#\w+)"', source.split("\n")[1])[1:]  # without the ground
    sizes = Scale(THEMES["light"], [1e8, 1e4, 1.0])
    assert legend == [sizes.colour(10.0**e) for e in (-8, -4, 0, 4, 8)]
    lines = re.findall(r'-> n\d \[.*? class=backward color="(#\w+)"', source)
    assert lines == [sizes.colour(1e4), sizes.colour(1e8)]


# --- what is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("thing", "message"),
    [
        ([], "at least one Value is needed, got none"),
        (2.0, r"only Values can be drawn, got 2.0 \(float\)"),
        ("x", r"only Values can be drawn, got 'x' \(str\)"),
        (Fraction(1, 2), r"got Fraction\(1, 2\) \(fractions.Fraction\)"),
    ],
)
def test_what_cannot_be_drawn(thing, message):
    for form in (draw, draw_text, to_mermaid, to_latex, to_json):
        with pytest.raises(TypeError, match=message):
            form(thing)
    for pair in ((thing, Value(1.0)), (Value(1.0), thing)) if thing else ():
        with pytest.raises(TypeError, match=message):
            draw_paths(*pair)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"detail": "all"}, ValueError, "detail must be one of values, gradients, chain rule, got"),
        *(({option: None}, ValueError, rf"{option} must be one of [\w ,]+, got None")
          for option in ("detail", "theme", "off_path")),
        ({"rankdir": "XX"}, ValueError, "rankdir must be one of LR, TB, RL, BT, got 'XX'"),
        ({"theme": "neon"}, ValueError, "must be one of light, dark, print, got 'neon'"),
        ({"group": "net"}, ValueError, "group must be one of neuron, layer, got"),
        ({"engine": "cloud"}, ValueError, "engine must be one of packaged, system"),
        ({"number_format": "zz"}, ValueError, "number_format must be a format for floats"),
        ({"number_format": 3}, ValueError, "number_format must be a format for floats"),
        ({"max_nodes": 0}, ValueError, "max_nodes must be at least 1, got 0"),
        ({"color_by": "hue"}, ValueError, "color_by must be one of kind, gradient, got"),
        ({"off_path": "red"}, ValueError, "off_path must be one of faded, hidden, normal, got"),
        ({"lang": "fr"}, ValueError, "lang must be one of en, es, got 'fr'"),
        ({"collapse": "x*"}, ValueError, "collapse='x\\*' names no group here"),
        ({"collapse": 0}, ValueError, "collapse as a depth is 1 or more, got 0"),
        *(({"collapse": wrong}, TypeError, "collapse is a depth, a name") for wrong in (1.5, True)),
        ({"collapse": lambda _: 3}, TypeError, "collapse returns a name or None, got 3"),
        ({"format": "gif89"}, ValueError, "'gif89'"),
    ],
)  # fmt: skip
def test_wrong_options(options, error, message):
    with pytest.raises(error, match=message):
        draw(neuron(), **options)


# --- themes ---------------------------------------------------------------------------------------
def contrast(a, b):
    """The contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _linear(colour):
    """Red, green and blue as amounts of light."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def _luminance(colour):
    return sum(map(mul, (0.2126, 0.7152, 0.0722), _linear(colour)))


def test_a_theme_of_one_s_own_says_what_differs(monkeypatch):
    monkeypatch.setitem(THEMES, "slides", Theme(background="#fffbe6"))
    assert THEMES["slides"] == THEMES["light"]._replace(background="#fffbe6")
    assert 'bgcolor="#fffbe6"' in draw(Value(2.0) * 3.0, theme="slides").source


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_contrast_is_at_least_aa(theme):
    pairs = product([theme.text], (theme.node, theme.leaf, theme.operation, theme.root))
    marks = product((theme.faint, theme.gradient, theme.warning), [theme.node])
    grounds = (theme.background, theme.group, theme.subgroup)
    names = product((theme.partial, theme.gradient, theme.faint), grounds)
    for text, ground in (*pairs, *marks, *names):
        assert contrast(text, ground) >= 4.5
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's known example
    sizes = Scale(theme, [1e-8, 1e8])
    for e in range(-8, 9):
        assert contrast(theme.text, sizes.fill(10.0**e)) >= 4.5
    for end in (theme.small, theme.large):  # of the neurons of a network
        assert contrast(theme.text, mixed(theme.node, end, 0.35)) >= 4.5


# How eyes without one kind of cone see linear RGB (Machado, Oliveira and Fernandes, IEEE Trans.
# Visualization and Computer Graphics 15, 2009, table 1, severity 1.0).
BLIND = {
    "protan": [(0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
               (-0.003882, -0.048116, 1.051998)],
    "deutan": [(0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
               (-0.011820, 0.042940, 0.968881)],
    "tritan": [(1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
               (0.004733, 0.691367, 0.303900)],
}  # fmt: skip
XYZ = [(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)]


def lab(colour, eyes):
    """The colour in CIELAB (white point D65), as these eyes see it."""
    seen = [min(1.0, max(0.0, sum(map(mul, row, _linear(colour))))) for row in BLIND[eyes]]
    white = (0.9505, 1.0, 1.089)
    x, y, z = (sum(map(mul, row, seen)) / w for row, w in zip(XYZ, white, strict=True))
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else t * 841 / 108 + 4 / 29 for t in (x, y, z))
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]


@pytest.mark.parametrize("eyes", BLIND)
@pytest.mark.parametrize("name", [name for name in THEMES if name != "print"])
def test_colours_are_told_apart_by_colour_blind_eyes(name, eyes):
    theme = THEMES[name]
    pairs = combinations((theme.small, theme.medium, theme.large), 2)
    for a, b in (*pairs, (theme.partial, theme.gradient)):
        assert dist(lab(a, eyes), lab(b, eyes)) > 20  # a difference of 2.3 is just noticeable
    red, green = "#cc3311", "#707000"  # a pair to be avoided, for the scale of the measure
    assert dist(lab(red, "deutan"), lab(green, "deutan")) < 20
