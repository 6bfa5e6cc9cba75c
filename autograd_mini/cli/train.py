"""`autograd-mini train`: a run told step by step, with a data set and a network of one's own."""

import os
from collections.abc import Callable
from copy import deepcopy
from errno import ENOTDIR
from importlib.util import find_spec
from itertools import count
from math import inf
from pathlib import Path
from typing import Any

from autograd_mini import optim
from autograd_mini.checking import finite_difference
from autograd_mini.data import Dataset, Standardiser, split, standardise
from autograd_mini.data.tables import read_csv
from autograd_mini.drawing import RenderingError, draw, plots
from autograd_mini.drawing.groups import grouped
from autograd_mini.errors import AutogradError
from autograd_mini.files import ready, special, write
from autograd_mini.graph import topological
from autograd_mini.language.tables import aligned
from autograd_mini.nn import MLP
from autograd_mini.notation.labels import number
from autograd_mini.notation.mathematics import formula
from autograd_mini.optim import Optimiser
from autograd_mini.pages.page import to_html
from autograd_mini.stepping import steps
from autograd_mini.training import History, evaluate, fit, save
from autograd_mini.training.metrics import LOSSES, loss_value
from autograd_mini.value import Value

from .options import DATASETS, Arguments, Teller, labelled, option
from .step_training import classifier, dataset, optimiser

POINTS, MOST, WORK = 12, 500, 3000  # in the check: points, parameters, at most their product
ALLOWED = 5  # error bars between a gradient and its numerical value
ENOUGH, USELESS = 1e-8, 1e-3  # error bars, in units of the largest gradient
FEW = 10  # points, of which none can be spared for a test; as with xor
# What the first 4096 bytes of a file hold if an earlier run made it.
_DRAWN = "graph.svg graph.gv steps.html loss.png boundary.png".split()
MARKS = {
    "model.json": b'"autograd_mini model"',
    "history.csv": b"epoch,loss,accuracy,validation_loss",
    **dict.fromkeys(_DRAWN, b"autograd_mini"),
}
OPTIONS = [
    option("dataset", metavar="DATASET"),
    option("--hidden", default=(16, 16)),
    option("--activation", default="tanh"),
    option("--epochs", default=100),
    option("--lr", default=0.01, metavar="ETA", type=float),
    option("--optimiser", default="adam"),
    option("--batch-size", default=16),
    option("--seed", default=0),
    option("--label", metavar="COLUMN"),
    option("--out", metavar="FOLDER", type=Path),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if a gradient is found wrong."""
    data = _data(args)
    args.out = args.out or Path(f"autograd-mini-{data.name}")
    return tell(args, data)


def _data(args: Arguments) -> Dataset:
    if args.dataset in DATASETS:
        args.exclude("label", "label.csv")
        return dataset(args.dataset, 200, args.seed)
    if not Path(args.dataset).suffix and not Path(args.dataset).exists():
        args.refuse("unknown", known=", ".join(DATASETS), name=repr(args.dataset))
    return read_csv(args.dataset, args.label)


def tell(args: Arguments, data: Dataset, graph: Value | None = None) -> int:
    """Split, standardise, train, test, check, write; the exit status.

    The backward pass is explained on a graph; without one, on the network's first neuron.
    """
    teller = Teller(args.lang)
    make, loss = classifier(data, args.hidden, args.activation, args.seed)
    model, files = make(), Files(args.out, teller)
    if graph is not None:
        backward_pass(graph, teller, "neuron")
    few = len(data) < FEW
    parts = (data, data) if few else split(data, seed=args.seed)
    scaler = Standardiser.fit(parts[0])
    learnt, held_out = standardise(*parts)
    rule = optimiser(args.optimiser)(model.parameters(), lr=args.lr)

    teller.heading("network")
    widths = (model.layers[0].nin, *(len(layer.neurons) for layer in model.layers))
    about = {"name": data.name, "classes": ", ".join(data.class_names), "train": len(learnt)}
    about |= {"test": len(held_out), "shape": " → ".join(map(str, widths))}
    about |= {"activation": args.activation, "parameters": len(model.parameters())}
    teller.say("network.few" if few else "network.is", **about)
    one_update(model, learnt, loss, rule, teller)

    teller.heading("training")
    batch = min(args.batch_size, len(learnt))
    options: Any = {"validation": held_out, "seed": args.seed, "lang": args.lang}
    history = fit(model, learnt, loss, rule, args.epochs, batch, **options)
    result = evaluate(model, held_out, loss)
    right = round((result.accuracy or 0.0) * len(held_out))
    metadata: dict[str, Any] = {"data": data.name, "test_accuracy": result.accuracy}
    metadata |= {"mean": [*scaler.mean], "std": [*scaler.std]}
    metadata |= {key: [*getattr(data, key)] for key in ("feature_names", "class_names")}
    files.add("model.json", lambda path: save(model, path, metadata))
    files.add("history.csv", history.to_csv)
    if history.stopped == "interrupted":
        raise KeyboardInterrupt(teller.text("interrupted", folder=files.folder))
    last = history.rows[-1]
    teller.say("training.done", epochs=len(history), loss=last.loss, seconds=sum(history.seconds))
    seen = "accuracy.few" if few else "accuracy"
    teller.say(seen, percent=(result.accuracy or 0.0) * 100, right=right, n=len(held_out))

    neuron = first_neuron(model, learnt, loss)
    if graph is None:
        graph = neuron
        backward_pass(graph, teller, "neuron.first", neuron=model.layers[0].neurons[0].name)
    # Before the check, whose backward pass gives the weights other gradients.
    files.picture(graph)
    files.steps(neuron)
    agree = gradient_check(model, learnt, loss, teller)
    files.plots(history, model, parts[0], scaler)
    teller.heading("files", folder=files.folder)
    teller.lines(*aligned(files.written, "<<"))
    teller.lines(*files.notes)
    return 0 if agree else 1


# --- its files -----------------------------------------------------------------------------------
class Files:
    """The folder of a run, what has been written there, and notes on what has not.

    Raises OSError if the folder cannot be made or written; AutogradError if it holds a file of
    another origin under a name that a run uses: nothing of anyone else's is overwritten.
    """

    def __init__(self, folder: Path, teller: Teller) -> None:
        self.folder, self.teller = folder, teller
        self.written: list[tuple[str, str]] = []
        self.notes: list[str] = []
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        ready(folder / "steps.html")
        for name, mark in MARKS.items():
            path = folder / name
            if special(path) or (path.exists() and mark not in path.read_bytes()[:4096]):
                raise AutogradError(teller.text("foreign", path=path))

    def add(self, name: str, content: bytes | Callable[[Path], object]) -> None:
        """Write a file, or let a function of its path write it; the first ends an earlier run's."""
        path = self.folder / name
        if isinstance(content, bytes):
            write(path, content)
        else:
            content(path)
        for other in MARKS.keys() - {name} if not self.written else ():
            (self.folder / other).unlink(missing_ok=True)
        self.written.append((str(path), self.teller.text(f"file.{name}")))

    def picture(self, root: Value) -> None:
        """The gradient graph; where there is no Graphviz, its DOT text."""
        drawing = draw(root, detail="chain rule", group="neuron", lang=self.teller.lang)
        try:
            svg = drawing.pipe(format="svg")
        except RenderingError as error:
            self.add("graph.gv", f"// autograd_mini\n{drawing.source}".encode())
            self.notes.append(self.teller.text("no.picture", reason=error))
            return
        self.add("graph.svg", svg.replace(b"<svg", b"<!-- drawn by autograd_mini -->\n<svg", 1))

    def steps(self, neuron: Value) -> None:
        """The page that steps through a neuron; the gradient that arrives at it is the seed."""
        alone = deepcopy(neuron)
        for node in topological(alone):
            node.label = node.label and node.label.rpartition(".")[2]
        title = self.teller.text("steps.title", neuron=(neuron.label or "").rpartition(".")[0])
        try:
            page = to_html(steps(alone, seed=neuron.grad), lang=self.teller.lang, title=title)
        except RenderingError:
            return  # `picture` has said so
        self.add("steps.html", page.encode())

    def plots(self, history: History, model: MLP, data: Dataset, scaler: Standardiser) -> None:
        """Loss curve and decision boundary, if matplotlib is there; else a note on getting it."""
        if find_spec("matplotlib") is None:
            self.notes.append(self.teller.text("no.plots"))
            return
        lang = self.teller.lang
        self.add("loss.png", plots.png(plots.loss_curve(history, lang=lang)))
        if len(data.feature_names) > 1:
            boundary = plots.decision_boundary(model, data, scaler, lang=lang)
            self.add("boundary.png", plots.png(boundary))


# --- the backward pass, node by node -------------------------------------------------------------
def small_neuron() -> Value:
    """The loss of a neuron with two inputs, every step of it with a name, after its backward pass.

    L = (tanh(w1 x1 + w2 x2 + b) - t)**2, with the target t = 1. The square is written e * e, two
    edges to one node, so that the sum of gradients shows.
    """
    given = labelled({"w1": 0.5, "x1": 1.0, "w2": -1.0, "x2": 2.0, "b": 1.2})
    w1, x1, w2, x2, b = given.values()
    p1, p2 = w1 * x1, w2 * x2
    s = p1 + p2
    h = s + b
    y = h.tanh()
    e = y - 1
    L = e * e
    for label, node in {"p1": p1, "p2": p2, "s": s, "h": h, "y": y, "e": e, "L": L}.items():
        node.label = label
    L.backward()
    return L


def first_neuron(model: MLP, data: Dataset, loss: str) -> Value:
    """The first neuron as the point with the largest loss sees it, after the backward pass."""
    total: Value = max((LOSSES[loss](model(x), target) for x, target in data), key=float)
    model.zero_grad()
    total.backward()
    order = topological(total)
    neuron = model.layers[0].neurons[0].name
    paths = grouped(order, "neuron")
    root = [node for node in order if ".".join(paths[node]) == neuron][-1]
    root.label = root.label or f"{neuron}.out"
    return root


def backward_pass(root: Value, teller: Teller, heading: str, **values: object) -> None:
    """One line for each edge, in the order in which the gradient flows.

    The gradients are taken as the backward pass left them; the running sums are added up anew.
    """
    order, unnamed = topological(root), count(1)
    names = {node: (node.label or f"v{next(unnamed)}").rpartition(".")[2] for node in order}
    rows = []
    running: dict[Value, Any] = dict.fromkeys(order, 0.0)
    for node in reversed(order):
        made = formula(node, names.__getitem__).text
        of_node = (names[node], made, number(node.data), number(node.grad))
        for k, (parent, partial) in enumerate(node.edges()):
            share = node.grad * partial
            running[parent] += share
            of_edge = (names[parent], *map(number, (partial, share, running[parent])))
            rows.append([*(of_node if k == 0 else ("", "", "", "")), *of_edge])
    teller.heading(heading, **values)
    teller.say("neuron.rule")
    teller.table([teller.text("neuron.columns").split("|"), *rows], "<<>><>>>")


# --- one update ----------------------------------------------------------------------------------
def loss_of(model: MLP, data: Dataset, loss: str) -> Value:
    """The loss of the model on all of the data."""
    return loss_value(LOSSES[loss], [model(x) for x in data.inputs], data.targets)


def one_update(model: MLP, data: Dataset, loss: str, rule: Optimiser, teller: Teller) -> None:
    """One step on all of the training data, told for the weight with the largest gradient."""
    model.zero_grad()
    before = loss_of(model, data, loss)
    before.backward()
    w = max(model.parameters(), key=lambda p: abs(p.grad))
    old, gradient, lr = w.data, w.grad, rule.lr
    try:
        rule.step()
        after = loss_of(model, data, loss)
    except (AutogradError, ArithmeticError) as error:
        raise AutogradError(teller.text("diverged", lr=number(lr), reason=error)) from None
    teller.heading("update")
    teller.say("update.is", name=w.label, loss=before.data)
    new, old_text, change, step = (number(x, ".6g") for x in (w.data, old, gradient, lr))
    if type(rule) is optim.SGD:
        left = f"w_{teller.text('update.new')}"
        factor = f"({change})" if gradient < 0 else change
        teller.lines(
            f"{left} = w_{teller.text('update.old')} − η · ∂L/∂w",
            f"{'':{len(left)}} = {old_text} − {step} · {factor}",
            f"{'':{len(left)}} = {new}",
        )
    else:
        told = {"optimiser": type(rule).__name__, "old": old_text, "new": new, "lr": step}
        teller.lines(f"∂L/∂w = {change}", teller.text("update.other", **told))
    teller.say("update.after", loss=after.data)


# --- every gradient against finite differences ---------------------------------------------------
def gradient_check(model: MLP, data: Dataset, loss: str, teller: Teller) -> bool:
    """Compare the parameters' gradients with numerical ones; say how far apart they are."""
    parameters = model.parameters()
    chosen = parameters[:: -(-len(parameters) // MOST)]
    batch = data[: max(3, min(POINTS, WORK // len(chosen)))]
    model.zero_grad()
    loss_of(model, batch, loss).backward()
    gradients = {p: p.grad for p in chosen}
    largest = max(map(abs, gradients.values())) or 1.0
    decided: list[tuple[float, float]] = []  # difference, error bar
    wrong = []
    for p, gradient in gradients.items():
        centre = p.data

        def at(x: float, p: Value = p) -> Value:
            p.data = x
            return loss_of(model, batch, loss)

        found = finite_difference(at, centre, enough=ENOUGH * largest)
        p.data = centre
        if found.error < USELESS * largest and not found.kink:
            decided.append((abs(gradient - found.value), found.error))
            if decided[-1][0] > ALLOWED * found.error:
                told = {"gradient": gradient, "estimate": found.value, "bar": found.error}
                wrong.append(teller.text("check.wrong", name=p.label, **told))
    teller.heading("check")
    if not any(gradients.values()) and not wrong:
        teller.say("check.flat", loss=number(loss_of(model, batch, loss).data), n=len(chosen))
        return True
    which = "check.is" if len(chosen) == len(parameters) else "check.some"
    teller.say(which, n=len(chosen), all=len(parameters), points=len(batch))
    relative = number(max((d for d, _ in decided), default=0.0) / largest, ".1e")
    bars = max((d / bar if bar else inf for d, bar in decided if d), default=0.0)
    told = {"agreeing": len(decided) - len(wrong), "n": len(gradients), "bars": bars}
    teller.say("check.result", relative=relative, **told)
    if undecided := len(gradients) - len(decided):
        teller.say("check.undecided", n=undecided)
    teller.lines(*wrong)
    return not wrong
