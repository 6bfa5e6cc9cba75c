"""Random computation graphs from the sheet: made to be well-conditioned, not filtered to be so.

A graph is a pure function of a list of small integers. So one construction serves the hypothesis
strategies, which shrink the integers, and long runs, which draw them from `random.Random`.

Each step takes an operation and operands among the numbers computed so far, those not used yet
first. Where the operation would not be comfortable with the operands (outside its domain, near a
kink, too large a value or slope), they are moved by constants to where it is. Vectors are used
again as scalars are, as the inputs of a layer by its neurons.
"""

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from inspect import Parameter, Signature
from itertools import cycle, islice
from typing import Any, NamedTuple

from autograd_mini import functions
from autograd_mini.numbers.floats import FLOAT
from autograd_mini.ops import SHEET, Op
from autograd_mini.rules import evaluation
from autograd_mini.rules.evaluation import each, flat
from autograd_mini.value import Value

from .adapters import is_node
from .report import Report, steered
from .table import comfortable_points, is_comfortable, variable

# A step is four integers, since hypothesis leaves out up to five choices at once: the operation,
# its first and second operand, and in base 72 more operands and a choice of where to move them.
BOUNDS = (72, 72, 72**4)  # of the integers after the operation's
_NODES = 64  # below it an operand's integer means a node, from it on a constant
_CONSTANTS = (2.0, 0.5, 3.0, -1.0, 1.5, 0.1, -2.5, 7.0)
_SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}

Operand = int | float | tuple[int | float, ...]  # an int is a node's number, a float a constant


class Step(NamedTuple):
    """One operation: the nodes are numbered from the inputs on."""

    name: str
    operands: tuple[Operand, ...]


class Graph:
    """A function of several numbers, as a list of steps; `at` is the point to look at it.

    Its repr is Python that can be run, and checks the gradient at the point; steps used once are
    written in place.

    >>> graph = Graph((2.0,), (Step("mul", (0, 0)), Step("tanh", (1,)), Step("add", (2, 1))))
    >>> x = Value(2.0); graph(x).data == (x * x).tanh().data + 4.0
    True
    >>> graph
    from autograd_mini.checking import check_grad
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        v1 = x * x
        return v1.tanh() + v1
    <BLANKLINE>
    <BLANKLINE>
    check_grad(f, (2.0,)).raise_for_failure()
    """

    def __init__(self, at: Sequence[float], steps: Sequence[Step], value: type = Value) -> None:
        self.at, self.steps, self.value = tuple(at), tuple(steps), value
        self.names = ["x", "y", "z", *(f"x{i}" for i in range(4, len(at) + 1))][: len(at)]
        self.__signature__ = Signature(
            [Parameter(x, Parameter.POSITIONAL_ONLY) for x in self.names]
        )

    def __call__(self, *inputs: Any) -> Any:
        """The value: of Values, of another engine's nodes, or of plain numbers."""
        numbers, vectors = list(inputs), dict[str, Any]()

        def given(x: Operand) -> Any:
            if isinstance(x, tuple):  # equal ones are one object; as keys, (1,) would be (1.0,)
                return vectors.setdefault(str(x), tuple(map(given, x)))
            return numbers[x] if isinstance(x, int) else x

        for name, operands in self.steps:
            numbers.append(_call(name, [*map(given, operands)]))
        return numbers[-1]

    def check(self, **options: Any) -> Report:
        """`check_grad` of this function at its point, with its engine.

        In a test of hypothesis the search then goes to where error / bar is large.
        """
        from . import check_grad

        return steered(check_grad(self, self.at, value=self.value, **options))

    def __repr__(self) -> str:
        texts, uses = list(self.names), [i for step in self.steps for i in _nodes(step.operands)]
        lines, definitions, engine = list[str](), dict[str, None](), self.value.__name__
        vectors, named = [*map(str, _vectors(self.steps))], dict[str, str]()
        imports = {"autograd_mini": set[str](), "autograd_mini.checking": {"check_grad"}}
        imports |= {"autograd_mini.functions": set()}
        if self.value is not Value:
            imports[self.value.__module__] = {engine}
        for number, step in enumerate(self.steps, len(self.names)):
            for x in step.operands:
                if vectors.count(str(x)) > 1 and str(x) not in named:
                    lines.append(f"v{len(lines) + 1} = {_text(x, texts)}")
                    named[str(x)] = f"v{len(lines)}"
            op, text = SHEET[step.name], expression(step, texts, vectors=named)
            if not hasattr(functions, op.name):  # a user's operation
                given = f", given={op.given!r}" if op.given else ""
                formulas = ", ".join(map(repr, (op.signature, op.value, *op.partials)))
                definitions[f"{op.name} = op({formulas}{given})"] = None
                imports["autograd_mini"].add("op")
            elif text.startswith(f"{op.name}("):
                imports["autograd_mini.functions"].add(op.name)
            if uses.count(number) > 1 or (number in uses and len(text) > 50):
                lines.append(f"v{len(lines) + 1} = {text}")
                text = f"v{len(lines)}"
            elif number in uses and step.name in _SYMBOLS:
                text = f"({text})"
            texts.append(text)
        head = [f"from {room} import {', '.join(sorted(x))}" for room, x in imports.items() if x]
        lines = [f"def f({', '.join(self.names)}):", *lines, f"return {texts[-1]}"]
        option = "" if self.value is Value else f", value={engine}"
        last = f"check_grad(f, {self.at}{option}).raise_for_failure()"
        head += ["", *definitions] * bool(definitions)
        return "\n".join([*head, "", "", "\n    ".join(lines), "", "", last])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis, which prints the arguments of a test that fails."""
        for line in ("", *repr(self).splitlines()):
            printer.text(line)
            printer.break_()


_POWERS = {"square": 2, "reciprocal": -1}


def _call(name: str, args: list[Any]) -> Any:
    """On Values, on plain numbers, or by an operator or method of another engine."""
    own = next((x for x in args if is_node(x) and not isinstance(x, Value)), None)
    if own is None:
        return functions.function(SHEET[name])(*args)
    if name in getattr(own, "rules", ()):
        return own.apply(name, *args)
    if name in _POWERS:
        return own ** _POWERS[name]
    sign = getattr(operator, functions.OPERATORS.get(name, ""), None)
    return sign(*args) if sign else getattr(own, name)()


# --- as Python -----------------------------------------------------------------------------------
def _nodes(operands: Sequence[Operand]) -> list[int]:
    return [x for x in flat(operands) if isinstance(x, int)]


def _vectors(steps: Sequence[Step]) -> list[tuple[int | float, ...]]:
    return [x for step in steps for x in step.operands if isinstance(x, tuple)]


def _text(x: Operand, texts: Sequence[str], written: Callable[[float], object] = float) -> str:
    if isinstance(x, tuple):
        return f"({', '.join(_text(y, texts, written) for y in x)}{',' * (len(x) == 1)})"
    return texts[x] if isinstance(x, int) else repr(written(x))


def expression(
    step: Step, texts: Sequence[str], written: Callable[[float], object] = float,
    vectors: Mapping[str, str] = {},
) -> str:  # fmt: skip
    """A step as Python: `texts` of its nodes, its constants as `written`, names of `vectors`.

    >>> expression(Step("mul", (0, 3.0)), ["x"])
    'x * 3.0'
    """
    args = [vectors.get(str(x)) or _text(x, texts, written) for x in step.operands]
    if symbol := _SYMBOLS.get(step.name):
        left, right = (f"({arg})" if arg[0] == "-" else arg for arg in args)
        return f"{left} {symbol} {right}"
    if step.name == "neg":
        return f"(-{args[0]})"
    if step.name == "abs":
        return f"abs({args[0]})"
    if isinstance(step.operands[0], int) and hasattr(Value, step.name):
        return f"{args[0]}.{step.name}({', '.join(args[1:])})"
    return f"{step.name}({', '.join(args)})"


# --- construction --------------------------------------------------------------------------------
def start(k: int) -> float:
    """An input from an integer in range(400): two decimals, 1.0 for 0.

    >>> start(0), start(50), start(150), start(250)
    (1.0, 1.5, 0.5, -1.5)
    """
    size = (100 + k % 200 if k % 200 < 100 else 200 - k % 200) / 100
    return size if k < 200 else -size


class _Builder:
    """Adds steps, with the values of all nodes known."""

    def __init__(self, at: Sequence[float], sharing: bool) -> None:
        self.at, self.sharing = tuple(at), sharing
        self.values = list(at)
        self.steps: list[Step] = []
        self.used: set[int] = set()

    def node(self, r: int) -> int:
        """The node that an integer in range(_NODES) stands for; the one to use first for 0."""
        last_first = range(len(self.values))[::-1]
        again = [i for i in last_first if i in self.used and (self.sharing or i < len(self.at))]
        order = [*(i for i in last_first if i not in self.used), *again]
        chosen = order[r * r * len(order) // _NODES**2]
        self.used |= set() if self.sharing else {chosen}
        return chosen

    def numbers(self, operands: Sequence[Operand]) -> list[Any]:
        return each(lambda x: self.values[x] if isinstance(x, int) else x, operands)

    def add(self, op: Op, operands: Sequence[Operand]) -> int:
        numbers = self.numbers(operands)
        out = float(evaluation.value(op, FLOAT, numbers, numbers))
        self.used |= {*_nodes(operands)}
        self.steps.append(Step(op.name, tuple(operands)))
        self.values.append(out)
        return len(self.values) - 1

    def apply(self, op: Op, raw: Sequence[int]) -> None:
        """One operation of the graph, after what moves its operands to where it is comfortable."""
        one, two, rest = raw
        choice = rest // 72**2
        operands = self._operands(op, (one, two, rest % 72, rest // 72 % 72, one, two), choice)
        active = tuple(bool(_nodes([operand])) for operand in operands)
        points = comfortable_points(op)
        first = choice % len(points)
        for point in (self.numbers(operands), *points[first:], *points[:first]):
            near = _pairwise(self._near, operands, point)
            if is_comfortable(op, near, active):
                self.add(op, _pairwise(self._placed, operands, near))
                return

    def _near(self, operand: int | float, wanted: float) -> float:
        """The number that the operand can be moved to: of a node by a constant of two decimals."""
        if not isinstance(operand, int):
            return wanted
        return self.values[operand] + round(wanted - self.values[operand], 2)

    def _placed(self, operand: int | float, number: float) -> int | float:
        if not isinstance(operand, int):
            return number
        constant = round(number - self.values[operand], 2)
        return self.add(SHEET["add"], (operand, constant)) if constant else operand

    def _operands(self, op: Op, raw: Sequence[int], choice: int) -> list[Operand]:
        """What the integers mean for this operation; at least one operand is a node."""
        chosen = (self.node(r) if r < _NODES else _CONSTANTS[r - _NODES] for r in raw)
        operands: list[Operand] = []
        for param, is_variable in zip(op.params, variable(op), strict=True):
            if not is_variable:
                operands.append(op.defaults.get(param, float(choice % 3)))
            elif param in op.vectors:
                again = _vectors(self.steps) if choice // 3 % 3 == len(operands) + 1 else []
                again = [x for x in again if len(x) == 1 + choice % 3 and self.sharing]
                new = tuple(islice(chosen, 1 + choice % 3))
                operands.append(again[choice // 9 % len(again)] if again else new)
            else:
                operands.append(next(chosen))
        if not _nodes(operands):
            k = variable(op).index(True)
            rest = operands[k]
            first = self.node(0)
            operands[k] = (first, *rest[1:]) if isinstance(rest, tuple) else first
        return operands


def _pairwise(f: Callable[..., Any], operands: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """f of operands and others; of a vector its elements, with those of the other over again."""
    pairs = zip(operands, others, strict=True)
    return [tuple(map(f, x, cycle(y))) if isinstance(x, tuple) else f(x, y) for x, y in pairs]


def assemble(
    ops: Sequence[Op],
    at: Sequence[float],
    raws: Sequence[Sequence[int]],
    *,
    value: type = Value,
    sharing: bool = True,
) -> Graph:
    """The graph that these integers mean; results left unused are added up, inputs left out.

    Every list of four integers is a step: the first in range(len(ops)), the others below BOUNDS.
    """
    builder = _Builder(at, sharing)
    for raw in raws:
        builder.apply(ops[raw[0]], raw[1:])
    loose = [i for i in range(len(at), len(builder.values)) if i not in builder.used]
    while len(loose) > 1:
        loose.append(builder.add(SHEET["add"], (loose.pop(), loose.pop())))
    used = {i for step in builder.steps for i in _nodes(step.operands)} or {0}
    left_out = [i for i in range(len(at)) if i not in used]

    def renamed(x: int | float) -> int | float:
        return x - sum(i < x for i in left_out) if isinstance(x, int) else x

    steps = [Step(step.name, tuple(each(renamed, step.operands))) for step in builder.steps]
    return Graph([x for i, x in enumerate(at) if i in used], steps, value)


# The partial of one is no slope; the other is steeper than what is comfortable.
UNFIT = ("detach", "degrees")


def operations(ops: Collection[str | Op] | None = None, value: type = Value) -> tuple[Op, ...]:
    """The operations to draw from: those asked for, or all that the sheet (or the engine) has.

    Raises ValueError for a name that is not on the sheet, or an empty list.
    """
    if ops is None:
        ops = [name for name in getattr(value, "rules", SHEET) if name not in UNFIT]
    if unknown := [name for name in ops if not isinstance(name, Op) and name not in SHEET]:
        raise ValueError(f"not on the sheet: {', '.join(map(repr, unknown))}; ops.SHEET lists all")
    if not ops:
        raise ValueError("a graph needs at least one operation to draw from, got none")
    return tuple(name if isinstance(name, Op) else SHEET[name] for name in ops)
