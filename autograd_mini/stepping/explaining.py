"""What happens in a step, in words and in a formula; all steps as text; `explain` for a node."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from autograd_mini import language
from autograd_mini.drawing.sketch import names_of
from autograd_mini.graph import topological
from autograd_mini.notation import labels as notation
from autograd_mini.notation import symbols
from autograd_mini.notation.shapes import Uses, at_kink
from autograd_mini.notation.symbols import Piece, as_done
from autograd_mini.numbers.numberlike import data_of
from autograd_mini.value import Value

from .explanation import LONGEST, Explanation, Teller, fill, gradient, listed, partial, sum_of
from .record import steps as record
from .sequence import Accumulate, Forward, Given, Seed, Step, Steps, Update, Visit, phase

_PATHS = 4  # paths that are listed
EVERY = ("forward", "backward", "update")


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
    step = steps[index]
    return getattr(_Writer(steps, lang), step.kind)(step)  # type: ignore[no-any-return]


def explain(node: Value, of: Value | Steps | None = None, lang: str | None = None) -> Explanation:
    """What a node does; or, with `of`, how the gradient of that result with respect to it arises.

    The language is "en" or "es", by default that of the environment. `of` may be recorded Steps,
    with one of their `nodes`.

    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> print(explain(w * x, lang="es"))
    Qué hace v₁
    `v₁` se calcula a partir de `w`, `x` (producto); hacia atrás entrega a cada operando su \
gradiente por la derivada local.
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
    if not isinstance(of, Steps | Value):
        raise TypeError(f"of must be a Value or Steps, got {of!r:.40} ({type(of).__name__})")
    order = of.nodes if isinstance(of, Steps) else topological(of)
    if isinstance(of, Steps) and node not in order:
        raise ValueError("the node must be one of the `nodes` of these Steps")
    writer = _Writer(of if isinstance(of, Steps) else record(of), lang)
    if node in order:
        return writer.gradient(order.index(node))
    name = names_of([*order, node])[node]
    slots = {"gradient": gradient(writer.numerator, name), "value": symbols.number(0)}
    return writer.told("explanation.gradient", "gradient.apart", fill("visit.one", slots),
                       L=writer.numerator, x=name)  # fmt: skip


def _node(node: Value, lang: str) -> Explanation:
    """What a node computes and hands on."""
    order = topological(node)
    teller, use_of = Teller(names_of(order), lang), Uses(order)
    x = teller.names[node]
    if node.first is None:
        value = symbols.number(node.data)
        return teller.told("explanation.node", "node.leaf", teller.leaf(node), x=x, value=value)
    partials: list[Piece] = []
    for edge in range(len(node.parents)):
        piece = teller.local(node, edge, use=use_of(node, edge))
        if piece not in partials:
            partials.append(piece)
    return teller.told(
        "explanation.node", "node", *teller.computed(node), teller.several(partials),
        x=x, y=x, operands=teller.operands(node), about=teller.about(node, "explanation.by hand"),
    )  # fmt: skip


# --- the steps ------------------------------------------------------------------------------------
class _Writer(Teller):
    def __init__(self, steps: Steps, lang: str) -> None:
        super().__init__(steps.named, lang)
        self.steps, self.called, self.numerator = steps, steps.names, steps.numerator

    def to(self, node: int) -> Piece:
        """∂L/∂node."""
        return gradient(self.numerator, self.called[node])

    def given(self, step: Given) -> Explanation:
        nodes = [self.steps.nodes[k] for k in step.nodes[: LONGEST + 1]]  # no more are shown
        formulas = self.several([*map(self.leaf, nodes)])
        kinds = [phase(each) for each in self.steps if each is not step]
        ahead = ""
        for part in dict.fromkeys(("forward", *kinds)):
            n = kinds.count(part)
            name, many = f"sentence.given.{part}{'.one' * (n == 1)}", language.whole(n, self.lang)
            ahead += language.text(name, self.lang, n=many)
        return self.told("given", "given", formulas, why=["given.why"], ahead=ahead)

    def forward(self, step: Forward) -> Explanation:
        node, stale = self.steps.nodes[step.node], step.node in self.steps.stale
        return self.told(
            "forward", "forward" if node.op else "forward.hand", *self.computed(node, stale=stale),
            why=["stale"] * stale,
            y=self.called[step.node], operands=self.operands(node), about=self.about(node),
        )  # fmt: skip

    def seed(self, step: Seed) -> Explanation:
        slots = _numbers(step) | {"gradient": self.to(step.node)}
        sentence = "seed" if data_of(step.value) == 1 else "seed.other"
        called = self.called[step.node]
        return self.told("seed", sentence, fill("visit.one", slots), L=called, **slots)

    def visit(self, step: Visit) -> Explanation:
        node = step.node
        sentence = ("visit.output", "visit.one", "visit")[min(len(step.users), 2)]
        last = "visit.next" if self.steps.nodes[node].parents else "visit.leaf"
        return self.told(
            "visit", sentence, *self._complete(node, step.adjoint),
            why=[last if step.adjoint else "visit.zero"], x=self.called[node], n=len(step.users),
            users=listed(self.called[user] for user in step.users),
        )  # fmt: skip

    def _complete(self, node: int, adjoint: Any) -> tuple[Piece, Piece | None]:
        """The gradient as the sum of its shares, symbolic and with numbers."""
        shares = self.steps.shares(node)
        slots = {"gradient": self.to(node), "value": symbols.number(adjoint)}
        if not shares:
            return fill("visit.one", slots), None
        parts = [{"gradient": self.to(s.node), "partial": self._partial(s)} for s in shares]
        terms = sum_of([fill("share", each) for each in parts])
        symbolic = fill("visit", slots | {"sum": terms})
        slots["sum"] = sum_of([symbols.number(share.share) for share in shares])
        numeric = fill("visit.numbers" if len(shares) > 1 else "visit.one", slots)
        return symbolic, as_done(numeric, sum(share.share for share in shares), adjoint)

    def _partial(self, share: Accumulate) -> Piece:
        use = self.steps.use_of(self.steps.nodes[share.node], share.edge)
        return partial(self.called[share.node], self.called[share.parent], use)

    def accumulate(self, step: Accumulate) -> Explanation:
        node, parent = self.steps.nodes[step.node], self.steps.nodes[step.parent]
        stale = step.node in self.steps.stale
        slots = {"target": self.to(step.parent), "gradient": self.to(step.node)}
        symbolic = fill("accumulate", slots | {"partial": self._partial(step)})
        numbers = _numbers(step)
        numeric = fill("accumulate.numbers", numbers)
        same = [k for k, x in enumerate(node.parents) if x is parent]
        first = self.steps.shares(step.parent)[0] is step
        use = self.steps.use_of(node, step.edge)
        why = ["accumulate.repeated"] * (len(same) > 1) + ["accumulate.use"] * bool(use)
        why += ["accumulate.first" if first else "accumulate.more"]
        why += ["accumulate.kink"] * at_kink(node) + ["stale"] * stale
        x = self.called[step.parent]
        return self.told(
            "accumulate", "accumulate", symbolic,
            as_done(numeric, step.before + step.share, step.after),
            self.local(node, step.edge, use=use, numbers=not stale),
            why, x=x, y=self.called[step.node], n=len(same), k=same.index(step.edge) + 1,
            use=notation.marked(x, use), gradient=slots["target"], **numbers,
        )  # fmt: skip

    def update(self, step: Update) -> Explanation:
        forms, told = (f".{k}g" for k in range(4, 17)), symbols.number
        seen = next((f for f in forms if told(step.before, f) != told(step.after, f)), ".4g")
        numbers = _numbers(step, seen)  # with the digits that it takes to see the change
        slots = {**numbers, "x": symbols.name(self.called[step.node])}
        for word in ("new", "old"):
            slots[word] = symbols.sign(language.text(f"sentence.{word}", self.lang), tag="mtext")
        change = step.after - step.before
        off = abs(step.before - step.rate * step.gradient - step.after)
        largest = max(abs(step.before), abs(step.after))
        plain = self.steps.optimiser in (None, "SGD") and off <= 1e-9 * largest
        kind = "update" if plain else "update.other"
        symbolic = fill(kind, slots | {"gradient": self.to(step.node)})
        numeric = fill(f"{kind}.numbers", slots | {"change": told(change, seen)})
        return self.told(
            "update", kind if step.gradient or change else "update.none", symbolic, numeric,
            x=self.called[step.node], optimiser=self.steps.optimiser or "", **numbers,
        )  # fmt: skip

    # --- explain(node, of=root) ------------------------------------------------------------------
    def gradient(self, node: int) -> Explanation:
        """How the gradient with respect to a node is the sum over its users, and over paths."""
        shares = self.steps.shares(node)
        adjoint = next(s.adjoint for s in self.steps if isinstance(s, Visit) and s.node == node)
        symbolic, numeric = self._complete(node, adjoint)
        value, products = symbols.number(adjoint), symbols.number(0)
        if shares:
            numbers = [(symbols.number(s.adjoint), symbols.number(s.partial)) for s in shares]
            products = sum_of([symbols.multiply(*pair) for pair in numbers])
            slots = {"gradient": self.to(node), "value": value, "sum": products}
            numeric = fill("visit.numbers", slots)
        x = self.steps.nodes[node]
        uses = sum(user.parents.count(x) for user in self.steps.nodes)
        kind = (".none", ".one")[len(shares)] if len(shares) < 2 else ".some" * (len(shares) < uses)
        sentence = "gradient.self" if x is self.steps.root else f"gradient{kind}"
        told = self.told(
            "explanation.gradient", sentence, symbolic, numeric, L=self.numerator,
            x=self.called[node], n=len(shares), sum=products, value=value,
        )  # fmt: skip
        return told._replace(why=self._paths(node) if shares else "")

    def _paths(self, node: int) -> str:
        """The paths to the output with their products: all if they are few, else the largest."""
        from autograd_mini.drawing.paths import largest_paths

        nodes = self.steps.nodes
        count, _, paths = largest_paths(nodes, nodes[node], _PATHS)
        texts = []
        for path in paths:
            stations = [self.names[x] for x in path.nodes]
            factors = [symbols.number(x) for x in path.partials]
            if len(factors) > 2 * LONGEST:
                stations[LONGEST:-LONGEST] = ["…"]
                factors[LONGEST:-LONGEST] = [symbols.DOTS]
            text = f"{' → '.join(stations)}: {symbols.multiply(*factors).text}"
            if len(factors) > 1:
                text += f" = {notation.number(path.product)}"
            texts.append(text)
        name = "path" if count == 1 else "paths" if count <= _PATHS else "paths.largest"
        listed = "; ".join(texts)
        return language.text(f"explanation.{name}", self.lang, n=count, path=listed, paths=listed)


def _numbers(step: Step, form: str = ".4g") -> dict[str, Any]:
    """The numbers that a step holds, as pieces of a formula."""
    return {key: symbols.number(x, form) for key, x in step._asdict().items()}


# --- all steps as plain text, for pipes, files and terminals that can do no more ------------------
def transcript(
    steps: Steps, lang: str | None = None, *, phases: Sequence[str] = EVERY
) -> Iterator[str]:
    """The lines of all steps, one after the other, as they are made.

    `lang` is "en" or "es", None the language of the environment; `phases` are those of "forward",
    "backward" and "update" that are wanted.

    Raises ValueError for an unknown language or phase.

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> lines = [*transcript(steps(x * x), "en", phases=["forward"])]
    >>> lines[0], lines[-1].strip()
    ('Forward pass', 'v₁ = 3 · 3 = 9')
    """
    lang, wanted = language.meant(lang), checked(phases)
    shown = (index for index, step in enumerate(steps) if phase(step) in wanted)
    for k, (now, indices) in enumerate(groupby(shown, lambda index: phase(steps[index]))):
        title = language.text(f"terminal.{now}", lang)
        yield from [""] * (k > 0) + [title[0].upper() + title[1:]]
        for index in indices:
            yield from step_lines(steps, index, lang)


def step_lines(steps: Steps, index: int, lang: str) -> Iterator[str]:
    """The lines of one step, the first with its number."""
    number = f"{index:>{len(str(len(steps) - 1))}}  "
    for k, line in enumerate(str(explain_step(steps, index, lang)).split("\n")):
        yield f"{number if k == 0 else ' ' * len(number)}{clean(line)}".rstrip()


def clean(text: str) -> str:
    r"""The text without anything that a terminal would obey or that would turn the writing round.

    >>> clean("a\x1b[31m\u202eb")
    'a␛[31m�b'
    """
    shown = notation.printable(text)
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)


def checked(phases: Sequence[str]) -> tuple[str, ...]:
    """The phases as a tuple; ValueError for an unknown one."""
    phases = (phases,) if isinstance(phases, str) else tuple(phases)
    if not phases or not {*phases} <= {*EVERY}:
        raise ValueError(f"phases must be at least one of {', '.join(EVERY)}; got {phases}")
    return phases
