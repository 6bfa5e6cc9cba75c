"""What a laboratory hands back: rows of numbers, and their table, sentences, picture and page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import isfinite
from typing import Any, ClassVar

from autograd_mini import language
from autograd_mini.drawing import curves
from autograd_mini.drawing.curves import Curves, Points
from autograd_mini.language import tables
from autograd_mini.notation.labels import number
from autograd_mini.pages.document import asset, plain
from autograd_mini.pages.notebook import Shown, pictured


@dataclass(frozen=True, repr=False)
class Laboratory(tables.Shown):
    """Rows, all of one NamedTuple, whose fields are the columns; `lang` is "en" or "es"."""

    rows: tuple[Any, ...]
    name: ClassVar[str]

    def panels(self, lang: str = "en") -> list[Curves]:
        """The picture, as data for `drawing.curves`."""
        raise NotImplementedError

    def said(self, lang: str) -> str:
        """The two sentences that say what is to be seen."""
        return language.text(f"lab.seen.{self.name}", lang)

    def table(self, lang: str = "en") -> list[list[str]]:
        """The heading and the rows, as text."""
        heading = [word(field, lang) for field in self.rows[0]._fields]
        return [heading, *([shown(x, lang) for x in row] for row in self.rows)]

    def _grid(self, lang: str, width: int | None = None) -> tables.Grid:
        table = self.table(lang)
        sides = "".join("<" if cell[:1].isalpha() else ">" for cell in table[1])
        return tables.Grid(table, {}, ["", self.said(lang)], sides)

    def to_json(self) -> str:
        """The rows as JSON; a number that is not finite is null."""
        text = json.dumps([row._asdict() for row in self.rows])
        rows = json.loads(text, parse_constant=lambda _: None)
        return json.dumps({"laboratory": self.name, "rows": rows}, indent=1, allow_nan=False)

    def to_html(self, lang: str = "en") -> str:
        """The page: one file, without scripts and network."""
        title = language.text(f"lab.title.{self.name}", lang)
        body = f"<h1>{escape(title)}</h1>{self._body(lang)}"
        return plain(title, body, lang, asset("laboratory.css"))

    def show(self, lang: str = "en", height: int = 640) -> Shown:
        """The page in a notebook, in a frame so many pixels high."""
        title = language.text(f"lab.title.{self.name}", lang)
        return Shown(self.to_html(lang), title, height, lang)

    def svg(self, lang: str = "en") -> str:
        """The picture."""
        return curves.svg(self.panels(lang))

    def png(self, lang: str = "en") -> bytes:
        """The picture by matplotlib; ImportError, saying what to install, without it."""
        return curves.png(self.panels(lang))

    def _repr_html_(self) -> str:
        return pictured(self._body(language.meant(None)))

    def _body(self, lang: str) -> str:
        panels = self.panels(lang)  # which may stand below one another
        pictures = "".join(curves.svg([panel], panels) for panel in panels)
        table = self._grid(lang)._replace(remarks=()).html()
        return f"<p>{escape(self.said(lang))}</p><figure>{pictures}</figure><div>{table}</div>"


def word(name: str, lang: str, **slots: object) -> str:
    """A word of the tables and pictures."""
    return language.text(f"lab.word.{name}", lang, **slots)


def panel(
    lang: str, x: str, y: str, lines: Mapping[str, Points], title: str = "", log: str = "y"
) -> Curves:
    """A picture of lines, by what they are called; `x` and `y` are names for `word`."""
    every = tuple((name, tuple(points)) for name, points in lines.items())
    return Curves(title, word(x, lang), word(y, lang), every, log)


def shown(x: Any, lang: str) -> str:
    """A cell: a whole number in groups, a float with three digits, a verdict in its language."""
    if isinstance(x, int):
        return language.whole(x, lang)
    if isinstance(x, float):
        return number(x, ".4g" if 1000 <= abs(x) < 10_000 else ".3g") if isfinite(x) else "–"
    known = f"verdict.{x}" in language.catalogue("lab")
    return language.text(f"lab.verdict.{x}", lang) if known else str(x)
