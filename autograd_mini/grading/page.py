"""Marks as an HTML page in one file: the table of the class, and what each has wrong, drawn."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from autograd_mini.language import text

from .forms import header, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .failures import Failure
    from .marking import Mark, Marks

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72 } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 75rem }
div { overflow-x: auto } table { border-collapse: collapse; font-size: .9rem }
th, td { padding: .2rem .4rem; border-bottom: 1px solid var(--line); text-align: right }
th { vertical-align: bottom } td:first-child { white-space: nowrap } td.total { font-weight: 700 }
:is(th, td):is(:first-child, :last-child) { text-align: left } td:last-child { min-width: 16rem }
section { border-top: 2px solid var(--line); margin-top: 2.5rem } h2 span { font-weight: 400 }
h3 { margin: 1.4rem 0 .2rem } .good { color: var(--good) } .bad, .lost { color: var(--bad) }
p { margin: .6rem 0 .2rem } pre { background: #8881; padding: .6rem .8rem; overflow-x: auto }
img { max-width: 100%; background: #fff; padding: .3rem; border-radius: .3rem }
"""


def to_html(found: Sequence[Marks], lang: str, battery: str, seed: int) -> str:
    """The page; it needs no other file, and runs no script."""
    title = text("grade.title", lang)
    table = _table(found, lang) if len(found) > 1 else ""
    sections = "".join(_section(k, each, lang) for k, each in enumerate(found))
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{table}{sections}</main></body></html>\n"
    )


def _table(found: Sequence[Marks], lang: str) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header(found, lang))
    lines = []
    for k, each in enumerate(found):
        name, *points, total, remark = row(each, lang)
        lost = [mark.points < mark.level.points for mark in each.marks]
        cells = "".join(
            f"<td{' class=lost' * off}>{x}</td>" for x, off in zip(points, lost, strict=True)
        )
        link = f'<a href="#s{k}">{escape(name)}</a>'
        lines.append(
            f"<tr><td>{link}</td>{cells}<td class=total>{total}</td><td>{escape(remark)}</td></tr>"
        )
    return f"<div><table><tr>{head}</tr>{''.join(lines)}</table></div>"


def _section(k: int, each: Marks, lang: str) -> str:
    points = text("grade.points", lang, points=each.total, of=each.most)
    notes = "".join(f"<p>{escape(note.text(lang))}</p>" for note in each.notes)
    levels = "".join(_level(mark, lang) for mark in each.marks)
    head = f'<section id="s{k}"><h2>{escape(each.name)} <span>{escape(points)}</span></h2>'
    return f"{head}{notes}{levels}</section>"


def _level(mark: Mark, lang: str) -> str:
    good = mark.points == mark.level.points
    points = text("grade.points", lang, points=mark.points, of=mark.level.points)
    sign = f'<span class="{"good" if good else "bad"}">{"✓" if good else "✗"}</span>'
    head = f"<h3>{sign} {escape(mark.level.title(lang))}: {escape(points)}</h3>"
    told = "".join(_failure(failure, lang) for failure in mark.failures)
    return f"{head}<p>{escape(mark.level.sentence(lang))}</p>{told}"


def _failure(failure: Failure, lang: str) -> str:
    code, svg = failure.code(lang), failure.svg(lang)
    shown = f"<pre>{escape(code)}</pre>" if code else ""
    if svg:
        data = b64encode(svg.encode()).decode()
        shown += f'<img alt="{escape(failure.tree(lang))}" src="data:image/svg+xml;base64,{data}">'
    return f'<p class="bad">{escape(failure.text(lang))}</p>{shown}'
