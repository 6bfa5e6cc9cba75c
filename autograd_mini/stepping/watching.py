"""Which line of the learner's code makes which node: a profile function looks on while it runs."""

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from autograd_mini.notation.labels import subscript
from autograd_mini.value import Value

from .sequence import Place, Source

_PACKAGE = str(Path(__file__).parents[1])
_PARTS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


class Watch:
    """While it runs a function: the nodes that are made, in order, and the places that made them.

    A node's place is the expression that is being evaluated in the innermost function that is not
    part of autograd_mini (PEP 657 gives its lines and columns); its name the variable that first
    held it, with a number where a variable is bound again.
    """

    def __init__(self, node: type = Value, f: Any = None) -> None:
        self.node: Any = node
        self.own = getattr(inspect.unwrap(f), "__code__", None)  # the learner's, wherever it is
        self.made: dict[Any, Place] = {}
        self.names: dict[Any, str] = {}
        self.sources: list[Source] = []
        self._taken: dict[str, int] = {}
        self._texts: dict[CodeType, tuple[int, int, list[Any]] | None] = {}
        self._outer: FrameType | None = None

    def run(self, f: Any, given: Iterable[Any]) -> Any:
        """f(*given), looked at."""
        self._outer, before = sys._getframe(), sys.getprofile()
        sys.setprofile(self._look)
        try:
            return f(*given)
        finally:
            sys.setprofile(before)

    def _look(self, frame: FrameType, event: str, result: Any) -> None:
        if event != "return":
            return
        if self._texts.get(frame.f_code):
            self._name(frame, ended=True)
        things = result if result.__class__ in (list, tuple) else (result,)
        if frame.f_code is self.node.__init__.__code__:
            self._note([frame.f_locals["self"]], frame)
        elif things and isinstance(things[0], self.node):
            nodes = [x for x in things if isinstance(x, self.node)]
            # a leaf that comes out of a function was made elsewhere
            self._note([x for x in nodes if getattr(x, "first", x) is not None], frame)

    def _note(self, nodes: list[Any], frame: FrameType | None) -> None:
        nodes = [x for x in nodes if x not in self.made]
        while nodes and frame is not None and frame is not self._outer:
            code = frame.f_code
            outside = code is self.own or not code.co_filename.startswith(_PACKAGE)
            if outside and (place := self._place(frame)):
                self.made |= dict.fromkeys(nodes, place)
                self._name(frame)
                return
            frame = frame.f_back

    def _name(self, frame: FrameType, *, ended: bool = False) -> None:
        """Name nodes after the variables that hold them; at the end those in lists as well."""
        if frame.f_locals is frame.f_globals:
            return
        for name, thing in frame.f_locals.items():
            several = ended and thing.__class__ in (list, tuple)
            for k, x in enumerate(thing if several else (thing,)):
                if isinstance(x, self.node) and x not in self.names:
                    self.call(x, f"{name}[{k}]" if several else name)

    def call(self, node: Any, name: str) -> None:
        """Name a node, with a number if another node has the name."""
        times = self._taken[name] = self._taken.get(name, 0) + 1
        self.names[node] = name if times == 1 else name + subscript(times)

    def _place(self, frame: FrameType) -> Place | None:
        code = frame.f_code
        if code not in self._texts:
            self._texts[code] = self._text(frame)
        if (text := self._texts[code]) is None:
            return None
        k, margin, positions = text
        first, last, start, end = positions[frame.f_lasti // 2]
        if None in (first, last, start, end):
            return None
        source = self.sources[k]

        def column(line: int, offset: int) -> int:  # in the shown line; the offset is in bytes
            before = source.lines[line].encode()[: max(0, offset - margin)]
            return len(before.decode(errors="ignore"))

        line, end_line = first - source.first, last - source.first
        return Place(k, line, column(line, start), end_line, column(end_line, end))

    def _text(self, frame: FrameType) -> tuple[int, int, list[Any]] | None:
        """The number of its source, the indentation there, what its instructions come from."""
        code, around = frame.f_code, frame.f_back
        positions = [*code.co_positions()]
        while code.co_name in _PARTS and around is not None and around is not self._outer:
            if code in around.f_code.co_consts:  # shown in the function around it
                self._place(around)
                text = self._texts[around.f_code]
                return text and (*text[:2], positions)
            around = around.f_back
        try:
            lines, start = inspect.findsource(code)
            own = len(inspect.getblock(lines[start:]))
        except (OSError, TypeError):  # typed at a prompt, or made by exec
            return None
        # A lambda may go on in further lines, inside brackets that are opened before it.
        last = max([start + own, *(end for _, end, *_ in positions if end)])
        if last > len(lines):  # the file is another one by now
            return None
        lines = lines[start:last]
        margin = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
        path = Path(code.co_filename)
        file = "" if path.parent.name.startswith("ipykernel") else path.name  # nobody names a cell
        shown = tuple(line[margin:].rstrip("\r\n") for line in lines)
        self.sources.append(Source(code.co_name.strip("<>"), file, start + 1, shown))
        return len(self.sources) - 1, margin, positions
