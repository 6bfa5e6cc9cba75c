"""Broken on purpose: engines, which also test the checker, and training loops (`LOOPS`).

Each engine has one mistake of a learner or of a published library, and is otherwise `Engine`,
which is right. `check_grad` must name the culprit of each.

>>> from autograd_mini import museum
>>> x = museum.ENGINES["Overwrites"](3.0)
>>> y = x + x
>>> y.backward()
>>> x.grad                      # d(x + x)/dx is 2
1.0
"""

import ast
import inspect
from collections.abc import Callable
from functools import wraps
from textwrap import dedent, indent
from typing import Any

from autograd_mini.checking import Report, check_grad
from autograd_mini.language import of, words
from autograd_mini.stepping import Steps, steps

from . import loops
from .engine import Engine
from .exhibits import ENGINES, Exhibit
from .loops import LOOPS

HEALTHY = Engine

__all__ = ["ENGINES", "HEALTHY", "LOOPS", "Engine", "Exhibit", "check", "entry", "exhibit"]
__all__ += ["named", "stepped"]


def named(name: type[Exhibit] | str) -> type[Exhibit]:
    """The broken engine of this name, or itself; KeyError lists the names if there is none."""
    if not isinstance(name, str):
        return name
    if name not in ENGINES:
        raise KeyError(f"no engine {name!r} in the museum; it has {', '.join(ENGINES)}")
    return ENGINES[name]


def check(engine: type[Exhibit] | str, **options: Any) -> Report:
    """The checker's report on a broken engine, at the input that reveals its mistake.

    >>> check("WrongArgument").culprit.kind
    'partial'
    """
    broken = named(engine)
    if broken.in_training:
        options["gradient"] = broken.trainer(broken.reveals, len(broken.at))
    return check_grad(broken.reveals, broken.at, value=broken, **options)


def stepped(
    engine: type[Exhibit] | str, f: Callable[..., Any] | None = None, *at: float
) -> tuple[Steps, Steps]:
    """The steps of a broken engine at the input that reveals its mistake, and those of a right one.

    Of another function f of nodes, at these numbers, if there is one; of an engine whose mistake
    shows in training only, those of the second pass.

    >>> wrong, right = stepped("Overwrites")
    >>> wrong.nodes[0].grad, right.nodes[0].grad
    (1.0, 2.0)
    """
    broken = named(engine)
    compute, point = (broken.reveals, broken.at) if f is None else (f, at)

    @wraps(compute)
    def second(*inputs: Any) -> Any:
        compute(*inputs).backward()
        for x in inputs:
            x.zero_grad()
        return compute(*inputs)

    run = second if broken.in_training else compute
    return steps(run, *point, value=broken), steps(run, *point, value=HEALTHY)


def exhibit(name: str, lang: str = "en") -> None:
    """Print an entry of the gallery: the mistake, its code, what reveals it, what the checker says.

    Raises KeyError for a name that is not in the museum, ValueError for another language.
    """
    print(entry(name, lang))


def entry(name: str, lang: str = "en") -> str:
    """The text of an entry of the gallery: of a broken engine or of a broken loop."""
    if name in LOOPS:
        return loops.entry(name, lang)
    said, broken = words("museum", lang), named(name)
    code, function = _sources(broken)
    point = ", ".join(map(str, broken.at))
    got, wanted = _gradients(broken), _gradients(broken, HEALTHY)
    return (
        f"{name}\n{mistake(broken, lang)}\n{said['seen']}: {of(broken.seen, lang)}\n\n"
        f"{said['mistake']}:\n{indent(code, '    ')}\n\n"
        f"{said['reveals']}, {said['at']} ({point}):\n{indent(function, '    ')}\n\n"
        f"    {said['right']}: {wanted}\n    {said['this']}: {got}\n"
    )


def mistake(broken: type[Exhibit], lang: str) -> str:
    """What is wrong with a broken engine."""
    return inspect.cleandoc(broken.__doc__ or "") if lang == "en" else broken.mistake_es


def _sources(broken: type[Exhibit]) -> tuple[str, str]:
    """The lines of the class that break it, and the function that reveals it."""
    source = dedent(inspect.getsource(broken))
    (tree,) = ast.parse(source).body
    assert isinstance(tree, ast.ClassDef)  # it is the source of a class
    (reveals,) = (label.value for label in tree.keywords if label.arg == "reveals")
    parts = (ast.get_source_segment(source, part, padded=True) for part in tree.body)
    _, *body = (dedent(str(part)) for part in parts)
    if isinstance(reveals, ast.Name):
        return "\n".join(body), inspect.getsource(broken.reveals).rstrip()
    return "\n".join(body), str(ast.get_source_segment(source, reveals))


def _gradients(broken: type[Exhibit], engine: type[Engine] | None = None) -> list[float]:
    """The gradient that an engine gives where this one fails; in training, at the second step."""
    step = (engine or broken).trainer(broken.reveals, len(broken.at))
    if broken.in_training:
        step(*broken.at)
    return step(*broken.at)
