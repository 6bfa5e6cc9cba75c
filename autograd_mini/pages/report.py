"""A report as a page: the steps of what was checked, open at the first wrong one."""

import os
from contextlib import suppress
from dataclasses import replace
from math import isfinite
from typing import Any

from autograd_mini.checking.engines import labelled
from autograd_mini.checking.findings import Culprit
from autograd_mini.checking.report import Report, Subject
from autograd_mini.drawing import RenderingError
from autograd_mini.files import write
from autograd_mini.language import checked, text
from autograd_mini.museum import HEALTHY
from autograd_mini.numbers.kinds import ieee
from autograd_mini.stepping import Accumulate, Forward, Given, Steps, Visit
from autograd_mini.stepping import steps as recording
from autograd_mini.stepping.events import lit
from autograd_mini.value import Value

from .document import plain
from .page import to_html as page_of


def save_html(report: Report, path: str | os.PathLike[str], lang: str | None = None) -> None:
    """Write the page of a report; `Report.save_html` describes it."""
    write(path, to_html(report, lang))


def to_html(report: Report, lang: str | None = None) -> str:
    """The page of steps; or, where there are none to show, the report itself as a page."""
    lang = checked(lang or report.lang)
    if report.subject is not None:
        with suppress(RenderingError, RecursionError):  # no Graphviz; an engine without end
            found = recorded(report.subject)
            if found is not None:
                return _stepped(report, *found, lang)
    title = report.judged(lang)
    parts = [replace(each, lang=lang) for each in (report, report.taylor) if each is not None]
    return plain(title, "".join(part._repr_html_() for part in parts), lang)


def recorded(subject: Subject) -> tuple[Steps, Steps | None] | None:
    """The steps of what was checked, and of the same with a right engine if it is a broken one.

    None if its class of nodes is one that `steps` cannot record. Where f has no value, the forward
    pass up to the operation that has none.
    """
    engine: Any = subject.value
    if subject.root is None:
        return _up_to_failure(subject)
    if not isinstance(engine, type) or not issubclass(engine, Value | HEALTHY):
        return None
    classes = (engine,) if issubclass(engine, Value) else (engine, HEALTHY)
    runs = [recording(subject.f, *_leaves(subject, cls), value=cls) for cls in classes]
    return runs[0], runs[1] if runs[1:] else None


def _up_to_failure(subject: Subject) -> tuple[Steps, None] | None:
    """The forward pass with inf and nan in place of errors, up to the first number that is one."""
    with ieee(), suppress(Exception):  # whatever f does with such numbers
        steps = recording(subject.f, *_leaves(subject, lambda x: Value(float(x))))
        done = [step for step in steps if isinstance(step, Given | Forward)]
        for end, step in enumerate(done, start=1):
            if not all(isfinite(steps.nodes[node].data) for node in lit(step)[0]):
                return Steps(done[:end], steps.nodes, steps.places, steps.sources), None
    return None


def _leaves(subject: Subject, value: Any) -> list[Any]:
    return [labelled(value(x), k) for x, k in zip(subject.numbers, subject.names, strict=True)]


def first_wrong(
    steps: Steps, right: Steps | None, culprit: Culprit | None, node: int | None
) -> int:
    """The index of the step at which the culprit does its harm; 0 if there is none.

    A wrong partial or value is seen where it is used or computed, a sum where the first addition to
    it does not add, an order where a node hands on what is not complete. `node` is the culprit's;
    without one it is the first step that the right engine does not take.
    """
    if culprit is None:
        return 0
    if node is None:
        pairs = enumerate(zip(steps, right or (), strict=False))
        return next((i for i, (got, wanted) in pairs if got != wanted), 0)

    def first(kind: str, nodes: set[int], **wanted: Any) -> int | None:
        alike = (i for i, step in enumerate(steps) if step.kind == kind and step.node in nodes
                 and wanted.items() <= step._asdict().items())  # fmt: skip
        return next(alike, None)

    both = zip(steps.nodes, () if right is None else right.nodes, strict=False)
    other = {k for k, (got, wanted) in enumerate(both) if got.data != wanted.data}
    got = culprit.details.get("got")
    found = {
        "value": (first("forward", other), first("forward", {node})),
        "partial": (first("accumulate", {node}, partial=got), first("accumulate", {node})),
        "order": (_too_early(steps, node),),
        "accumulation": (_not_added(steps, node),),
    }.get(culprit.kind, ())
    return next(i for i in (*found, first("visit", {node}), 0) if i is not None)


def _not_added(steps: Steps, node: int) -> int | None:
    """The first addition into a node that finds or leaves another number than it should."""
    total = 0.0
    for i, step in enumerate(steps):
        if isinstance(step, Accumulate) and step.parent == node:
            if step.before != total or step.after != step.before + step.share:
                return i
            total = step.after
    return None


def _too_early(steps: Steps, node: int) -> int | None:
    """The first visit, of the users of a node, after which that user still receives a share."""
    users = {step.node for step in steps if isinstance(step, Accumulate) and step.parent == node}
    seen: dict[int, int] = {}
    for i, step in enumerate(steps):
        if isinstance(step, Visit):
            seen.setdefault(step.node, i)
        elif isinstance(step, Accumulate) and step.parent in users & {*seen}:
            return seen[step.parent]
    return None


def _position(subject: Subject, where: Any, steps: Steps) -> int | None:
    """The index, in a recording of the same graph, of a node below the root that was checked."""
    stack = [(subject.root, steps.root)]
    seen: set[int] = set()
    while stack:
        node, value = stack.pop()
        if node is where:
            return steps.nodes.index(value)
        if id(node) not in seen:
            seen.add(id(node))
            stack += zip(node.parents, value.parents, strict=False)
    return None


def _stepped(report: Report, steps: Steps, right: Steps | None, lang: str) -> str:
    culprit = report.culprit
    assert report.subject is not None  # it has been recorded
    node = None if culprit is None else _position(report.subject, culprit.where, steps)
    title = report.judged(lang)
    if culprit is not None:
        named = culprit if node is None else replace(culprit, node=steps.names[node])
        title = f"{text('checking.culprit', lang)}: {named.text(lang)}"
    options: dict[str, Any] = {}
    if right is not None:
        labels = (text("checking.page.checked", lang), text("checking.page.right", lang))
        options = {"beside": right, "labels": labels}
    start = first_wrong(steps, right, culprit, node)
    if report.subject.root is None:
        start, title = len(steps) - 1, report.remarks(lang)[0]
    return page_of(steps, lang=lang, start=start, title=title, **options)
