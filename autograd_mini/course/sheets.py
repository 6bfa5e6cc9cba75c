"""Exercises as sheets, and their keys: text, HTML, LaTeX, PDF; as banks: Moodle XML, GIFT, QTI 2.1.

Moodle: https://docs.moodle.org/en/Moodle_XML_format (a `cloze` question has many blanks) and
https://docs.moodle.org/en/GIFT_format; 1EdTech, Question and Test Interoperability 2.1 (2012).
"""

from __future__ import annotations

import io
import re
import textwrap
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.drawing.digraph import Drawing
from autograd_mini.drawing.latex import text as latex_text
from autograd_mini.drawing.latex import tikz
from autograd_mini.drawing.picture import write
from autograd_mini.drawing.plots import figure_class
from autograd_mini.drawing.sketch import Sketch, sketch
from autograd_mini.drawing.themes import Options
from autograd_mini.language import text as said
from autograd_mini.pages.document import asset, plain

if TYPE_CHECKING:
    from .exercises import Exercise

_GAP = "_____"
WIDTH = 96
_PAPER = "background: white; color: black"  # in notebooks too
_ROW = "display: flex; flex-wrap: wrap; gap: 0.8rem 1.6rem; margin: 0.7rem 0"
_SPACE = 7.0, 5.5  # inches: what a printed page (sheet.css) leaves for a picture
_DPI = 150
_GREYS = [17 * round(grey / 17) for grey in range(256)]  # 16 of them, which a PDF packs soon
_LONG, _IN_A_ROW = 5, 4  # nodes of a chain that is drawn in rows, and of a row
_MOST = 8  # leaves; with more of them the arrows would be too near to each other for gaps
TEMPLATES = tomllib.loads(Path(__file__).with_name("templates.toml").read_text("utf-8"))


def heading(exercise: Exercise, number: int, lang: str) -> str:
    """The title of an exercise: its number, kind, level and seed."""
    name = said(f"exercise.kind.{exercise.kind}", lang)
    level, seed = exercise.level, exercise.seed
    return said("exercise.heading", lang, number=number, name=name, level=level, seed=seed)


def to_fill_in(exercise: Exercise, lang: str, *, key: bool = False, rankdir: str = "LR") -> Sketch:
    """The graph with gaps for the numbers that are asked for; with its numbers in the key."""
    options = Options(rankdir=rankdir, off_path="normal", theme="print", lang=lang)
    seen = sketch([exercise.steps.root], options)
    if sum(item.kind == "leaf" for item in seen.items) > _MOST:
        seen = seen._replace(links=[link._replace(partial="") for link in seen.links])
    if key:
        return seen
    items = []
    for item in seen.items:
        wanted = ("data", "grad") if item.kind != "leaf" else ("grad",)
        rows = [row._replace(text=_GAP) if row.kind in wanted else row for row in item.rows]
        items.append(item._replace(rows=tuple(rows)))
    links = [link._replace(partial=re.sub("=.*", f"= {_GAP}", link.partial)) for link in seen.links]
    return seen._replace(items=items, links=links)


def _fitted(
    exercise: Exercise, lang: str, key: bool, width: float, height: float, **how: str
) -> tuple[Drawing, float]:
    """The graph to fill in, with the largest letters, and its scale in a space of so many inches.

    From left to right or from the top; a long chain in rows, since a page is not so wide.
    """
    nodes, rows, found = exercise.steps.nodes, list[range](), []
    if len(nodes) > _LONG and all(y.parents == (x,) for x, y in pairwise(nodes)):
        rows = [range(k, min(k + _IN_A_ROW, len(nodes))) for k in range(0, len(nodes), _IN_A_ROW)]
    for rankdir in ("TB",) if rows else ("LR", "TB"):
        drawing = Drawing("exercise", graph_attr=how)
        write(drawing, to_fill_in(exercise, lang, key=key, rankdir=rankdir))
        for row in rows:
            drawing.body.append(f"\t{{rank=same; {'; '.join(f'n{k}' for k in row)}}}\n")
        for above, below in pairwise(rows):  # each begins below the one before
            drawing.edge(f"n{above[0]}", f"n{below[0]}", style="invis", weight="100")
        _, _, wide, high = drawing.pipe(format="plain", encoding="utf-8").split(maxsplit=4)[:4]
        found.append((drawing, min(1, width / float(wide), height / float(high))))
    return max(found, key=lambda each: each[1])


def picture(exercise: Exercise, lang: str, *, key: bool = False) -> str:
    """The graph to fill in, as SVG; "" where none is shown."""
    return _fitted(exercise, lang, key, *_SPACE)[0].inline() if exercise.drawn else ""


# --- sheets --------------------------------------------------------------------------------------
def text(
    exercises: Sequence[Exercise], lang: str = "en", *, key: bool = False, width: int = WIDTH
) -> str:
    """The sheet, or its key, for a terminal so wide."""
    each = ([heading(x, k, lang), *_lines(x, lang, key, width)] for k, x in enumerate(exercises, 1))
    return "\n\n".join(map("\n".join, each)) + "\n"


def _lines(
    exercise: Exercise, lang: str, key: bool, width: int = WIDTH, *, drawn: bool = False
) -> list[str]:
    """An exercise, or its key, without its heading."""
    if key:
        return [f"    {exercise.solved(blank, lang).text}" for blank in exercise.blanks]
    lines = textwrap.wrap(exercise.task(lang, drawn=drawn), width)
    given = [formula.text for formula in exercise.given(lang)]
    leaves = sum(node.first is None for node in exercise.steps.nodes)
    lines += _rows(given[:leaves], width)
    lines += [f"    {formula}" for formula in given[leaves:]]
    return lines + _rows((f"{blank.sign.text} = {_GAP}" for blank in exercise.blanks), width)


def _rows(formulas: Iterable[str], width: int) -> list[str]:
    """Short formulas side by side, each kept whole."""
    whole = "   ".join(formula.replace(" ", "\u00a0") for formula in formulas)
    wrapped = textwrap.wrap(whole, width - 4, break_on_hyphens=False)
    return [f"    {line}".replace("\u00a0", " ") for line in wrapped]


def html(exercises: Sequence[Exercise], lang: str = "en", *, key: bool = False) -> str:
    """The sheet, or its key, as a page to read or to print."""
    title = said(f"exercise.title.{'key' if key else 'sheet'}", lang)
    gap = "" if key else f"<p>{said('exercise.name', lang)}</p>"
    each = (section(exercise, k, lang, key=key) for k, exercise in enumerate(exercises, start=1))
    sections = "\n".join(f"<article>{gap}{section}</article>" for section in each)
    return plain(title, f"<h1>{title}</h1>\n{sections}", lang, asset("sheet.css"))


def section(exercise: Exercise, number: int, lang: str, *, key: bool = False) -> str:
    """An exercise, or its key, as a part of a page."""
    given = "".join(f"<span>{formula.mathml}</span>" for formula in exercise.given(lang))
    if key:
        shown = [f"<span>{exercise.solved(b, lang).mathml}</span>" for b in exercise.blanks]
    else:
        gap = '<span style="display: inline-block; width: 4rem; border-bottom: 1px solid"></span>'
        shown = [f"<span>{b.sign.mathml} = {gap}</span>" for b in exercise.blanks]
    return (
        f"<section style='{_PAPER}'><h2>{escape(heading(exercise, number, lang))}</h2>"
        f"<p>{escape(exercise.task(lang))}</p><div style='{_ROW}'>{given}</div>"
        f"{picture(exercise, lang, key=key)}"
        f"<div style='{_ROW}'>{''.join(shown)}</div></section>"
    ).replace(' display="block"', "")


def latex(exercises: Sequence[Exercise], lang: str = "en", *, key: bool = False) -> str:
    """The sheet, or its key, as a LaTeX document."""
    lines = [*TEMPLATES["latex"].splitlines()]
    for number, exercise in enumerate(exercises, start=1):
        lines += [] if key else [latex_text(said("exercise.name", lang))]
        lines += [rf"\subsection*{{{heading(exercise, number, lang)}}}"]
        lines += [latex_text(exercise.task(lang)), ""]
        lines += _displayed(formula.latex for formula in exercise.given(lang))
        if exercise.drawn:
            seen = tikz(to_fill_in(exercise, lang, key=key))
            lines += [r"\begin{adjustbox}{max width=\textwidth}", *seen, r"\end{adjustbox}"]
        if key:
            lines += _displayed((exercise.solved(b, lang).latex for b in exercise.blanks), 1)
        else:
            gap = r" = \underline{\hspace{1.6cm}}"
            lines += _displayed(blank.sign.latex + gap for blank in exercise.blanks)
        lines.append(r"\newpage" if number < len(exercises) else r"\end{document}")
    return "\n".join(lines) + "\n"


def _displayed(formulas: Iterable[str], length: int = 4) -> list[str]:
    """Formulas in display mathematics, so many in a row."""
    found = [*formulas]
    rows = (r" \qquad ".join(found[k : k + length]) for k in range(0, len(found), length))
    return [rf"\[ {row} \]" for row in rows]


def pdf(exercises: Sequence[Exercise], lang: str = "en", *, key: bool = False) -> bytes:
    """The sheet, or its key, as a PDF of A4 pages, an exercise on each.

    Raises ImportError without matplotlib (the extra `plot`).
    """
    figure = figure_class()
    from matplotlib.backends.backend_pdf import PdfPages
    from PIL import Image

    made, top = io.BytesIO(), said(f"exercise.{'title.key' if key else 'name'}", lang)
    with PdfPages(made, metadata={"CreationDate": None}) as pages:
        for number, exercise in enumerate(exercises, start=1):
            sheet = figure(figsize=(8.27, 11.69))  # inches: A4
            lines = _lines(exercise, lang, key, drawn=True)
            sheet.text(0.08, 0.965, top, size=10)
            sheet.text(0.08, 0.935, heading(exercise, number, lang), size=11, weight="bold")
            sheet.text(0.08, 0.915, "\n".join(lines), size=10, va="top", linespacing=1.6)
            below = 0.895 - len(lines) * 10 * 1.6 / 842  # points
            if exercise.drawn:
                space = 0.84 * 8.27, (below - 0.04) * 11.69
                drawing, scale = _fitted(exercise, lang, key, *space, dpi=f"{_DPI}")
                image = Image.open(io.BytesIO(drawing.pipe(format="png"))).convert("L")
                share = scale * image.width / _DPI / 8.27
                axes = sheet.add_axes((0.5 - share / 2, 0.04, share, below - 0.04), anchor="N")
                axes.set_axis_off()
                axes.imshow(image.point(_GREYS).convert("RGB"), interpolation="none")
            pages.savefig(sheet)
    return made.getvalue()


# --- questions of a learning platform ------------------------------------------------------------
_XML = '<?xml version="1.0" encoding="utf-8"?>\n'


def _slots(
    exercise: Exercise, number: int, lang: str, escaped: Callable[[str], str] = escape
) -> list[dict[str, str]]:
    """For each blank what the templates have slots for; of the exercise the same in each row."""
    common = {
        "name": f"exercise{number:03}",
        "lang": lang,
        "title": escaped(heading(exercise, number, lang)),
        "task": escaped(exercise.task(lang, drawn=False)),
        "decimal": escaped(said("exercise.decimal", lang)),
        "given": escaped("; ".join(formula.text for formula in exercise.given(lang))),
        "points": f"{1 / len(exercise.blanks):.6f}",
    }
    rows = []
    for k, blank in enumerate(exercise.blanks, start=1):
        answer, near = float(blank.answer), blank.tolerance
        numbers = {"answer": answer, "near": near, "low": answer - near, "high": answer + near}
        # without an exponent, which not all readers know
        decimals = {name: f"{x:.12f}".rstrip("0").rstrip(".") for name, x in numbers.items()}
        words = {"sign": blank.sign.text, "solved": exercise.solved(blank, lang).text}
        told = {name: escaped(word) for name, word in words.items()}
        rows.append({**common, **decimals, **told, "k": str(k)})
    return rows


def moodle(exercises: Sequence[Exercise], lang: str = "en") -> str:
    """The question bank as Moodle XML: one question with many blanks for each exercise."""
    template, questions = TEMPLATES["moodle"], []
    for number, exercise in enumerate(exercises, start=1):
        rows = _slots(exercise, number, lang)
        gaps = "<br/>".join(map(template["cloze"].format_map, rows))
        shown = {"task": escape(exercise.task(lang)), "picture": picture(exercise, lang)}
        asked = template["asked"].format(**rows[0] | shown, gaps=gaps)
        told = {"asked": asked, "solved": "<br/>".join(row["solved"] for row in rows)}
        shown = {name: escape(words) for name, words in told.items()}
        questions.append(template["question"].format_map(rows[0] | shown))
    return f"{_XML}<quiz>{''.join(questions)}</quiz>\n"


def gift(exercises: Sequence[Exercise], lang: str = "en") -> str:
    """The question bank as GIFT: one question for each blank, since it has no others."""
    escaped = partial(re.sub, r"([~=#{}:\\])", r"\\\1")
    each = (
        row | {"task": escaped(said(f"exercise.{exercise.kind}", lang, rate=exercise.rate))}
        for number, exercise in enumerate(exercises, start=1)
        for row in _slots(exercise, number, lang, escaped)
    )
    return "\n".join(map(TEMPLATES["gift"]["blank"].format_map, each))


def qti(exercises: Sequence[Exercise], lang: str = "en") -> bytes:
    """The question bank as a QTI 2.1 package (a zip): an item for each exercise, and a manifest."""
    template, files, resources = TEMPLATES["qti"], {}, ""
    for number, exercise in enumerate(exercises, start=1):
        rows = _slots(exercise, number, lang)
        each = template["parts"].items()
        parts = {name: "\n".join(map(part.format_map, rows)) for name, part in each}
        files[rows[0]["name"]] = template["item"].format_map(rows[0] | parts)
        resources += template["resource"].format_map(rows[0])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        files["imsmanifest"] = template["manifest"].format(resources=resources)
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(f"{name}.xml"), _XML + content)  # of no date
    return made.getvalue()
