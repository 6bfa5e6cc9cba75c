"""The picture of a recording for the page: laid out by Graphviz, coloured by the page's style."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

from autograd_mini.drawing import draw
from autograd_mini.drawing.digraph import SVG
from autograd_mini.drawing.interchange import from_json, to_json
from autograd_mini.graph import topological
from autograd_mini.notation.labels import number
from autograd_mini.stepping.sequence import Accumulate, Steps, Update, Visit

FEW = 200  # nodes that are drawn all at once; of more, groups are opened


def figure(steps: Steps) -> str:
    """The graph of a recording as SVG without colours."""
    lang = "es" if steps.stale else "en"  # "obsoleto" needs more room than "stale"
    picture = draw(
        roomy(steps), detail="chain rule", off_path="normal", color_by="kind", max_nodes=FEW,
        lang=lang,
    )  # fmt: skip
    return compact(picture.pipe(format="svg", encoding="utf-8"))


def roomy(steps: Steps) -> Any:
    """The root of a graph with room for every number that its nodes show on the way.

    A layout leaves room for the last ones alone, and 0.6927 + 0.3073 = 1; such a node gets its
    longest number as its gradient.
    """
    longest: dict[int, Any] = {}
    for step in steps:
        match step:
            case Accumulate():
                k, x = step.parent, step.after
            case Visit(node, adjoint):
                k, x = node, adjoint
            case Update():
                k, x = step.node, step.after
            case _:
                continue
        if _length(x) > _length(longest.get(k, steps.nodes[k].data)):
            longest[k] = x
    wide = {k: x for k, x in longest.items() if _length(x) > _length(steps.nodes[k].grad)}
    if not wide:
        return steps.root
    (root,) = from_json(to_json(steps.root))
    nodes = topological(root)
    for k, x in wide.items():
        nodes[k].grad = x
    return root


def _length(x: Any) -> int:
    return len(number(x))


# --- smaller SVG ---------------------------------------------------------------------------------
def compact(svg: str) -> str:
    """Graphviz's SVG with its shapes and texts alone: no colours, fonts, titles or comments.

    Boxes become rectangles with the classes "box", "head" and "frame"; the id of n3 is kept as
    the attribute data-id, for several pictures may stand on one page.
    """
    top = ET.fromstring(svg)
    graph = top.find(f"{SVG}g")
    assert graph is not None  # Graphviz writes one
    shift = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", graph.get("transform", ""))
    dx, dy = (float(shift[1]), float(shift[2])) if shift else (0.0, 0.0)
    out = ET.Element("svg", {"viewBox": top.get("viewBox", "")})
    clusters, edges, nodes = (ET.SubElement(out, "g") for _ in range(3))
    for group in (clusters, edges, nodes):
        group.set("transform", f"translate({_short(dx)} {_short(dy)})")
    for group in graph.findall(f"{SVG}g"):
        kind = group.get("class", "").split()[0]
        parent = {"cluster": clusters, "edge": edges}.get(kind, nodes)
        parent.append(_group(group, kind))
    text = ET.tostring(out, encoding="unicode")
    return text.replace(" />", "/>")


def _group(group: ET.Element, kind: str) -> ET.Element:
    made = ET.Element("g", {"class": group.get("class", ""), "data-id": group.get("id", "")})
    boxes = 0
    for part in group.iter():
        tag = part.tag.removeprefix(SVG)
        if tag == "text":
            made.append(_text(part))
        elif tag == "path":
            made.append(ET.Element("path", {"d": _rounded(part.get("d", ""))}))
        elif tag == "polygon":
            points = [tuple(map(float, p.split(","))) for p in part.get("points", "").split()]
            if kind == "edge":
                made.append(ET.Element("polygon", {"points": _points(points)}))
            elif (box := _box(points)) is not None:
                boxes += 1
                box.set("class", ("box", "head")[boxes - 1] if boxes < 3 else "frame")
                made.append(box)
    return made


def _box(points: list[tuple[float, ...]]) -> ET.Element | None:
    xs, ys = zip(*points, strict=True)
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if not width or not height:  # the rule below the heading
        return None
    sizes = {"x": min(xs), "y": min(ys), "width": width, "height": height}
    return ET.Element("rect", {key: _short(x) for key, x in sizes.items()})


def _text(part: ET.Element) -> ET.Element:
    made = ET.Element("text", {"class": part.get("class", "")})
    for key in ("x", "y"):
        made.set(key, _short(float(part.get(key, "0"))))
    made.text = part.text
    for piece in part:
        span = ET.SubElement(made, "tspan")
        for key in ("baseline-shift", "dy", "dx", "font-size"):
            if key in piece.attrib:
                span.set(key, piece.attrib[key])
        span.text, span.tail = piece.text, piece.tail
    return made


def _points(points: list[tuple[float, ...]]) -> str:
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in points[:-1])


def _rounded(path: str) -> str:
    return re.sub(r"-?\d+\.\d+", lambda m: _short(float(m[0])), path)


def _short(x: float) -> str:
    return f"{round(x, 1):g}"
