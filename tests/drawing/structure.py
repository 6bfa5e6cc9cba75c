"""Drawings read back as structure, the graphs of the golden files, and a way to write those anew.

python -m tests.drawing.structure            # after looking at the pictures
"""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pygraphviz

from autograd_mini import MLP, Value, draw, draw_network, draw_paths, functions, losses, scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.drawing import Drawing

GOLDEN = Path(__file__).parent / "golden"
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
    innermost = (cell for cell in tree.iter("td") if cell.find(".//td") is None)
    texts = ["".join(cell.itertext()).strip("\xa0") for cell in innermost]
    return [text.replace("\\\\", "\\") for text in texts]


def read(drawing: Drawing) -> Any:
    """The DOT text as Graphviz reads it; by a key for each edge parallel ones are told apart."""
    source = re.sub(r"\bid=((?:p\d+)?e\d+)\b", r"key=\1 id=\1", drawing.source)
    return pygraphviz.AGraph(string=source)


def parsed(drawing: Drawing) -> tuple[dict[str, list[str]], list[tuple[str, str, list[str]]]]:
    """The texts of nodes and of edges."""
    seen = structure(drawing)
    nodes = {id: node["texts"] for id, node in seen["nodes"].items()}
    return nodes, [(tail, head, texts) for tail, head, _, texts in seen["edges"].values()]


def as_float(text: str) -> float:
    """A number of a picture, read back."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    if text == "∞":
        return math.inf
    match = re.fullmatch(r"(−?[\d.]*)(?:·?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    assert match, text
    mantissa, exponent = match[1].replace("−", "-"), (match[2] or "⁰").translate(digits)
    return float(mantissa if mantissa.strip("-") else mantissa + "1") * 10.0 ** int(exponent)


# --- golden files ---------------------------------------------------------------------------------
def structure(drawing: Drawing) -> dict[str, Any]:
    """What a drawing shows, without places and colours: nodes, edges, groups, and its caption."""
    graph = read(drawing)
    nodes = {
        str(node): {"class": node.attr["class"], "texts": texts(node.attr["label"])}
        for node in sorted(graph.nodes(), key=natural)
        if node.attr["id"]
    }
    edges = {}
    for tail, head, key in graph.edges(keys=True):
        attributes = graph.get_edge(tail, head, key).attr
        if attributes["style"] != "invis" and attributes["id"]:
            label = attributes["label"] or attributes["edgetooltip"] or ""
            edges[key] = [str(tail), str(head), attributes["class"], texts(label)]
    whole = {
        "nodes": nodes,
        "edges": dict(sorted(edges.items(), key=lambda pair: natural(pair[0]))),
        "groups": groups(graph),
        "caption": texts(dict(graph.graph_attr).get("label") or ""),
    }
    as_read: dict[str, Any] = json.loads(json.dumps(whole))
    return as_read


def texts(label: str) -> list[str]:
    """The texts of a label; of one without a table, the label itself."""
    if "<td" in label:
        return [text for text in cells(label) if text]
    text = re.sub(r"<[^<>]*>", " ", label).replace("&#160;", " ").replace("\xa0", " ")
    return [" ".join(text.split())] if label else []


def groups(graph: Any) -> dict[str, Any]:
    """Frames within frames, each with the nodes that are in it but in no frame inside it."""
    found = {}
    for sub in graph.subgraphs():
        if str(sub.name).startswith("cluster"):
            inner = groups(sub)
            below = {id for one in inner.values() for id in _all(one)}
            own = sorted({str(node) for node in sub.nodes()} - below, key=natural)
            found[str(sub.graph_attr["label"])] = {"nodes": own, "groups": inner}
    return found


def _all(group: Any) -> list[str]:
    return [*group["nodes"], *(id for one in group["groups"].values() for id in _all(one))]


def natural(id: str) -> list[Any]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(id))]


def _square() -> Drawing:
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    return draw(y, detail="chain rule")


def _diamond() -> Drawing:
    x = Value(2.0, label="x")
    y = x.sin() * x.exp()
    return draw(y)  # before any backward pass


def network(*sizes: int) -> Value:
    """The loss of a network, after its backward pass."""
    loss = losses.mse(MLP(2, [*sizes], activation="tanh", seed=0)([0.5, -1.0]), 1.0)
    loss.label = "L"
    loss.backward()
    return loss


def _scopes() -> Drawing:
    x = Value(0.8, label="x")
    with scope("encoder"):
        w = Value(1.5, label="w")
        with scope("inner"):
            h = (w * x).tanh()
    y = h - x
    y.backward()
    return draw(y)


def _stale() -> Drawing:
    x = Value(2.0, label="x")
    y = x.log() + 1
    y.backward()
    x.data = -1.0
    return draw(y, lang="es")


def _roots() -> Drawing:
    x, u = Value(Fraction(1, 3), label="x"), Value(2.0, label="u")
    y, z = x * x, functions.max([u, 3.0, u * 2])
    y.backward()
    return draw(y, z)


def _off_path() -> Drawing:
    x, w = Value(-2.0, label="x"), Value(3.0, label="w")
    y = (x.relu() + w) * 2
    y.backward()
    return draw(y, off_path="hidden", detail="values")


def _paths() -> Drawing:
    x = Value(0.5, label="x")
    s = x.sin()
    s.label = "s"
    y = s * x + s
    y.label = "y"
    return draw_paths(y, x)


def _neurons() -> Drawing:
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    return draw_network(model, [[1.0, -1.0], [0.0, 1.0]])


GRAPHS: dict[str, Callable[[], Drawing]] = {
    "neuron": lambda: draw(neuron()), "square": _square, "diamond": _diamond,
    "network": lambda: draw(network(2, 1), group="neuron"), "scopes": _scopes, "stale": _stale,
    "folded": lambda: draw(network(3, 2, 1), collapse="layer", lang="es"), "roots": _roots,
    "off_path": _off_path, "paths": _paths, "neurons": _neurons,
}  # fmt: skip

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, make in GRAPHS.items():
        text = json.dumps(structure(make()), indent=1, ensure_ascii=False)
        (GOLDEN / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
