"""The page: a recording that steps through itself in any browser, in one self-contained file."""

import os
import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any, get_args

from autograd_mini import language
from autograd_mini.files import write
from autograd_mini.language import LANGUAGES, translated
from autograd_mini.notation.labels import number, printable
from autograd_mini.notation.shapes import amiss, at_kink, operands_of, shape_of
from autograd_mini.numbers.arguments import whole
from autograd_mini.ops import Op
from autograd_mini.rules.evaluation import each
from autograd_mini.stepping.explanation import FORMULAS, as_template, notations
from autograd_mini.stepping.sequence import Accumulate, Given, Step, Steps, Update, Visit
from autograd_mini.stepping.training.runs import LearningRates, TrainingSteps
from autograd_mini.value import Value

from . import training_page
from .columns import MANY, groups_of, packed, swept
from .document import document, for_page, written
from .figure import FEW, figure
from .javascript import source
from .measured import differences

_KINDS = get_args(Step)  # Given, Forward, ..., as the page numbers them
FIRST = "numbers.js shell.js player.js recording.js runs.js maths.js camera.js graph.js".split()
GROUPS = ("layers.js", "groups.js", "arrange.js", "routes.js", "paint.js", "opened.js")
MODES = ("recompute.js", "predict.js", "perform.js")  # not for very many nodes
_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "-": "−", "...": "…"}
ROOMS = ("page", "groups", "whatif", "predict", "perform")
LAST = ("curves.js", "panel.js", "recompute.js", "predict.js", "perform.js", "find.js", "start.js")


def save_html(
    steps: Steps | TrainingSteps | LearningRates,
    path: str | os.PathLike[str],
    *,
    lang: str = "en",
    **options: Any,
) -> None:
    """Write the page of a recording, or of a training run, to a file.

    The options are those of `to_html`; of a training run theme and title.

    Raises what `to_html` raises; ValueError if the path is a folder, OSError if the system cannot
    write there.
    """
    write(path, page_of(steps, lang=lang, **options))


def page_of(steps: Any, **options: Any) -> str:
    """The page of a recording or of a training run."""
    run = isinstance(steps, TrainingSteps | LearningRates)
    return (training_page.to_html if run else to_html)(steps, **options)


def to_html(
    steps: Steps,
    *,
    lang: str = "en",
    beside: Steps | None = None,
    labels: tuple[str, str] | None = None,
    start: int = 0,
    theme: str = "auto",
    title: str | None = None,
    compiled: bool = False,
) -> str:
    """A recording as one HTML file that needs no network: graph, formulas, ledger, source.

    Args:
        steps: what `autograd_mini.steps` has recorded.
        lang: the language it opens in, "en" or "es"; the reader can switch.
        beside: a second recording on the same page, such as that of a broken engine; numbers that
            differ are marked.
        labels: what the two recordings are called.
        start: the index of the step at which it opens; a negative one counts from the end.
        theme: "light", "dark" or "auto", as the reader's system has it.
        title: the heading.
        compiled: whether the page shows beside each step what it is compiled to: instructions,
            what the passes leave of them, Python, C.

    Raises:
        AutogradError: `compiled`, and there is an operation that is not on the sheet.
        TypeError: `steps` or `beside` is no recording; a title or label is no text.
        ValueError: an unknown language or theme.
        IndexError: there is no step `start`.
        RenderingError: there is no Graphviz that works.

    >>> from autograd_mini import Value, steps
    >>> x = Value(3.0, label="x")
    >>> page = to_html(steps(x * x), lang="es")
    >>> page[:15], "http://" in page.replace("http://www.w3.org/", "")
    ('<!DOCTYPE html>', False)
    """
    runs = [steps] if beside is None else [steps, beside]
    for run in runs:
        if not isinstance(run, Steps):
            raise TypeError(f"a page shows Steps, got {run!r:.40} ({type(run).__name__})")
    pair = isinstance(labels, tuple | list) and [*map(type, labels)] == [str, str]
    if labels is not None and not pair:
        raise TypeError(f"labels must be two texts, got {labels!r:.60}")
    whole("start", start, -len(steps), len(steps) - 1, IndexError)
    data: dict[str, Any] = {"start": range(len(steps))[start], "runs": []}
    columns = packed(steps) if beside is None and len(steps.nodes) > MANY else None
    large = any(len(run.nodes) > FEW for run in runs)
    for k, run in enumerate(runs):
        label = printable(labels[k]) if labels and beside is not None else None
        data["runs"].append((columns or run_data(run)) | {"label": label})
        if large and not columns:
            table, group = groups_of(run)
            data["runs"][-1] |= {"groups": table, "group": group}
    if beside is not None:
        data["pairs"] = aligned(steps, beside)
    ops = {node.op for run in runs for node in run.nodes if isinstance(node.op, Op)}
    data["needs"] = needs_of(ops)
    scripts, rooms = [*FIRST, *GROUPS * large, *LAST], [*ROOMS]
    styles = ["modes.css", *["groups.css"] * large]
    if columns:
        scripts = [name for name in scripts if name not in MODES]
        scripts.insert(FIRST.index("runs.js"), "packed.js")
    scripts.insert(1, source(ops))
    if compiled:
        from .compiled import stages

        data["compiled"] = stages(steps)
        scripts, rooms = [*scripts, "compiled.js"], [*rooms, "compile"]
        styles.append("compiled.css")
    drawn = ["<canvas></canvas>" if large else figure(run) for run in runs]
    pictures = "".join(f'<div class="graph">{picture}</div>' for picture in drawn)
    return document(
        "steps.html", scripts, data, words_of(*rooms),
        lang=lang, theme=theme, title=title, styles=styles, inserted={"graphs": pictures},
        packed=told(),
    )  # fmt: skip


def words_of(*rooms: str) -> language.catalogues.Catalogue:
    """The texts of these catalogues together."""
    return {name: both for room in rooms for name, both in language.catalogue(room).items()}


def told() -> dict[str, Any]:
    """The sentences and formulas of the steps, the same on every page."""
    said = {lang: language.words("sentence", lang) for lang in LANGUAGES}
    formulas = {name: as_template(piece) for name, piece in FORMULAS.items()}
    return {"sentences": said, "formulas": formulas}


# --- the data of a recording ---------------------------------------------------------------------
def run_data(steps: Steps) -> dict[str, Any]:
    """What the page knows of a recording: numbers exact, and no text made of them.

    The numbers of the backward pass follow from the data and the partials, and are computed in the
    page by the same additions; where a recording has others (exact fractions, a broken engine),
    its steps carry them.
    """
    nodes = steps.nodes
    ids = {node: k for k, node in enumerate(nodes)}
    shapes = [None if node.first is None else shape_of(node) for node in nodes]
    templates, ops = notations(filter(None, shapes))

    def operands(node: Value) -> list[Any]:
        return [ids[x] if isinstance(x, Value) else number(x) for x in operands_of(node)]

    def args(node: Value) -> list[Any]:  # {"c": number} is a constant, a list a vector
        slots = node.args if node.op else node.parents
        return each(lambda x: ids[x] if isinstance(x, Value) else {"c": written(x)}, slots)

    found = differences(steps)
    follows, plain = _follows(steps)
    return {
        "names": list(steps.names),
        "ops": [node.op.name if node.op else None if node.first is None else "" for node in nodes],
        "maths": {
            "numerator": steps.numerator,
            "templates": templates,
            "ops": ops,
            "nodes": [s and [s.key, operands(n)] for s, n in zip(shapes, nodes, strict=True)],
        },
        "kinks": [k for k, node in enumerate(nodes) if at_kink(node)],
        "args": [None if node.first is None else args(node) for node in nodes],
        "parents": [[ids[parent] for parent in node.parents] for node in nodes],
        "data": [written(node.data) for node in nodes],
        "partials": [[written(partial) for partial in node.partials] for node in nodes],
        "steps": [_step(step, follows) for step in steps],
        "plain": follows and plain and all(node.data.__class__ is float for node in nodes),
        "places": [place and list(place) for place in steps.places],
        "sources": for_page(steps.sources),
        "stale": sorted(steps.stale),
        "amiss": [[k, e] for k, x in enumerate(nodes) if k not in steps.stale for e in amiss(x)],
        "optimiser": steps.optimiser,
        "differences": {
            k: [written(e.value), written(e.error)] + [1] * e.kink for k, e in found.items()
        },
    }


def _follows(steps: Steps) -> tuple[bool, bool]:
    """Whether the backward pass and the updates are those that the engine's rules give."""
    grads = {step.node: step.adjoint for step in steps if isinstance(step, Visit)}
    backward = all(x.__class__ is float for x in grads.values()) and (not grads or swept(steps))
    updates = [step for step in steps if isinstance(step, Update)]
    given = ((u.node, steps.nodes[u.node].data, grads.get(u.node, 0.0), u.rate) for u in updates)
    wanted = [Update(k, x, gradient, rate, x - rate * gradient) for k, x, gradient, rate in given]
    return backward, not updates or (steps.optimiser == "SGD" and repr(updates) == repr(wanted))


def _step(step: Step, follows: bool) -> list[Any]:
    """A kind's number, its node, and the numbers that the page cannot compute itself."""
    told: Sequence[Any] = step
    match step:
        case Given(nodes):
            told = nodes
        case Visit(node) if follows:
            told = (node,)
        case Accumulate(node, parent, edge):
            told = (node, edge) if follows else (node, edge, parent, *step[3:])
    return [_KINDS.index(type(step)), *map(for_page, told)]


def aligned(a: Steps, b: Steps) -> list[list[int]] | None:
    """Pairs of indices that the slider shows together; None if they are 0, 0; 1, 1; ...

    A step that only one of the recordings has stands beside the last one of the other.
    """
    key = lambda s: (s.kind, s.node, getattr(s, "parent", None), getattr(s, "edge", None))  # noqa: E731
    keys, others = ([*map(key, steps)] for steps in (a, b))
    if keys == others:
        return None
    codes = SequenceMatcher(None, keys, others, autojunk=False).get_opcodes()
    return [
        [max(0, min(i + k, i_end - 1)), max(0, min(j + k, j_end - 1))]
        for _, i, i_end, j, j_end in codes
        for k in range(max(i_end - i, j_end - j))
    ]


def needs_of(ops: Iterable[Op]) -> dict[str, list[str]]:
    """What each operation needs of its arguments, in English and Spanish.

    >>> from autograd_mini.ops import SHEET
    >>> needs_of([SHEET["tanh"], SHEET["digamma"]])
    {'digamma': ['a other than 0, −1, −2, …', 'a distinto de 0, −1, −2, …']}
    """
    texts: dict[str, list[str]] = {}
    for op in sorted(ops, key=lambda op: op.name):
        conditions = [domain.text.format(param) for param, domain in op.domains.items()]
        conditions += [op.needs] * bool(op.needs)
        if conditions:
            both = ("; ".join(translated(c, lang) for c in conditions) for lang in LANGUAGES)
            texts[op.name] = [
                re.sub(r"[<>!]=|-|\.{3}", lambda sign: _SIGNS[sign[0]], x) for x in both
            ]
    return texts
