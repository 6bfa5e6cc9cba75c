"""A claimed derivative, of a function without a graph: NumPy's, torch's, JAX's, one by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from .differences import EPS
from .engines import UndefinedError, called, changed
from .guesses import guess
from .inputs import CheckError, Inputs, as_real, shown
from .nodes import on_kink
from .precision import Doubled, unit_of
from .rows import Options, Rows
from .whole import Truth, floats_of, on_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .findings import Comparison
    from .report import Report

_JUMPS = 4  # times the height of a jump: how far a noisy f may be off


def check_claim(
    f: Callable[..., Any], gradient: Callable[..., Any], inputs: Inputs, options: Options
) -> Report:
    """The report on `gradient`, a function that is claimed to give the derivatives of f."""
    if not callable(gradient):
        raise CheckError(f"gradient must be a function, got {shown(gradient)}")
    floats = floats_of(f, inputs, None)
    numbers, first = inputs.floats, options.order == 1

    def read(claim: Any) -> list[Any]:
        return inputs.gradient(claim) if first else _matrix(claim, len(numbers))

    def value_and_claim() -> tuple[float, list[Any], float]:
        y = called(lambda: floats(numbers))
        if not math.isfinite(y):
            raise UndefinedError(f"f gives {y}")
        what = "gradient" if first else "Hessian"
        claim = called(lambda: inputs.call(gradient, numbers, what), what)
        return y, read(claim), max(inputs.eps, unit_of(claim))

    y, claimed, unit = value_and_claim()
    y_again, claimed_again, _ = value_and_claim()
    names = inputs.names if first else ["f"] * len(claimed)
    culprit = changed([*names, "f"], [*claimed, y], [*claimed_again, y_again])
    graph, y_of_graph = on_values(f, inputs)
    if not abs(y_of_graph - y) <= (1e-9 + 64 * inputs.eps) * abs(y):
        graph = None  # it is of another function
    kinked = graph is not None and any(map(on_kink, graph.order))
    truth = Truth(f, inputs, floats, graph, kinked, options)
    size = max((abs(float(g)) for g in claimed if math.isfinite(g)), default=0.0)
    noise = [(4 if unit == EPS else 64) * unit * size] * len(claimed)
    if inputs.eps > EPS:
        double = Doubled(f, truth, options)
        if graph is None and double.agrees(y, inputs.direction(options.draw)):
            truth = double
        finer = double.call(gradient, read) or claimed
        lost = [abs(a - b) for a, b in zip(claimed, finer, strict=True)]
        noise = [n + 2 * x if math.isfinite(x) else n for n, x in zip(noise, lost, strict=True)]
    check = Rows(truth.inputs, truth, options, claimed, noise)
    rows, notes = _rows(check), []
    if any(row.verdict == "wrong" for row in rows) and (jump := truth.jump(check.directions[0])):
        truth.sources, truth.noise = [], max(truth.noise, _JUMPS * jump)
        rows = _rows(check)
        notes.append(("jumps", {"jump": f"{jump:.1e}"}))
    guessed = None
    if culprit is None and any(row.verdict == "wrong" for row in rows):
        guessed = guess(check, rows, lambda x: read(inputs.call(gradient, x))) if first else None
        culprit = check.blamed(rows, "gradient")
    report = check.report(rows, culprit, check.slope() if first else None, notes)
    return replace(report, guess=guessed)


def _rows(check: Rows) -> list[Comparison]:
    """The rows of a gradient, or of a Hessian."""
    if check.options.order == 1:
        return check.rows()
    pairs = product(range(len(check.inputs.numbers)), repeat=2)
    claims = zip(pairs, check.gradient, check.noise, strict=True)
    return [check.second(i, j, h, noise) for (i, j), h, noise in claims]


def _matrix(claim: Any, n: int) -> list[Any]:
    def entries(part: Any) -> Iterator[Any]:
        if hasattr(part, "tolist"):
            part = part.tolist()
        if isinstance(part, list | tuple):
            for inner in part:
                yield from entries(inner)
        else:
            yield as_real(part, "an entry of the Hessian")

    flat = list(entries(claim))
    if len(flat) != n * n:
        raise CheckError(f"the Hessian must hold {n} x {n} numbers, got {len(flat)}")
    return flat
