"""`check_grad`: is this derivative right, and if not, who is to blame."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from autograd_mini.language.checking import LANGUAGES
from autograd_mini.value import Value

from .engines import Faulty, Run, UndefinedError, called, repeated, same
from .inputs import CheckError, Inputs, as_real, shown
from .nodes import Graph, adjoints, check_partials, check_sums
from .references import LADDER, at_kink, mpmath
from .report import Comparison, Culprit, Report, Subject, worst
from .rows import DIRECTIONS, Options, Rows, hessian_rows, second_name
from .whole import Truth, floats_of, follows_graph, on_values, replayed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

MANY = 50  # inputs; from there on directions take the place of single derivatives
NODES = 2000  # checked one by one, of larger graphs a sample


def check_grad(
    f: Callable[..., Any],
    at: Any,
    *,
    gradient: Callable[..., Any] | None = None,
    value: Callable[[Any], Any] = Value,
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
    value       the class of the Values that f gets: any engine with data, grad, backward() and, for
                a culprit with a name, parents, partials, op and args
    order       2 checks the second derivatives too (without `gradient`: value=Value only)
    directions  compare along so many random directions in place of each input by itself (by
                default 8 for more than 50 inputs, 3 for more than 1000); `seed` draws them
    accuracy    relative; a reference with a wider error bar leaves the verdict "undecided"
                (default eps ** 0.4, about 5e-7). An error is "wrong" beyond the bar and eps ** 0.6
    domain      (low, high) of all inputs, or a list with one pair for each

    References: exact fractions where the graph is rational; differences at 110 digits where
    mpmath is installed and every operation has a counterpart there; else the ladder of
    `finite_difference`. The Taylor remainder |f(x+hd) - f(x) - h g.d| is a second opinion without
    any eps: its slope against h is 2 for a right gradient, 1 for a wrong one.

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
    _check_options(order, directions, seed, accuracy, lang, value)
    inputs = Inputs(f, at)
    options = Options(
        directions or _directions(len(inputs.numbers)),
        seed,
        accuracy if accuracy is not None else inputs.eps**0.4,
        inputs.eps**0.6,
        lang,
        _domains(domain, inputs),
    )
    try:
        if gradient is not None:
            return _check_callable(f, gradient, inputs, order, options)
        return _check_engine(f, value, inputs, order, options)
    except UndefinedError as reason:
        values = {"at": inputs.point(), "reason": str(reason)}
        return Report("domain", notes=(("undefined", values),), lang=lang)


def _directions(inputs: int) -> int:
    """How many directions take the place of the inputs; 0 for few inputs."""
    if inputs <= MANY:
        return 0
    return DIRECTIONS if inputs <= 20 * MANY else 3


def _check_options(
    order: Any, directions: Any, seed: Any, accuracy: Any, lang: str, value: Any
) -> None:
    if order not in (1, 2):
        raise CheckError(f"order must be 1 or 2, got {order!r}")
    if directions is not None and (not isinstance(directions, int) or directions < 1):
        raise CheckError(f"directions must be a whole number from 1 on, got {shown(directions)}")
    if not isinstance(seed, int):
        raise CheckError(f"seed must be a whole number, got {shown(seed)}")
    if accuracy is not None and not (isinstance(accuracy, int | float) and 0 < accuracy < 1):
        raise CheckError(f"accuracy must lie between 0 and 1, got {shown(accuracy)}")
    if not callable(value):
        raise CheckError(f"value must be the class of the Values that f gets, got {shown(value)}")
    if lang not in LANGUAGES:
        raise CheckError(f"lang must be one of {', '.join(LANGUAGES)}, got {lang!r}")


def _domains(domain: Any, inputs: Inputs) -> list[tuple[float, float]]:
    count = len(inputs.numbers)
    try:
        if domain is None:
            pairs = [(-math.inf, math.inf)] * count
        elif all(isinstance(x, int | float) for x in domain):
            low, high = domain
            pairs = [(float(low), float(high))] * count
        else:
            pairs = [(float(low), float(high)) for low, high in domain]
    except (TypeError, ValueError):
        pairs = []
    if len(pairs) != count:
        raise CheckError(f"domain must be (low, high), or {count} such pairs, got {shown(domain)}")
    for name, x, (low, high) in zip(inputs.names, inputs.numbers, pairs, strict=True):
        if not low <= x <= high:
            raise CheckError(f"the input {name} = {x} lies outside its domain [{low}, {high}]")
    return pairs


# --- a function on Values ------------------------------------------------------------------------
def _check_engine(
    f: Callable[..., Any],
    value: Callable[[Any], Any],
    inputs: Inputs,
    order: int,
    options: Options,
) -> Report:
    ours = isinstance(value, type) and issubclass(value, Value)
    if order == 2 and not ours:
        raise CheckError("order=2 needs value=Value, or gradient= the claimed Hessian")
    with Run(f, value, inputs) as run:
        try:
            return _check_run(run, value, ours, order, options)
        except Faulty as fault:
            subject = _subject(run, value)
            return Report("wrong", (), fault.culprit, lang=options.lang, subject=subject)


def _check_run(
    run: Run, value: Callable[[Any], Any], ours: bool, order: int, options: Options
) -> Report:
    draw, f, inputs = random.Random(options.seed), run.f, run.inputs
    graph, subject = Graph(run.root), _subject(run, value)
    gradient = run.backward()
    with Run(f, value, inputs) as second:
        culprit = _random(run, second, gradient)
    gradient = [
        as_real(g, f"the gradient of {n}") for g, n in zip(gradient, inputs.names, strict=True)
    ]

    notes: list[tuple[str, dict[str, Any]]] = []
    nodes = graph.order
    if len(nodes) > NODES:
        nodes = draw.sample(nodes, NODES)
        notes.append(("sample", {"count": NODES, "nodes": len(graph.order)}))
    kinked, suspect = False, None
    if culprit is None and graph.has_partials:
        checked = check_partials(graph, nodes, options.slack, draw, ours)
        culprit, kinked, suspect = checked.culprit, checked.kinks, checked.worst
        ulps = f"{checked.worst_ulps:.2f}"
        if culprit is None:
            if checked.partials:
                notes.append(("nodes", {"count": checked.partials, "ulps": ulps}))
            culprit = check_sums(graph)
    sizes = adjoints(graph)[1] if graph.has_partials else {}
    noise = [
        64 * inputs.eps * sizes.get(id(leaf), abs(float(g)))
        for leaf, g in zip(run.leaves, gradient, strict=True)
    ]
    if culprit is None:
        try:
            culprit = repeated(run, gradient, noise)
        except Faulty as fault:
            culprit = fault.culprit

    truth_graph: Graph | None = graph
    if not ours:
        found = on_values(f, inputs)
        truth_graph = found[0] if found else None
        if found and culprit is None and abs(found[1] - float(run.data)) > 1e-9 * abs(found[1]):
            details = {"got": float(run.data), "wanted": found[1]}
            name = graph.name(graph.root)
            culprit = Culprit("value", "value.whole", name, "", details, graph.root)
    floats = floats_of(f, inputs, value)
    truth = Truth(f, inputs, floats, truth_graph, kinked, options.domain, draw)
    check = Rows(inputs, truth, options, draw)
    rows = check.rows(gradient, noise)
    if check.lost:
        notes.append(("rounding", {"names": ", ".join(check.lost)}))
    if order == 2:
        rows += hessian_rows(f, inputs, check, kinked)
    if culprit is None and any(row.verdict == "wrong" for row in rows):
        if len(nodes) < len(graph.order):
            culprit = check_partials(graph, graph.order, options.slack, draw, ours).culprit
        if culprit is None and kinked and follows_graph(graph, run.leaves, floats):
            rows = _excused(rows, "kink", "kink_rule", notes)
        elif culprit is None and suspect is not None:
            culprit = suspect
        elif culprit is None:
            played = replayed(graph, run.leaves)
            if played is not None and _explained(played, rows, truth, inputs):
                rows = _unseen(rows, float(run.data), inputs)
                if any(row.verdict == "wrong" for row in rows):
                    rows = _excused(rows, "undecided", "rounding", notes)
            else:
                message = "severed" if graph.has_partials else "gradient"
                culprit = _blamed(rows, message, check, gradient, noise)
    report = _report(rows, culprit, check.slope(gradient), notes, truth, options, inputs)
    return replace(report, subject=subject)


class _OnNodes:
    """f as a function of nodes, one for each input; whoever steps through it sees the code of f."""

    def __init__(self, run: Run) -> None:
        self.run, self.__wrapped__ = run, run.f
        self.__signature__ = Signature([Parameter("nodes", Parameter.VAR_POSITIONAL)])

    def __call__(self, *nodes: Any) -> Any:
        return self.run.inputs.call(self.run.f, nodes)


def _subject(run: Run, value: Callable[[Any], Any]) -> Subject:
    names, numbers = tuple(run.inputs.names), tuple(run.inputs.numbers)
    return Subject(_OnNodes(run), names, numbers, value, run.root)


def _random(first: Run, second: Run, gradient: Sequence[Any]) -> Culprit | None:
    """Whether the same input has given another value or gradient the second time."""
    names = [*first.inputs.names, "f"]
    a, b = [*gradient, first.data], [*second.backward(), second.data]
    if (k := same(a, b)) is None:
        return None
    return _changed(names[k], a[k], b[k])


def _changed(name: str, first: Any, second: Any) -> Culprit:
    details = {"first": str(first), "second": str(second)}
    if name != "f" and first != 0 and abs(second - 2 * first) <= 1e-9 * abs(first):
        return Culprit("accumulation", "twice", name, "", details)
    return Culprit("nondeterministic", "nondeterministic", name, "", details)


def _explained(
    played: list[Fraction], rows: Sequence[Comparison], truth: Truth, inputs: Inputs
) -> bool:
    """Whether the recorded graph, without rounding, has the true gradient."""
    for k, name in enumerate(inputs.names):
        found = truth.along({k: 1.0})
        row = next((row for row in rows if row.name == f"df/d{name}"), None)
        if abs(played[k] - found.value) > found.bar + max(abs(found.value), abs(played[k])) / 10**9:
            return False
        if row is None:
            break
    return all(row.name.startswith(("df/d", "direction")) for row in rows if row.verdict == "wrong")


def _unseen(rows: list[Comparison], value: float, inputs: Inputs) -> list[Comparison]:
    """The rows, those ok whose error changes f by less than an ulp over the size of the input."""
    sizes = zip(inputs.names, inputs.numbers, strict=True)
    reach = {f"df/d{name}": max(1.0, abs(float(x))) for name, x in sizes}
    return [
        replace(row, verdict="ok")
        if row.verdict == "wrong" and row.error * reach.get(row.name, 1.0) <= math.ulp(value)
        else row
        for row in rows
    ]


def _excused(
    rows: list[Comparison], verdict: str, note: str, notes: list[tuple[str, dict[str, Any]]]
) -> list[Comparison]:
    names = ", ".join(row.name for row in rows if row.verdict == "wrong")
    notes.append((note, {"names": names}))
    return [replace(row, verdict=verdict) if row.verdict == "wrong" else row for row in rows]


# --- a function with a claimed gradient ----------------------------------------------------------
def _check_callable(
    f: Callable[..., Any],
    gradient: Callable[..., Any],
    inputs: Inputs,
    order: int,
    options: Options,
) -> Report:
    if not callable(gradient):
        raise CheckError(f"gradient must be a function, got {shown(gradient)}")
    draw = random.Random(options.seed)
    floats = floats_of(f, inputs, None)
    numbers = [float(x) for x in inputs.numbers]

    def value_and_claim() -> tuple[float, list[Any]]:
        y = called(lambda: floats(numbers))
        if not math.isfinite(y):
            raise UndefinedError(f"f gives {y}")
        what = "gradient" if order == 1 else "Hessian"
        claim = called(lambda: inputs.call(gradient, numbers, what), what)
        if order == 2:
            return y, _matrix(claim, len(numbers))
        return y, inputs.gradient(claim)

    y, claimed = value_and_claim()
    y_again, claimed_again = value_and_claim()
    names = [*inputs.names, "f"] if order == 1 else ["f"]
    culprit = None
    if (k := same([*claimed, y], [*claimed_again, y_again])) is not None:
        name = names[k] if k < len(names) else "f"
        culprit = _changed(name, [*claimed, y][k], [*claimed_again, y_again][k])
    graph, kinked = None, False
    if (found := on_values(f, inputs)) and abs(found[1] - y) <= (1e-9 + 64 * inputs.eps) * abs(y):
        graph = found[0]
        kinked = any(_on_kink(node) for node in graph.order)
    truth = Truth(f, inputs, floats, graph, kinked, options.domain, draw)
    check = Rows(inputs, truth, options, draw)
    size = max((abs(float(g)) for g in claimed if math.isfinite(g)), default=0.0)
    noise = [4 * inputs.eps * size] * len(claimed)
    if order == 2:
        pairs = [(i, j) for i in range(len(numbers)) for j in range(len(numbers))]
        rows = [
            check.row(second_name(inputs, i, j), h, check.truth.second(i, j), noise[0])
            for (i, j), h in zip(pairs, claimed, strict=True)
        ]
        slope = None
    else:
        rows, slope = check.rows(claimed, noise), check.slope(claimed)
    if culprit is None and any(row.verdict == "wrong" for row in rows):
        culprit = _blamed(rows, "gradient", check, claimed, noise)
    return _report(rows, culprit, slope, [], truth, options, inputs)


def _matrix(claim: Any, n: int) -> list[Any]:
    flat: list[Any] = []

    def walk(part: Any) -> None:
        if hasattr(part, "tolist"):
            part = part.tolist()
        if isinstance(part, list | tuple):
            for inner in part:
                walk(inner)
        else:
            flat.append(as_real(part, "an entry of the Hessian"))

    walk(claim)
    if len(flat) != n * n:
        raise CheckError(f"the Hessian must hold {n} x {n} numbers, got {len(flat)}")
    return flat


def _on_kink(node: Any) -> bool:
    from .nodes import Operation

    operation = Operation.of(node)
    return operation is not None and at_kink(operation.op, operation.numbers)


def _blamed(
    rows: list[Comparison],
    message: str,
    check: Rows,
    gradient: Sequence[Any],
    noise: Sequence[float],
) -> Culprit:
    """The row that is wrong by most; of a direction, one input in it, which joins the rows."""
    wrong = [row for row in rows if row.verdict == "wrong"]
    row = max(wrong, key=lambda r: r.error / (abs(r.wanted) or 1.0))
    if row.name.startswith("direction"):
        along = check.directions[int(row.name.split()[1]) - 1]
        if found := check.one_wrong(along, gradient, noise):
            rows.append(row := found)
    details = {"got": row.got, "wanted": row.wanted}
    return Culprit("gradient", message, row.name, "", details)


def _report(
    rows: Sequence[Comparison],
    culprit: Culprit | None,
    slope: float | None,
    notes: list[tuple[str, dict[str, Any]]],
    truth: Truth,
    options: Options,
    inputs: Inputs,
) -> Report:
    if options.directions:
        values = {"inputs": len(inputs.numbers), "count": options.directions, "seed": options.seed}
        notes.append(("directions", values))
    if mpmath() is None and any(row.reference == LADDER for row in rows):
        notes.append(("no_mpmath", {}))
    verdict = "wrong" if culprit is not None else worst([row.verdict for row in rows])
    if verdict in ("kink", "domain"):
        slope = None  # there is no Taylor polynomial
    return Report(verdict, tuple(rows), culprit, slope, tuple(notes), options.lang)
