"""A function on the nodes of an engine: first its gradient, then who is to blame if it is wrong."""

import contextlib
import io
import math
from dataclasses import replace
from inspect import Parameter, Signature
from typing import Any

from autograd_mini.value import Value

from .adapters import Adapter, Graph, op_name
from .closures import Rate, blamed, derivatives, off_by
from .differences import EPS
from .engines import Faulty, Run, changed, deeper, doubles, properties_of
from .findings import Comparison, Culprit, Note, Property
from .guesses import guess
from .inputs import Function, Inputs, Options, as_real, unit_of
from .nodes import Checked, check_partials, check_sums, uncertainty
from .report import Report, Subject
from .rows import Rows
from .whole import CLEAR, Truth, follows_graph, on_values

NODES = 2000  # checked one by one, of larger graphs a sample


def check_engine(
    f: Function, value: Function, adapter: Adapter | None, inputs: Inputs, options: Options
) -> Report:
    """The report on the gradient that an engine gives for f."""
    ours = isinstance(value, type) and issubclass(value, Value)
    unheard = contextlib.nullcontext() if ours else contextlib.redirect_stdout(io.StringIO())
    with unheard, Run(f, value, inputs, adapter) as run:
        root = run.root
        try:
            check = _Check(run, options)
            report, root = check.report(), check.run.root
        except Faulty as fault:
            report = Report("wrong", (), fault.culprit, lang=options.lang)
    return replace(report, subject=subject_of(f, value, inputs, root))


class _Check:
    """The gradient beside references that do not depend on the engine; then what else is seen."""

    def __init__(self, run: Run, options: Options) -> None:
        self.run, self.options, self.inputs = run, options, run.inputs
        self.notes: list[Note] = []
        self.properties: dict[str, Property] = {}
        found = self._passed()
        self.unit = max(run.inputs.eps, unit_of(run.adapter.get(run.root, "data")), _kept(run))
        if self.unit > EPS:  # the engine computes in a shorter type
            given = options.accuracy != EPS**0.4
            accuracy = options.accuracy if given else self.unit**0.4
            self.options = options._replace(accuracy=accuracy, slack=self.unit**0.6)
        self.graph, self.ours = self.run.graph(), isinstance(run.root, Value)
        names = zip(found, self.inputs.names, strict=True)
        self.gradient = [as_real(g, f"the gradient of {name}") for g, name in names]
        self.true, self.y = self._truth()
        if self.true is not None:
            self.noise = self._lost(formulas=not self.ours)
        else:
            self.inputs.eps = self.unit
            self.noise = [64 * self.unit * abs(float(g)) for g in self.gradient]
        self.culprit = self._repeated()
        self.guess: Culprit | None = None

    def _passed(self) -> list[Any]:
        try:
            found = self.run.backward()
        except Faulty as fault:
            if fault.culprit.message != "recursion":
                raise
            self._tell("depth", "note", **fault.culprit.details)
            self.run = self.run.again()
            with deeper():
                found = self.run.backward()
        steps, edges, many = self.run.passed
        if many and doubles(self.run.value, self.run.adapter):
            self._tell("paths", "warning", steps=steps, edges=edges)
        return found

    def _truth(self) -> tuple[Graph | None, float]:
        """The graph of f by the formula sheet, and its value; None if it is of another function."""
        y = float(self.run.data)
        if self.ours:
            return self.graph, y
        true, same = on_values(self.run.f, self.inputs, y, self.unit)
        if true is None or same:
            return true, y
        wanted = float(true.root.data)
        off = abs(wanted - y) / (max(abs(float(node.data)) for node in true.order) or 1.0)
        clear = all(op_name(node) in CLEAR for node in true.order if node.parents)
        if clear and off > 1e-5:
            return true, wanted
        self._tell("value", "note", got=y, wanted=wanted)
        if clear:
            self.unit = max(self.unit, 4 * off)  # log(x + 1e-8) for log(x)
        return true if clear else None, y

    def _repeated(self) -> Culprit | None:
        """What a second run of the same tells: nothing, if it gives the same."""
        run, names = self.run, self.inputs.names
        with run.again() as again, deeper():
            second = again.backward()
        if fault := changed(["f"], [run.data], [again.data]):
            return fault
        other = changed(names, self.gradient, second, self.noise)
        if other is not None:
            if self.ours:
                return other
            self._tell("repeat", "warning", node=other.node, **other.details)
        elif not self.ours:
            pairs = zip(names, self.gradient, second, strict=True)
            for name, a, b in [pair for pair in pairs if pair[1] != pair[2]][:1]:
                self._tell("ulps", "note", node=name, first=str(a), second=str(b))
        return None

    def report(self) -> Report:
        """The verdict on the gradient by the rows alone, and who is to blame if one is wrong."""
        run, graph, options = self.run, self.graph, self.options
        checked = Checked()
        if self.ours and self.culprit is None:
            checked = self._nodes()
            self.culprit = checked.culprit or check_sums(graph)
        if self.y != float(run.data) and self.culprit is None:
            details = {"got": float(run.data), "wanted": self.y}
            self.culprit = graph.culprit("value", "value.whole", graph.root, **details)
        engine = (Value,) if self.true is not None else (run.value, run.adapter.number)
        truth = Truth(run.f, self.inputs, self.true, options, *engine)
        check = Rows(truth, self.gradient, self.noise)
        rows = check.rows()
        if check.lost:
            self.notes.append(("rounding", {"names": ", ".join(check.lost)}))
        if options.order == 2:
            rows += check.hessian(run.f) if self.ours else check.differenced(run.gradient)
        if self.culprit is None and any(row.verdict == "wrong" for row in rows):
            rows = self._wrong(check, rows, checked)
        beside = {x.name: x for x in properties_of(run.value, run.adapter)}
        properties = tuple((self.properties | beside | self.properties).values())
        found = {"properties": properties, "guess": self.guess}
        return check.report(rows, self.culprit, self.notes, **found)

    def _tell(self, name: str, severity: str, **details: Any) -> None:
        self.properties[name] = Property(name, severity, details)

    def _nodes(self, every: bool = False) -> Checked:
        """The nodes one by one, where they record their partials and operations."""
        nodes, options = self.graph.order, self.options
        if len(nodes) > NODES and not every:
            self.notes.append(("sample", {"count": NODES, "nodes": len(nodes)}))
            nodes = options.draw.sample(nodes, NODES)
        if not self.graph.has_partials:
            return Checked()
        found = check_partials(self.graph, nodes, options.slack, options.draw, self.ours)
        if found.culprit is None and found.partials and self.ours:
            ulps = f"{found.worst_ulps:.2f}"
            self.notes.append(("nodes", {"count": found.partials, "ulps": ulps}))
        return found

    def _wrong(self, check: Rows, rows: list[Comparison], checked: Checked) -> list[Comparison]:
        """Set the culprit of rows that are wrong; or give the rows back, excused."""
        run, graph, options = self.run, self.graph, self.options
        told = all(node.args is not None for node in graph.order if node.parents)
        if not self.ours or len(graph.order) > NODES:
            checked = self._nodes(every=True)
        self.culprit = checked.culprit
        if self.culprit is None and self.ours:
            with contextlib.suppress(Exception):  # f moves to another graph, or has no value there
                self.culprit = _wrong_closure(run, graph)
        elif self.culprit is None and told and graph.has_partials and check_sums(graph):
            with deeper():
                self.culprit = blamed(run, [row.wanted for row in rows], told)
            self.culprit = self.culprit or check.blamed(rows, "untold")
        if self.culprit is not None:
            return rows
        if check.truth.kinked and self.true is not None and follows_graph(self.true, check.truth):
            return self._excused(rows, "kink", "kink_rule")
        self.culprit = checked.worst
        wrong = [row.name for row in rows if row.verdict == "wrong"]
        first = not any(name.startswith(("d2f", "curvature")) for name in wrong)
        if self.culprit is None and first and self._is_rounding(check, rows, told):
            for k, row in enumerate(rows):
                moves = row.error * check.reach.get(row.name, 1.0)
                if row.verdict == "wrong" and moves <= math.ulp(float(run.data)):
                    rows[k] = replace(row, verdict="ok")  # f does not show the error
            return self._excused(rows, "undecided", "rounding")
        if self.culprit is None and not told:
            with deeper():
                self.culprit = blamed(run, [row.wanted for row in rows])
            known = self.true is not None and not options.directions
            if self.culprit is None and first and known:  # 1 - tanh**2 in saturation
                lost = self._lost(formulas=True, most=math.inf)
                if all(row.error <= allowed for row, allowed in zip(rows, lost, strict=False)):
                    return self._excused(rows, "ok", "cancelled")
        if self.culprit is None:
            named = all(op_name(node) for node in graph.order if node.parents)  # no closures
            message = "severed" if told and named else "untold"
            if not told:
                self.guess = guess(check, rows, run.gradient)
            self.culprit = check.blamed(rows, "gradient" if len(graph.order) == 1 else message)
        return rows

    def _is_rounding(self, check: Rows, rows: list[Comparison], told: bool) -> bool:
        """Whether rounding alone explains the rows: no partial is wrong, and f is its graph.

        Of an engine whose operations are not known: ours, in floats, is not much nearer.
        """
        if told:
            return self.graph.has_partials and follows_graph(self.graph, check.truth)
        if self.true is None or self.options.directions:
            return False
        self.true.root.backward()
        return all(
            row.verdict != "wrong" or row.error <= 100 * abs(float(leaf.grad) - row.wanted)
            for row, leaf in zip(rows, self.true.inputs, strict=False)
        )

    def _lost(self, **options: Any) -> list[float]:
        """How far rounding may put the gradient of each input off."""
        assert self.true is not None
        lost = uncertainty(self.true, self.unit, **options)
        return [lost.get(id(leaf), 0.0) for leaf in self.true.inputs]

    def _excused(self, rows: list[Comparison], verdict: str, note: str) -> list[Comparison]:
        """The rows with another verdict for those that are wrong, and a note of their names."""
        wrong = [row.name for row in rows if row.verdict == "wrong"]
        if wrong:
            self.notes.append((note, {"names": ", ".join(wrong)}))
        return [replace(row, verdict=verdict) if row.verdict == "wrong" else row for row in rows]


def _kept(run: Run) -> float:
    """The rounding unit of an engine that shows floats, and computes in float32."""
    lost = 0.0
    with contextlib.suppress(Exception):  # it is made of other numbers
        lost = 4 * abs(3 * float(run.adapter.number(run.value(1 / 3))) - 1)
    return lost if EPS < lost < 0.01 and math.frexp(lost)[0] == 0.5 else EPS  # else round(x, 4)


def subject_of(f: Function, value: Function, inputs: Inputs, root: Any = None) -> Subject:
    """What is checked, for whoever steps through it and sees the code of f."""

    def on_nodes(*nodes: Any) -> Any:
        return inputs.call(f, nodes)

    signature = Signature([Parameter("nodes", Parameter.VAR_POSITIONAL)])
    vars(on_nodes).update(__wrapped__=f, __signature__=signature)
    return Subject(on_nodes, tuple(inputs.names), tuple(inputs.numbers), value, root)


# --- rules of a learner's own on our nodes -------------------------------------------------------
def _wrong_closure(run: Run, graph: Graph) -> Culprit | None:
    """The rule of a learner's own on one of our nodes that is not how the node moves.

    Each input is moved: a node moves as its partials say of its parents' moves, or they are wrong.
    """
    closures = [node for node in graph.order if node.parents and node.op is None]
    moves = [_moves(run, graph, k) for k in range(len(run.leaves))] if closures else []
    for node in closures:
        rule: dict[Any, float] = {}
        for parent, partial in graph.edges(node):
            rule[parent] = rule.get(parent, 0.0) + partial
        gaps = [(m[node].value - sum(d * m[p].value for p, d in rule.items()), m) for m in moves]
        off = {}  # what each parent's partial would have to be if it alone were wrong
        for parent, got in rule.items():
            gap, most = max(gaps, key=lambda pair: abs(pair[1][parent].value))
            error = gap / (most[parent].value or math.inf)
            left = (abs(g - error * m[parent].value) - 8 * m[node].bar for g, m in gaps)
            if abs(error) > 1e-6 * (1 + abs(got)) and max(left) <= 1e-6 * abs(gap):
                off[parent] = got + error
        if off:
            (parent, true), *others = off.items()
            found = off_by(graph, node, parent, rule[parent], true)
            return None if others else replace(found, op=node._op)
    return None


def _moves(run: Run, graph: Graph, k: int) -> dict[Any, Rate]:
    def data(h: float) -> list[float]:
        numbers = [x + h * (i == k) for i, x in enumerate(run.inputs.floats)]
        root = run.inputs.call(run.f, [run.value(x) for x in numbers])
        return [float(node.data) for node in type(graph)(root).order]

    found = derivatives(data, [float(x.data) for x in graph.order], run.inputs.reach[k])
    return dict(zip(graph.order, found, strict=True))
