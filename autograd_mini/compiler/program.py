"""A program: what tracing gives, passes improve and back ends print.

Its instructions (numbers/instructions.py says what each means) stand in three parts:

    before     computed once a call, from the inputs that all samples share
    each       computed for each sample; a function without `batch` has no such part
    after      computed once from the reductions (`total`, `accumulate`) of what `each` gave

An instruction uses earlier ones; `after` uses those of `before` and of itself, and of `each` only
by reductions (whose operand may be of `before`, or a constant, too). An input is an instruction
`input k`, in `each` where it has one number for each sample, else in `before`. Integers (an index
of `take`) are floats like the others. An output is an operand: of an instruction in `each` it is
one number for each sample, otherwise one number.

**A back end** is a module beside this one, a line in `BACKENDS` of backends.py, and a function

    build(program, threads=1) -> run
    run(shared, samples, count) -> (once, each)

    shared     the numbers of the inputs that are not `each`, in their order
    samples    for each input that is, in order, its numbers: `count` of them, 0 or more
    once       the outputs that are one number, in their order
    each       for each output that is not, in order, its `count` numbers

If the module says `ARRAYS = True`, `shared` is a contiguous float64 array, `samples` are float64
arrays that may be views with any stride and are never written to, and what it returns are arrays of
its own, new in each call; otherwise all are lists. `run` is called from many threads at once. It
computes MEANING, within 4 ulp an instruction (the `python` back end to the last bit), adds in any
order, and never raises for what the numbers are. Graphs of 1,000,000 instructions are usual: no
recursion, no nested text, compile time linear. Names in `labels` are the user's and may be
any text; `names(program)` makes Python names of them. `headings` says what begins at an
instruction ("forward", "backward", "update"). A back end imports NumPy, llvmlite or jax at the
top of its module; where that fails the user reads which extra to install. It may also have

    source(program, threads=1) -> str      what `fast.source` shows; the python back end's otherwise
    run.explain() -> list of str           lines for `fast.explain()`: stages and what they cost
    run.bound(shared, samples, count)      for who calls again and again: an object with an array
        -> call                            `shared` to write to, which `call()` reads, and `once`
                                           and `each`, where it leaves what it computes;
                                           `call.repeat` does steps of training, on samples that
                                           `call.read` names (Bound of backends.py)
    run.run                                what it calls now: when that is another, what is bound
                                           anew is faster

tests/compiler/interpreter.py is the definition in a dozen lines; others are compared with it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from typing import Any, NamedTuple

from autograd_mini.numbers.instructions import Code

Numbers = Sequence[float]
Run = Callable[[Any, Sequence[Any], int], tuple[Any, Sequence[Any]]]


class Input(NamedTuple):
    """An input: its name, and whether it has one number for each sample."""

    name: str
    each: bool = False


class Output(NamedTuple):
    """An output: its name, and the operand that it is."""

    name: str
    operand: int


class Program(NamedTuple):
    """Instructions in three parts: [0:start], [start:stop] and [stop:]."""

    inputs: tuple[Input, ...]
    code: Code
    start: int
    stop: int
    outputs: tuple[Output, ...]
    labels: dict[int, str]
    headings: dict[int, str] = {}  # noqa: RUF012  # never written to

    @property
    def parts(self) -> tuple[range, range, range]:
        """The numbers of the instructions of `before`, `each` and `after`."""
        start, stop = self.start, self.stop
        return range(start), range(start, stop), range(stop, len(self.code))

    def is_each(self, operand: int) -> bool:
        """Whether an operand has one number for each sample."""
        return self.start <= operand < self.stop

    def ordered(self, once: Iterable[Any], each: Iterable[Any]) -> list[Any]:
        """The outputs in their order, of what `run` gives."""
        left = {False: iter(once), True: iter(each)}
        return [next(left[self.is_each(x)]) for _, x in self.outputs]

    def shown(self) -> str:
        """The program as text: a line for each instruction.

        >>> code = Code()
        >>> w, x = (code.emit("input", code.constant(k)) for k in (0.0, 1.0))
        >>> y = code.emit("*", w, x)
        >>> loss = code.emit("total", y)
        >>> inputs, outputs = (Input("w"), Input("x", True)), (Output("loss", loss),)
        >>> print(Program(inputs, code, 1, 3, outputs, {y: "y"}).shown())
        before
          t0 = input w
        each
          t1 = input x
          t2 = * t0 t1            # y
        after
          t3 = total t2
        outputs
          loss = t3
        """
        lines = []
        for part, numbers in zip(("before", "each", "after"), self.parts, strict=True):
            lines += [part] * bool(numbers)
            for i in numbers:
                opcode, operands = self.code[i]
                parts = [self._operand(x) for x in operands]
                if opcode == "input":
                    parts = [self.inputs[int(self.code.constants[~operands[0]])].name]
                text = f"  t{i} = {' '.join([opcode, *parts])}"
                lines.append(f"{text:<25} # {self.labels[i]}" if i in self.labels else text)
        outputs = [f"  {output.name} = {self._operand(output.operand)}" for output in self.outputs]
        return "\n".join([*lines, "outputs", *outputs])

    def _operand(self, operand: int) -> str:
        return f"t{operand}" if operand >= 0 else repr(self.code.constants[~operand])


def places(kinds: Iterable[bool]) -> list[int]:
    """Of each input, or output, its place among those of its sort (of samples, or not)."""
    counts = {False: count(), True: count()}
    return [next(counts[kind]) for kind in kinds]


def names(program: Program, reserved: Collection[str] = ()) -> dict[int, str]:
    """A Python name for each instruction that has a label, no name twice: `w[0]` is w_0.

    Names of the form t0, t1, ... are left for the instructions without a label.
    """
    from keyword import iskeyword
    from re import fullmatch, sub
    from unicodedata import normalize

    found: dict[int, str] = {}
    taken, counts = {*reserved}, dict[str, int]()
    for i, label in program.labels.items():
        first = sub(r"\W+", "_", normalize("NFKC", label)).strip("_")  # as Python does
        if not first.isidentifier() or iskeyword(first) or fullmatch(r"(t|each)\d+|_", first):
            first = f"v_{first}"
        found[i] = first
        while found[i] in taken:
            counts[first] = counts.get(first, 1) + 1
            found[i] = f"{first}_{counts[first]}"
        taken.add(found[i])
    return found
