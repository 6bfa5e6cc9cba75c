"""A formula of the sheet as LaTeX: one walk over its syntax tree."""

from __future__ import annotations

import ast

_LETTERS = {"out": "y", "alpha": r"\alpha", "pi": r"\pi"}  # y: the operation's own value
_RELATIONS = {
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
    ast.Eq: "=",
    ast.NotEq: r"\ne",
}
# {0}, {1}: the arguments in LaTeX. The primitives of the formulas that have a sign of their own.
_SIGNS = {
    "abs": r"\lvert {0} \rvert",
    "unsigned": r"\lvert {0} \rvert",
    "below": r"{0} < {1}",
    "cbrt": r"\sqrt[3]{{{0}}}",
    "count": r"\#\{{j : {0}_j = {1}\}}",
    "digamma": r"\psi({0})",
    "exp": r"e^{{{0}}}",
    "exp2": r"2^{{{0}}}",
    "expdiff": r"e^{{{0} - {1}}}",
    "floor": r"\lfloor {0} \rfloor",
    "gamma": r"\Gamma({0})",
    "gap": r"{0}_i - {1}",
    "gauss": r"e^{{-\left({0}\right)^2}}",
    "hypot": r"\sqrt{{{0}^2 + {1}^2}}",
    "lgamma": r"\ln \lvert \Gamma({0}) \rvert",
    "max": r"\max_j {0}_j",
    "min": r"\min_j {0}_j",
    "norm": r"\sqrt{{\textstyle\sum_j {0}_j^2}}",
    "normal_cdf": r"\Phi({0})",
    "others": r"\prod_{{j \ne i}} {0}_j",
    "polygamma": r"\psi^{{({0})}}({1})",
    "prod": r"\prod_j {0}_j",
    "sqrt": r"\sqrt{{{0}}}",
}
_NAMES = {
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "cos": "cos",
    "cosh": "cosh",
    "log": "ln",
    "sin": "sin",
    "sinh": "sinh",
    "tan": "tan",
    "tanh": "tanh",
}
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(1, 6)


def latex(formula: str) -> str:
    r"""Return the formula as LaTeX.

    >>> latex("1 / (2 * out)")
    '\\frac{1}{2 y}'
    >>> latex("where(a > 0, 1, slope)")
    '\\begin{cases} 1 & a > 0 \\\\ \\mathit{slope} & \\text{else} \\end{cases}'
    """
    return _walk(ast.parse(formula, mode="eval").body)[0]


def _walk(node: ast.expr) -> tuple[str, int]:
    match node:
        case ast.Name(id=name):
            return _letter(name), _ATOM
        case ast.Constant(value=value):
            return f"{value:g}" if isinstance(value, float) else str(value), _ATOM
        case ast.UnaryOp(operand=operand):
            return f"-{_within(operand, _SIGN)}", _SIGN
        case ast.Compare(left=left, ops=[relation], comparators=[right]):
            return f"{_walk(left)[0]} {_RELATIONS[type(relation)]} {_walk(right)[0]}", _SUM
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return f"{_within(left, _SUM)} + {_within(right, _SUM)}", _SUM
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return f"{_within(left, _SUM)} - {_within(right, _PRODUCT)}", _SUM
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            if isinstance(left, ast.UnaryOp):  # the sign before the fraction
                return rf"-\frac{{{_walk(left.operand)[0]}}}{{{_walk(right)[0]}}}", _SIGN
            return rf"\frac{{{_walk(left)[0]}}}{{{_walk(right)[0]}}}", _ATOM
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{_within(left, _ATOM)}^{{{_walk(right)[0]}}}", _POWER
        case ast.BinOp(left=left, right=right):
            if ast.dump(left) == ast.dump(right):
                return f"{_within(left, _ATOM)}^2", _POWER
            one, two = _within(left, _PRODUCT), _within(right, _PRODUCT)
            between = " " if isinstance(left, ast.Constant) and not two[0].isdigit() else r" \cdot "
            return one + between + two, _PRODUCT
        case ast.Call(func=ast.Name(id="where"), args=args):
            return _cases(args), _ATOM
        case ast.Call(func=ast.Name(id="sum"), args=[vector, *more]):
            rest = f" + {_walk(more[0])[0]}".replace("+ -", "- ") if more else ""
            return rf"\sum_j {_walk(vector)[0]}_j{rest}", _SUM
        case ast.Call(func=ast.Name(id="dot"), args=[left, right]):
            return rf"\sum_j {_walk(left)[0]}_j {_walk(right)[0]}_j", _SUM
        case ast.Call(func=ast.Name(id=name), args=args):
            texts = [_walk(arg)[0] for arg in args]
            if name in _SIGNS:
                return _SIGNS[name].format(*texts), _ATOM if "^" not in _SIGNS[name] else _POWER
            word = "\\" + _NAMES[name] if name in _NAMES else _operator(name)
            return f"{word}({', '.join(texts)})", _ATOM
    raise ValueError(f"no LaTeX for {ast.unparse(node)!r}")


def _within(node: ast.expr, level: int) -> str:
    """Return the operand, in parentheses if it binds less strongly than `level`."""
    text, own = _walk(node)
    return text if own >= level else rf"\left({text}\right)"


def _cases(args: list[ast.expr]) -> str:
    """Return nested `where`s as one list of cases."""
    rows = []
    while True:
        condition, yes, no = args
        rows.append(f"{_walk(yes)[0]} & {_walk(condition)[0]}")
        match no:
            case ast.Call(func=ast.Name(id="where"), args=args):
                continue
        rows.append(rf"{_walk(no)[0]} & \text{{else}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _letter(name: str) -> str:
    stem, _, index = name.partition("_")
    if index == "i":
        return f"{_letter(stem)}_i"
    return _LETTERS.get(name) or (name if len(name) == 1 else rf"\mathit{{{name}}}")


def _operator(name: str) -> str:
    return r"\operatorname{" + name.replace("_", r"\_") + "}"
