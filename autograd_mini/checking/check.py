"""`check_grad`, `check_jvp`: is this derivative right, and if not, who is to blame."""

import math
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from autograd_mini.language import checked
from autograd_mini.numbers.arguments import one_of, real, whole
from autograd_mini.numbers.kinds import shown
from autograd_mini.value import Value

from .adapters import Adapter, maker
from .casts import traced
from .differences import EPS
from .engines import UndefinedError, called, changed, finite
from .findings import Comparison
from .guesses import guess
from .inputs import CheckError, Function, Inputs, Options, counted, flat, rebuilt, unit_of
from .on_nodes import check_engine, subject_of
from .report import Report, worst
from .rows import DIRECTIONS, Rows
from .whole import Truth, follows_graph, in_double, on_values

_JUMPS = 4  # times the height of a jump: how far a noisy f may be off
MANY = 50  # inputs; from there on directions take the place of single derivatives


def check_grad(
    f: Callable[..., Any],
    at: Any,
    *,
    gradient: Callable[..., Any] | None = None,
    value: Callable[[Any], Any] = Value,
    adapter: Adapter | None = None,
    order: int = 1,
    directions: int | None = None,
    seed: int = 0,
    accuracy: float | None = None,
    lang: str = "en",
    domain: Any = None,
) -> Report:
    """Compare a gradient with references that know nothing of its formulas.

    f           a function of numbers; `at` is its point: a number, list, dict, array, or a tuple
                of its arguments. Without `gradient` f runs on Values and their backward pass is
                checked: each node's partial first, then the sums, then the whole.
    gradient    a claimed derivative of f, a function that gives numbers in the structure of `at`
                (NumPy, torch, JAX, by hand); with order=2 the claimed Hessian, n lists of n numbers
    value       the class of the Values that f gets, of any engine
    adapter     where the engine keeps the numbers, gradients and parents of its nodes, if it uses
                names that are not found by looking (see `Adapter`)
    order       2 checks the second derivatives too: our Values' own; of another engine, which has
                none, the differences of its gradient
    directions  compare along so many random directions in place of each input by itself (by
                default 8 for more than 50 inputs, 3 for more than 1000); `seed` draws them
    accuracy    relative; a reference with a wider error bar leaves the verdict "undecided"
                (default eps ** 0.4, about 5e-7; 1.7e-3 where `at` or f is of float32, and there
                relative to the largest derivative). An error is "wrong" beyond the bar and
                eps ** 0.6
    domain      (low, high) of all inputs, or a list with one pair for each

    References: exact fractions where the graph is rational; differences at 110 digits where
    mpmath is installed and every operation has a counterpart there (of a claimed gradient for
    100,000 operations in all, some seconds); else the ladder of `finite_difference`. The Taylor
    remainder |f(x+hd) - f(x) - h g.d| is a second opinion without any eps: its slope against h is
    2 for a right gradient, 1 for a wrong one.

    >>> from autograd_mini import sin
    >>> report = check_grad(lambda x, y: sin(x) * y, (0.3, 2.0))
    >>> report.ok, [row.reference for row in report.comparisons]
    (True, ['mpmath', 'mpmath'])
    >>> report = check_grad(lambda x: x**3, 2.0, gradient=lambda x: 2 * x**2)
    >>> report.verdict, report.comparisons[0].got, report.comparisons[0].wanted
    ('wrong', 8.0, 12.0)

    Raises CheckError (a ValueError) if no check can be made: f or gradient raises, gives no single
    real number or changes its argument; `at` holds no number, or one that is not real and finite.
    """
    if not callable(value):
        raise CheckError(f"value must be the class of the Values that f gets, got {shown(value)}")
    if not isinstance(adapter, Adapter | None):
        raise CheckError(f"adapter must be an Adapter, got {shown(adapter)}")
    inputs = Inputs(f, at)
    if gradient is not None:
        with suppress(Exception):  # told below
            inputs.eps = max(inputs.eps, unit_of(inputs.call(f, inputs.floats)))
    options = asked(inputs, order, directions, seed, accuracy, lang, domain)
    try:
        if gradient is not None:
            return _check_claim(f, gradient, inputs, options)
        return check_engine(f, maker(value), adapter, inputs, options)
    except UndefinedError as reason:
        return _undefined(reason, inputs, lang, None if gradient else subject_of(f, value, inputs))


def _undefined(reason: UndefinedError, inputs: Inputs, lang: str, subject: Any = None) -> Report:
    values = {"at": inputs.point(), "reason": str(reason)}
    return Report("domain", notes=((reason.note, values),), lang=lang, subject=subject)


def asked(
    inputs: Inputs, order: Any, directions: Any, seed: Any, accuracy: Any, lang: str, domain: Any
) -> Options:
    """What the caller asks for; CheckError for an option that is none."""
    try:
        one_of("order", order, (1, 2))
        whole("directions", 1 if directions is None else directions)
        whole("seed", seed, -math.inf)
        if accuracy is not None:
            real("accuracy", accuracy, "between 0 and 1", lambda x: 0 < x < 1)
        checked(lang)
    except (TypeError, ValueError) as error:
        raise CheckError(str(error)) from None
    many = len(inputs.numbers)
    directions = directions or (0 if many <= MANY else DIRECTIONS if many <= 20 * MANY else 3)
    accuracy, slack, draw = accuracy or inputs.eps**0.4, inputs.eps**0.6, random.Random(seed)
    bounds = _domains(domain, inputs)
    return Options(order, directions, seed, accuracy, slack, lang, bounds, draw)


def _domains(domain: Any, inputs: Inputs) -> list[tuple[float, float]]:
    count = len(inputs.numbers)
    try:
        given: list[Any] = [*domain] if domain is not None else [-math.inf, math.inf]
        if all(isinstance(x, int | float) for x in given):
            given = [given] * count
        pairs = [(float(low), float(high)) for low, high in given]
    except (TypeError, ValueError):
        pairs = []
    if len(pairs) != count:
        raise CheckError(f"domain must be (low, high), or {count} such pairs, got {shown(domain)}")
    for name, x, (low, high) in zip(inputs.names, inputs.numbers, pairs, strict=True):
        if not low <= x <= high:
            raise CheckError(f"the input {name} = {x} lies outside its domain [{low}, {high}]")
    return pairs


# --- a claimed derivative: NumPy's, torch's, JAX's, one by hand ----------------------------------
def _check_claim(f: Function, gradient: Function, inputs: Inputs, options: Options) -> Report:
    if not callable(gradient):
        raise CheckError(f"gradient must be a function, got {shown(gradient)}")
    numbers, first = inputs.floats, options.order == 1
    what, form = ("gradient", inputs.at) if first else ("Hessian", None)
    read = partial(counted, count=len(numbers) ** options.order, what=what, form=form)

    def value_and_claim() -> tuple[float, list[Any], float]:
        y = float(called(lambda: finite(inputs.call(f, numbers))))
        claim = called(lambda: inputs.call(gradient, numbers, what), what)
        return y, read(claim), max(inputs.eps, unit_of(claim))

    y, claimed, unit = value_and_claim()
    y_again, claimed_again, _ = value_and_claim()
    names = inputs.names if first else ["f"] * len(claimed)
    culprit = changed([*names, "f"], [*claimed, y], [*claimed_again, y_again])
    graph, same = on_values(f, inputs, y, inputs.eps)
    graph = graph if same else None
    truth = Truth(f, inputs, graph, options)
    size = max((abs(float(g)) for g in claimed if math.isfinite(g)), default=0.0)
    noise = [(4 if unit == EPS else 64) * unit * size] * len(claimed)
    if inputs.eps > EPS:
        if not truth.sources:
            truth = truth.doubled(traced(f), inputs.direction(options.draw))
        finer = in_double(traced(gradient), inputs, read) or claimed
        lost = [abs(a - b) for a, b in zip(claimed, finer, strict=True)]
        noise = [n + 2 * x if math.isfinite(x) else n for n, x in zip(noise, lost, strict=True)]
    check = Rows(truth, claimed, noise, second=not first)
    rows, notes = check.rows(), []
    wrong = any(row.verdict == "wrong" for row in rows)
    if wrong and graph and truth.sources and not follows_graph(graph, truth):
        truth.sources = []  # what floats cannot tell from it need not be its derivative
        rows = check.rows()
    before = {row.verdict for row in rows}
    doubted = "wrong" in before or ("undecided" in before and inputs.eps == EPS)
    if doubted and (jump := truth.jump(check.directions[0])):
        truth.sources, truth.noise = [], max(truth.noise, _JUMPS * jump)
        again = check.rows()
        if "wrong" in before or worst([row.verdict for row in again]) != "wrong":
            rows = again
            notes.append(("jumps", {"jump": f"{jump:.1e}"}))
    if truth.other and any(row.verdict == "wrong" for row in rows):
        check.truth, excused = truth.other, list[str]()
        for k, row in enumerate(check.rows()):
            if (rows[k].verdict, row.verdict) == ("wrong", "ok"):
                rows[k] = replace(rows[k], verdict="undecided")
                excused.append(row.name)
        check.truth = truth
        if excused:
            notes.append(("rounding", {"names": ", ".join(excused)}))
    guessed = None
    if culprit is None and any(row.verdict == "wrong" for row in rows):
        guessed = guess(check, rows, lambda x: read(inputs.call(gradient, x))) if first else None
        culprit = check.blamed(rows, "gradient")
    return check.report(rows, culprit, notes, guess=guessed)


# --- products with a Jacobian: jvp and vjp --------------------------------------------------------
def check_jvp(
    f: Callable[..., Any],
    at: Any,
    *,
    jvp: Callable[[Any], Any] | None = None,
    vjp: Callable[[Any], Any] | None = None,
    directions: int = 3,
    seed: int = 0,
    accuracy: float | None = None,
    lang: str = "en",
) -> Report:
    """Compare products with the Jacobian J of f, each with differences and with one another.

    f    gives one number, or an array, list or tuple of them
    jvp  v -> J v, v in the structure of `at`: `lambda v: jax.jvp(f, (x,), (v,))[1]`
    vjp  u -> transposed J u, u in the structure of what f gives: `jax.vjp(f, x)[1]`

    Along random v and u: u.(J v) against the derivative of u.f along v, and so (J'u).v; and where
    both are given whether they are the same number, which holds to rounding and needs no
    difference. The other options are those of `check_grad`.

    >>> report = check_jvp(lambda x: [x[0] * x[1], x[1] ** 2], [2.0, 3.0],
    ...                    jvp=lambda v: [3 * v[0] + 2 * v[1], 6 * v[1]],
    ...                    vjp=lambda u: [3 * u[0], 2 * u[0] + 3 * u[1]], directions=1)
    >>> [(row.name, row.verdict) for row in report.comparisons]
    [('jvp 1', 'ok'), ('vjp 1', 'wrong'), ('jvp 1 = vjp 1', 'wrong')]

    Raises CheckError if neither is given, or one gives what has another structure.
    """
    if jvp is None and vjp is None:
        raise CheckError("check_jvp needs jvp, vjp or both")
    for name, product in (("jvp", jvp), ("vjp", vjp)):
        if not callable(f if product is None else product):
            raise CheckError(f"{name} must be a function, got {shown(product)}")
    inputs = Inputs(f, at)
    try:
        y = called(lambda: inputs.call(f, inputs.floats))
        inputs.eps = max(inputs.eps, unit_of(y))
        options = asked(inputs, 1, directions, seed, accuracy, lang, None)
        rows = _products(f, y, jvp, vjp, inputs, options)
    except UndefinedError as reason:
        return _undefined(reason, inputs, lang)
    return Report(worst([row.verdict for row in rows]), tuple(rows), lang=lang)


def _products(
    f: Function, y: Any, jvp: Function | None, vjp: Function | None, inputs: Inputs,
    options: Options,
) -> list[Comparison]:  # fmt: skip
    outs = [*map(finite, flat(y))]
    at = inputs.args[0] if len(inputs.args) == 1 and not inputs.by_name else inputs.at
    eps, size, draw = inputs.eps, len(outs), options.draw
    rows: list[Comparison] = []
    for number in range(1, options.directions + 1):
        u = [draw.choice((-1, 1)) * draw.uniform(0.5, 1) for _ in range(size)]
        v = inputs.direction(draw)
        truth = Truth(_weighted(f, u), inputs, None, options)
        truth = truth.doubled(_weighted(traced(f), u), v) if eps > EPS else truth
        check = Rows(truth, [0.0] * len(v), [0.0] * len(v))
        reference, found = truth.along(v), []
        along = [*v.values()]
        products = (("jvp", jvp, at, along, y, u), ("vjp", vjp, y, u, inputs.at, along))
        for name, product, like, given, form, other in products:
            if product is None:
                continue
            result = called(partial(product, rebuilt(like, iter(given))), name)
            results = counted(result, len(other), name, form)
            shares = [a * float(b) for a, b in zip(other, results, strict=True)]
            noise = (4 if eps == EPS else 64) * eps * sum(map(abs, shares))
            found.append((math.fsum(shares), noise))
            rows.append(check.row(f"{name} {number}", found[-1][0], reference, noise))
        if len(found) == 2:
            (wanted, noise), (got, more) = found
            error, bar = abs(got - wanted), 64 * (noise + more)
            ulps = error / math.ulp(wanted) if wanted else math.inf
            told = (wanted, error, bar, ulps, "ok" if error <= bar else "wrong", "adjoint")
            rows.append(Comparison(f"jvp {number} = vjp {number}", got, *told))
    return rows


def _weighted(f: Function, u: Sequence[float]) -> Function:
    """u.f, a single number."""

    def weighted(*args: Any, **named: Any) -> float:
        parts = counted(f(*args, **named), len(u), "f")
        return math.fsum(w * float(part) for w, part in zip(u, parts, strict=True))

    return weighted
