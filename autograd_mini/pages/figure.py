"""The picture of a recording for the page: laid out by Graphviz, coloured by the page's style."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

from autograd_mini.drawing import draw
from autograd_mini.drawing.digraph import SVG
from autograd_mini.graph import deepcopy, topological
from autograd_mini.notation.labels import number
from autograd_mini.numbers.numberlike import held
from autograd_mini.stepping.sequence import Steps
from autograd_mini.value import Value

FEW = 200  # nodes that are drawn all at once; of more, groups are opened


def figure(steps: Steps) -> str:
    """The graph of a recording as SVG without colours."""
    lang = "es" if steps.stale else "en"  # "obsoleto" needs more room than "stale"
    look: Any = {"detail": "chain rule", "off_path": "normal", "color_by": "kind", "lang": lang}
    picture = draw(roomy(steps), max_nodes=FEW, **look)
    return compact(picture.pipe(format="svg", encoding="utf-8"))


def roomy(steps: Steps) -> Value:
    """The root of a graph with room for every number that its nodes show on the way.

    A layout leaves room for the last ones alone, and 0.6927 + 0.3073 = 1; such a node gets its
    longest number as its gradient.
    """
    root = deepcopy(steps.root, {}, held, Value)
    for k, node in enumerate(topological(root)):
        longest = max([node.data, *steps.timeline.numbers(k)], key=_length)
        if _length(longest) > max(_length(node.data), _length(node.grad)):
            node.grad = longest
    return root


def _length(x: Any) -> int:
    return len(number(x))


# --- smaller SVG ---------------------------------------------------------------------------------
_KEPT = {"path": ("d",), "polygon": ("points",), "text": ("class", "x", "y")}
_OF_SPANS = ("dy", "font-size")


def compact(svg: str) -> str:
    """Graphviz's SVG with its shapes and texts alone: no colours, fonts, titles or comments.

    Boxes become rectangles with the classes "box", "head" and "frame"; the id of n3 is kept as
    the attribute data-id, for several pictures may stand on one page.
    """
    top = ET.fromstring(svg)
    graph = top.find(f"{SVG}g")
    assert graph is not None  # Graphviz writes one
    _, word, shift = graph.get("transform", "").partition("translate")
    place = {"transform": _rounded(word + shift)}
    out = ET.Element("svg", {"viewBox": top.get("viewBox", "")})
    parents = {kind: ET.SubElement(out, "g", place) for kind in ("cluster", "edge", "node")}
    for group in graph.findall(f"{SVG}g"):
        names = group.get("class", "")
        given = {"class": names, "data-id": group.get("id", "")}
        made = ET.SubElement(parents[names.split()[0]], "g", given)
        parts = ((part, kept) for tag, kept in _KEPT.items() for part in group.iter(f"{SVG}{tag}"))
        made.extend(_slim(*each) for each in parts)
        if not names.startswith("edge"):
            _boxed(made)
    return ET.tostring(out, encoding="unicode").replace(" />", "/>")


def _slim(part: ET.Element, kept: Sequence[str]) -> ET.Element:
    """A shape, or a text with its pieces, with no more than the page needs."""
    given = {key: _rounded(x) for key, x in part.attrib.items() if key in kept}
    made = ET.Element(part.tag.removeprefix(SVG), given)
    made.text = part.text
    made.extend(_slim(piece, _OF_SPANS) for piece in part)
    return made


def _boxed(made: ET.Element) -> None:
    """Rectangles in place of the polygons of a node; the rule below its heading is none."""
    names = iter(("box", "head"))
    for polygon in made.findall("polygon"):
        points = [point.split(",") for point in polygon.attrib.pop("points").split()]
        xs, ys = ([float(x) for x in side] for side in zip(*points, strict=True))
        sizes = {"width": max(xs) - min(xs), "height": max(ys) - min(ys)}
        if not all(sizes.values()):
            made.remove(polygon)
            continue
        sizes = {"x": min(xs), "y": min(ys), **sizes}
        polygon.tag = "rect"
        polygon.attrib = {key: f"{x:g}" for key, x in sizes.items()}
        polygon.set("class", next(names, "frame"))


def _rounded(numbers: str) -> str:
    return re.sub(r"-?\d+\.\d+", lambda m: f"{round(float(m[0]), 1):g}", numbers)
