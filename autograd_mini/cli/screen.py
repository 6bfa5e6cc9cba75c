"""The screen at a step: the table of nodes, the learner's source, the step in words and numbers."""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from autograd_mini.language import text
from autograd_mini.notation import labels as notation
from autograd_mini.notation import symbols
from autograd_mini.notation.mathematics import formula
from autograd_mini.stepping.events import lit
from autograd_mini.stepping.explaining import clean, explain_step
from autograd_mini.stepping.explanation import sum_of
from autograd_mini.stepping.sequence import Accumulate, Forward, Step, Steps, Visit, phase

LEAST_COLUMNS, LEAST_ROWS = 40, 12
_BESIDE = 100  # columns from which on the source stands beside the table
_MANY = 3000  # steps, beyond which the width of the numbers' columns is not measured but assumed
_USUAL = 12  # −1.234·10⁻¹²³
_NAME = re.compile("`([^`]+)`")
_COLOURS = {"forward": "cyan", "backward": "yellow", "update": "green"}
_CURRENT, _RECEIVES, _USED = "bold reverse", "bold yellow", "cyan"


class Screen:
    """Draws any step of a recording as lines of text, for a window of any size."""

    def __init__(self, steps: Steps, console: Console, lang: str) -> None:
        self.steps, self.console, self.lang = steps, console, lang
        self.timeline = steps.timeline
        self.names = [clean(name) for name in steps.names]
        self.name_of = dict(zip(steps.nodes, self.names, strict=True)).__getitem__
        self.name_width = max(map(cell_len, (*self.names, text("terminal.node", lang))))
        formulas, longest = ["_" * 40], _USUAL
        if len(steps) <= _MANY:
            heading = text("terminal.formula", lang)
            formulas = [heading, *map(self._formula, range(len(steps.nodes)))]
            numbers = [x for node in steps.nodes for x in (node.data, node.grad)]
            numbers += [x for step in steps for x in step if not isinstance(x, int | tuple)]
            longest = max(map(len, map(notation.number, numbers)))
        self.formula_width = max(map(cell_len, formulas))
        self.number_width = max(5, min(notation.LONGEST_NAME, longest))

    def lines(
        self, index: int, width: int, height: int, top: str = "", foot: str = ""
    ) -> list[Text]:
        """The whole screen: `height` lines, none wider than `width`."""
        if width < LEAST_COLUMNS or height < LEAST_ROWS:
            small = text("terminal.small", self.lang, columns=LEAST_COLUMNS, rows=LEAST_ROWS)
            return [*self._wrapped(small, width), *[Text()] * height][:height]
        step = self.steps[index]
        room = height - 2
        source = max((len(source.lines) + 1 for source in self.steps.sources), default=0)
        beside = source > 0 and width >= _BESIDE
        gap = room >= 18
        below = min(max(room * 2 // 5, 7), 12)
        under = 0 if beside else min(source, max(2, (room - below) // 3))
        rows = max(3, room - below - under - gap * (1 + (under > 0)))  # heading, node, parent
        rows = min(len(self.names) + 1, rows)
        widths = self._widths(width, beside)
        middle = self._table(step, index, widths, rows)
        if beside:
            left = sum(widths) + 8
            shown = self._source(step, width - left - 3, min(source, max(rows, room - below - gap)))
            middle = [*_joined(middle, shown, left)]
        lines = [self._header(index, width, top), *middle]
        if under:
            lines += [Text()] * gap + self._source(step, width, under)
        lines += [Text()] * gap
        lines += self._words(step, index, width, height - 1 - len(lines))
        return [*[*lines, *[Text()] * height][: height - 1], _cut(Text(foot), width)]

    # --- header ----------------------------------------------------------------------------------
    def _header(self, index: int, width: int, top: str) -> Text:
        last = len(self.steps) - 1
        line = Text(text("terminal.step", self.lang, index=index, last=last), style="bold")
        if top:
            line.append(f"   {top}", style="not bold italic")
        line.append("   ")
        room = width - cell_len(line.plain)
        if room >= 10 and last:
            done = round(room * index / last)
            line.append("━" * done, style=f"not bold {_COLOURS[phase(self.steps[index])]}")
            line.append("─" * (room - done), style="not bold dim")
        return _cut(line, width)

    # --- the table -------------------------------------------------------------------------------
    def _widths(self, room: int, beside: bool) -> tuple[int, int, int, int]:
        """Of the columns: what they need, if there is so much beside what the source needs."""
        name, formula, number = self.name_width, self.formula_width, self.number_width
        if beside:
            longest = max(cell_len(x) for source in self.steps.sources for x in source.lines)
            room -= min(longest + 10, room * 2 // 5)
        if name + formula + 2 * number + 8 > room:
            number = min(number, (room - 20) // 3)
            name = min(name, max(8, (room - 2 * number - 10) // 2))
            formula = room - name - 2 * number - 8
        return name, formula, number, number

    def _table(self, step: Step, index: int, widths: Sequence[int], rows: int) -> list[Text]:
        """The heading, and as many nodes as there is room for, around the current one."""
        head = [text(f"terminal.{key}", self.lang) for key in ("node", "formula", "data", "grad")]
        rest = (self._row(k, step, index, widths) for k in self._seen(step, rows - 1))
        return [_columns(" ", head, widths, "dim underline"), *rest]

    def _seen(self, step: Step, rows: int) -> list[int]:
        """The nodes in the window; the parent that receives is always among them."""
        count = len(self.names)
        (node, *_), parent = lit(step)
        first = max(0, min(node - rows // 2, count - rows))
        if parent is not None and node - parent < rows:
            first = min(first, parent)
        seen = [*range(first, min(first + rows, count))]
        if parent is not None and parent not in seen:
            seen[0] = parent
        return seen

    def _formula(self, k: int) -> str:
        return clean(formula(self.steps.nodes[k], self.name_of).text)

    def _row(self, k: int, step: Step, index: int, widths: Sequence[int]) -> Text:
        nodes, parent = lit(step)
        operands = self.steps.nodes[step.node].parents if isinstance(step, Forward) else ()
        mark, style = " ", ""
        if k in nodes:
            mark, style = "▶", _CURRENT
        elif k == parent:
            mark, style = "+", _RECEIVES
        elif self.steps.nodes[k] in operands or (isinstance(step, Visit) and k in step.users):
            mark, style = "·", _USED
        numbers = self.timeline.data(k, index), self.timeline.grad(k, index)
        shown = ["—" if x is None else notation.number(x) for x in numbers]
        done = style or numbers[1] is None or self.timeline.complete(k, index)
        cells = self.names[k], self._formula(k), *shown
        return _columns(mark, cells, widths, style, last="" if done else "yellow")

    # --- the source ------------------------------------------------------------------------------
    def _source(self, step: Step, width: int, rows: int) -> list[Text]:
        """The function in which the node was made, its expression lit."""
        here = self.steps.places[step.node]
        known = [place for place in (*self.steps.places, here) if place is not None]
        if not known:
            return []
        source = self.steps.sources[known[-1].source]
        line = 0 if here is None else here.line
        title = source.name if source.file[:1] in ("", "<") else f"{source.name}, {source.file}"
        if here is not None and len(source.lines) > 1:
            title = text("terminal.line", self.lang, where=title, line=source.first + line)
        shown = [Text(clean(title), style="dim underline", no_wrap=True)]
        rows -= 1
        first = max(0, min(line - rows // 2, len(source.lines) - rows))
        for k in range(first, min(first + rows, len(source.lines))):
            code, room = Text(clean(source.lines[k]), no_wrap=True), width - 7
            mark, style = " ", "dim"
            if here is not None and here.line <= k <= here.end_line:
                mark, style = "▶", ""
                start = here.column if k == here.line else 0
                end = here.end_column if k == here.end_line else len(code)
                code.stylize("bold reverse", start, end)
                if end > room:  # a long line is seen where it is lit
                    code = Text("… ") + code[max(0, min(start, len(code) - room + 2)) :]
            shown.append(Text(f"{mark} {source.first + k:>3}  ", style=style) + code)
        return [_cut(line, width) for line in shown]

    # --- the words -------------------------------------------------------------------------------
    def _words(self, step: Step, index: int, width: int, rows: int) -> list[Text]:
        """The step explained; where there is not enough room, what matters least is left out."""
        e = explain_step(self.steps, index, self.lang)
        so_far = self._so_far(step, index)
        parts: list[tuple[int, Text | str | None, str, int]] = [  # rank, text, style, most lines
            (0, clean(e.title), "bold", 1),
            (3, _marked(clean(e.sentence)), "", 3),
            (1, f"  {clean(e.symbolic.text)}", "cyan", 2),
            (4, e.local and f"  {clean(e.local.text)}", "cyan", 2),
            (2, e.numeric and f"  {clean(e.numeric.text)}", "bold cyan", 2),
            (5, so_far and f"  {so_far}", "yellow", 2),
            (6, e.why and _marked(clean(e.why)), "italic", 3),
        ]
        wrapped = {k: self._wrapped(x, width, style, most) for k, x, style, most in parts if x}
        for rank in sorted(wrapped):
            rows -= len(wrapped[rank])
            if rows < 0:
                rows += len(wrapped.pop(rank))
        lines = []
        for rank, own in wrapped.items():
            if rank in (1, 6) and rows >= 2:  # room to breathe
                lines.append(Text())
                rows -= 1
            lines += own
        return lines

    def _so_far(self, step: Step, index: int) -> str:
        """The running sum of the gradient that has just grown."""
        if not isinstance(step, Accumulate):
            return ""
        shares = [symbols.number(s.share) for s in self.timeline.shares(step.parent, index)]
        if len(shares) < 2:
            return ""
        total = f"{sum_of(shares).text} = {notation.number(step.after)}"
        root, name = clean(self.steps.numerator), self.names[step.parent]
        return text("terminal.so far", self.lang, root=root, name=name, sum=total)

    # --- lines -----------------------------------------------------------------------------------
    def _wrapped(self, text: Text | str, width: int, style: str = "", most: int = 9) -> list[Text]:
        text = Text(text) if isinstance(text, str) else text
        text.style = style
        indent = len(text.plain) - len(text.plain.lstrip())
        lines = list(text.wrap(self.console, width - indent))
        if len(lines) > most:
            lines[most - 1 :] = [_cut(lines[most - 1] + Text(" …"), width - indent)]
        for line in lines[1:]:
            line.pad_left(indent)
        return lines


def _columns(
    mark: str, cells: Sequence[str], widths: Sequence[int], style: str, last: str = ""
) -> Text:
    """A line of the table: names to the left, numbers to the right, what is too long cut."""
    line = Text(mark, style, no_wrap=True)
    for k, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        sized = Text(cell, overflow="ellipsis")
        sized.align("left" if k < 2 else "right", width)
        line.append("  " if k else " ").append(sized.plain, last if k == 3 else "")
    return line


def _cut(line: Text, width: int) -> Text:
    line.truncate(width, overflow="ellipsis")
    line.no_wrap = True
    return line


def _marked(text: str) -> Text:
    """The names, which stand in backticks, in bold instead."""
    line = Text()
    for k, part in enumerate(_NAME.split(text)):
        line.append(part, style=Style(bold=True) if k % 2 else None)
    return line


def _joined(left: list[Text], right: list[Text], width: int) -> Iterable[Text]:
    for a, b in zip_longest(left, right, fillvalue=Text()):
        line = a.copy()
        line.pad_right(width - cell_len(line.plain))
        yield Text.assemble(line, (" │ ", "dim"), b, no_wrap=True)
