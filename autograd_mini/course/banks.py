"""Exercises as questions of a learning platform: Moodle XML, GIFT, and QTI 2.1.

Moodle: https://docs.moodle.org/en/Moodle_XML_format (a `cloze` question has many blanks) and
https://docs.moodle.org/en/GIFT_format; 1EdTech, Question and Test Interoperability 2.1 (2012).
"""

from __future__ import annotations

import io
import re
import zipfile
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from .sheets import heading, picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from .exercises import Exercise

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"


def _decimal(x: Fraction | float) -> str:
    """Without an exponent, which not all readers know."""
    return f"{float(x):.12f}".rstrip("0").rstrip(".")


def _question(exercise: Exercise, lang: str) -> str:
    """What is given, as HTML: the task, the formulas, the graph to fill in."""
    given = ", ".join(f"<i>{escape(formula.text)}</i>" for formula in exercise.given(lang))
    return f"<p>{escape(exercise.task(lang))}</p><p>{given}</p>{picture(exercise, lang)}"


def _solution(exercise: Exercise, lang: str) -> str:
    return "<br/>".join(escape(exercise.solved(b, lang).text) for b in exercise.blanks)


def moodle(exercises: Sequence[Exercise], lang: str = "en") -> str:
    """The question bank as Moodle XML: one question with many blanks for each exercise."""
    quiz = ET.Element("quiz")
    for number, exercise in enumerate(exercises, start=1):
        question = ET.SubElement(quiz, "question", type="cloze")
        named = ET.SubElement(question, "name")
        ET.SubElement(named, "text").text = heading(exercise, number, lang)
        gaps = "<br/>".join(
            f"{escape(b.sign.text)} = {{1:NUMERICAL:={_decimal(b.answer)}:{_decimal(b.tolerance)}}}"
            for b in exercise.blanks
        )
        told = {
            "questiontext": f"{_question(exercise, lang)}<p>{gaps}</p>",
            "generalfeedback": f"<p>{_solution(exercise, lang)}</p>",
        }
        for name, words in told.items():
            part = ET.SubElement(question, name, format="html")
            ET.SubElement(part, "text").text = words
    return ET.tostring(quiz, encoding="unicode", xml_declaration=True) + "\n"


def gift(exercises: Sequence[Exercise], lang: str = "en") -> str:
    """The question bank as GIFT: one question for each blank, since it has no others."""
    parts = []
    for number, exercise in enumerate(exercises, start=1):
        title = heading(exercise, number, lang)
        given = "; ".join(formula.text for formula in exercise.given(lang))
        for k, b in enumerate(exercise.blanks, start=1):
            words = _escaped(f"{exercise.task(lang)} {given}. {b.sign.text} = ?")
            answer = f"{{#{_decimal(b.answer)}:{_decimal(b.tolerance)}}}"
            parts.append(f"::{_escaped(f'{title} · {k}')}::[plain]{words} {answer}\n")
    return "\n".join(parts)


def _escaped(words: str) -> str:
    return re.sub(r"([~=#{}:\\])", r"\\\1", words)


def qti(exercises: Sequence[Exercise], lang: str = "en") -> bytes:
    """The question bank as a QTI 2.1 package (a zip): an item for each exercise, and a manifest."""
    made = io.BytesIO()
    manifest = ET.Element("manifest", xmlns=_PACKAGE, identifier="autograd-mini-exercises")
    ET.SubElement(manifest, "organizations")
    resources = ET.SubElement(manifest, "resources")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:

        def add(name: str, tree: ET.Element) -> None:
            content = ET.tostring(tree, encoding="utf-8", xml_declaration=True)
            package.writestr(zipfile.ZipInfo(name), content)  # of no date: the same bytes

        for number, exercise in enumerate(exercises, start=1):
            name = f"exercise{number:03}"
            add(f"{name}.xml", _item(exercise, name, heading(exercise, number, lang), lang))
            resource = ET.SubElement(
                resources, "resource", identifier=name, type="imsqti_item_xmlv2p1",
                href=f"{name}.xml",
            )  # fmt: skip
            ET.SubElement(resource, "file", href=f"{name}.xml")
        add("imsmanifest.xml", manifest)
    return made.getvalue()


def _item(exercise: Exercise, name: str, title: str, lang: str) -> ET.Element:
    item = ET.Element(
        "assessmentItem", {"xmlns": _QTI, "identifier": name, "title": title, "xml:lang": lang,
        "adaptive": "false", "timeDependent": "false"},
    )  # fmt: skip
    keys = [f"R{k}" for k in range(1, len(exercise.blanks) + 1)]
    for key, blank in zip(keys, exercise.blanks, strict=True):
        declared = ET.SubElement(
            item, "responseDeclaration", identifier=key, cardinality="single", baseType="float"
        )
        correct = ET.SubElement(declared, "correctResponse")
        ET.SubElement(correct, "value").text = _decimal(blank.answer)
    score = ET.SubElement(
        item, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float"
    )
    ET.SubElement(ET.SubElement(score, "defaultValue"), "value").text = "0"
    body = ET.SubElement(item, "itemBody")
    ET.SubElement(body, "p").text = exercise.task(lang)
    ET.SubElement(body, "p").text = "; ".join(f.text for f in exercise.given(lang))
    for key, blank in zip(keys, exercise.blanks, strict=True):
        line = ET.SubElement(body, "p")
        line.text = f"{blank.sign.text} = "
        ET.SubElement(line, "textEntryInteraction", responseIdentifier=key, expectedLength="8")
    processing = ET.SubElement(item, "responseProcessing")
    for key, blank in zip(keys, exercise.blanks, strict=True):
        condition = ET.SubElement(ET.SubElement(processing, "responseCondition"), "responseIf")
        between = ET.SubElement(condition, "and")  # readers differ on `equal` with a tolerance
        for sign, bound in (("gte", -blank.tolerance), ("lte", blank.tolerance)):
            compared = ET.SubElement(between, sign)
            ET.SubElement(compared, "variable", identifier=key)
            limit = ET.SubElement(compared, "baseValue", baseType="float")
            limit.text = _decimal(float(blank.answer) + bound)
        raised = ET.SubElement(condition, "setOutcomeValue", identifier="SCORE")
        total = ET.SubElement(raised, "sum")
        ET.SubElement(total, "variable", identifier="SCORE")
        ET.SubElement(total, "baseValue", baseType="float").text = f"{1 / len(keys):.6f}"
    return item
