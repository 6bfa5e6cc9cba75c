"""`autograd-mini step --engine`: an expression in a broken engine, and in a right one."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from autograd_mini import functions, museum
from autograd_mini.expressions import CONSTANTS, FILE, Expression, function_of
from autograd_mini.stepping.record import steps
from autograd_mini.stepping.sequence import Steps

from .options import Arguments, read


def recorded(args: Arguments) -> tuple[Steps, Steps]:
    """The steps of the expression in the broken engine, and in the right one.

    In an engine whose mistake shows in training only, those of the second pass.
    """
    if args.engine not in museum.ENGINES:
        args.refuse("engine.unknown", name=args.engine, known=", ".join(museum.ENGINES))
    if args.target is None or ":" in args.target:
        args.refuse("engine.expression", target=args.target or "--train")
    for option in ("lr", "weights", "at"):
        if getattr(args, option) is not None:
            args.refuse("engine.not.with", option=f"--{option}")
    expression, numbers = read(args.target, args.values, tried=True)
    wrong, right = (
        _steps(args, expression, numbers, engine)
        for engine in (museum.ENGINES[args.engine], museum.HEALTHY)
    )
    return wrong, right


def _steps(
    args: Arguments, expression: Expression, numbers: dict[str, float], engine: Any
) -> Steps:
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
        args.refuse("engine.fails", engine=engine.__name__, reason=error)


def _function(args: Arguments, expression: Expression, engine: Any) -> Callable[..., Any]:
    """The expression as Python runs it, with the operators and methods of the engine."""
    known: dict[str, Any] = {"__builtins__": {}, **CONSTANTS}
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
            args.refuse("engine.operation", name=ast.unparse(node), known=", ".join(methods))
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name not in methods and name != "abs":
                args.refuse("engine.operation", name=name, known=", ".join(methods))
            known[name] = abs if name == "abs" else method(name)
    code = compile(ast.Expression(expression.tree), FILE, "eval")
    return function_of(expression, code, known, "y")
