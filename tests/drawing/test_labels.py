"""Labels are text, never markup: in DOT, SVG, Mermaid, LaTeX, HTML and JSON."""

import re
import unicodedata
import xml.etree.ElementTree as ET
from contextlib import ExitStack

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd_mini import Value, draw, draw_paths, draw_text, scope, steps
from autograd_mini.drawing import from_json, to_json, to_latex, to_mermaid
from autograd_mini.drawing.latex import text as latex_text
from autograd_mini.drawing.scopes import scope_of
from autograd_mini.notation.labels import name, printable
from autograd_mini.stepping import to_html
from tests.drawing.structure import SVG

ELEMENTS = {*"svg g title polygon path text polyline ellipse".split()}
NASTY = [
    "<script>alert(1)</script>", "<b>bold</b>", "&lt;&amp;&#65;", 'a "quoted" b',
    "back\\slash \\N \\G \\l \\", "{braces|and|bars}", "two\nlines\tand tab",
    "null\x00escape\x1b[31m", "lone \ud800 surrogate", "عربي وعبري עברית", "😀 emoji 👩‍👩‍👧",
    "  two  spaces  ", "]]>", r"\\two", "<!-- -->", "x" * 10_000,
]  # fmt: skip


def shown_texts(drawing):
    tree = ET.fromstring(drawing.pipe())
    texts = ("".join(text.itertext()) for text in tree.iter(f"{SVG}text"))
    return [text.replace("\xa0", " ").strip() for text in texts]


def as_named(label):
    """What a node with this label is called."""
    return name(label) if label.strip() else "v₁"


def check_label(label):
    drawing = draw(Value(1.0, label=label))
    expected = as_named(label).replace("\xa0", " ").replace("\u200b", "").strip() or "v₁"
    shown = [text.replace("\u200b", "") for text in shown_texts(drawing)]
    assert expected in shown
    assert len(shown) == 5
    if len(label) <= 28:
        assert name(label) == printable(label)


@pytest.mark.parametrize("label", NASTY, ids=range(len(NASTY)))
def test_nasty_labels_come_out_as_themselves(label):
    check_label(label)
    y = Value(2.0, label=label) * Value(3.0, label=label)
    y.backward()
    tree = ET.fromstring(draw(y, detail="chain rule").pipe())
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= ELEMENTS


@pytest.mark.parametrize("label", [0, 3, 2.5, ("a", 1), b"x"], ids=str)
def test_a_label_that_is_no_text_is_shown_as_text(label):
    x = Value(2.0, label=label)
    y = x * x
    y.backward()
    assert str(label) in shown_texts(draw(y, group="layer"))
    assert draw_text(y).splitlines()[1].startswith(f"├─ {label}  data 2")
    assert steps(y).names == (str(label), "v₁")
    for drawn in (to_latex(y), to_mermaid(y), draw_paths(y, x).source, to_html(steps(y))):
        assert drawn
    (copy,) = from_json(to_json(y))
    assert copy.parents[0].label == str(label)


THAI = "".join(map(chr, range(0xE01, 0xE5C)))  # are laid out in a process of their own
TEXT = st.text(st.characters(exclude_categories=(), exclude_characters=THAI), max_size=30)


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_any_label_comes_out_as_text(label):
    check_label(label)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_any_group_name_comes_out_as_text(layer, rest):
    node = Value(1.0, label=f"{layer}.layer1.neuron1.{rest or 'w'}")
    ET.fromstring(draw(node.tanh(), group="neuron").pipe())


# --- the other forms ------------------------------------------------------------------------------
LABELS = st.one_of(st.sampled_from(NASTY), TEXT)


@settings(max_examples=200)
@given(LABELS)
def test_any_label_is_text_in_mermaid(label):
    lines = to_mermaid(Value(1.0, label=label) * 2, detail="values").split("\n")
    (node,) = [line for line in lines if line.startswith('  n0["')]
    match = re.fullmatch(r'  n0\["([^"<>`\\{}\[\]]*)<br/>data 1"\]', node)
    shown = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), match[1])
    assert shown == as_named(label)
    assert re.fullmatch(r"(?:[^#]|#\d+;)*", match[1])  # no entity that is not a number
    assert [line.split("[")[0] for line in lines if "[" in line] == ["  n0", "  n1"]


TEX = {
    r"\textbackslash{}": "\\", r"\textasciicircum{}": "^", r"\textasciitilde{}": "~",
    r"\textless{}": "<", r"\textgreater{}": ">", r"\textbar{}": "|", r"\textquotedbl{}": '"',
    r"\textasciigrave{}": "`", r"\textquotesingle{}": "'", r"\texttimes{}": "×",
    r"\textperiodcentered{}": "·", r"$\partial$": "∂", r"$\infty$": "∞", "{-}": "-",
    r"\textminus{}": "−",
    **{rf"\{c}": c for c in "{}$&#%_"},
}  # fmt: skip


@settings(max_examples=200)
@given(LABELS)
@example(r"\\two")
def test_any_label_is_text_in_latex(label):
    """Each special character is a command, and read back, the commands are the label."""
    written = latex_text(name(label))
    commands = "|".join(re.escape(command) for command in sorted(TEX, key=len, reverse=True))
    others = r"\\text(?:super|sub)script\{(?:[\d()]|\\textminus\{\})*\}|\$\\\w+\$|\\ldots\{\}"
    rest = re.sub(f"{commands}|{others}", "", written)
    assert not re.search(r"[\\{}$&#%_^~]", rest)
    if not re.search(others, re.sub(commands, "", written)):
        back = re.sub(commands, lambda match: TEX[match[0]], written)
        assert back == name(label)
    whole = to_latex(Value(1.0, label=label) * 2)
    assert whole.count(r"\begin{document}") == whole.count(r"\end{document}") == 1
    assert whole.count("{") - whole.count(r"\{") == whole.count("}") - whole.count(r"\}")


def test_latex_has_the_colours_of_the_kinds():
    node = Value(1.0, label="x") * 2
    assert to_latex(node, color_by="kind") == to_latex(node)
    with pytest.raises(ValueError, match="color_by must be one of kind, got 'gradient'"):
        to_latex(node, color_by="gradient")


@settings(max_examples=200)
@given(LABELS, st.lists(LABELS.filter(str.strip), max_size=2))
def test_any_label_and_scope_comes_back_from_json(label, scopes):
    with ExitStack() as stack:
        for one in scopes:
            stack.enter_context(scope(one))
        x = Value(2.0, label=label)
        y = x * x
    text = to_json(y)
    text.encode()  # as a file has it
    (again,) = from_json(text)
    assert again.parents[0].label == label
    assert scope_of(again.parents[0]) == scope_of(again) == tuple(scopes)


@settings(max_examples=100)
@given(LABELS)
def test_any_label_is_one_line_of_text_for_a_terminal(label):
    lines = draw_text(Value(1.0, label=label) * 2, detail="values").split("\n")
    assert lines[1:] == [f"└─ {as_named(label)}  data 1"]
    assert not any(unicodedata.category(c) == "Cc" for c in lines[1])


def test_edges_and_tooltips_are_text_too():
    """Beyond 250 edges the local derivatives stand in titles, which are XML attributes."""
    label = '"><script>x</script>\\N&'
    x = Value(1.0, label=label)
    y = x * 1
    for _ in range(140):
        y = y * x
    tree = ET.fromstring(draw(y, collapse=False).pipe())
    titles = {v for e in tree.iter() for k, v in e.attrib.items() if k.endswith("title")}
    assert f"∂v₁/∂{name(label, 12)} = 1" in titles
