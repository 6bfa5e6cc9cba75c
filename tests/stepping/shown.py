"""Reads formulas as they are shown, in each of the three forms, and says what they are worth.

MathML and LaTeX are first written on a line, as the plain text is. Such a line is then written as
Python has it, whose conventions are those of printed mathematics (−x² is −(x²), a / b · c is
(a / b) · c), and computed with mpmath. Nothing here knows how the formulas were made.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import mpmath as mp

from tests.reference import MEANING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾", "0123456789-()")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
WORDS = "sin cos tan sinh cosh tanh erf erfc softsign round mod detach sinc"
_FUNCTIONS: dict[str, Any] = {
    "ln": mp.log, "log₂": MEANING["log2"], "log₁₀": MEANING["log10"], "arcsin": mp.asin,
    "arccos": mp.acos, "arctan": mp.atan, "atan2": mp.atan2, "arsinh": mp.asinh,
    "arcosh": mp.acosh, "artanh": mp.atanh, "σ": MEANING["sigmoid"], "sgn": mp.sign,
    "Φ": mp.ncdf, "Γ": mp.gamma, "max": lambda *x: max(x), "min": lambda *x: min(x),
    "clamp": MEANING["clamp"],
    "ReLU": MEANING["relu"], "SELU": MEANING["selu"], "SiLU": MEANING["silu"],
    "GELU": MEANING["gelu"], "Mish": MEANING["mish"], "ψ": MEANING["digamma"],
    **{name: MEANING[name] for name in WORDS.split()},
    "polygamma": MEANING["polygamma"], "pick": lambda holds, x, y: x() if holds else y(),
    "abs": abs, "floor": mp.floor, "ceil": mp.ceil, "sqrt": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)), "lnabs": lambda x: mp.log(abs(x)),
    "lnsigmoid": lambda x: mp.log(MEANING["sigmoid"](x)), "e": mp.e, "π": mp.pi, "∞": mp.inf,
}  # fmt: skip
_NAME = "[A-Za-zΑ-ω][A-Za-z0-9₀₁₂₃₄₅₆₇₈₉]*"
_PYTHON = {  # as Python writes it, in this order
    "\u00a0": " ", "−": "-", "·": "*", "≤": "<=", "≥": ">=", "≠": "!=",
    r"(?:\(\(ψ\)\^|ψ\^|ψ(?=⁽))(?:\(+([^()]*)\)+|⁽¹⁾)\s*\(": lambda m: f"polygamma({m[1] or 1}, ",
    "[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾]+": lambda m: f"**({m[0].translate(_SUPERSCRIPTS)})",
    r"\^": "**", r"\|([^|]*)\|": r"abs(\1)", "⌊": "floor(", "⌈": "ceil(", "[⌋⌉]": ")",
    rf"([√∛])({_NAME}|[0-9.]+)": r"\1(\2)", "√": "sqrt", "∛": "cbrt",
    r"\bln\s*σ\s*\(": "lnsigmoid(", r"\bln\s*abs\s*\(": "lnabs(",
}  # fmt: skip


def worth(text: str, names: Mapping[str, Any]) -> Any:
    """The value of a formula on a line; names gives that of each name in it."""
    known = _FUNCTIONS | {name: mp.mpmathify(x) for name, x in names.items()}
    for pattern, python in _PYTHON.items():
        text = re.sub(pattern, python, text)
    while "{" in text:
        text, found = re.subn(r"\{([^{}]*)\}", _cases, text)
        assert found, text

    def one(match: re.Match[str]) -> str:
        token = match[0]
        if token not in (*known, "lambda"):
            raise ValueError(f"{text!r}: unknown {token!r}")
        return f"known[{token!r}]" if token in known else token

    text = re.sub(rf"{_NAME}|[πe∞]", one, text)
    text = re.sub(r"(?<![\w'.₀-₉])\d+(?:\.\d+)?(?![\w'])", lambda m: f"mpf('{m[0]}')", text)
    return eval(text.strip(), {"known": known, "mpf": mp.mpf})


def _cases(found: re.Match[str]) -> str:
    *some, text = found[1].split(";")
    text = text.replace("otherwise", "")
    for case in reversed(some):
        value, condition = re.split(r"\bif\b", case)
        condition = re.sub("(?<![<>!=])=", "==", condition)
        text = f"pick({condition}, lambda: {value}, lambda: {text})"
    return text


# --- MathML --------------------------------------------------------------------------------------
def from_mathml(markup: str) -> str:
    """MathML on a line."""
    return _line(ET.fromstring(markup))


def _line(element: ET.Element) -> str:
    tag = element.tag.rpartition("}")[2]
    inner = [_line(child) for child in element]
    text = element.text or ""
    match tag:
        case "math" | "mrow" | "mtd":
            return "".join(inner) + "}" * (len(element) == 2 and inner[0] == "{")
        case "mi" | "mn":
            return text
        case "mo":
            return "" if text == "\u2061" else text
        case "mtext":
            return f" {text} " if text.strip() else " "
        case "mfrac":
            return f"(({inner[0]})/({inner[1]}))"
        case "msup":
            base = inner[0] if inner[0] == "ψ" else f"({inner[0]})"
            return f"{base}^({inner[1]})" if base == "ψ" else f"({base}^({inner[1]}))"
        case "msub":
            return inner[0] + inner[1].translate(_SUBSCRIPTS)
        case "msqrt":
            return f"√({''.join(inner)})"
        case "mroot":
            assert inner[1] == "3"
            return f"∛({inner[0]})"
        case "mtable":
            return ";".join(inner)
        case "mtr":
            return f"{inner[0]} {inner[1]}"
    raise ValueError(f"<{tag}> is not known here")


# --- LaTeX ---------------------------------------------------------------------------------------
_COMMANDS = {
    "cdot": "·", "le": "≤", "ge": "≥", "ne": "≠", "pi": "π", "sigma": "σ", "Gamma": "Γ",
    "Phi": "Φ", "psi": "ψ", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "infty": "∞", "left": "", "right": "", "partial": "∂", "\\": ";", "{": "⟦", "}": "⟧",
    **{name: f"@{name}" for name in ("frac", "sqrt", "operatorname", "mathrm", "text")},
}  # fmt: skip
_GROUP = r"\{([^{}]*)\}"
_GROUPS = {
    rf"@frac{_GROUP}{_GROUP}": r"((\1)/(\2))",
    rf"@sqrt\[3\]{_GROUP}": r"∛(\1)",
    rf"@sqrt{_GROUP}": r"√(\1)",
    rf"@(?:operatorname|mathrm|text){_GROUP}": r"\1",
    rf"{_GROUP}\^{_GROUP}": r"((\1)^(\2))",
    rf"(?<!\}})\^{_GROUP}": r"^(\1)",
    rf"_{_GROUP}": lambda m: m[1].translate(_SUBSCRIPTS),
    rf"(?<![a-z^_}}\]]){_GROUP}(?!\^)": r"(\1)",  # of no command
}


def from_latex(latex: str) -> str:
    """LaTeX on a line."""
    latex = latex.replace(r"\begin{cases}", r"\{").replace(r"\end{cases}", r"\}")
    line = re.sub(r"\\([A-Za-z]+|.)", lambda m: _COMMANDS.get(m[1], f" {m[1]}"), latex)
    line = re.sub(r" +(?=[{^])", "", line.replace("-", "−").replace("&", " ").replace("~", " "))
    while "{" in line:
        before = line
        for pattern, plain in _GROUPS.items():
            line = re.sub(pattern, plain, line)
        assert line != before, line
    return line.replace("⟦", "{").replace("⟧", "}")
