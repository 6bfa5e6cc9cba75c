"""`autograd-mini step --engine`: an expression in a broken engine, and in a right one."""

from __future__ import annotations

import ast
import linecache
from typing import TYPE_CHECKING, Any, NoReturn

from .step_expression import FILE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from autograd_mini.expressions import Expression
    from autograd_mini.stepping.sequence import Steps

WORDS: dict[str, tuple[str, str]] = {
    "engine": (
        "a broken engine of the museum, such as Overwrites; on a page, beside a right one",
        "un motor roto del museo, como Overwrites; en una página, junto a uno correcto",
    ),
    "name": ("NAME", "NOMBRE"),
    "unknown": (
        "--engine {name}: there is no such engine; the museum has {known}",
        "--engine {name}: no hay tal motor; el museo tiene {known}",
    ),
    "expression": (
        "--engine is for an expression, not for {target}",
        "--engine es para una expresión, no para {target}",
    ),
    "not.with": (
        "{option} does not go with --engine",
        "{option} no se puede usar con --engine",
    ),
    "operation": (
        "the engines of the museum have no {name}; they have {known}",
        "los motores del museo no tienen {name}; tienen {known}",
    ),
    "fails": (
        "{engine} fails on this expression: {reason}",
        "{engine} falla con esta expresión: {reason}",
    ),
    "right": ("right", "correcto"),
}


def say(name: str, lang: str, /, **values: object) -> str:
    """A text of this option, with the values filled in.

    >>> say("right", "es")
    'correcto'
    """
    return WORDS[name][lang == "es"].format(**values)


def add_option(group: Any, lang: str) -> None:
    """Add `--engine` to the parser of `step`."""
    group.add_argument("--engine", metavar=say("name", lang), help=say("engine", lang))


def recorded(args: Any) -> tuple[Steps, Steps]:
    """The steps of the expression in the broken engine, and in the right one.

    In an engine whose mistake shows in training only, those of the second pass.
    """
    from autograd_mini import museum
    from autograd_mini.expressions import assignments, parse

    if args.engine not in museum.ENGINES:
        _refuse(args, "unknown", name=args.engine, known=", ".join(museum.ENGINES))
    if args.target is None or ":" in args.target:
        _refuse(args, "expression", target=args.target or "--train")
    for option in ("lr", "weights", "at"):
        if getattr(args, option) is not None:
            _refuse(args, "not.with", option=f"--{option}")
    expression = parse(args.target)
    numbers = assignments(args.values, expression.names)
    expression(**numbers)  # what it refuses, it refuses with the place marked
    wrong, right = (
        _steps(args, expression, numbers, engine)
        for engine in (museum.ENGINES[args.engine], museum.HEALTHY)
    )
    return wrong, right


def _steps(args: Any, expression: Expression, numbers: dict[str, float], engine: Any) -> Steps:
    from autograd_mini.stepping.record import steps

    inputs = [engine(number) for number in numbers.values()]
    for x, name in zip(inputs, numbers, strict=True):
        x.label = name
    compute = _function(args, expression, engine)
    root = next(name for name in ("y", "L", "out") if name not in numbers)

    def f(*inputs: Any) -> Any:
        if getattr(engine, "in_training", False):
            compute(*inputs).backward()
            for x in inputs:
                x.zero_grad()
        y = compute(*inputs)
        if isinstance(y, engine) and y not in inputs:
            y.label = root
        return y

    try:
        return steps(f, *inputs, value=engine)
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        _refuse(args, "fails", engine=engine.__name__, reason=error)


def _function(args: Any, expression: Expression, engine: Any) -> Callable[..., Any]:
    """The expression as Python runs it, with the operators and methods of the engine."""
    from autograd_mini import functions
    from autograd_mini.expressions import CONSTANTS

    known: dict[str, Any] = dict(CONSTANTS)
    methods = [name for name in engine.rules if hasattr(engine, name)]

    def method(name: str) -> Callable[..., Any]:
        def called(*operands: Any) -> Any:
            nodes = [x for x in operands if isinstance(x, engine)]
            others = [x for x in operands if x not in nodes]
            if not nodes:
                return getattr(functions, name)(*operands)
            return getattr(nodes[0], name)(*nodes[1:], *others)

        return called

    for node in ast.walk(expression.tree):
        if isinstance(node, ast.Compare):
            _refuse(args, "operation", name=ast.unparse(node), known=", ".join(methods))
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name not in methods and name != "abs":
                _refuse(args, "operation", name=name, known=", ".join(methods))
            known[name] = abs if name == "abs" else method(name)
    linecache.cache[FILE] = (len(expression.source), None, [f"{expression.source}\n"], FILE)
    code = compile(ast.Expression(expression.tree), FILE, "eval").replace(co_name="y")
    return lambda *values: eval(
        code, {**known, **dict(zip(expression.names, values, strict=True)), "__builtins__": {}}
    )


def _refuse(args: Any, name: str, /, **values: object) -> NoReturn:
    parser: argparse.ArgumentParser = args.parser
    parser.error(say(name, args.lang, **values))
