"""The page as a file: its parts, its policy, its size, and labels that stay text."""

import base64
import hashlib
import html
import json
import math
import random
import re
import zlib
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import MLP, Value, functions, museum, scope, steps
from autograd_mini.drawing import draw
from autograd_mini.language import catalogue
from autograd_mini.losses import mse
from autograd_mini.optim import SGD, Adam
from autograd_mini.pages import page as page_module
from autograd_mini.pages.document import ASSETS, as_json, document, squeezed, written
from autograd_mini.pages.figure import compact, figure
from autograd_mini.pages.measured import differences
from autograd_mini.pages.page import aligned, run_data, save_html, to_html
from autograd_mini.pages.playground import MAKING
from autograd_mini.stepping.sequence import Accumulate, Seed, Update, Visit
from tests.graphs import random_graph


class Page(HTMLParser):
    """The elements of a page, with the text of each that has an id or is a script."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.texts = []
        self.inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.texts.append("")
        self.inside = True

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data

    def first(self, **attributes):
        """The text of the first element with these attributes."""
        for (_, found), text in zip(self.tags, self.texts, strict=True):
            if attributes.items() <= found.items():
                return text
        raise AssertionError(attributes)

    def data(self):
        return json.loads(self.first(id="data"))

    def unpacked(self):
        """Style and script, by Python's own base64 and zlib."""
        digits = self.first(id="packed")
        assert digits == html.escape(digits) == json.dumps(digits)[1:-1]
        packed = base64.a85decode(digits.translate(str.maketrans("vwxy|~", "<\"&'>\\")))
        style, script = zlib.decompress(packed, wbits=-15).decode().split("\0")
        return style, script


def neuron():
    w, x, b = (Value(v, label=n) for v, n in ((0.5, "w"), (2.0, "x"), (-1.0, "b")))
    return steps((w * x + b).tanh() * w)


# --- one file, a strict policy -------------------------------------------------------------------
def test_the_policy_allows_this_style_and_these_scripts_and_nothing_else():
    page = Page(to_html(neuron()))
    named = {"http-equiv": "Content-Security-Policy"}
    (policy,) = (a["content"] for _, a in page.tags if named.items() <= a.items())
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    style, script = page.unpacked()
    elements = zip(page.tags, page.texts, strict=True)
    (loader,) = (text for (tag, a), text in elements if tag == "script" and "type" not in a)

    def hashed(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules["style-src"] == hashed(style)
    assert rules["script-src"].split() == [hashed(loader), hashed(script)]


def test_it_needs_no_other_file_and_has_no_code_in_its_attributes():
    page = Page(to_html(neuron(), beside=neuron()))
    style, script = page.unpacked()
    for tag, attributes in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {"src", "href", "xlink:href", "style", "srcdoc"} & {*attributes}
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in style
    assert re.findall(r"url\([^)]*\)", style) == ["url(#tip)"]
    for text in (script, style):
        for address in re.findall(r"https?://[^\s\"'`]*", text):
            assert address == "http://www.w3.org/"  # namespaces
    for word in ("fetch(", "XMLHttpRequest", "import(", "eval(", "new Function", "WebSocket"):
        assert word not in script
    assert not re.search("innerHTML|insertAdjacentHTML", script)


def test_ids_are_unique_and_what_the_scripts_look_up_is_there():
    page = Page(to_html(neuron()))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    files = [p.read_text(encoding="utf-8") for p in ASSETS.glob("*.js")]
    own = "".join(text for text in files if "training" not in text)
    made = set(re.findall(r"\bid: \"([\w-]+)\"", own))
    asking = "".join((ASSETS / name).read_text("utf-8") for name in ("panel.js", "player.js"))
    asked = set(re.findall(r"\$\(\"([\w-]+)\"\)", asking))
    assert asked - {*ids} - made == set()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_head_says_language_and_title(lang):
    def title(page):
        return page.texts[[tag for tag, _ in page.tags].index("title")]

    page = Page(to_html(neuron(), lang=lang))
    assert ("html", {"lang": lang}) in page.tags
    assert title(page) == catalogue("page")["title"][lang == "es"]
    given = Page(to_html(neuron(), title="A <neuron> & more"))
    assert title(given) == "A <neuron> & more"
    assert given.data()["title"] == "A <neuron> & more"


def test_every_word_that_the_files_ask_for_is_in_the_catalogue():
    files = "shell.html steps.html shell.js player.js graph.js curves.js panel.js find.js start.js"
    files += " groups.js paint.js opened.js"
    text = "".join((ASSETS / name).read_text(encoding="utf-8") for name in files.split())
    asked = set(re.findall(r"\bt\(\"([\w.]+\w)\"", text))
    asked |= set(re.findall(r"data-t(?:-label)?=\"([\w.]+)\"", text))
    words = {*catalogue("page"), *catalogue("groups")}
    assert asked - words == set()
    computed = r"^(phase|where|numbers|measured|paths|ledger|groups)\."
    unused = {key for key in words - asked if not re.match(computed, key)}
    assert unused <= {"grad", "data", "play", "pause"}


# --- size ----------------------------------------------------------------------------------------
def neuron_with_error(w, x, b):
    """A neuron with one input, and its error."""
    return ((w * x + b).tanh() - 1) ** 2


def network():
    model = MLP(4, [24, 24, 3], activation="tanh", seed=0)
    return mse([y for x in (0.1, 0.7) for y in model([x, 1.0, -x, 0.5])], [0.0] * 6)


@pytest.mark.parametrize(
    ("what", "nodes", "most"),
    [((neuron_with_error, 0.5, 2.0, -1.0), 8, 75_000), ((network,), 1006, 1_500_000)],
)
def test_it_is_small_with_all_modes(what, nodes, most):
    recorded = steps(*what)
    assert len(recorded.nodes) == nodes
    assert len(to_html(recorded).encode()) <= most


# --- the data ------------------------------------------------------------------------------------
def test_numbers_that_are_no_floats_are_texts_and_floats_are_exact():
    assert written(Fraction(-1, 3)) == "−1/3"
    assert written(1 + 2j) == "1+2j"
    for x in (0.1, -0.0, 5e-324, 1.7976931348623157e308, 1e15, 123456789.0, 1e22, 2.0**53 + 2):
        again = json.loads(as_json([written(x)]))[0]
        assert float(again).hex() == x.hex()
    assert [written(x) for x in (math.inf, -math.inf, math.nan)] == ["inf", "-inf", "nan"]
    assert [written(x) for x in (True, np.int64(3), np.float64(0.1))] == [1, 3, 0.1]
    data = run_data(steps(lambda x: x * x, Fraction(1, 3)))
    assert data["data"] == ["1/3", "1/9"]
    assert not data["plain"]
    assert [step[-1] for step in data["steps"] if step[0] == 4] == ["1/3", "2/3"]
    assert run_data(steps(lambda x: x * x, Fraction(10**400)))["amiss"] == []  # beyond floats


def test_updates_of_plain_gradient_descent_follow_and_others_are_written():
    x, y = Value(3.0, label="x"), Value(3.0, label="x")
    assert run_data(steps(y * y, optimiser=SGD([y], lr=0.1)))["plain"]
    recorded = steps(x * x, optimiser=Adam([x], lr=0.1))
    data = run_data(recorded)
    assert not data["plain"]
    update = recorded[-1]
    assert isinstance(update, Update)
    assert data["steps"][-1] == [5, 0, 3, 6, 0.1, update.after]


@pytest.mark.parametrize("given", [3, True, np.int64(2), np.float64(0.25)])
def test_a_leaf_that_was_given_another_kind_of_number_is_a_float(given):
    """The page said of x.data = 3 that another engine was recorded, and computed with no others."""
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    w.data = given
    recorded = steps(w * x, optimiser=SGD([w], lr=np.float64(0.1)))
    assert [type(node.data) for node in recorded.nodes] == [float] * 3
    assert [*map(type, recorded[-1])] == [int, *[float] * 4]
    assert run_data(recorded)["plain"]


def test_two_recordings_are_aligned_by_what_they_do():
    assert aligned(neuron(), neuron()) is None
    wrong, right = museum.stepped("ParentsInASet")
    pairs = aligned(right, wrong)
    assert pairs[-1] == [len(right) - 1, len(wrong) - 1]
    for a, b in pairwise(pairs):
        assert {b[0] - a[0], b[1] - a[1]} <= {0, 1}
    for one, other in ((right[i], wrong[j]) for i, j in pairs):
        assert one.node == other.node or not one.kind == other.kind == "forward"


# --- finite differences --------------------------------------------------------------------------
def test_differences_hold_the_gradient_of_every_node():
    found = held = 0
    draw = random.Random(3)
    for _ in range(60):
        graph = random_graph(draw)
        recorded = steps(graph, *graph.at, seed=-2.5)
        grads = recorded.state(-1).grad
        for k, estimate in differences(recorded).items():
            found += 1
            slack = 1e-12 * abs(estimate.value)
            held += abs(grads.get(k, 0.0) - estimate.value) <= estimate.error + slack
    assert found > 300
    assert held / found > 0.995


def test_differences_tell_a_wrong_gradient():
    wrong, right = museum.stepped("SignOfCosine")
    for recorded, agrees in ((right, True), (wrong, False)):
        found = [(recorded.nodes[k].grad, e) for k, e in differences(recorded).items()]
        assert all(abs(grad - e.value) <= e.error + 1e-12 for grad, e in found) is agrees


def test_differences_do_limited_work():
    x = Value(0.5, label="x")
    y = x
    for _ in range(300):
        y = y.sin()
    found = differences(steps(y), work=75 * 300 + 75 * 10)
    assert 0 in found  # leaves come first
    assert len(found) == 6  # then those near the root: 0 + 1 + 2 + 3 + 4 operations
    total = steps(functions.sum([x * float(k) for k in range(100)]))  # whose sum counts as 13
    assert [*differences(total, work=75 * (113 + 0 + 13 + 13))] == [0, 101, 100, 99]
    assert differences(steps(Value(Fraction(1, 3)) * 2)) == {}


def test_stale_nodes_and_nodes_made_by_hand_are_not_measured():
    x = Value(2.0, label="x")
    y = x * x
    x.data = 3.0
    assert 0 not in differences(steps(y * 2))
    h = Value(4.0, parents=(x,), partials=(2.0,))
    assert set(differences(steps(h * h))) == {1, 2}


# --- the picture ---------------------------------------------------------------------------------
def test_the_compact_picture_has_all_shapes_and_texts():
    recorded = neuron()
    svg = draw(recorded.root, detail="chain rule", off_path="normal").pipe("svg", encoding="utf-8")
    small = compact(svg)
    assert len(small) < len(svg) / 2

    def texts(source):
        return [t for t in re.findall(r"<text[^>]*>(.*?)</text>", source, re.DOTALL) if t.strip()]

    assert sorted(texts(small)) == sorted(texts(svg))
    assert small.count("<path") == svg.count("<path")
    assert small.count('class="frame"') == len(recorded.nodes)
    ids = set(re.findall(r'data-id="(\w+)"', small))
    edges = sum(len(node.parents) for node in recorded.nodes)
    assert ids == {f"n{k}" for k in range(len(recorded.nodes))} | {f"e{k}" for k in range(edges)}
    assert not re.search(r"fill=|stroke=|font-|style=|<title", small)


def test_scopes_are_framed_as_in_any_picture():
    def f(x):
        with scope("square"):
            y = x * x
        return y + 1

    recorded = steps(f, 3.0)
    assert recorded.names == ("x", "y", "v₁")
    assert recorded.nodes[1].label.scope == ("square",)
    svg = figure(recorded)
    assert svg.count('class="cluster group"') == 1
    assert ">square</text>" in svg


# --- labels and source are text ------------------------------------------------------------------
HOSTILE = [
    "<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "</text></svg><b>",
    "<!--", "-->", "]]>", "\u2028", "{{data}}", "{x}", "\\u003c", "&lt;", "\x00", "\ud800", "'\"`",
]  # fmt: skip


def structure(text):
    """Tags and the names of their attributes."""
    return [(tag, tuple(sorted(attributes))) for tag, attributes in Page(text).tags]


@settings(max_examples=40)
@given(st.text(max_size=40) | st.sampled_from(HOSTILE), st.text(max_size=20))
def test_labels_are_text(label, other):
    """Two names that are alike, or blank ones, change no tag either."""
    text = labelled(label, other)
    assert structure(text) == structure_of_plain_labels()
    text.encode("utf-8")


def labelled(first, second):
    """A page with these names in all places that have one."""

    def graph(first, second):
        x = Value(2.0, label=first)
        y = x * 3
        y.label = second
        return steps(y * x)

    beside = graph(second, first)
    return to_html(graph(first, second), title=first, beside=beside, labels=(first, second))


@cache
def structure_of_plain_labels():
    return structure(labelled("a", "b"))


@pytest.mark.parametrize("text", HOSTILE)
def test_source_text_is_text(text):
    recorded = steps(lambda x: x * x, 2.0)
    plain = to_html(recorded)
    source = recorded.sources[0]._replace(name=text, file=text, lines=(text, text))
    recorded.sources = (source,)
    page = to_html(recorded)
    assert structure(page) == structure(plain)
    assert "alert(1)" not in page or "\\u003c" in page


def test_an_operation_of_the_users_own_is_on_the_page(own):
    cube = own("cubed_for_the_page(a)", "a * a * a", "3 * a * a")
    recorded = steps(cube(Value(2.0, label="x")))
    page = Page(to_html(recorded))
    assert page.data()["runs"][0]["ops"] == [None, "cubed_for_the_page"]
    assert "cubed_for_the_page" in page.unpacked()[1]  # its formula in JavaScript


# --- what is refused -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"lang": "fr"}, ValueError, "en, es, got 'fr'"),
        ({"theme": "blue"}, ValueError, "auto, light, dark, got 'blue'"),
        ({"start": 99}, IndexError, "start must be from -"),
        ({"start": 1.5}, TypeError, "start must be an int, got 1.5"),
        ({"title": 3}, TypeError, "title must be text or None, got 3"),
        ({"beside": 3}, TypeError, "a page shows Steps, got 3"),
        ({"labels": ("a",)}, TypeError, "labels must be two texts"),
    ],
)
def test_bad_options_are_named(options, error, said):
    with pytest.raises(error, match=re.escape(said)):
        to_html(neuron(), **options)


def test_no_recording_no_page(tmp_path):
    with pytest.raises(TypeError, match="a page shows Steps, got"):
        to_html([1, 2])
    with pytest.raises(OSError, match="it is a folder"):
        save_html(neuron(), tmp_path)
    with pytest.raises(OSError, match="No such file"):
        save_html(neuron(), tmp_path / "missing" / "page.html")
    assert [*tmp_path.iterdir()] == []


# --- putting documents together ------------------------------------------------------------------
def test_squeezing_keeps_the_code():
    assert squeezed("if (a) {\n  // no\n\n  b('// yes');\n}") == "if (a) {\nb('// yes');\n}"
    assert squeezed("a b {\n  c: d e;\n}\n\n@media (x) {\n  f:hover {g: h}\n}", css=True) == (
        "a b{c:d e;}@media (x){f:hover{g:h}}"
    )


def test_no_file_declares_a_name_twice_for_all():
    """The files of a page share one scope: two `const x` in it would stop every script."""
    names = {}
    more = "playground.js layers.js layout.js packed.js".split()
    for file in (*page_module.FIRST, *page_module.LAST, *MAKING, *more, *page_module.GROUPS[1:]):
        text = (ASSETS / file).read_text(encoding="utf-8")
        declared = r"^(?:const|let|class|function|async function) ([\w$]+)"
        for name in re.findall(declared, text, re.M):
            assert names.setdefault(name, file) == file, f"{name} is in {names[name]}, {file}"


def test_the_document_of_others():
    text = document(
        "steps.html", ("const a = 1;\n",), {"x": "</script>"}, {"title": ("T", "Té")},
        lang="es", inserted={"graphs": ""}, packed={"k": 1},
    )  # fmt: skip
    page = Page(text)
    assert page.data() == {"x": "</script>", "lang": "es", "theme": "auto", "title": None}
    assert page.unpacked()[1].startswith('(async()=>{"use strict";\nconst PACKED = {"k":1,"words"')


def test_every_kind_of_step_has_its_form():
    x = Value(3.0, label="x")
    recorded = steps(x * x, optimiser=SGD([x], lr=0.5))
    rows = run_data(recorded)["steps"]
    assert rows == [
        [0, 0], [1, 1], [2, 1, 1], [3, 1], [4, 1, 0], [4, 1, 1], [3, 0], [5, 0, 3, 6, 0.5, 0.0],
    ]  # fmt: skip
    assert [type(step) for step in recorded[2:5]] == [Seed, Visit, Accumulate]
