"""The training player: a recorded run, or several learning rates, in one self-contained page."""

from collections.abc import Sequence
from itertools import pairwise
from struct import pack
from typing import Any

from autograd_mini.language.catalogues import Catalogue, catalogue
from autograd_mini.notation.labels import printable
from autograd_mini.ops import SHEET, Op
from autograd_mini.stepping.training.runs import Field, Frame, LearningRates, Points, TrainingSteps
from autograd_mini.stepping.training.verdicts import BACK, FAR

from .document import document, for_page, written
from .javascript import source

# The texts of the page of steps that this one needs too.
_SHARED = (
    "language theme modes controls play pause speed per.second"
    " phase.forward phase.backward phase.update".split()
)
SCRIPTS = (
    "numbers.js shell.js player.js training_data.js training_model.js training_plots.js"
    " training_pictures.js training_panels.js training_own.js training.js".split()
)
# Those that the reader may choose in place of the run's own.
ACTIVATIONS = "tanh sigmoid relu leaky_relu elu selu gelu silu softplus softsign sin".split()
# The losses that the page can train with, and the operations that they are made of.
_LOSSES = {
    "mse": ("square",), "mae": ("abs",), "huber": ("clamp",), "hinge": ("relu",),
    "binary_cross_entropy": ("log", "log1p"),
    "binary_cross_entropy_with_logits": ("softplus", "sigmoid"),
    "cross_entropy": ("logsumexp", "softplus"),
}  # fmt: skip
MOST_LOSSES = 3000  # points of a loss curve; of longer runs only those of frames are kept
MOST_POINTS = 2000  # points of the data that are drawn; of more, evenly chosen ones
EXACT = 30_000  # numbers that are kept to the last bit; of more, seven digits: a smaller page


def to_html(
    run: TrainingSteps | LearningRates,
    *,
    lang: str = "en",
    theme: str = "auto",
    title: str | None = None,
) -> str:
    """A run as one HTML file that needs no network, with a slider over its epochs.

    It shows the model's answers on the plane of two features (or the loss over one or two
    weights, and the path on it), the loss curve, the network, the update of a weight with its
    numbers, and the gradients layer by layer. Learning rates stand side by side. The run is what
    `record_training`, `record_learning_rates` or `record_descent` has recorded; the options are
    those of `stepping.to_html`, and so are the errors.
    """
    each = run if isinstance(run, LearningRates) else LearningRates((run,), (run.rate,))
    runs, rates, several = each.runs, each.rates, each is run
    learn, ops = _learning(runs[0], rates[0]) if not several else (None, [])
    told = zip(runs, rates, each.verdicts, strict=True)
    data: dict[str, Any] = {"learn": learn, "points": _points(runs[0].points), "several": several}
    data |= {"descent": not runs[0].loss, "runs": [_run(*x, EXACT // len(runs)) for x in told]}
    scripts = [source(ops), *SCRIPTS] if ops else SCRIPTS
    return document(
        "training.html", scripts, data, _words(runs[0], several),
        lang=lang, theme=theme, title=title, styles=("training.css",),
    )  # fmt: skip


def _words(run: TrainingSteps, several: bool) -> Catalogue:
    words = {key: catalogue("page")[key] for key in _SHARED} | catalogue("player")
    if not run.loss:
        words |= catalogue("descent")
    name = printable(run.points.name).replace("{", "{\u2060")  # no slot
    kind = f"title{'.rates' * several}{'.unnamed' * (not name)}"
    english, spanish = (title.replace("{name}", name) for title in words[kind])
    words = {key: texts for key, texts in words.items() if not key.startswith("title.")}
    return {**words, "title": (english, spanish)}


def _points(points: Points) -> dict[str, Any]:
    shown = slice(None, None, 1 + len(points.inputs) // MOST_POINTS)
    drawn = points._replace(inputs=points.inputs[shown], targets=points.targets[shown])
    return {**for_page(drawn), "n": len(points.inputs)}


def _learning(run: TrainingSteps, rate: float) -> tuple[dict[str, Any] | None, list[Op]]:
    """What the page needs to train the network itself, and the operations; None if it cannot."""
    own = [layer.activation for layer in run.layers]
    outputs = run.layers[-1].units if own else 0
    known = run.loss in _LOSSES and all(name in SHEET for name in {*own} - {"linear"})
    several = run.loss == "cross_entropy"
    if not known or not own or several != (outputs > 1) or len(run.points.inputs) > MOST_POINTS:
        return None, []
    ops = [SHEET[name] for name in dict.fromkeys((*ACTIVATIONS, *own)) if name in SHEET]
    adam = run.optimiser == "Adam"
    learn = {
        "loss": run.loss, "seed": run.seed % 2**53, "far": FAR, "back": BACK,
        "optimiser": "Adam" if adam else "SGD",
        "rate": written(rate) if adam or run.plain else 0.5,
        "activations": {op.name: [*op.defaults.values()] for op in ops},
        "weights": _packed(run[0].weights, "d"),
    }  # fmt: skip
    return learn, [*ops, *(SHEET[name] for name in ("dot", "mean", *_LOSSES[run.loss]))]


def _run(run: TrainingSteps, rate: float, verdict: str, exact: int) -> dict[str, Any]:
    frames, broken = run.frames, run.divergence
    vectors = {
        name: [x for frame in frames for x in getattr(frame, name)]
        for name in ("weights", "before", "gradients")
    }
    if all(b.before == a.weights for a, b in pairwise(frames)):
        vectors["before"] = []
    numbers = [x for vector in vectors.values() for x in vector]
    held = all(x == 0 or 1e-37 < abs(x) < 1e37 for x in numbers)  # neither inf nor nan is
    code = "f" if len(numbers) > exact and held else "d"  # floats of seven digits, or as they are
    known = {frame.epoch for frame in frames}
    thin = len(run.losses) > MOST_LOSSES
    curve = [k for k in range(len(run.losses)) if not thin or k in known]
    each: dict[str, Any] = dict(zip(Frame._fields, zip(*frames, strict=True), strict=True))
    return {
        "rate": written(rate),
        "verdict": verdict,
        "epochs": each["epoch"],
        "loss": for_page(each["loss"]),
        "accuracy": None if frames[0].accuracy is None else for_page(each["accuracy"]),
        "rates": [written(frame.rate) for frame in frames[1:]],
        "curve": [written(run.losses[k]) for k in curve],
        "curveEpochs": curve if thin else None,
        "names": for_page(run.names),
        "layers": for_page(run.layers),
        "flow": each["flow"] if run.layers else None,
        "code": code,
        **{name: _packed(numbers, code) for name, numbers in vectors.items()},
        "field": run.field and _shape(run.field),
        "pictures": run.field and for_page(b"".join(each["field"])),
        "landscape": run.landscape
        and _shape(run.landscape[0]) | {"picture": for_page(run.landscape[1])},
        "broken": broken and {
            "epoch": broken.epoch,
            "place": printable(broken.place),
            "rate": "learning rate" in broken.cause,
        },
        "optimiser": printable(run.optimiser),
        "plain": run.plain,
        "batch": min(run.batch_size, len(run.points.inputs)),
        "updates": -(-len(run.points.inputs) // run.batch_size),
    }  # fmt: skip


def _shape(field: Field) -> dict[str, Any]:
    return {**for_page(field), "top": field.top}


def _packed(numbers: Sequence[float], code: str) -> str:
    return str(for_page(pack(f"<{len(numbers)}{code}", *numbers)))
