"""In a real browser: pictures are whole and legible, and no label ever runs as a script."""

import base64
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from gallery import build

from autograd_mini import Layer, Value, draw, draw_network, draw_paths, scope, to_mermaid

ROOT = Path(__file__).resolve().parent.parent.parent

PAGE = 720  # width in CSS pixels of the text of a page of the documentation
LEAST = 7.0  # height in CSS pixels of the smallest letters that are still read without a click

HTML = (
    '<!doctype html><meta charset="utf-8"><title>quiet</title>'
    '<body style="margin:0">{body}<pre id="answer"></pre><script>{script}</script>'
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg"><title>quiet</title>{body}'
    '<desc id="answer"/><script><![CDATA[{script}]]></script></svg>'
)
ANSWER = ';document.getElementById("answer").textContent = JSON.stringify(answer)'


def answer(visit, file, body, script):
    """What the script, run in a page with this body, leaves in `answer`."""
    form = SVG if file.suffix == ".svg" else HTML  # SVG is read as XML and not as HTML
    file.write_text(form.format(body=body, script=script + ANSWER), encoding="utf-8")
    return json.loads(visit(file).text_content("#answer"))


# --- layout --------------------------------------------------------------------------------------
MEASURE = """
const answer = [...document.querySelectorAll("div.picture")].map(div => {
  const svg = div.querySelector("svg"), frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim());
  const boxes = texts.map(t => t.getBoundingClientRect());
  const slack = 1.5;
  const outside = texts.filter((t, i) => boxes[i].left < frame.left - slack
    || boxes[i].right > frame.right + slack || boxes[i].top < frame.top - slack
    || boxes[i].bottom > frame.bottom + slack).map(t => t.textContent);
  const overlapping = [];
  boxes.forEach((a, i) => boxes.forEach((b, j) => {
    if (i < j) {
      const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const least = Math.min(a.height, b.height);  // exponents may touch their base
      if (w > (h > 0.8 * least ? slack : 2 * slack) && h > 0.35 * least)
        overlapping.push([texts[i].textContent, texts[j].textContent]);
    }
  }));
  const sizes = texts.map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a);
  return {name: div.id, outside, overlapping, smallest: Math.min(...sizes), width: frame.width};
})
"""


def test_the_pictures_of_the_gallery_are_legible(visit, tmp_path, exhibits):
    """No text lies on another, none is cut off, and the letters are large enough at page width."""
    body = "<style>svg { width: 100%; height: auto }</style>"
    for name, exhibit in exhibits.items():
        if exhibit.file.endswith(".svg"):
            width = min(PAGE, build.LEAST_SCALE * build.width_of(exhibit))
            frame = f'<div class="picture" id="{name}" style="width:{width}px">'
            body += f"{frame}{exhibit.data.decode()}</div>"
    measured = {m.pop("name"): m for m in answer(visit, tmp_path / "gallery.html", body, MEASURE)}
    assert {name: m["outside"] for name, m in measured.items() if m["outside"]} == {}
    assert {name: m["overlapping"] for name, m in measured.items() if m["overlapping"]} == {}
    assert {name: m for name, m in measured.items() if m["smallest"] < LEAST} == {}


def test_the_measure_finds_texts_that_overlap_or_are_cut(visit, tmp_path):
    text = '<text x="{}" y="20" font-size="16">{}</text>'
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40">{}</svg>'
    texts = [text.format(10, "first"), text.format(20, "second"), text.format(180, "cut off")]
    body = f'<div class="picture" id="p">{svg.format("".join(texts))}</div>'
    (measured,) = answer(visit, tmp_path / "page.html", body, MEASURE)
    assert measured["overlapping"] == [["first", "second"]]
    assert measured["outside"] == ["cut off"]
    assert measured["smallest"] == 16


# --- labels are text -----------------------------------------------------------------------------
HOSTILE = [
    '<script>document.title = "ran"</script>',
    "</text></svg><script>document.title = 'ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    '"><svg onload="document.title=\'ran\'">',
    "]]><script>document.title='ran'</script>",
    "<a href=\"javascript:document.title='ran'\">x</a>",
    "<foreignObject><iframe srcdoc=\"<script>parent.document.title='ran'</script>\">",
    "&lt;script&gt;document.title='ran'&lt;/script&gt;",
    "--><script>document.title='ran'</script><!--",
]
CLICK = """
document.querySelectorAll("svg *").forEach(e => e.dispatchEvent(new MouseEvent("click")));
const svgs = [...document.querySelectorAll("svg")];
const answer = {
  title: document.title,
  scripts: document.querySelectorAll("g script, g iframe, g img, g foreignObject").length,
  links: [...document.querySelectorAll("svg a")].map(a => a.getAttribute("href")
    || a.getAttribute("xlink:href") || ""),
  handlers: [...document.querySelectorAll("svg *")].filter(e =>
    e.getAttributeNames().some(name => name.startsWith("on"))).length,
  texts: svgs.map(svg => svg.textContent),
}
"""
MERMAID = """
const pres = [...document.querySelectorAll("pre.mermaid")];
const answer = {
  title: document.title,
  elements: [...new Set(pres.flatMap(pre => [...pre.querySelectorAll("*")].map(e => e.tagName)))],
  texts: pres.map(pre => pre.textContent),
}
"""


def hostile_graph(label):
    x, y = Value(2.0, label=label), Value(3.0, label="y")
    z = x * y
    z.label = label
    z.backward()
    return z


def pictures_of(label):
    """The label in every kind of SVG: as a name of nodes, of scopes framed and folded, ..."""
    with scope(label):
        inside = hostile_graph("x")
    root = hostile_graph(label)
    network = Layer(2, 2, activation=type(label, (), {"__call__": lambda _, v: v * v})(), seed=0)
    drawings = [
        draw(root, detail="chain rule", color_by="gradient"), draw(inside * 2),
        draw(inside * 2, collapse=1), draw_paths(root, root.parents[0]), draw_network(network),
        draw_network(network, [1.0, 2.0], theme="print"),
    ]  # fmt: skip
    svgs = [drawing.pipe(format="svg", encoding="utf-8") for drawing in drawings]
    return [svg[svg.index("<svg") :] for svg in svgs]


@pytest.mark.parametrize(("file", "body"), [("h.html", "{}"), ("h.svg", "<g>{}</g>")])
def test_labels_never_run_as_scripts(visit, tmp_path, file, body):
    """Inlined in HTML, and where the SVG is opened itself, which is read as XML."""
    svgs = [svg for label in HOSTILE for svg in pictures_of(label)]
    found = answer(visit, tmp_path / file, body.format("".join(svgs)), CLICK)
    assert found["title"] == "quiet"
    assert found["scripts"] == found["handlers"] == 0
    assert [link for link in found["links"] if "javascript" in link] == []
    # The text survives: each picture shows the beginning of its label.
    each, texts = len(svgs) // len(HOSTILE), found["texts"][-len(svgs) :]
    for k, text in enumerate(texts):
        assert HOSTILE[k // each][:8].replace("  ", " \u00a0") in text


def test_mermaid_puts_nothing_into_the_page_but_text(visit, tmp_path):
    """Pages often have Mermaid's text as it is between their tags, and only then is it read."""
    texts = []
    for label in HOSTILE:
        with scope(label):
            inside = hostile_graph(label)
        texts += [to_mermaid(inside * 2, detail="chain rule"), to_mermaid(inside * 2, collapse=1)]
    body = "".join(f'<pre class="mermaid">{text}</pre>' for text in texts)
    found = answer(visit, tmp_path / "page.html", body, MERMAID)
    assert found["title"] == "quiet"
    assert found["elements"] == ["BR"]  # its own line breaks
    shown = [text.replace("\n", "") for text in found["texts"]]
    assert shown == [re.sub("<br/>|\n", "", text) for text in texts]


def test_the_hostile_page_would_be_noticed(visit, tmp_path):
    found = answer(visit, tmp_path / "page.html", f"<svg>{HOSTILE[1]}</svg>", CLICK)
    assert found["title"] == "ran"
    found = answer(visit, tmp_path / "page.svg", f"<g>{HOSTILE[0]}</g>", CLICK)
    assert found["title"] == "ran"


# --- notebooks -----------------------------------------------------------------------------------
CELLS = """
const answer = [...document.querySelectorAll(".jp-OutputArea-output")].map(cell => {
  const picture = cell.querySelector("img, svg");
  const {width, height} = picture.getBoundingClientRect();
  return {width, height, source: picture.src || picture.outerHTML};
})
"""
SETUP = """
from autograd_mini import MLP, Value, draw, draw_network, draw_paths
x = Value(3.0, label="x<y")
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_a_notebook_shows_the_drawings_in_its_output_cells(visit, tmp_path, monkeypatch):
    """As JupyterLab and VS Code do: both show the richest kind of output that they know, SVG."""
    nbformat = pytest.importorskip("nbformat", reason="the extra [test] brings it")
    nbclient = pytest.importorskip("nbclient", reason="the extra [test] brings it")
    nbconvert = pytest.importorskip("nbconvert", reason="the extra [test] brings it")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    code = [SETUP + "draw(x * x)", "draw_paths(x * x, x)", "draw_network(MLP(2, [2, 1], seed=0))"]
    cells = [nbformat.v4.new_code_cell(lines) for lines in code]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert [set(cell.outputs[0].data) >= {"image/svg+xml"} for cell in cells] == [True] * 3
    page, _ = nbconvert.HTMLExporter(embed_images=True).from_notebook_node(notebook)
    # The page fetches its formulas' fonts and scripts from the network, which a test does not.
    page = re.sub(r"<script[^>]*src=.*?</script>", "", page, flags=re.DOTALL)
    measured = answer(visit, tmp_path / "cells.html", page, CELLS)
    assert all(picture["width"] > 100 and picture["height"] > 50 for picture in measured)
    shown = []
    for picture in measured:
        source = picture["source"]
        if source.startswith("data:"):  # an image in the cell; its SVG is in the address
            source = base64.b64decode(source.partition(",")[2]).decode()
        shown.append(ET.fromstring(source[source.index("<svg") :]))
    classes = [Counter(e.get("class", "").partition(" ")[2] for e in svg.iter()) for svg in shown]
    assert classes[0]["leaf"] == classes[0]["root"] == 1
    assert classes[1]["total"] == 1
    assert (classes[2]["input"], classes[2]["neuron"]) == (2, 3)
    assert ["x<y" in "".join(svg.itertext()) for svg in shown] == [True, True, False]
