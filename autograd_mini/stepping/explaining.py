"""What happens in a step, in words and in a formula: `explain_step`, and `explain` for a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini import language
from autograd_mini.drawing.sketch import names_of
from autograd_mini.graph import topological
from autograd_mini.notation import labels as notation
from autograd_mini.notation import symbols
from autograd_mini.notation.shapes import at_kink
from autograd_mini.notation.symbols import Piece, as_done
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.value import Value

from .explanation import (
    LONGEST,
    Explanation,
    Formula,
    Teller,
    filled,
    gradient,
    listed,
    partial,
    sum_of,
    use_of,
    written,
)
from .sequence import Accumulate, Forward, Leaf, Seed, Steps, Update, Visit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATHS = 4  # paths that are listed


def explain_step(steps: Steps, index: int, lang: str = "en") -> Explanation:
    """The step of this index explained, in "en" or "es".

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> print(explain_step(steps(x * x), 5))
    Backpropagation: v₁ → x
    `v₁` hands `x` its share: the gradient of `v₁` times the local derivative (chain rule).
        ∂v₁/∂x += ∂v₁/∂v₁ · ∂v₁/∂x⁽²⁾
        ∂v₁/∂x⁽²⁾ = x = 3
        3 + 1 · 3 = 6
    `x` is an operand of `v₁` 2 times; this is number 2. `x⁽²⁾` is `x` in this place only; \
∂v₁/∂x is the sum over all of its uses. It is added to the 3 that `x` has already: every path \
counts, so += and not =.

    Raises IndexError if there is no such step, ValueError for another language.
    """
    language.checked(lang)
    step = steps[index]
    writer = _Writer(steps, lang)
    match step:
        case Leaf(node):
            return writer.leaf(node)
        case Forward(node):
            return writer.forward(node)
        case Seed():
            return writer.seed(step)
        case Visit():
            return writer.visit(step)
        case Accumulate():
            return writer.accumulate(step)
        case Update():
            return writer.update(step)
    raise TypeError(f"{step!r:.40} is not a step")


def explain(node: Value, of: Value | Steps | None = None, lang: str | None = None) -> Explanation:
    """What a node does; or, with `of`, how the gradient of that result with respect to it arises.

    The language is "en" or "es", by default that of the environment. `of` may be recorded Steps,
    with one of their `nodes`.

    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> print(explain(w * x, lang="es"))
    Qué hace v₁
    `v₁` se calcula a partir de `w`, `x` (producto); hacia atrás entrega a cada uno su gradiente \
por la derivada local.
        v₁ = w · x
        ∂v₁/∂w = x = 2,  ∂v₁/∂x = w = 0.5
        v₁ = 0.5 · 2 = 1
    >>> y = w * x; z = y * y; z.label = "z"
    >>> print(explain(w, of=z, lang="en"))
    The gradient of z with respect to w
    The gradient of the output `z` with respect to `w` is a single share: 2 · 2.
        ∂z/∂w = ∂z/∂v₁ · ∂v₁/∂w
        ∂z/∂w = 2 · 2 = 4
    2 paths: w → v₁ → z: 2 · 1 = 2; w → v₁ → z: 2 · 1 = 2.

    Raises TypeError if `node` is not a Value or `of` neither Value nor Steps, ValueError for
    another language or a node that is not one of these Steps'.
    """
    lang = language.meant(lang)
    if not isinstance(node, Value):
        raise TypeError(f"explain needs a Value, got {node!r:.40} ({type(node).__name__})")
    if of is None:
        return _node(node, lang)
    if isinstance(of, Steps):
        if node not in of.nodes:
            raise ValueError("the node must be one of the `nodes` of these Steps")
        recorded, order = of, of.nodes
    elif isinstance(of, Value):
        from .record import steps as record

        recorded, order = record(of), tuple(topological(of))
    else:
        raise TypeError(f"of must be a Value or Steps, got {of!r:.40} ({type(of).__name__})")
    writer = _Writer(recorded, lang)
    if node not in order:
        name = names_of([node])[node]
        formula = written(writer.fill("visit.one", {"gradient": gradient(writer.numerator, name),
                                                     "value": symbols.number(0)}))  # fmt: skip
        slots = {"L": writer.numerator, "x": name}
        title = language.text("explanation.title.gradient", lang, **slots)
        sentence = language.text("explanation.gradient.apart", lang, **slots)
        return Explanation(title, sentence, formula, None, None, "")
    return writer.gradient(order.index(node))


def _node(node: Value, lang: str) -> Explanation:
    """What a node computes and hands on."""
    order = topological(node)
    names = names_of(order)
    x, value = names[node], symbols.number(node.data)
    title = language.text("explanation.title.node", lang, x=x)
    if node.first is None:
        formula = written(filled("leaf", lang, {"x": symbols.name(x), "value": value}))
        sentence = language.text("explanation.node.leaf", lang, x=x, value=value.text)
        return Explanation(title, sentence, formula, None, None, "")
    teller = Teller(names, lang)
    about = (
        language.of(node.op.about, lang) if node.op else language.text("explanation.by hand", lang)
    )
    sentence = language.text(
        "explanation.node", lang, y=x, operands=teller.operands(node), about=about
    )
    locals_ = []
    for edge in range(len(node.parents)):
        if (
            piece := teller.local(node, edge, node.partials[edge], use=use_of(node, edge))
        ) not in locals_:
            locals_.append(piece)
    if len(locals_) > LONGEST:
        locals_[LONGEST - 1 :] = [symbols.DOTS]
    local = locals_[0]
    if len(locals_) > 1:
        comma = Piece(",  ", r",\quad", ["mrow", ["mo", ","], ["mtext", "\u2003"]])
        both = [piece for local in locals_ for piece in (comma, local)][1:]
        local = symbols.row(*both)
    symbolic, numeric = teller.forward(node)
    return Explanation(title, sentence, symbolic, written(local), numeric, "")


# --- the steps ------------------------------------------------------------------------------------
class _Writer:
    """Explains the steps of one recording."""

    def __init__(self, steps: Steps, lang: str) -> None:
        self.steps, self.lang = steps, lang
        self.names = steps.names
        self.numerator = steps.numerator
        self.teller = Teller(steps.named, lang)

    def fill(self, template: str, slots: Mapping[str, Piece]) -> Piece:
        """A formula of the steps with its slots filled."""
        return filled(template, self.lang, slots)

    def name(self, node: int) -> Piece:
        """A node's name."""
        return symbols.name(self.names[node])

    def to(self, node: int) -> Piece:
        """∂L/∂node."""
        return gradient(self.numerator, self.names[node])

    def _told(
        self,
        kind: str,
        sentence: str,
        symbolic: Piece | Formula,
        numeric: Piece | Formula | None = None,
        local: Piece | None = None,
        why: Sequence[str] = (),
        room: str = "sentence",
        **slots: object,
    ) -> Explanation:
        first, second = (written(f) if isinstance(f, Piece) else f for f in (symbolic, numeric))
        assert first is not None
        return Explanation(
            language.text(f"{room}.title.{kind}", self.lang, **slots),
            language.text(f"{room}.{sentence}", self.lang, **slots),
            first,
            None if local is None else written(local),
            second,
            " ".join(language.text(f"{room}.{name}", self.lang, **slots) for name in why),
        )

    def leaf(self, node: int) -> Explanation:
        value = symbols.number(self.steps.nodes[node].data)
        formula = self.fill("leaf", {"x": self.name(node), "value": value})
        return self._told("leaf", "leaf", formula, x=self.names[node], value=value.text)

    def forward(self, node: int) -> Explanation:
        value = self.steps.nodes[node]
        stale = node in self.steps.stale
        symbolic, numeric = self.teller.forward(value, stale=stale)
        return self._told(
            "forward",
            "forward" if value.op else "forward.hand",
            symbolic,
            numeric,
            why=["stale"] * stale,
            y=self.names[node],
            operands=self.teller.operands(value),
            about=language.of(value.op.about, self.lang) if value.op else "",
        )

    def seed(self, step: Seed) -> Explanation:
        value = symbols.number(step.value)
        formula = self.fill("visit.one", {"gradient": self.to(step.node), "value": value})
        return self._told(
            "seed",
            "seed" if data_of(step.value) == 1 else "seed.other",
            formula,
            L=self.names[step.node],
            value=value.text,
            gradient=self.to(step.node).text,
        )

    def visit(self, step: Visit) -> Explanation:
        node = step.node
        users = listed(self.names[u] for u in step.users)
        sentence = ("visit.output", "visit.one", "visit")[min(len(step.users), 2)]
        last = "visit.next" if self.steps.nodes[node].parents else "visit.leaf"
        if not step.adjoint:
            last = "visit.zero"
        symbolic, numeric = self._complete(node, step.adjoint)
        return self._told(
            "visit", sentence, symbolic, numeric,
            why=[last], x=self.names[node], n=len(step.users), users=users,
        )  # fmt: skip

    def _complete(self, node: int, adjoint: Any) -> tuple[Piece, Piece | None]:
        """The gradient as the sum of its shares, symbolic and with numbers."""
        shares = self.steps.shares(node)
        gradient, value = self.to(node), symbols.number(adjoint)
        slots = {"gradient": gradient, "value": value}
        if not shares:
            return self.fill("visit.one", slots), None
        slots["sum"] = sum_of([self._share(share) for share in shares])
        symbolic = self.fill("visit", slots)
        slots["sum"] = sum_of([symbols.number(share.share) for share in shares])
        numeric = self.fill("visit.numbers" if len(shares) > 1 else "visit.one", slots)
        return symbolic, as_done(numeric, sum(share.share for share in shares), adjoint)

    def _share(self, share: Accumulate) -> Piece:
        slots = {"gradient": self.to(share.node), "partial": self._partial(share)}
        return self.fill("share", slots)

    def _partial(self, share: Accumulate) -> Piece:
        return partial(self.names[share.node], self.names[share.parent], self._use(share))

    def _use(self, share: Accumulate) -> int:
        """Which use of the parent is meant, where ∂y/∂x alone would be the sum over several."""
        output = share.node == len(self.names) - 1 and self.numerator == self.names[-1]
        several = output and len(self.steps.shares(share.parent)) > 1
        return use_of(self.steps.nodes[share.node], share.edge, always=several)

    def accumulate(self, step: Accumulate) -> Explanation:
        node, parent = self.steps.nodes[step.node], self.steps.nodes[step.parent]
        stale = step.node in self.steps.stale
        slots = {
            "target": self.to(step.parent),
            "gradient": self.to(step.node),
            "partial": self._partial(step),
        }
        numbers = {
            "before": symbols.number(step.before),
            "adjoint": symbols.number(step.adjoint),
            "partial": symbols.number(step.partial),
            "after": symbols.number(step.after),
        }
        same = [k for k, x in enumerate(node.parents) if x is parent]
        first = self.steps.shares(step.parent)[0] is step
        use = self._use(step)
        why = ["accumulate.repeated"] * (len(same) > 1) + ["accumulate.use"] * bool(use)
        why += ["accumulate.first" if first else "accumulate.more"]
        why += ["accumulate.kink"] * at_kink(node) + ["stale"] * stale
        return self._told(
            "accumulate",
            "accumulate",
            self.fill("accumulate", slots),
            as_done(self.fill("accumulate.numbers", numbers), step.before + step.share, step.after),
            self.teller.local(node, step.edge, step.partial, use=use, numbers=not stale),
            why,
            y=self.names[step.node],
            x=self.names[step.parent],
            before=numbers["before"].text,
            partial=numbers["partial"].text,
            n=len(same),
            k=same.index(step.edge) + 1,
            use=f"{self.names[step.parent]}⁽{notation.superscript(use)}⁾",
            gradient=slots["target"].text,
        )

    def update(self, step: Update) -> Explanation:
        before, gradient, rate, after = map(
            symbols.number, (step.before, step.gradient, step.rate, step.after)
        )
        slots = {"x": self.name(step.node), "gradient": self.to(step.node)}
        symbolic = self.fill("update", slots)
        change = step.after - step.before
        off = abs(step.before - step.rate * step.gradient - step.after)
        largest = max(abs(step.before), abs(step.after))
        slots |= {"before": before, "after": after}
        if self.steps.optimiser in (None, "SGD") and off <= 1e-9 * largest:
            sentence = "update"
            numeric = self.fill("update.numbers", {**slots, "rate": rate, "gradient": gradient})
        else:
            sentence = "update.other"
            symbolic = self.fill("update.other", slots)
            slots["change"] = symbols.number(change)
            numeric = self.fill("update.other.numbers", slots)
        if not step.gradient and not change:
            sentence = "update.none"
        return self._told(
            "update",
            sentence,
            symbolic,
            numeric,
            x=self.names[step.node],
            optimiser=self.steps.optimiser or "",
            rate=rate.text,
            gradient=gradient.text,
        )

    # --- explain(node, of=root) ------------------------------------------------------------------
    def gradient(self, node: int) -> Explanation:
        """How the gradient with respect to a node is the sum over its users, and over paths."""
        shares = self.steps.shares(node)
        visits = (s for s in self.steps if isinstance(s, Visit) and s.node == node)
        adjoint = next(visits).adjoint
        symbolic, numeric = self._complete(node, adjoint)
        terms = [
            symbols.multiply(symbols.number(share.adjoint), symbols.number(share.partial))
            for share in shares
        ]
        if shares:
            slots = {
                "gradient": self.to(node),
                "sum": sum_of(terms),
                "value": symbols.number(adjoint),
            }
            numeric = self.fill("visit.numbers", slots)
        sentence = "gradient.none" if not shares else "gradient" + ".one" * (len(shares) == 1)
        if node == len(self.names) - 1 and self.numerator == self.names[-1]:
            sentence = "gradient.self"
        told = self._told(
            "gradient", sentence, symbolic, numeric, room="explanation",
            L=self.numerator, x=self.names[node], n=len(shares),
            sum=sum_of(terms).text if terms else "", value=symbols.number(adjoint).text,
        )  # fmt: skip
        return told._replace(why=self._paths(node) if shares else "")

    def _paths(self, node: int) -> str:
        """The paths to the output with their products: all if they are few, else the largest."""
        from autograd_mini.drawing.paths import largest_paths

        nodes = self.steps.nodes
        count, _, paths = largest_paths(nodes, nodes[node], _PATHS)
        texts = []
        for path in paths:
            stations = [self.teller.names[x] for x in path.nodes]
            factors = [symbols.number(x) for x in path.partials]
            if len(stations) > 2 * LONGEST:
                stations[LONGEST:-LONGEST] = ["…"]
            if len(factors) > 2 * LONGEST:
                factors[LONGEST:-LONGEST] = [symbols.DOTS]
            text = f"{' → '.join(stations)}: {symbols.multiply(*factors).text}"
            if len(factors) > 1:
                text += f" = {notation.number(path.product)}"
            texts.append(text)
        name = "path" if count == 1 else "paths" if count <= _PATHS else "paths.largest"
        listed = "; ".join(texts)
        return language.text(f"explanation.{name}", self.lang, n=count, path=listed, paths=listed)
