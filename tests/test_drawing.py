"""Pictures: parsed back and compared with the graph, with any label, with and without Graphviz."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import graphviz
import pygraphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini.drawing.rendering as rendering
from autograd_mini import MLP, Value, draw, functions, losses
from autograd_mini.drawing import THEMES, Drawing, RenderingError, draw_dot
from autograd_mini.drawing.groups import grouped, path_of
from autograd_mini.drawing.notation import formula, name, number, printable
from autograd_mini.drawing.themes import contrast
from autograd_mini.graph import topological
from autograd_mini.ops import SHEET, op

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> Value:
    """L = (tanh(w x + b) - 1)**2 after its backward pass."""
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-1.2, label="b")
    h = w * x + b
    h.label = "h"
    L = (h.tanh() - 1) ** 2
    L.label = "L"
    L.backward()
    return L


def cells(label: str) -> list[str]:
    """The texts of an HTML-like label's cells."""
    tree = ET.fromstring(label.replace("&nbsp;", "\xa0"))
    texts = ["".join(cell.itertext()).strip("\xa0") for cell in tree.iter("td")]
    return [text.replace("\\\\", "\\") for text in texts]


def parsed(drawing: Drawing) -> tuple[dict[str, list[str]], list[tuple[str, str, list[str]]]]:
    """Nodes and edges of the DOT text, read by Graphviz itself."""
    # A key for each edge, or parallel edges cannot be told apart.
    source = re.sub(r"\bid=(e\d+)", r"key=\1 id=\1", drawing.source)
    graph = pygraphviz.AGraph(string=source)
    nodes = {str(node): cells(node.attr["label"]) for node in graph.nodes()}
    edges = []
    for tail, head, key in graph.edges(keys=True):
        label = graph.get_edge(tail, head, key).attr["label"]
        edges.append((str(tail), str(head), cells(label) if label else []))
    return nodes, edges


def title(cluster: Any) -> str:
    return str(cluster.graph_attr["label"])


def as_float(text: str) -> float:
    """A number of a picture, read back."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    match = re.fullmatch(r"(−?[\d.]*)(?:·?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    assert match, text
    mantissa = match[1].replace("−", "-")
    return float(mantissa if mantissa.strip("-") else mantissa + "1") * 10.0 ** int(
        (match[2] or "⁰").translate(digits)
    )


# --- structure ------------------------------------------------------------------------------------
def test_golden_neuron() -> None:
    nodes, edges = parsed(draw(neuron()))
    assert nodes == {
        "n0": ["w", "data", "0.5", "grad", "−4.603"],
        "n1": ["x", "data", "2", "grad", "−1.151"],
        "n2": ["v₁ = w · x", "data", "1", "grad", "−2.301"],
        "n3": ["b", "data", "−1.2", "grad", "−2.301"],
        "n4": ["h = v₁ + b", "data", "−0.2", "grad", "−2.301"],
        "n5": ["v₂ = tanh(h)", "data", "−0.1974", "grad", "−2.395"],
        "n6": ["v₃ = v₂ − 1", "data", "−1.197", "grad", "−2.395"],
        "n7": ["L = v₃²", "data", "1.434", "grad", "1"],
    }
    assert sorted(edges) == [
        ("n0", "n2", ["∂v₁/∂w = 2"]),
        ("n1", "n2", ["∂v₁/∂x = 0.5"]),
        ("n2", "n4", ["∂h/∂v₁ = 1"]),
        ("n3", "n4", ["∂h/∂b = 1"]),
        ("n4", "n5", ["∂v₂/∂h = 0.961"]),
        ("n5", "n6", ["∂v₃/∂v₂ = 1"]),
        ("n6", "n7", ["∂L/∂v₃ = −2.395"]),
    ]


STEPS: list[Callable[[Value, Value], Value]] = [
    lambda a, b: a * b,
    lambda a, _: a + 2,
    lambda a, _: a.tanh(),
    lambda a, b: a - b,
    lambda a, b: functions.sum([a, b, a, 1.0]),
]


@pytest.mark.parametrize("seed", range(5))
def test_nodes_and_edges_are_those_of_the_graph(seed: int) -> None:
    import random

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
    for node, (_, _, data, _, grad) in zip(order, nodes.values(), strict=True):
        assert as_float(data) == node.data
        assert as_float(grad) == node.grad
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


def test_x_times_x_has_two_edges() -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    _, edges = parsed(draw(y, detail="chain rule"))
    assert edges == [("n0", "n1", ["∂v₁/∂x = 3", "1 × 3 = 3"])] * 2


def test_details() -> None:
    loss = neuron()
    nodes, edges = parsed(draw(loss, detail="values"))
    assert nodes["n2"] == ["v₁ = w · x", "data", "1"]
    assert all(label == [] for _, _, label in edges)
    _, edges = parsed(draw(loss, detail="chain rule"))
    assert ("n6", "n7", ["∂L/∂v₃ = −2.395", "1 × (−2.395) = −2.395"]) in edges


def test_gradients_are_dashes_until_a_backward_pass_has_reached_the_node() -> None:
    x, unused = Value(2.0, label="x"), Value(3.0, label="u")
    y = x * 3
    z = y * unused
    nodes, edges = parsed(draw(z, detail="chain rule"))
    assert {row[-1] for row in nodes.values()} == {"—"}
    assert {label[1] for _, _, label in edges} == {"—"}
    y.backward()
    nodes, _ = parsed(draw(z))
    assert [row[-1] for row in nodes.values()] == ["3", "1", "—", "—"]


def test_a_gradient_that_is_truly_zero_is_a_zero() -> None:
    x = Value(-2.0, label="x")
    y = x.relu() * 3
    y.backward()
    nodes, _ = parsed(draw(y))
    assert [row[-1] for row in nodes.values()] == ["0", "3", "1"]


def test_stale_nodes_say_what_they_would_be_now() -> None:
    x = Value(2.0, label="x")
    y = x.log()
    x.data = 1.0
    assert parsed(draw(y))[0]["n1"][1:5] == ["data", "0.6931", "stale", "0 now"]
    x.data = -1.0
    assert parsed(draw(y))[0]["n1"][3:5] == ["stale", "no value now"]


def test_several_roots_share_their_nodes() -> None:
    x = Value(2.0, label="x")
    y, z = x * 2, x + 1
    nodes, edges = parsed(draw(y, z))
    assert [row[0] for row in nodes.values()] == ["x", "v₁ = x · 2", "v₂ = x + 1"]
    assert len(edges) == 2
    assert draw([y, z]).source == draw(y, z).source


def test_the_same_graph_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "from tests.test_drawing import neuron; from autograd_mini import draw;"
        "import hashlib; print(hashlib.sha256(draw(neuron()).pipe()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(digests) == 1


def test_ids_and_classes_are_in_the_svg() -> None:
    tree = ET.fromstring(draw(neuron()).pipe())
    groups = {g.get("id"): g.get("class") for g in tree.iter(f"{SVG}g")}
    assert groups["n0"] == "node leaf"
    assert groups["n2"] == "node operation"
    assert groups["n7"] == "node root"
    assert groups["e0"] == "edge backward"


def test_groups_of_a_network() -> None:
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    loss = losses.mse(model([0.5, -1.0]), 1.0)
    loss.backward()
    order = topological(loss)
    paths = grouped(order, "neuron")
    for node in order:
        path, _ = path_of(node.label)
        if path:
            assert paths[node] == path
        elif node.op and node.op.name in ("dot", "tanh"):
            assert len(paths[node]) == 2
    assert paths[loss] == ()
    outputs = [paths[node] for node in order if node.op and node.op.name == "tanh"]
    assert sorted(outputs) == [("layer1", "neuron1"), ("layer1", "neuron2")]
    graph = pygraphviz.AGraph(string=draw(loss, group="neuron").source)
    layers = {title(sub): [title(inner) for inner in sub.subgraphs()] for sub in graph.subgraphs()}
    assert layers == {"layer1": ["neuron1", "neuron2"], "layer2": ["neuron1"]}
    by_layer = pygraphviz.AGraph(string=draw(loss, group="layer").source)
    assert sorted(title(sub) for sub in by_layer.subgraphs()) == ["layer1", "layer2"]
    assert ">w[0]<" in draw(loss, group="neuron").pipe(encoding="utf-8").replace("\xa0", "")


# --- notation -------------------------------------------------------------------------------------
A, B, C = Value(2.0, label="a"), Value(3.0, label="b"), Value(0.5, label="c")
LONG = tuple(Value(float(i), label=f"w[{i}]") for i in range(6))


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (A + B, "a + b"),
        (A - 1, "a − 1"),
        (A * -1, "a · (−1)"),
        (-1 * A, "−1 · a"),
        (-A, "−a"),
        (A / B, "a / b"),
        (1 / A, "1 / a"),
        (A / -2, "a / (−2)"),
        (A**2, "a²"),
        (A**-0.5, "a<sup>−0.5</sup>"),
        (A**B, "a<sup>b</sup>"),
        ((-2.0) ** Value(2.0, label="n"), "(−2)ⁿ"),
        (A.square(), "a²"),
        (A.sqrt(), "√a"),
        (A.rsqrt(), "1 / √a"),
        (A.cbrt(), "∛a"),
        (A.exp(), "e<sup>a</sup>"),
        (A.exp2(), "2<sup>a</sup>"),
        (A.log(), "ln a"),
        (A.log2(), "log₂ a"),
        (A.log10(), "log₁₀ a"),
        (A.log1p(), "ln(1 + a)"),
        (A.sigmoid(), "σ(a)"),
        (A.relu(), "ReLU(a)"),
        (abs(A), "|a|"),
        (functions.hypot(A, B), "√(a² + b²)"),
        (functions.maximum(A, -1), "max(a, −1)"),
        (functions.max([A, B]), "max(a, b)"),
        (functions.sum([A, B, 1]), "Σ(a, b, 1)"),
        (functions.norm([A, B]), "‖(a, b)‖"),
        (functions.mean([A, B]), "<o>(a, b)</o>"),
        (functions.logsumexp([A, B]), "ln Σ exp(a, b)"),
        (functions.where(A, B, C), "(a) ? b : c"),
        (functions.dot([A, B], [1.0, -2.0]), "(a, b) · (1, −2)"),
        (functions.sum(LONG), "Σ(w[0], w[1], …, w[5])"),
        (functions.floor(C), "⌊c⌋"),
        (functions.polygamma(2, A), "ψ⁽²⁾(a)"),
        (Value(1.0, parents=[A, B], partials=[1.0, 2.0]), "f(a, b)"),
        (Value(2.0, label="a b") * 3, "(a b) · 3"),
        (Value(2.0, label="<a>").exp(), "e<sup>&lt;a&gt;</sup>"),
        (Value(2.0), ""),
    ],
)
def test_operations_in_mathematical_notation(node: Value, text: str) -> None:
    assert formula(node, lambda v: v.label or "v") == text


def test_every_operation_of_the_sheet_is_drawn() -> None:
    q = Value(1.0, label="q")
    for one in SHEET.values():
        args = tuple((q, q) if p in one.vectors else q for p in one.params)
        node: Any = SimpleNamespace(op=one, args=args, parents=(q,))
        text = formula(node, lambda v: v.label or "v")
        assert "q" in text
        assert "\\" not in text
        assert "{" not in text


def test_a_users_operation_is_drawn_by_its_template_or_its_name() -> None:
    cube = op("drawn_cube(a)", "a * a * a", "3 * a * a", latex=r"\mathrm{{cube}}({a})")
    plain = op("drawn_quartic(a, k=1.0)", "k * a ** 4", "4 * k * a ** 3", "a ** 4")
    try:
        assert formula(cube(A), lambda v: "a") == "cube(a)"  # type: ignore[arg-type]
        assert formula(plain(A), lambda v: "a") == "drawn quartic(a, 1)"  # type: ignore[arg-type]
    finally:
        for made in (cube, plain):
            del SHEET[made.name]


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.5, "−0.5"),
        (1234.5678, "1235"),
        (123456.0, "1.235·10⁵"),
        (1e-7, "10⁻⁷"),
        (-1e100, "−10¹⁰⁰"),
        (2.5e-10, "2.5·10⁻¹⁰"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (Fraction(-1, 3), "−1/3"),
        (1 + 2j, "1+2j"),
        (Value(2.0), "2"),
    ],
)
def test_numbers(x: Any, text: str) -> None:
    assert number(x) == text


def test_exact_numbers_are_drawn_exactly() -> None:
    x = Value(Fraction(1, 3), label="x")
    y = x * x
    y.backward()
    assert parsed(draw(y))[0]["n0"] == ["x", "data", "1/3", "grad", "2/3"]


# --- labels are text, never markup ----------------------------------------------------------------
NASTY = [
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "&lt;&amp;&#65;",
    'a "quoted" b',
    "back\\slash \\N \\G \\l \\",
    "{braces|and|bars}",
    "two\nlines\tand tab",
    "null\x00escape\x1b[31m",
    "lone \ud800 surrogate",
    "عربي وعبري עברית",
    "😀 emoji 👩‍👩‍👧",
    "  two  spaces  ",
    "]]>",
    "<!-- -->",
    "x" * 10_000,
]


def shown_texts(drawing: Drawing) -> list[str]:
    tree = ET.fromstring(drawing.pipe())
    return [
        "".join(text.itertext()).replace("\xa0", " ").strip() for text in tree.iter(f"{SVG}text")
    ]


def check_label(label: str) -> None:
    drawing = draw(Value(1.0, label=label))
    expected = name(label).replace("\xa0", " ").replace("\u200b", "").strip() or "v₁"
    if not label.strip():
        expected = "v₁"
    shown = [text.replace("\u200b", "") for text in shown_texts(drawing)]
    assert expected in shown
    assert len(shown) == 5
    if len(label) <= 28:
        assert name(label) == printable(label)


@pytest.mark.parametrize("label", NASTY, ids=range(len(NASTY)))
def test_nasty_labels_come_out_as_themselves(label: str) -> None:
    check_label(label)
    y = Value(2.0, label=label) * Value(3.0, label=label)
    y.backward()
    tree = ET.fromstring(draw(y, detail="chain rule").pipe())
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        *("svg", "g", "title", "polygon", "path", "text", "polyline", "ellipse"),
    }


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_label_comes_out_as_text(label: str) -> None:
    check_label(label)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_group_name_comes_out_as_text(layer: str, rest: str) -> None:
    node = Value(1.0, label=f"{layer}.layer1.neuron1.{rest or 'w'}")
    ET.fromstring(draw(node.tanh(), group="neuron").pipe())


# --- rendering ------------------------------------------------------------------------------------
def test_a_drawing_is_a_digraph_and_shows_itself() -> None:
    drawing = draw_dot(neuron())
    assert isinstance(drawing, graphviz.Digraph)
    bundle = drawing._repr_mimebundle_()
    assert bundle["image/svg+xml"].lstrip().startswith("<?xml")
    assert drawing.pipe(format="png")[:8] == b"\x89PNG\r\n\x1a\n"
    assert drawing.pipe(format="pdf")[:5] == b"%PDF-"
    assert draw(neuron(), format="png").pipe()[:4] == b"\x89PNG"


def test_render_writes_like_graphviz(tmp_path: Path) -> None:
    drawing = draw(neuron())
    path = drawing.render(tmp_path / "deep" / "x", format="svg")
    assert path == str(tmp_path / "deep" / "x.svg")
    assert (tmp_path / "deep" / "x").read_text(encoding="utf-8") == drawing.source
    assert Path(path).read_bytes() == drawing.pipe()
    png = draw(neuron()).render(outfile=tmp_path / "y.png", cleanup=True)
    assert Path(png).read_bytes()[:4] == b"\x89PNG"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["deep", "y.png"]
    with pytest.raises(graphviz.FileExistsError):
        draw(neuron()).render(outfile=tmp_path / "y.png", raise_if_result_exists=True)


def test_a_failed_rendering_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "x.svg"
    old.write_text("old")
    monkeypatch.setattr(rendering, "_packaged", _refuse)
    monkeypatch.setattr(rendering, "_system", _refuse)
    with pytest.raises(RenderingError):
        draw(neuron()).render(tmp_path / "x", format="svg")
    assert old.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.svg"]


def _refuse(*_: object) -> bytes:
    raise RenderingError("broken")


def test_without_dot_on_the_path_the_packaged_graphviz_draws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert b"</svg>" in draw(neuron()).pipe()
    with pytest.raises(RenderingError, match="there is no program dot on the PATH"):
        draw(neuron(), engine="system").pipe()


def test_without_pygraphviz_the_systems_dot_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\nread first rest\necho "$1 $first"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert draw(neuron()).pipe() == b"-Tsvg digraph\n"


def test_without_any_graphviz_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(RenderingError) as caught:
        draw(neuron()).pipe()
    message = str(caught.value)
    for part in ("pip install pygraphviz", "https://graphviz.org/download", "no program dot"):
        assert part in message
    assert "The DOT text is in .source, and .save() writes it to a file" in message


def test_the_environment_variable_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_packaged", lambda *_: b"packaged")
    monkeypatch.setattr(rendering, "_system", lambda *_: b"system")
    drawing = draw(neuron())
    assert drawing.pipe() == b"packaged"
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "system")
    assert drawing.pipe() == b"system"
    assert draw(neuron(), engine="packaged").pipe() == b"packaged"
    monkeypatch.setenv("AUTOGRAD_MINI_GRAPHVIZ", "cloud")
    with pytest.raises(ValueError, match="variable AUTOGRAD_MINI_GRAPHVIZ must be one of packaged"):
        drawing.pipe()


def test_graphvizs_noise_becomes_the_error_and_not_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(RenderingError, match=r"packaged Graphviz: .*syntax error"):
        rendering.render("digraph { a -> }", "svg", engine="packaged")
    with pytest.raises(RenderingError, match=r"system Graphviz|no program"):
        rendering.render("digraph { a -> }", "svg", engine="system")
    rendering.render('digraph { a [shape="nosuchshape"] }', "svg")
    assert capfd.readouterr() == ("", "")


# --- what is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((), {}, TypeError, "at least one Value is needed, got none"),
        (([],), {}, TypeError, "at least one Value is needed, got none"),
        ((2.0,), {}, TypeError, r"only Values can be drawn, got 2.0 \(float\)"),
        (("x",), {}, TypeError, r"only Values can be drawn, got 'x' \(str\)"),
        (None, {"detail": "all"}, ValueError, "detail must be one of 'values', 'gradients'"),
        (None, {"rankdir": "XX"}, ValueError, "rankdir must be one of 'LR', 'TB'"),
        (
            None,
            {"theme": "neon"},
            ValueError,
            "theme must be one of 'light', 'dark', 'print'; got 'neon'",
        ),
        (None, {"group": "net"}, ValueError, "group must be one of 'neuron', 'layer'"),
        (None, {"engine": "cloud"}, ValueError, "engine must be one of packaged, system"),
        (None, {"number_format": "zz"}, ValueError, "number_format must be a format for floats"),
        (None, {"number_format": 3}, ValueError, "number_format must be a format for floats"),
        (None, {"max_nodes": 0}, ValueError, "max_nodes must be a whole number from 1 on; got 0"),
        (None, {"color_by": "hue"}, ValueError, "color_by must be one of 'kind', 'gradient'"),
        (None, {"off_path": "red"}, ValueError, "off_path must be one of 'faded', 'hidden'"),
        (None, {"lang": "fr"}, ValueError, "lang must be one of 'en', 'es'; got 'fr'"),
        (None, {"collapse": "x*"}, ValueError, "collapse='x\\*' names no group here"),
        (None, {"collapse": 0}, ValueError, "collapse as a depth is 1 or more, got 0"),
        (None, {"collapse": 1.5}, TypeError, "collapse is a depth, a name,"),
        (None, {"collapse": lambda _: 3}, TypeError, "collapse returns a name or None, got 3"),
        (None, {"format": "gif89"}, ValueError, "'gif89'"),
    ],
)
def test_wrong_arguments(
    arguments: tuple[Any, ...] | None,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        draw(*(arguments if arguments is not None else (neuron(),)), **options)


def test_unknown_formats_and_layouts() -> None:
    with pytest.raises(ValueError, match=r"format must be one of .*svg.*; got 'doc'"):
        draw(neuron()).pipe(format="doc")
    with pytest.raises(ValueError, match=r"layout must be one of .*dot.*; got 'magic'"):
        draw(neuron()).pipe(engine="magic")


# --- themes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_contrast_is_at_least_aa(theme: Any) -> None:
    fills = (theme.node, theme.leaf, theme.operation, theme.root)
    pairs = [(theme.text, fill) for fill in fills]
    pairs += [(colour, theme.node) for colour in (theme.faint, theme.gradient, theme.warning)]
    grounds = (theme.background, theme.group, theme.subgroup)
    pairs += [
        (c, ground) for ground in grounds for c in (theme.partial, theme.gradient, theme.faint)
    ]
    for text, ground in pairs:
        assert contrast(text, ground) >= 4.5
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WCAG's known example


def test_importing_the_package_leaves_graphviz_alone() -> None:
    heavy = "{'graphviz', 'pygraphviz', 'rich'}"
    code = f"import sys, autograd_mini; print({heavy} & set(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert out.strip() == "set()"
