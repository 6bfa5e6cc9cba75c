"""Marks in the forms that machines read: JSON, CSV, JUnit, Gradescope, nbgrader."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from autograd_mini.files import Format
from autograd_mini.language import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .failures import Failure
    from .marking import Mark, Marks

MARKS = Format("autograd_mini marks", ("battery", "seed", "submissions"))


def to_json(found: Sequence[Marks], lang: str, battery: str, seed: int) -> str:
    """All marks, as a document of this package: the same for the same seed.

    `files.Format` says how such documents begin and end; MARKS reads this one.
    """
    submissions = [
        {
            "name": each.name,
            "points": each.total,
            "of": each.most,
            "levels": [
                {
                    "name": mark.level.title(lang),
                    "points": mark.points,
                    "of": mark.level.points,
                    "failures": [_failure(failure, lang) for failure in mark.failures],
                }
                for mark in each.marks
            ],
            "notes": [failure.text(lang) for failure in each.notes],
            "printed": each.printed,
        }
        for each in found
    ]
    return MARKS.write({"battery": battery, "seed": seed, "submissions": submissions}, indent=1)


def _failure(failure: Failure, lang: str) -> dict[str, str]:
    told = failure.numbers() if failure.kind == "wrong" else {}
    return {"kind": failure.kind, "text": failure.text(lang), "code": failure.code(lang), **told}


def to_csv(found: Sequence[Marks], lang: str, battery: str, seed: int) -> str:
    """A line for each submission: its name, the points of each level, the total, a remark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header(found, lang))
    writer.writerows(row(each, lang) for each in found)
    return out.getvalue()


def header(found: Sequence[Marks], lang: str) -> list[str]:
    """The columns of a table of marks."""
    names = [mark.level.title(lang) for mark in found[0].marks]
    return [text("grade.name", lang), *names, text("grade.total", lang), text("grade.remark", lang)]


def row(each: Marks, lang: str) -> list[str]:
    """A line of that table."""
    points = [f"{mark.points:g}" for mark in each.marks]
    return [each.name, *points, f"{each.total:g}", first_remark(each, lang)]


def first_remark(each: Marks, lang: str) -> str:
    """What the first failure says, after the name of its level."""
    for mark in each.marks:
        if mark.failures:
            return f"{mark.level.title(lang)}: {mark.failures[0].text(lang)}"
    return each.notes[0].text(lang) if each.notes else ""


def output(mark: Mark, lang: str) -> str:
    """What is to be said of a level: its sentence, then each failure with its code."""
    parts = [mark.level.sentence(lang)]
    for failure in mark.failures:
        parts += [failure.text(lang), failure.code(lang), failure.tree(lang)]
    return "\n\n".join(filter(None, parts))


def to_junit(found: Sequence[Marks], lang: str, battery: str, seed: int) -> str:
    """JUnit's XML, as CI servers read it: a suite for each submission, a test for each level."""
    root = ET.Element("testsuites")
    for each in found:
        lost = [mark for mark in each.marks if mark.points < mark.level.points]
        counts = {"tests": len(each.marks), "failures": len(lost), "errors": 0, "skipped": 0}
        about = {"name": each.name, "time": f"{each.seconds:.3f}"}
        suite = ET.SubElement(root, "testsuite", about | {k: str(n) for k, n in counts.items()})
        for mark in each.marks:
            about = {"classname": each.name, "name": mark.level.title(lang), "time": "0"}
            case = ET.SubElement(suite, "testcase", about)
            if mark in lost:
                points = text("grade.points", lang, points=mark.points, of=mark.level.points)
                failure = ET.SubElement(case, "failure", {"message": points, "type": "points"})
                failure.text = _printable(output(mark, lang))
        if each.printed:
            ET.SubElement(suite, "system-out").text = _printable(each.printed)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _printable(words: str) -> str:
    """Without the characters that XML does not have."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", words)


def to_gradescope(each: Marks, lang: str) -> str:
    """What Gradescope reads from results/results.json, and otter-grader writes there."""
    tests = [
        {
            "number": str(k),
            "name": mark.level.title(lang),
            "score": mark.points,
            "max_score": mark.level.points,
            "status": "passed" if mark.points == mark.level.points else "failed",
            "output": output(mark, lang),
            "output_format": "text",
            "visibility": "visible",
        }
        for k, mark in enumerate(each.marks, 1)
    ]
    notes = "\n".join(failure.text(lang) for failure in each.notes)
    found = {"score": each.total, "output": notes, "execution_time": round(each.seconds, 2)}
    return json.dumps({**found, "tests": tests}, indent=1, ensure_ascii=False) + "\n"


def to_nbgrader(each: Marks, lang: str) -> str:
    """A notebook of tests with partial credit: a locked cell for each level gives its points.

    The cells are the same for all submissions but for the one that holds the marks, so nbgrader
    may put those of its source version in their place and run the notebook.
    """
    marks = {f"{k}": mark.points for k, mark in enumerate(each.marks, 1)}
    cells = [_cell("title", f"# {each.name}"), _cell("marks", f"marks = {marks!r}", {})]
    for k, mark in enumerate(each.marks, 1):
        said = [f"## {k}. {mark.level.title(lang)}", mark.level.sentence(lang)]
        for failure in mark.failures:
            code = failure.code(lang)
            said += [failure.text(lang), f"```python\n{code}\n```" if code else ""]
        cells.append(_cell(f"about-{k}", "\n\n".join(filter(None, said))))
        graded = {"grade": True, "solution": False, "locked": True, "task": False}
        about = {"grade_id": f"level-{k}", "points": mark.level.points, "schema_version": 3}
        metadata = {"nbgrader": {**graded, **about, "cell_type": "code"}}
        result = {"output_type": "execute_result", "metadata": {}, "execution_count": k}
        cell = _cell(f"level-{k}", f'marks["{k}"]', metadata)
        cell["outputs"] = [{**result, "data": {"text/plain": repr(mark.points)}}]
        cells.append(cell)
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(name: str, source: str, code: dict[str, Any] | None = None) -> dict[str, Any]:
    """A cell of text; or, with its metadata, of code."""
    cell = {"id": name, "source": source, "metadata": code or {}}
    if code is None:
        return {**cell, "cell_type": "markdown"}
    return {**cell, "cell_type": "code", "outputs": [], "execution_count": None}


ALL: dict[str, Callable[[Sequence[Marks], str, str, int], str]] = {
    "json": to_json,
    "csv": to_csv,
    "junit": to_junit,
}
EACH: dict[str, tuple[str, Callable[[Marks, str], str]]] = {
    "gradescope": (".json", to_gradescope),
    "nbgrader": (".ipynb", to_nbgrader),
}
