"""The report of a check: verdicts, rows, culprit; as text, HTML, JSON, or a failed assertion."""

import math
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple, Self

from autograd_mini.files import Format
from autograd_mini.language import LANGUAGES, text, translated
from autograd_mini.language.tables import Grid, Shown

from .findings import Comparison, Culprit, Property, Taylor, TaylorRow, number_text

REPORT = Format(
    "autograd_mini check report",
    ("lang", "verdict", "comparisons", "culprit", "taylor_slope", "notes"),
    ("guess", "taylor", "properties"),
)
VERDICTS = ("wrong", "undecided", "domain", "kink", "ok")  # the worst first
_COLOURS = dict(zip(VERDICTS, ("red", "yellow", "yellow", "cyan", "green"), strict=True))
_SHOWN = 24  # rows of a table for the reader
_COLUMNS = "name got wanted error bar ulps verdict reference".split()
_LEFT = ("name", "verdict", "reference")  # aligned; the others, numbers, are to the right
_SPARED = ("", "ulps", "ulps bar", "ulps bar reference")  # left out as it gets narrow


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


@dataclass(frozen=True, repr=False)
class Report(Shown):
    """What a check found. True in a condition if `ok`.

    `text(lang, width)` is it as plain text, with a table of at most `width` if it can: a narrow one
    leaves out the ulp, then the bar, then the reference, which is then told below it.

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

    def __repr__(self) -> str:
        culprit = f" {self.culprit.text(self.lang)}" if self.culprit else ""
        return f"<Report: {self.headline()}{culprit}>"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # at a prompt of IPython's
        printer.text(str(self))

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"subject": None}

    def raise_for_failure(self) -> None:
        """Raise GradientMismatch (an AssertionError) with the whole report, unless `ok`."""
        __tracebackhide__ = True
        if self.verdict == "wrong":
            raise GradientMismatch(self)
        if not self.ok:  # another line is another failure to hypothesis, which shrinks each
            raise GradientMismatch(self)

    # --- for readers -----------------------------------------------------------------------------
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

    def _grid(self, lang: str, width: int | None = None) -> Grid:
        story = []
        if self.culprit is not None:
            story.append(f"{text('checking.culprit', lang)}: {self.culprit.text(lang)}")
        if self.guess is not None:
            story.append(f"{text('checking.guess', lang)} {self.guess.text(lang)}")
        story += [f"{text('checking.property', lang)}: {x.text(lang)}" for x in self.properties]
        rows, remarks, kept = list(self.comparisons), [], _COLUMNS
        if hidden := len(rows[_SHOWN:]):
            rows.sort(key=lambda row: VERDICTS.index(row.verdict))
            verdict = text(f"checking.verdict.{rows[-1].verdict}", lang)
            remarks.append(text("checking.more", lang, count=hidden, verdict=verdict))
        table = []
        if rows := rows[:_SHOWN]:
            table = [{name: text(f"checking.column.{name}", lang) for name in _COLUMNS}]
            table += [cells_of(row, lang) for row in rows]
            kept = _kept(table, width)
        if "reference" not in kept:
            names = dict.fromkeys(cells["reference"] for cells in table[1:])
            remarks.append(text("checking.note.reference", lang, names=", ".join(names)))
        remarks += self.remarks(lang)
        if self.taylor_slope is not None:
            remarks.append(text("checking.note.taylor", lang, slope=f"{self.taylor_slope:.2f}"))
        column = kept.index("verdict")
        return Grid(
            [[cells[name] for name in kept] for cells in table],
            {(i, column): _COLOURS[row.verdict] for i, row in enumerate(rows, start=1)},
            remarks,
            "".join("<" if name in _LEFT else ">" for name in kept),
            self.headline(lang),
            _COLOURS[self.verdict],
            story,
        )

    def headline(self, lang: str | None = None) -> str:
        """The first line: the verdict, and of an engine that is right the first warning."""
        lang = lang or self.lang
        warned = [x.name for x in self.properties if x.severity == "warning"]
        if not self.ok or not warned:
            return self.judged(lang)
        short = text(f"checking.property.{warned[0]}.short", lang)
        return text("checking.headline.but", lang, property=short)

    def judged(self, lang: str) -> str:
        """The verdict as a sentence."""
        partly = self.verdict == "domain" and {x.verdict for x in self.comparisons} > {"domain"}
        return text(f"checking.headline.{'partly' if partly else self.verdict}", lang)

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
        data = _plain(self)
        data["taylor"] = self.taylor and _plain([self.taylor.rows, self.taylor.floor])
        data["properties"] = [_plain(x._asdict()) for x in self.properties]
        return REPORT.write(data)

    @classmethod
    def from_json(cls, source: str) -> Self:
        """The report that `to_json` wrote.

        Raises ValueError if the text is not one, or of a later version.
        """
        data = REPORT.read(source)
        try:
            data = _read(data)
            if data["verdict"] not in VERDICTS or data["lang"] not in LANGUAGES:
                raise ValueError(f"verdict {data['verdict']!r}, lang {data['lang']!r}")
            for name in ("culprit", "guess"):
                data[name] = data.get(name) and Culprit(**data[name])
            data["comparisons"] = tuple(Comparison(**row) for row in data["comparisons"])
            data["notes"] = tuple((name, values) for name, values in data["notes"])
            data["properties"] = tuple(Property(**x) for x in data.get("properties", ()))
            if table := data.get("taylor"):
                rows = tuple(TaylorRow(*row) for row in table[0])
                data["taylor"] = Taylor(rows, table[1], data["lang"])
            return cls(**data)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"damaged check report: {error!r}") from None


class GradientMismatch(AssertionError):
    """A check that failed; the message is the whole report, `report` the object."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __str__(self) -> str:
        return f"\n{self.report}"


def steered(report: Report) -> Report:
    """The report, after hypothesis.target of log2(error / bar) where a test of its runs.

    Löscher & Sagonas, Targeted property-based testing, ISSTA 2017.
    """
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None and hypothesis.currently_in_test_context():
        ratios = [row.error / row.bar for row in report.comparisons if row.error and row.bar]
        worst = max((x for x in ratios if math.isfinite(x)), default=0.0)
        if worst:  # told twice in one test, hypothesis refuses
            with suppress(hypothesis.errors.InvalidArgument):
                hypothesis.target(math.log2(worst), label="log2(error / bar)")
    return report


def worst(verdicts: list[str]) -> str:
    """The verdict of the whole: the worst of the parts; "domain" if there are none."""
    return min(verdicts, key=VERDICTS.index, default="domain")


def cells_of(row: Comparison, lang: str) -> dict[str, str]:
    """The columns of a row, as text."""
    wanted = number_text(row.wanted)
    if row.interval is not None:
        low, high = map(number_text, row.interval)
        wanted = text("checking.interval", lang, low=low, high=high)
    sizes = {"error": f"{row.error:.1e}", "bar": f"{row.bar:.1e}"}
    sizes["ulps"] = f"{row.ulps:.3g}" if math.isfinite(row.ulps) else "-"
    cells = {"name": row.name, "got": number_text(row.got), "wanted": wanted, **sizes}
    for name in ("verdict", "reference"):
        cells[name] = text(f"checking.{name}.{getattr(row, name)}", lang)
    if row.verdict == "domain":  # there is nothing to compare with
        cells |= dict.fromkeys(("wanted", "error", "bar", "ulps"), "-")
    return cells


def _kept(rows: list[dict[str, str]], width: int | None) -> list[str]:
    """The columns of a table that is not wider than that, if it can."""
    sizes = {name: 2 + max(len(cells[name]) for cells in rows) for name in _COLUMNS}
    for spared in _SPARED:
        kept = [name for name in _COLUMNS if name not in spared.split()]
        if width is None or sum(map(sizes.__getitem__, kept)) - 2 <= width:
            break
    return kept


# --- as JSON has it: no objects, no infinities, no nan --------------------------------------------
_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}  # nan, too, is always the same


def _plain(x: Any) -> Any:
    """Dataclasses, mappings, lists and numbers as JSON has them."""
    if is_dataclass(x):
        x = {field.name: getattr(x, field.name) for field in fields(x) if field.compare}
    if isinstance(x, Mapping):
        return {name: _plain(part) for name, part in x.items()}
    if isinstance(x, list | tuple):
        return [_plain(part) for part in x]
    return {"float": repr(x)} if isinstance(x, float) and not math.isfinite(x) else x


def _read(x: Any) -> Any:
    """What `to_json` was given, with tuples for lists."""
    if isinstance(x, list):
        return tuple(map(_read, x))
    if isinstance(x, dict):
        if x.keys() == {"float"}:
            return _NOT_FINITE[x["float"]]
        return {name: _read(part) for name, part in x.items()}
    return x
