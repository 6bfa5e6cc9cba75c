"""A formula of the sheet as LaTeX: one more printer of the walk over formulas."""

from __future__ import annotations

import ast
from typing import NamedTuple

from autograd_mini.formulas.printer import Printer

_LETTERS = {"out": "y", "alpha": r"\alpha", "pi": r"\pi"}  # y: the operation's own value
# {0}, {1}: the arguments in LaTeX. What has a sign of its own.
_SIGNS = {
    "<": "{0} < {1}",
    "<=": r"{0} \le {1}",
    ">": "{0} > {1}",
    ">=": r"{0} \ge {1}",
    "==": "{0} = {1}",
    "!=": r"{0} \ne {1}",
    "truth": "{0}",
    "abs": r"\lvert {0} \rvert",
    "unsigned": r"\lvert {0} \rvert",
    "below": r"{0} < {1}",
    "cbrt": r"\sqrt[3]{{{0}}}",
    "count": r"\#\{{j : {0}_j = {1}\}}",
    "digamma": r"\psi({0})",
    "exp": r"e^{{{0}}}",
    "exp2": r"2^{{{0}}}",
    "%": r"\operatorname{{mod}}({0}, {1})",
    "//": r"\lfloor {0} / {1} \rfloor",
    "dsinc": r"\operatorname{{sinc}}'({0})",
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
_CASES, _END, _ELSE = r"\begin{cases} ", r" \end{cases}", r" & \text{else}"


def latex(formula: str) -> str:
    r"""Return the formula as LaTeX.

    >>> latex("1 / (2 * out)")
    '\\frac{1}{2 y}'
    >>> latex("where(a > 0, 1, slope)")
    '\\begin{cases} 1 & a > 0 \\\\ \\mathit{slope} & \\text{else} \\end{cases}'
    """
    return _Latex()(ast.parse(formula, mode="eval").body).text


class _Piece(NamedTuple):
    """LaTeX, and how strongly it binds."""

    text: str
    level: int

    def within(self, level: int) -> str:
        """Return the text, in parentheses if it binds less strongly than `level`."""
        return self.text if self.level >= level else rf"\left({self.text}\right)"


class _Latex(Printer[_Piece]):
    def number(self, value: float) -> _Piece:
        return _Piece(f"{value:g}" if isinstance(value, float) else str(value), _ATOM)

    def name(self, name: str) -> _Piece:
        return _Piece(_letter(name), _ATOM)

    def apply(self, what: str, *parts: _Piece) -> _Piece:
        one, two = parts[0], parts[-1]
        match what:
            case "neg":
                return _Piece(f"-{one.within(_SIGN)}", _SIGN)
            case "+":
                return _Piece(f"{one.within(_SUM)} + {two.within(_SUM)}", _SUM)
            case "-":
                return _Piece(f"{one.within(_SUM)} - {two.within(_PRODUCT)}", _SUM)
            case "/":
                sign = "-" if one.level == _SIGN and one.text[0] == "-" else ""  # before the bar
                text = rf"{sign}\frac{{{one.text.removeprefix(sign)}}}{{{two.text}}}"
                return _Piece(text, _SIGN if sign else _ATOM)
            case "**":
                return _Piece(f"{one.within(_ATOM)}^{{{two.text}}}", _POWER)
            case "*" if one == two:
                return _Piece(f"{one.within(_ATOM)}^2", _POWER)
            case "*":
                left, right = one.within(_PRODUCT), two.within(_PRODUCT)
                digits = left[-1].isdigit() and one.level == _ATOM and not right[0].isdigit()
                return _Piece(left + (" " if digits else r" \cdot ") + right, _PRODUCT)
            case "where":
                condition, yes, no = (part.text for part in parts)
                rest = no.removeprefix(_CASES).removesuffix(_END) if _CASES in no else no + _ELSE
                text = rf"{_CASES}{yes} & {condition} \\ {rest}{_END}"
                return _Piece(text, _ATOM)
            case "sum":
                rest = f" + {two.text}".replace("+ -", "- ") if len(parts) > 1 else ""
                return _Piece(rf"\sum_j {one.text}_j{rest}", _SUM)
            case "dot":
                return _Piece(rf"\sum_j {one.text}_j {two.text}_j", _SUM)
        texts = [part.text for part in parts]
        if what in _SIGNS:
            template = _SIGNS[what]
            return _Piece(template.format(*texts), _ATOM if "^" not in template else _POWER)
        word = "\\" + _NAMES[what] if what in _NAMES else _operator(what)
        return _Piece(f"{word}({', '.join(texts)})", _ATOM)


def _letter(name: str) -> str:
    stem, _, index = name.partition("_")
    if index == "i":
        return f"{_letter(stem)}_i"
    return _LETTERS.get(name) or (name if len(name) == 1 else rf"\mathit{{{name}}}")


def _operator(name: str) -> str:
    return r"\operatorname{" + name.replace("_", r"\_") + "}"
