"""A report as a page: the steps of what was checked, open at the first wrong one."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from math import isfinite
from typing import Any

from autograd_mini.checking.adapters import Graph
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
from autograd_mini.stepping.events import Step, lit
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

    That is the first step that a right engine does not take, or takes with another number. On our
    own engine it is where the wrong partial of the culprit, which is `node`, is used.
    """
    if culprit is None:
        return 0
    if right is not None:
        pairs = enumerate(zip(_numbered(steps), _numbered(right), strict=False))
        return next((i for i, (got, wanted) in pairs if got != wanted), 0)
    own = [(i, step) for i, step in enumerate(steps) if step.node == node]
    partial = culprit.details.get("got")
    uses = (i for i, step in own if isinstance(step, Accumulate) and step.partial == partial)
    return next(chain(uses, (i for i, step in own if isinstance(step, Visit))), 0)


def _numbered(steps: Steps) -> Iterator[tuple[Step, list[Any]]]:
    """Each step, with the numbers of the nodes that it is about."""
    return ((step, [steps.nodes[k].data for k in lit(step)[0]]) for step in steps)


def _stepped(report: Report, steps: Steps, right: Steps | None, lang: str) -> str:
    culprit, root = report.culprit, report.subject and report.subject.root
    if root is None:
        return page_of(steps, lang=lang, start=-1, title=report.remarks(lang)[0])
    node, title = None, report.judged(lang)
    if culprit is not None:
        order = [getattr(x, "node", x) for x in Graph(root).order]  # as in the steps
        node = next((k for k, x in enumerate(order) if x is culprit.where), None)
        named = culprit if node is None else replace(culprit, node=steps.names[node])
        title = f"{text('checking.culprit', lang)}: {named.text(lang)}"
    start = first_wrong(steps, right, culprit, node)
    labels = (text("checking.page.checked", lang), text("checking.page.right", lang))
    return page_of(steps, lang=lang, beside=right, labels=labels, start=start, title=title)
