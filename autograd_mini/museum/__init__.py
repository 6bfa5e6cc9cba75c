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

from __future__ import annotations

import ast
import inspect
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

from autograd_mini.language import of, words

from . import loops, partials  # the latter's engines enter ENGINES
from .engine import Engine
from .exhibits import ENGINES, Exhibit
from .loops import LOOPS

if TYPE_CHECKING:
    from autograd_mini.checking import Report
    from autograd_mini.stepping import Steps

HEALTHY = Engine

__all__ = [
    "ENGINES", "HEALTHY", "LOOPS", "Engine", "Exhibit", "check", "entry", "exhibit", "named",
    "stepped",
]  # fmt: skip


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
    from autograd_mini.checking import check_grad

    broken = named(engine)
    if broken.in_training:
        gradient = broken.trainer(broken.reveals, len(broken.at))
        return check_grad(broken.reveals, broken.at, gradient=gradient, **options)
    return check_grad(broken.reveals, broken.at, value=broken, **options)


def stepped(engine: type[Exhibit] | str) -> tuple[Steps, Steps]:
    """The steps of a broken engine at the input that reveals its mistake, and those of a right one.

    >>> wrong, right = stepped("Overwrites")
    >>> wrong.nodes[0].grad, right.nodes[0].grad
    (1.0, 2.0)
    """
    from autograd_mini.stepping import steps

    broken = named(engine)
    f: Any = broken.reveals
    if broken.in_training:

        def f(*inputs: Any) -> Any:
            """The second step of a training loop."""
            broken.reveals(*inputs).backward()
            for x in inputs:
                x.zero_grad()
            return broken.reveals(*inputs)

    wrong, right = (steps(f, *broken.at, value=cls) for cls in (broken, HEALTHY))
    return wrong, right


def exhibit(name: str, lang: str = "en") -> None:
    """Print an entry of the gallery: the mistake, its code, what reveals it, what the checker says.

    Raises KeyError for a name that is not in the museum, ValueError for another language.
    """
    print(entry(name, lang))


def entry(name: str, lang: str = "en") -> str:
    """The text of an entry of the gallery: of a broken engine or of a broken loop."""
    if name in LOOPS:
        return loops.entry(name, lang)
    said = words("museum", lang)
    broken = named(name)
    source = dedent(inspect.getsource(broken.reveals))
    function = indent(source.removeprefix("@staticmethod\n"), "    ")
    point = ", ".join(map(str, broken.at))
    got, wanted = _gradients(broken), _gradients(broken, HEALTHY)
    return (
        f"{name}\n{mistake(broken, lang)}\n{said['seen']}: {of(broken.seen, lang)}\n\n"
        f"{said['mistake']}:\n{indent(_code(broken), '    ')}\n"
        f"{said['reveals']}, {said['at']} ({point}):\n{function}\n"
        f"    {said['right']}: {wanted}\n    {said['this']}: {got}\n"
    )


def mistake(broken: type[Exhibit], lang: str) -> str:
    """What is wrong with a broken engine."""
    return inspect.cleandoc(broken.__doc__ or "") if lang == "en" else broken.mistake_es


def _code(broken: type[Exhibit]) -> str:
    """The lines of the class that break it."""
    source = dedent(inspect.getsource(broken))
    labels = {*Exhibit.__annotations__, "reveals"}
    (tree,) = ast.parse(source).body
    assert isinstance(tree, ast.ClassDef)  # it is the source of a class
    parts = []
    for part in tree.body:
        target = part.targets[0] if isinstance(part, ast.Assign) else part
        name = getattr(target, "id", getattr(target, "name", ""))
        if name and name not in labels:
            parts.append(dedent(" " * part.col_offset + str(ast.get_source_segment(source, part))))
    return "\n".join(parts) + "\n"


def _gradients(broken: type[Exhibit], engine: type[Engine] | None = None) -> list[float]:
    """The gradient that an engine gives where this one fails; in training, at the second step."""
    engine = engine or broken
    if broken.in_training:
        gradient = engine.trainer(broken.reveals, len(broken.at))
        gradient(*broken.at)
        return gradient(*broken.at)
    leaves = [engine(x) for x in broken.at]
    broken.reveals(*leaves).backward()
    return [leaf.grad for leaf in leaves]
