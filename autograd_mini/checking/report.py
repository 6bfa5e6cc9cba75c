"""The report of a check: verdicts, rows, culprit; as text, HTML, JSON, or a failed assertion."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.language.checking import LANGUAGES, text

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

FORMAT, VERSION = "autograd_mini check report", 1
VERDICTS = ("wrong", "undecided", "domain", "kink", "ok")  # the worst first
CULPRITS = ("partial", "value", "accumulation", "order", "nondeterministic", "gradient")
_SHOWN = 24  # rows of a table for the reader
_COLUMNS = "name got wanted error bar ulps verdict reference".split()
_LEFT = ("name", "verdict", "reference")  # aligned; the others, numbers, are to the right
_SPARED = ((), ("ulps",), ("ulps", "bar"), ("ulps", "bar", "reference"))  # in narrow places


class GradientMismatch(AssertionError):
    """A check that failed; the message is the whole report, `report` the object."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"\n{report}")
        self.report = report


@dataclass(frozen=True)
class Comparison:
    """One derivative beside its reference.

    name         such as "df/dx", "df/dw[2]", "direction 1", "d2f/dx dy"
    got          the derivative that was checked
    wanted       the true one; at a kink the middle of `interval`
    error        |got - wanted|, at a kink the distance from the interval
    bar          what reference and rounding leave open; a larger error is a wrong derivative
    ulps         the error in units in the last place of `wanted`; inf where that is 0
    verdict      "ok", "wrong", "undecided", "kink" or "domain"
    reference    "Fraction", "mpmath" or "ladder"
    interval     at a kink, the derivatives on both sides
    """

    name: str
    got: float
    wanted: float
    error: float
    bar: float
    ulps: float
    verdict: str
    reference: str
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Culprit:
    """What is at fault.

    kind      "partial" (the derivative of one operation), "value" (its value), "accumulation"
              (shares of the gradient lost, replaced or left over), "order" (a node visited too
              early or too often), "nondeterministic", "gradient" (the whole, for want of a graph)
    node      the node: its label, or its number in topological order with its operation
    op        the name of its operation, or ""
    details   what the sentence is made of: got, wanted, argument, formula, operands, ulps, ...
    where     the node itself, in the graph below `Report.subject.root`; None without a graph
    """

    kind: str
    message: str
    node: str = ""
    op: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    where: Any = field(default=None, compare=False, repr=False)

    def text(self, lang: str = "en") -> str:
        """The sentence in a language, "en" or "es"."""
        values = {k: _number(v) if isinstance(v, float) else v for k, v in self.details.items()}
        return text(f"culprit.{self.message}", lang, node=self.node, op=self.op, **values)

    def __str__(self) -> str:
        return self.text()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"where": None}  # what is pickled is the report, not the graph


class Subject(NamedTuple):
    """What was checked, so that it can be looked at or run again.

    f        a function of nodes, one for each input
    names    of the inputs
    numbers  the inputs
    value    the class of the nodes
    root     the node that f gave, after one backward pass
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
    subject        the function on Values that was checked; None with a claimed gradient, and in a
                   report read from JSON
    """

    verdict: str
    comparisons: tuple[Comparison, ...] = ()
    culprit: Culprit | None = None
    taylor_slope: float | None = None
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    lang: str = "en"
    subject: Subject | None = field(default=None, compare=False, repr=False)

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
        lang = lang or self.lang
        lines = [self._headline(lang), *self._story(lang)]
        table, rest = self._table(lang, width)
        if table:
            lines += ["", *(line for line, _ in table)]
        return "\n".join([*lines, *rest, *self._remarks(lang)])

    def __str__(self) -> str:
        return self.text()

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """For rich's `print` and consoles."""
        from rich.text import Text

        yield Text(self._headline(self.lang), style=f"bold {_COLOURS[self.verdict]}")
        yield from map(Text, self._story(self.lang))
        table, rest = self._table(self.lang, options.max_width)
        if table:
            yield Text("")
        for line, verdict in table:
            shown = Text(line, style="" if verdict else "bold")
            if verdict:
                word = text(f"verdict.{verdict}", self.lang)
                start = line.rindex(f" {word}")
                shown.stylize(_COLOURS[verdict], start, start + 1 + len(word))
            yield shown
        yield from (Text(line, style="dim") for line in (*rest, *self._remarks(self.lang)))

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

        story = "".join(f"<p>{escape(line)}</p>" for line in self._story(self.lang))
        rows, rest = self._rows(self.lang)
        table = ""
        if rows:
            verdicts = [None, *(row.verdict for row in self._shown())]
            table = "".join(
                f"<tr>{_html_cells(cells, verdict)}</tr>"
                for cells, verdict in zip((_header(self.lang), *rows), verdicts, strict=True)
            )
            table = f'<table style="font-variant-numeric: tabular-nums">{table}</table>'
        remarks = "<br>".join(map(escape, (*rest, *self._remarks(self.lang))))
        return (
            f'<div lang="{self.lang}"><p><strong style="{_badge(self.verdict)}">'
            f"{escape(self._headline(self.lang))}</strong></p>{story}{table}"
            f'<p style="opacity: 0.75">{remarks}</p></div>'
        )

    def _headline(self, lang: str) -> str:
        return text(f"headline.{self.verdict}", lang)

    def _story(self, lang: str) -> list[str]:
        if self.culprit is None:
            return []
        return [f"{text('culprit', lang)}: {self.culprit.text(lang)}"]

    def _shown(self) -> list[Comparison]:
        """All rows, or the worst of many."""
        worst_first = sorted(self.comparisons, key=lambda row: VERDICTS.index(row.verdict))
        return list(self.comparisons) if len(worst_first) <= _SHOWN else worst_first[:_SHOWN]

    def _table(
        self, lang: str, width: int | None
    ) -> tuple[list[tuple[str, str | None]], list[str]]:
        """Lines with their verdicts (None for the header), and the remarks that belong to them."""
        rows, rest = self._rows(lang)
        if not rows:
            return [], rest
        table = [dict(zip(_COLUMNS, row, strict=True)) for row in (_header(lang), *rows)]
        for spared in _SPARED:
            columns = [name for name in _COLUMNS if name not in spared]
            sizes = {name: max(len(row[name]) for row in table) for name in columns}
            if width is None or sum(sizes.values()) + 2 * len(columns) - 2 <= width:
                break
        if "reference" in spared:
            names = dict.fromkeys(row["reference"] for row in table[1:])
            rest = [*rest, text("note.reference", lang, names=", ".join(names))]
        lines = [
            "  ".join(
                row[name].ljust(size) if name in _LEFT else row[name].rjust(size)
                for name, size in sizes.items()
            ).rstrip()
            for row in table
        ]
        return list(zip(lines, [None, *(row.verdict for row in self._shown())], strict=True)), rest

    def _rows(self, lang: str) -> tuple[list[list[str]], list[str]]:
        rows = [_cells(row, lang) for row in self._shown()]
        hidden = len(self.comparisons) - len(rows)
        if not hidden:
            return rows, []
        best = max((row.verdict for row in self.comparisons), key=VERDICTS.index)
        verdict = text(f"verdict.{best}", lang)
        return rows, [text("more", lang, count=hidden, verdict=verdict)]

    def _remarks(self, lang: str) -> list[str]:
        lines = [text(f"note.{name}", lang, **values) for name, values in self.notes]
        if self.taylor_slope is not None:
            lines.append(text("note.taylor", lang, slope=f"{self.taylor_slope:.2f}"))
        return lines

    # --- JSON ------------------------------------------------------------------------------------
    def to_json(self) -> str:
        """The report as JSON text, which `from_json` reads; inf and nan are written as text."""
        culprit = self.culprit and {
            "kind": self.culprit.kind,
            "message": self.culprit.message,
            "node": self.culprit.node,
            "op": self.culprit.op,
            "details": {k: _to_json(v) for k, v in self.culprit.details.items()},
        }
        rows = []
        for row in self.comparisons:
            entry = {name: _to_json(getattr(row, name)) for name in _FIELDS}
            entry["interval"] = row.interval and [_to_json(x) for x in row.interval]
            rows.append(entry)
        return json.dumps(
            {
                "format": FORMAT,
                "version": VERSION,
                "lang": self.lang,
                "verdict": self.verdict,
                "comparisons": rows,
                "culprit": culprit,
                "taylor_slope": _to_json(self.taylor_slope),
                "notes": [[name, dict(values)] for name, values in self.notes],
            },
            ensure_ascii=False,
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, source: str) -> Report:
        """The report that `to_json` wrote.

        Raises ValueError if the text is not one, or of a later version.
        """
        try:
            data = json.loads(source)
        except (ValueError, TypeError) as error:
            raise ValueError(f"not a check report: {error}") from None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"not a check report: the format must be {FORMAT!r}")
        if data.get("version") != VERSION:
            raise ValueError(
                f"check report of version {data.get('version')!r}; this program reads {VERSION}"
            )
        try:
            rows = tuple(
                Comparison(
                    **{name: _from_json(row[name]) for name in _FIELDS},
                    interval=row["interval"] and tuple(map(_from_json, row["interval"])),
                )
                for row in data["comparisons"]
            )
            found = data["culprit"]
            culprit = found and Culprit(
                found["kind"],
                found["message"],
                found["node"],
                found["op"],
                {k: _from_json(v) for k, v in found["details"].items()},
            )
            notes = tuple((name, values) for name, values in data["notes"])
            if data["verdict"] not in VERDICTS or data["lang"] not in LANGUAGES:
                raise ValueError(f"verdict {data['verdict']!r}, lang {data['lang']!r}")
            slope = _from_json(data["taylor_slope"])
            return cls(data["verdict"], rows, culprit, slope, notes, data["lang"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"damaged check report: {error!r}") from None


def worst(verdicts: list[str]) -> str:
    """The verdict of the whole: the worst of the parts; "domain" if there are none."""
    return min(verdicts, key=VERDICTS.index, default="domain")


_FIELDS = ("name", "got", "wanted", "error", "bar", "ulps", "verdict", "reference")
_COLOURS = {
    "ok": "green", "kink": "cyan", "undecided": "yellow", "domain": "yellow", "wrong": "red",
}  # fmt: skip
_HTML_COLOURS = {
    "ok": "#1a7f37", "kink": "#0b6e99", "undecided": "#9a6700", "domain": "#9a6700",
    "wrong": "#cf222e",
}  # fmt: skip
_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def _header(lang: str) -> list[str]:
    return [text(f"column.{name}", lang) for name in _COLUMNS]


def _cells(row: Comparison, lang: str) -> list[str]:
    wanted = _number(row.wanted)
    if row.interval is not None:
        low, high = map(_number, row.interval)
        wanted = text("interval", lang, low=low, high=high)
    compared = row.verdict != "domain"
    return [
        row.name,
        _number(row.got),
        wanted if compared else "-",
        f"{row.error:.1e}" if compared else "-",
        f"{row.bar:.1e}" if compared else "-",
        f"{row.ulps:.3g}" if compared and math.isfinite(row.ulps) else "-",
        text(f"verdict.{row.verdict}", lang),
        text(f"reference.{row.reference}", lang),
    ]


def _badge(verdict: str) -> str:
    """White on the verdict's colour: it is read on light and dark pages."""
    return f"color: #fff; background: {_HTML_COLOURS[verdict]}; padding: 0.1em 0.5em"


def _html_cells(cells: list[str], verdict: str | None) -> str:
    """The cells of a row; of the header, if there is no verdict."""
    from html import escape

    tag = "th" if verdict is None else "td"
    parts = []
    for name, cell in zip(_COLUMNS, cells, strict=True):
        words = escape(cell)
        if verdict is not None and name == "verdict":
            words = f'<span style="{_badge(verdict)}">{words}</span>'
        side = "left" if name in _LEFT else "right"
        parts.append(f'<{tag} style="text-align: {side}">{words}</{tag}>')
    return "".join(parts)


def _number(x: float) -> str:
    """All digits of a float, unless it is a plain one."""
    return f"{x:.17g}" if float(f"{x:.12g}") != x else f"{x:.12g}"


def _to_json(x: Any) -> Any:
    if isinstance(x, float) and not math.isfinite(x):
        return {"float": repr(x)}
    return x


def _from_json(x: Any) -> Any:
    return _NOT_FINITE[x["float"]] if isinstance(x, dict) else x
