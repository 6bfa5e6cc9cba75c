"""The report of a check: verdicts, rows, culprit; as text, HTML, JSON, or a failed assertion."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.files import Format
from autograd_mini.language import LANGUAGES, text, translated
from autograd_mini.language.tables import aligned

from .findings import Comparison, Culprit, Property, number_text
from .plain import from_json, to_json
from .taylor import Taylor, TaylorRow

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

REPORT = Format(
    "autograd_mini check report",
    ("lang", "verdict", "comparisons", "culprit", "taylor_slope", "notes"),
    ("guess", "taylor", "properties"),
)
_COLOURS = {  # of a verdict, the worst first: in the terminal, in HTML
    "wrong": ("red", "#cf222e"),
    "undecided": ("yellow", "#9a6700"),
    "domain": ("yellow", "#9a6700"),
    "kink": ("cyan", "#0b6e99"),
    "ok": ("green", "#1a7f37"),
}
VERDICTS = tuple(_COLOURS)
_SHOWN = 24  # rows of a table for the reader
_COLUMNS = "name got wanted error bar ulps verdict reference".split()
_LEFT = ("name", "verdict", "reference")  # aligned; the others, numbers, are to the right
_SPARED: tuple[tuple[str, ...], ...]  # columns left out, in places more and more narrow
_SPARED = ((), ("ulps",), ("ulps", "bar"), ("ulps", "bar", "reference"))


class GradientMismatch(AssertionError):
    """A check that failed; the message is the whole report, `report` the object."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"\n{report}")
        self.report = report


class Subject(NamedTuple):
    """What was checked, so that it can be looked at or run again.

    f        a function of nodes, one for each input
    names    of the inputs
    numbers  the inputs
    value    the class of the nodes
    root     the node that f gave, after one backward pass; None if it has no value there
    """

    f: Callable[..., Any]
    names: tuple[str, ...]
    numbers: tuple[Any, ...]
    value: Callable[[Any], Any]
    root: Any


@dataclass(frozen=True)
class Report:
    """What a check found. True in a condition if `ok`.

    verdict        the worst of the rows: "wrong", "undecided", "domain", "kink" or "ok"
    comparisons    one row per derivative
    culprit        who is to blame, or None
    taylor_slope   of the remainder f(x + hd) - f(x) - h g.d: 2 for a right gradient, 1 for a wrong
                   one; None if it vanishes in rounding
    notes          (name, values) of the remarks at the end
    lang           language of str(), rich and HTML
    guess          what the mistake in a gradient without a graph looks like, said as a guess: kind
                   "factor", "sign", "sum", "mean", "swapped", "regulariser", "chain" or "sample",
                   node the derivatives; None if it looks like none of these
    taylor         the table of Taylor remainders along a random direction; None where there is none
    subject        the function on Values that was checked; None with a claimed gradient, and in a
                   report read from JSON
    properties     what the engine does beside: on a second backward(), at depth, ...; they leave
                   the verdict as it is
    """

    verdict: str
    comparisons: tuple[Comparison, ...] = ()
    culprit: Culprit | None = None
    taylor_slope: float | None = None
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    lang: str = "en"
    guess: Culprit | None = None
    taylor: Taylor | None = None
    subject: Subject | None = field(default=None, compare=False, repr=False)
    properties: tuple[Property, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether derivatives were compared, and none was wrong or left undecided."""
        return self.verdict in ("ok", "kink") and bool(self.comparisons)

    def __bool__(self) -> bool:
        return self.ok

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"subject": None}

    def raise_for_failure(self) -> None:
        """Raise GradientMismatch (an AssertionError) with the whole report, unless `ok`."""
        if not self.ok:
            raise GradientMismatch(self)

    # --- for readers -----------------------------------------------------------------------------
    def text(self, lang: str | None = None, width: int | None = None) -> str:
        """The report as plain text, in English or Spanish; a table of at most `width` if it can.

        A narrow table leaves out the ulp, then the bar, then the reference, which is then told
        below it.
        """
        shown = self._content(lang or self.lang, width)
        table = ["", *(line for line, _ in shown.lines())] if shown.table else []
        return "\n".join([shown.headline, *shown.story, *table, *shown.remarks])

    def __str__(self) -> str:
        return self.text()

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """For rich's `print` and consoles."""
        from rich.text import Text

        shown = self._content(self.lang, options.max_width)
        yield Text(shown.headline, style=f"bold {_COLOURS[self.verdict][0]}")
        yield from map(Text, shown.story)
        if shown.table:
            yield Text("")
        for words, verdict in shown.lines():
            line = Text(words, style="" if verdict else "bold")
            if verdict:
                word = text(f"checking.verdict.{verdict}", self.lang)
                start = words.rindex(f" {word}")
                line.stylize(_COLOURS[verdict][0], start, start + 1 + len(word))
            yield line
        yield from (Text(line, style="dim") for line in shown.remarks)

    def save_html(self, path: str | os.PathLike[str], lang: str | None = None) -> None:
        """Write a page that steps through what was checked, open at the first wrong step.

        A broken engine stands beside a right one. With a claimed gradient, or an engine whose
        backward pass cannot be recorded, there are no steps, and the page is the report.

        Raises ValueError for another language or if the path is a folder, OSError if the system
        cannot write there.

        >>> from autograd_mini import museum
        >>> museum.check("Overwrites").save_html(getfixture("tmp_path") / "overwrites.html")
        """
        from autograd_mini import checking

        checking.save_html(self, path, lang)

    def _repr_html_(self) -> str:
        """For notebooks."""
        from html import escape

        shown = self._content(self.lang)
        story = "".join(f"<p>{escape(line)}</p>" for line in shown.story)
        rows = []
        for verdict, cells in shown.table:
            tag, parts = "td" if verdict else "th", []
            for name, cell in cells.items():
                words = escape(cell)
                if verdict and name == "verdict":
                    words = f'<span style="{_badge(verdict)}">{words}</span>'
                side = "left" if name in _LEFT else "right"
                parts.append(f'<{tag} style="text-align: {side}">{words}</{tag}>')
            rows.append(f"<tr>{''.join(parts)}</tr>")
        style = "font-variant-numeric: tabular-nums"
        table = f'<table style="{style}">{"".join(rows)}</table>' if rows else ""
        remarks = "<br>".join(map(escape, shown.remarks))
        return (
            f'<div lang="{self.lang}"><p><strong style="{_badge(self.verdict)}">'
            f"{escape(shown.headline)}</strong></p>{story}{table}"
            f'<p style="opacity: 0.75">{remarks}</p></div>'
        )

    def _content(self, lang: str, width: int | None = None) -> _Content:
        story = []
        if self.culprit is not None:
            story.append(f"{text('checking.culprit', lang)}: {self.culprit.text(lang)}")
        if self.guess is not None:
            story.append(f"{text('checking.guess', lang)} {self.guess.text(lang)}")
        story += [f"{text('checking.property', lang)}: {x.text(lang)}" for x in self.properties]
        rows, remarks, spared = list(self.comparisons), [], _SPARED[0]
        if hidden := len(rows[_SHOWN:]):
            rows.sort(key=lambda row: VERDICTS.index(row.verdict))
            verdict = text(f"checking.verdict.{rows[-1].verdict}", lang)
            remarks.append(text("checking.more", lang, count=hidden, verdict=verdict))
        table: list[tuple[str | None, dict[str, str]]] = []
        if rows:
            table.append((None, {name: text(f"checking.column.{name}", lang) for name in _COLUMNS}))
            table += [(row.verdict, _cells(row, lang)) for row in rows[:_SHOWN]]
            spared = _spared([cells for _, cells in table], width)
        if "reference" in spared:
            names = dict.fromkeys(cells["reference"] for _, cells in table[1:])
            remarks.append(text("checking.note.reference", lang, names=", ".join(names)))
        for _, cells in table:
            for name in spared:
                del cells[name]
        remarks += self.remarks(lang)
        if self.taylor_slope is not None:
            remarks.append(text("checking.note.taylor", lang, slope=f"{self.taylor_slope:.2f}"))
        return _Content(self.headline(lang), story, table, remarks)

    def headline(self, lang: str | None = None) -> str:
        """The first line: the verdict, and of an engine that is right the first warning."""
        lang = lang or self.lang
        warned = [x.name for x in self.properties if x.severity == "warning"]
        if not self.ok or not warned:
            return text(f"checking.headline.{self.verdict}", lang)
        short = text(f"checking.property.{warned[0]}.short", lang)
        return text("checking.headline.but", lang, property=short)

    def remarks(self, lang: str) -> list[str]:
        """The notes as sentences."""
        said = []
        for name, values in self.notes:
            told = {k: translated(x, lang) if k == "reason" else x for k, x in values.items()}
            said.append(text(f"checking.note.{name}", lang, **told))
        return said

    # --- JSON ------------------------------------------------------------------------------------
    def to_json(self) -> str:
        """The report as JSON text, which `from_json` reads; inf and nan are written as text."""
        data = {
            "lang": self.lang,
            "verdict": self.verdict,
            "comparisons": [vars(row) for row in self.comparisons],
            "culprit": _written(self.culprit),
            "taylor_slope": self.taylor_slope,
            "notes": self.notes,
            "guess": _written(self.guess),
            "taylor": self.taylor and [self.taylor.rows, self.taylor.floor],
            "properties": [x._asdict() for x in self.properties],
        }
        return REPORT.write(to_json(data))

    @classmethod
    def from_json(cls, source: str) -> Report:
        """The report that `to_json` wrote.

        Raises ValueError if the text is not one, or of a later version.
        """
        data = REPORT.read(source)
        try:
            data = from_json(data)
            rows = tuple(
                Comparison(**{field.name: row[field.name] for field in fields(Comparison)})
                for row in data["comparisons"]
            )
            culprit, guess = (
                found and Culprit(**{name: found[name] for name in _CULPRIT})
                for found in (data["culprit"], data.get("guess"))
            )
            notes = tuple((name, values) for name, values in data["notes"])
            if data["verdict"] not in VERDICTS or data["lang"] not in LANGUAGES:
                raise ValueError(f"verdict {data['verdict']!r}, lang {data['lang']!r}")
            lang, table = data["lang"], data.get("taylor")
            if table:
                table = Taylor(tuple(TaylorRow(*row) for row in table[0]), table[1], lang)
            return cls(
                data["verdict"], rows, culprit, data["taylor_slope"], notes, lang, guess, table,
                properties=tuple(Property(**found) for found in data.get("properties", ())),
            )  # fmt: skip
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"damaged check report: {error!r}") from None


class _Content(NamedTuple):
    """What a report shows; text, rich and HTML are writers of it.

    table    (verdict, column -> cell) of each row; the first, without a verdict, is the header
    """

    headline: str
    story: list[str]
    table: list[tuple[str | None, dict[str, str]]]
    remarks: list[str]

    def lines(self) -> Iterator[tuple[str, str | None]]:
        """The table in columns of characters, each line with its verdict."""
        rows = [cells for _, cells in self.table]
        sides = "".join("<" if name in _LEFT else ">" for name in (rows or [{}])[0])
        lines = aligned([[*cells.values()] for cells in rows], sides)
        return zip(lines, [verdict for verdict, _ in self.table], strict=True)


def worst(verdicts: list[str]) -> str:
    """The verdict of the whole: the worst of the parts; "domain" if there are none."""
    return min(verdicts, key=VERDICTS.index, default="domain")


def _cells(row: Comparison, lang: str) -> dict[str, str]:
    wanted = number_text(row.wanted)
    if row.interval is not None:
        low, high = map(number_text, row.interval)
        wanted = text("checking.interval", lang, low=low, high=high)
    cells = {
        "name": row.name,
        "got": number_text(row.got),
        "wanted": wanted,
        "error": f"{row.error:.1e}",
        "bar": f"{row.bar:.1e}",
        "ulps": f"{row.ulps:.3g}" if math.isfinite(row.ulps) else "-",
        "verdict": text(f"checking.verdict.{row.verdict}", lang),
        "reference": text(f"checking.reference.{row.reference}", lang),
    }
    if row.verdict == "domain":  # there is nothing to compare with
        cells |= dict.fromkeys(("wanted", "error", "bar", "ulps"), "-")
    return cells


def _spared(rows: list[dict[str, str]], width: int | None) -> tuple[str, ...]:
    """The columns to leave out, so that the table is not wider than that if it can."""
    sizes = {name: max(len(cells[name]) for cells in rows) for name in _COLUMNS}
    for spared in _SPARED:
        kept = [sizes[name] + 2 for name in _COLUMNS if name not in spared]
        if width is None or sum(kept) - 2 <= width:
            break
    return spared


def _badge(verdict: str) -> str:
    """White on the verdict's colour: it is read on light and dark pages."""
    return f"color: #fff; background: {_COLOURS[verdict][1]}; padding: 0.1em 0.5em"


_CULPRIT = ("kind", "message", "node", "op", "details")  # what is written of it


def _written(culprit: Culprit | None) -> dict[str, Any] | None:
    return None if culprit is None else {name: getattr(culprit, name) for name in _CULPRIT}
