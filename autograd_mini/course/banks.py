"""Exercises as questions of a learning platform: Moodle XML, GIFT, and QTI 2.1.

Moodle: https://docs.moodle.org/en/Moodle_XML_format (a `cloze` question has many blanks) and
https://docs.moodle.org/en/GIFT_format; 1EdTech, Question and Test Interoperability 2.1 (2012).
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from html import escape

from autograd_mini.language import text

from .exercises import Exercise
from .sheets import TEMPLATES, heading, picture

_XML = '<?xml version="1.0" encoding="utf-8"?>\n'


def _rows(
    exercise: Exercise, number: int, lang: str, escaped: Callable[[str], str] = escape
) -> list[dict[str, str]]:
    """For each blank what the templates have slots for; of the exercise the same in each row."""
    common = {
        "name": f"exercise{number:03}",
        "lang": lang,
        "title": escaped(heading(exercise, number, lang)),
        "task": escaped(exercise.task(lang, drawn=False)),
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
        told = {name: escaped(text) for name, text in words.items()}
        rows.append({**common, **decimals, **told, "k": str(k)})
    return rows


def moodle(exercises: Sequence[Exercise], lang: str = "en") -> str:
    """The question bank as Moodle XML: one question with many blanks for each exercise."""
    template, questions = TEMPLATES["moodle"], []
    for number, exercise in enumerate(exercises, start=1):
        rows = _rows(exercise, number, lang)
        gaps = "<br/>".join(map(template["cloze"].format_map, rows))
        shown = {"task": escape(exercise.task(lang)), "picture": picture(exercise, lang)}
        asked = template["asked"].format(**rows[0] | shown, gaps=gaps)
        told = {"asked": asked, "solved": "<br/>".join(row["solved"] for row in rows)}
        shown = {name: escape(words) for name, words in told.items()}
        questions.append(template["question"].format_map(rows[0] | shown))
    return f"{_XML}<quiz>{''.join(questions)}</quiz>\n"


def gift(exercises: Sequence[Exercise], lang: str = "en") -> str:
    """The question bank as GIFT: one question for each blank, since it has no others."""

    def escaped(words: str) -> str:
        return re.sub(r"([~=#{}:\\])", r"\\\1", words)

    each = (
        row | {"task": escaped(text(f"exercise.{exercise.kind}", lang, rate=exercise.rate))}
        for number, exercise in enumerate(exercises, start=1)
        for row in _rows(exercise, number, lang, escaped)
    )
    return "\n".join(map(TEMPLATES["gift"]["blank"].format_map, each))


def qti(exercises: Sequence[Exercise], lang: str = "en") -> bytes:
    """The question bank as a QTI 2.1 package (a zip): an item for each exercise, and a manifest."""
    template, files, resources = TEMPLATES["qti"], {}, ""
    for number, exercise in enumerate(exercises, start=1):
        rows = _rows(exercise, number, lang)
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
