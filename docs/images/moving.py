"""The backward pass of a neuron as a picture that moves: an SVG whose style has the steps.

The graph is drawn once. A rule of its style shows each gradient from its step on, another lights
a node during its step, a third lets an arrow run backwards. Where nothing may move, or no style is
known, all of it is there from the start.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from autograd_mini import Value, draw, steps
from autograd_mini.drawing.themes import THEMES
from autograd_mini.stepping import Accumulate, Seed, explain_step

SVG = "http://www.w3.org/2000/svg"
SECONDS, RUN, PAUSE = 2.0, 0.35, 3.0  # of a step; in steps: an arrow's run, how long the end stays
WORDS = 84  # units below the graph
LIGHT, DARK = THEMES["light"]._asdict(), THEMES["dark"]._asdict()
LIT = {"fill": "none", "stroke": LIGHT["gradient"], "stroke-width": "3"}


def tag(name: str, *children: Any, text: str = "", **attributes: Any) -> Any:
    """An element; `font_size` is its attribute font-size."""
    named = {key.strip("_").replace("_", "-"): str(x) for key, x in attributes.items()}
    made = ET.Element(f"{{{SVG}}}{name}", named)
    made.text = text
    made.extend(children)
    return made


def backward(lang: str = "en") -> str:
    """The picture, of y = tanh(w x + b) at 0.5, 2, -0.25."""
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.25, label="b")
    product = w * x
    total = product + b
    y = total.tanh()
    product.label, total.label, y.label = "p", "z", "y"
    recorded = steps(y)
    look: Any = {"detail": "chain rule", "off_path": "normal", "color_by": "kind", "lang": lang}
    ET.register_namespace("", SVG)
    svg = ET.fromstring(draw(recorded.root, **look).pipe(format="svg", encoding="utf-8"))
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    graph = svg[-1]
    graph.remove(graph[1])  # its background
    found = {e.get("id"): e for e in graph}
    edges = [(k, j) for k, node in enumerate(recorded.nodes) for j, _ in enumerate(node.edges())]
    shown = [i for i, step in enumerate(recorded) if isinstance(step, Seed | Accumulate)]
    for k, i in enumerate(shown):
        step = recorded[i]
        last = {"class_": f"on{k}", "opacity": int(i == shown[-1])}
        node = found[f"n{step.parent if isinstance(step, Accumulate) else step.node}"]
        appearing = [e for e in node if e.get("class") == "grad"]
        node.append(
            tag("polygon", points=node[-1].get("points"), class_=f"on{k}", opacity=0, **LIT)
        )
        if isinstance(step, Accumulate):
            edge = found[f"e{edges.index((step.node, step.edge))}"]
            appearing += [e for e in edge if e.get("class") in ("partial", "share")]
            path = tag("path", d=edge[1].get("d"), class_=f"run{k}", pathLength=1, **LIT,
                       stroke_dasharray="1 1", marker_start="url(#tip)")  # fmt: skip
            edge.insert(2, tag("g", path, class_=f"on{k}", opacity=0))
        for e in appearing:
            e.set("class", f"{e.get('class')} from{k}")
        svg.append(told(explain_step(recorded, i, lang), height, **last))
    tip = tag("path", d="M0 0L8 4L0 8z", fill=LIGHT["gradient"])
    size = {"width": f"{width:g}", "height": f"{height + WORDS:g}"}
    svg[:0] = [
        tag("style", text=style(len(shown))),
        tag("marker", tip, id="tip", viewBox="0 0 8 8", refX=6, refY=4, markerWidth=13,
            markerHeight=13, markerUnits="userSpaceOnUse", orient="auto-start-reverse"),
        tag("rect", **size, rx=8, fill=LIGHT["background"]),
    ]  # fmt: skip
    svg.attrib |= {**size, "viewBox": f"0 0 {width:g} {height + WORDS:g}"}
    return ET.tostring(svg, encoding="unicode") + "\n"


def told(said: Any, top: float, **attributes: Any) -> Any:
    """What happens in a step, below the graph: title, sentence, formulas."""
    inks = {"text": said.symbolic, "partial": said.local, "gradient": said.numeric}
    formulas = [
        tag("tspan", text=formula.text, fill=LIGHT[ink], dx=24 if ink != "text" else 0)
        for ink, formula in inks.items()
        if formula is not None
    ]
    title = {"font_weight": "bold", "fill": LIGHT["gradient"]}
    return tag(
        "g",
        tag("text", text=said.title, x=12, y=top + 16, font_size=15, **title),
        tag("text", text=said.sentence.replace("`", ""), x=12, y=top + 38, font_size=13.5,
            fill=LIGHT["text"]),
        tag("text", *formulas, x=12, y=top + 62, font_size=15),
        font_family="Helvetica,Arial,sans-serif", **attributes,
    )  # fmt: skip


def style(n: int) -> str:
    """The rules of n steps; the colours where the reader's system is dark."""
    whole = n + PAUSE
    none, full, back, ran = (
        f"{{{key}:{x}}}"
        for key, x in (("opacity", 0), ("opacity", 1), *(("stroke-dashoffset", x) for x in (-1, 0)))
    )
    rules = []
    for k in range(n):
        at, run, end = (f"{100 * (k + part) / whole:.2f}%" for part in (0, RUN, 1))
        rules += [
            f"@keyframes from{k}{{0%{none}{at},100%{full}}}",
            f"@keyframes on{k}{{0%{none}{at}{full}"
            + (f"{end},100%{none}}}" if k < n - 1 else f"100%{full}}}"),
            f"@keyframes run{k}{{0%,{at}{back}{run},100%{ran}}}",
            *(f".{name}{k}{{animation-name:{name}{k}}}" for name in ("from", "on", "run")),
        ]
    dark = [
        f'[{what}="{LIGHT[name]}"]{{{what}:{DARK[name]}}}'
        for name in LIGHT
        for what in ("fill", "stroke")
    ]
    return (
        f'[class*="from"],[class^="on"]{{animation:{whole * SECONDS:g}s step-end infinite}}'
        f'[class^="run"]{{animation:{whole * SECONDS:g}s ease-in-out infinite}}{"".join(rules)}'
        f"@media (prefers-color-scheme:dark){{{''.join(dark)}}}"
        "@media (prefers-reduced-motion:reduce){*{animation:none!important}}"
    )
