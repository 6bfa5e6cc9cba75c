"""Marks in every form, from one table, `told`: for a reader, a page, CI, Gradescope, nbgrader."""

import json
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from textwrap import fill, indent
from typing import Any

from autograd_mini.files import Format
from autograd_mini.language import shortened, text
from autograd_mini.language.tables import aligned, separated
from autograd_mini.pages.document import asset, plain

from .marking import Marks

Told = dict[str, Any]
Graded = Sequence[Marks]

MARKS = Format("autograd_mini marks", ("battery", "seed", "submissions"))


def told(each: Marks, lang: str) -> Told:
    """A submission, its levels, and what is wrong in each."""
    levels = []
    for mark in each.marks:
        said = {"name": mark.level.title(lang), "about": mark.level.sentence(lang)}
        score = {"points": mark.points, "of": mark.level.points}
        levels.append({**said, **score, "failures": [x.told(lang) for x in mark.failures]})
    notes = [failure.text(lang) for failure in each.notes]
    about = {"name": each.name, "points": each.total, "of": each.most}
    return {**about, "levels": levels, "notes": notes, "printed": each.printed}


def _failures(level: Told) -> str:
    """What is wrong, with code and drawing; the same as text and as Markdown."""
    parts = []
    for failure in level["failures"]:
        shown = (failure["code"], failure["tree"])
        parts += [failure["text"], *(indent(part, "    ") for part in shown if part)]
    return "\n\n".join(parts)


def _output(level: Told) -> str:
    return f"{level['about']}\n\n{_failures(level)}".strip()


def _points(row: Told, lang: str) -> str:
    return text("grade.points", lang, points=row["points"], of=row["of"])


def table(found: Graded, lang: str) -> list[list[str]]:
    """The titles, what there is to get, a row for each: name, points by level, total, a remark."""
    name, total, remark, of = (text(f"grade.{x}", lang) for x in ("name", "total", "remark", "of"))
    levels = [mark.level for mark in found[0].marks]
    rows = [[name, *(level.title(lang) for level in levels), total, remark]]
    rows.append([of, *(f"{level.points:g}" for level in levels), f"{found[0].most:g}", ""])
    for each in found:
        lost = [(mark.level.title(lang), f) for mark in each.marks for f in mark.failures]
        lost.sort(key=lambda one: one[1].kind == "missing")  # what is wrong comes first
        said = (f"{level}: {failure.text(lang)}" for level, failure in lost)
        first = next(said, each.notes[0].text(lang) if each.notes else "")
        points = [f"{mark.points:g}" for mark in each.marks]
        rows.append([each.name, *points, f"{each.total:g}", first.replace("\n", " ")])
    return rows


# --- of a class, or one --------------------------------------------------------------------------
def to_text(found: Graded, lang: str, battery: str, seed: int, width: int | None = None) -> str:
    """One submission in full; a class as a table, its levels by number.

    In a terminal so wide long names are cut, to a third of it, and remarks where the line ends.
    """
    if len(found) > 1:
        (name, *levels, total, remark), *rows = table(found, lang)
        numbers = [*map(str, range(1, len(levels) + 1))]
        sides = "<" + ">" * (len(levels) + 1) + "<"
        legend = ", ".join(f"{k} {x}".replace(" ", "\u00a0") for k, x in enumerate(levels, 1))
        if width:
            rows = [[shortened(row[0], width // 3), *row[1:]] for row in rows]
        lines = aligned([[name, *numbers, total, remark], *rows], sides)
        if width:
            lines, legend = [shortened(line, width) for line in lines], fill(legend, width)
        return "\n".join([*lines, "", legend.replace("\u00a0", " "), ""])
    row = told(found[0], lang)
    levels = row["levels"]
    data = [(f"{_sign(x)} {x['name']}", f"{x['points']:g}/{x['of']:g}", x["about"]) for x in levels]
    heads = aligned(data, "<><")
    lines = [f"{row['name']}: {_points(row, lang)}", *row["notes"], ""]
    for head, level in zip(heads, levels, strict=True):
        failures = _failures(level)
        lines += [head, f"{indent(failures, '    ')}\n"] if failures else [head]
    return "\n".join(lines).rstrip() + "\n"


def _sign(level: Told) -> str:
    return "✓" if level["points"] == level["of"] else "✗"


def to_html(found: Graded, lang: str, battery: str, seed: int) -> str:
    """A page in one file, which runs no script: the table of the class, then each with pictures."""
    title = text("grade.title", lang)
    parts = [f"<h1>{escape(title)}</h1>"]
    if len(found) > 1:
        titles, of, *rows = table(found, lang)
        cells = "".join(f"<th>{escape(name)}</th>" for name in titles)
        most = "".join(f"<td>{escape(cell)}</td>" for cell in of)
        parts.append(f"<div><table><tr>{cells}</tr><tr>{most}</tr>")
        for k, (each, (name, *points, total, remark)) in enumerate(zip(found, rows, strict=True)):
            parts.append(f'<tr><td><a href="#s{k}">{escape(name)}</a></td>')
            for mark, x in zip(each.marks, points, strict=True):
                parts.append(f"<td{' class=bad' * (mark.points < mark.level.points)}>{x}</td>")
            parts.append(f"<td class=total>{total}</td><td>{escape(remark)}</td></tr>")
        parts.append("</table></div>")
    for k, each in enumerate(found):
        row = told(each, lang)
        parts.append(f'<section id="s{k}"><h2>{escape(each.name)}')
        parts.append(f" <span>{escape(_points(row, lang))}</span></h2>")
        parts += [f"<p>{escape(note)}</p>" for note in row["notes"]]
        for level, mark in zip(row["levels"], each.marks, strict=True):
            sign, kind = _sign(level), "good" if _sign(level) == "✓" else "bad"
            head = escape(f"{level['name']}: {_points(level, lang)}")
            parts.append(f"<h3><span class={kind}>{sign}</span> {head}</h3>")
            parts.append(f"<p>{escape(level['about'])}</p>")
            for failure, said in zip(mark.failures, level["failures"], strict=True):
                parts.append(f"<p class=bad>{escape(said['text'])}</p>")
                parts += [f"<pre>{escape(said['code'])}</pre>"] if said["code"] else []
                suffix, picture = failure.picture(lang)
                if suffix == "svg":
                    data = b64encode(picture.encode()).decode()
                    source = f'src="data:image/svg+xml;base64,{data}"'
                    parts.append(f'<img alt="{escape(said["tree"])}" {source}>')
        parts.append("</section>")
    return plain(title, "".join(parts), lang, asset("marks.css"))


def to_json(found: Graded, lang: str, battery: str, seed: int) -> str:
    """All marks as a document that MARKS reads: the same for the same seed."""
    submissions = [told(each, lang) for each in found]
    return MARKS.write({"battery": battery, "seed": seed, "submissions": submissions}, indent=1)


def to_csv(found: Graded, lang: str, battery: str, seed: int) -> str:
    """A line for each submission: its name, the points of each level, the total, a remark."""
    titles, _, *rows = table(found, lang)
    return separated([titles, *rows], lang)


def to_junit(found: Graded, lang: str, battery: str, seed: int) -> str:
    """JUnit's XML, as CI servers read it: a suite for each submission, a test for each level."""
    root = ET.Element("testsuites")
    for each in found:
        row = told(each, lang)
        lost = [level for level in row["levels"] if level["points"] < level["of"]]
        counts = {"tests": f"{len(each.marks)}", "failures": f"{len(lost)}", "errors": "0"}
        about = {"name": each.name, "time": f"{each.seconds:.3f}", "skipped": "0"}
        suite = ET.SubElement(root, "testsuite", about | counts)
        for level in row["levels"]:
            about = {"classname": each.name, "name": level["name"], "time": "0"}
            case = ET.SubElement(suite, "testcase", about)
            if level in lost:
                about = {"message": _points(level, lang), "type": "points"}
                ET.SubElement(case, "failure", about).text = _output(level)
        if said := "\n".join(filter(None, [*row["notes"], each.printed])):
            ET.SubElement(suite, "system-out").text = said
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


# --- a file for each submission ------------------------------------------------------------------
def to_gradescope(each: Marks, lang: str) -> str:
    """What Gradescope reads from results/results.json, and otter-grader writes there."""
    row = told(each, lang)
    tests = []
    for k, level in enumerate(row["levels"], 1):
        status = "passed" if level["points"] == level["of"] else "failed"
        score = {"score": level["points"], "max_score": level["of"], "status": status}
        shown = {"output": _output(level), "output_format": "text", "visibility": "visible"}
        tests.append({"number": str(k), "name": level["name"], **score, **shown})
    about = {"score": each.total, "output": "\n".join(row["notes"])}
    found = {**about, "execution_time": round(each.seconds, 2), "tests": tests}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def to_nbgrader(each: Marks, lang: str) -> str:
    """A notebook of tests with partial credit: a locked cell for each level gives its points.

    The cells are the same for all submissions but for the one that holds the marks, so nbgrader
    may put those of its source version in their place and run the notebook.
    """
    row = told(each, lang)
    levels = [*enumerate(row["levels"], 1)]
    marks = {f"{k}": level["points"] for k, level in levels}
    title = "\n\n".join([f"# {each.name}", *row["notes"]])
    cells = [_cell("title", title), _cell("marks", f"marks = {marks!r}", {}, [])]
    for k, level in levels:
        cells.append(_cell(f"about-{k}", f"## {k}. {level['name']}\n\n{_output(level)}"))
        graded = {"grade": True, "solution": False, "locked": True, "task": False}
        about = {"grade_id": f"level-{k}", "points": level["of"], "schema_version": 3}
        metadata = {"nbgrader": {**graded, **about, "cell_type": "code"}}
        result = {"output_type": "execute_result", "metadata": {}, "execution_count": k}
        result["data"] = {"text/plain": repr(level["points"])}
        cells.append(_cell(f"level-{k}", f'marks["{k}"]', metadata, [result]))
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(name: str, source: str, metadata: Told | None = None, outputs: Any = None) -> Told:
    """A cell of text; or, with its outputs, of code."""
    cell = {"id": name, "source": source, "metadata": metadata or {}}
    if outputs is None:
        return {**cell, "cell_type": "markdown"}
    return {**cell, "cell_type": "code", "outputs": outputs, "execution_count": None}


ALL: dict[str, Callable[..., str]] = {
    "text": to_text, "html": to_html, "json": to_json, "csv": to_csv, "junit": to_junit,
}  # fmt: skip
EACH: dict[str, tuple[str, Callable[[Marks, str], str]]] = {
    "gradescope": (".json", to_gradescope), "nbgrader": (".ipynb", to_nbgrader),
}  # fmt: skip
