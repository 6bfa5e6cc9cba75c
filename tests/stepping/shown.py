"""Reads formulas as they are shown, in each of the three forms, and says what they are worth.

MathML and LaTeX are first written on a line, as the plain text is. The reader follows the
conventions of printed mathematics (−x² is −(x²), a / b · c is (a / b) · c) and computes with
mpmath; it knows nothing of how the formulas were made.
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
}  # fmt: skip
_BRACKETS = {"(": ")", "|": "|", "⌊": "⌋", "⌈": "⌉"}
_TOKEN = re.compile(
    r"\s*(\d+(?:\.\d+)?|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾]+|if\b|otherwise\b"
    r"|[A-Za-zΑ-ω][A-Za-z0-9₀₁₂₃₄₅₆₇₈₉]*|.)",
    re.DOTALL,
)


def worth(text: str, names: Mapping[str, Any]) -> Any:
    """The value of a formula on a line; names gives that of each name in it."""
    reader = _Reader(_TOKEN.findall(text.strip().replace("\u00a0", " ")), names)
    value = reader.sum()
    if reader.at != len(reader.tokens):
        raise ValueError(f"{text!r}: what is {reader.tokens[reader.at :]}?")
    return value


class _Reader:
    def __init__(self, tokens: list[str], names: Mapping[str, Any]) -> None:
        self.tokens, self.names, self.at = tokens, names, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if wanted and token not in wanted:
            raise ValueError(f"{self.tokens}: {token!r} at {self.at}, not {wanted}")
        self.at += 1
        return token

    def sum(self) -> Any:
        value = self.signed()
        while self.peek() in ("+", "−"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def signed(self) -> Any:
        if self.peek() == "−":
            self.take()
            return -self.product()
        return self.product()

    def product(self) -> Any:
        value = self.power()
        while self.peek() in ("·", "/"):
            value = value * self.power() if self.take() == "·" else value / self.power()
        return value

    def power(self) -> Any:
        base = self.atom()
        while True:
            if re.fullmatch("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾]+", self.peek()):
                base = mp.mpf(base) ** int(self.take().translate(_SUPERSCRIPTS))
            elif self.peek() == "^":
                self.take()
                base = mp.power(base, self.signed_atom())
            else:
                return base

    def signed_atom(self) -> Any:
        if self.peek() == "−":
            self.take()
            return -self.atom()
        return self.atom()

    def atom(self) -> Any:
        token = self.take()
        if token in _BRACKETS:
            value = self.sum()
            self.take(_BRACKETS[token])
            around = {"|": abs, "⌊": mp.floor, "⌈": mp.ceil}
            return around.get(token, lambda x: x)(value)
        if token == "{":
            return self.cases()
        if token in "√∛" and token:
            root = self.atom()
            return mp.sqrt(root) if token == "√" else mp.sign(root) * mp.cbrt(abs(root))
        if token[:1].isdigit():
            return mp.mpf(token)
        if token == "ψ" and self.peek() in ("^", "⁽¹⁾"):
            self.take("^")
            order = self.atom()
            return MEANING["polygamma"](order, self.atom())
        if token in self.names:
            return self.names[token]
        if token == "∞":
            return mp.inf
        if token in ("e", "π"):
            return mp.e if token == "e" else +mp.pi
        if token in _FUNCTIONS:
            if self.peek() != "(":  # ln σ(x)
                return _FUNCTIONS[token](self.atom())
            self.take()
            args = [self.sum()]
            while self.peek() == ",":
                self.take()
                args.append(self.sum())
            self.take(")")
            return _FUNCTIONS[token](*args)
        raise ValueError(f"{self.tokens}: unknown {token!r}")

    def cases(self) -> Any:
        found = None
        while True:
            value = self.sum()
            if self.take("if", "otherwise") == "otherwise":
                self.take("}")
                return value if found is None else found
            left, relation, right = self.sum(), self.take(*"<≤>≥=≠"), self.sum()
            holds = {
                "<": left < right, "≤": left <= right, ">": left > right, "≥": left >= right,
                "=": left == right, "≠": left != right,
            }[relation]  # fmt: skip
            if holds and found is None:
                found = value
            self.take(";")


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
    r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"\ne": "≠", r"\pi": "π", r"\sigma": "σ",
    r"\Gamma": "Γ", r"\Phi": "Φ", r"\psi": "ψ", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\lceil": "⌈", r"\rceil": "⌉", r"\infty": "∞", r"\left": "", r"\right": "", r"\partial": "∂",
    "-": "−", "&": " ", r"\\": ";", "~": " ",
}  # fmt: skip


def from_latex(latex: str) -> str:
    """LaTeX on a line."""
    latex = latex.replace(r"\begin{cases}", r"\{").replace(r"\end{cases}", r"\}")
    return _Latex(re.findall(r"\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|\s+|.", latex)).until("")


class _Latex:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def until(self, end: str) -> str:
        out: list[str] = []
        while self.tokens:
            token = self.tokens.pop()
            if token == end:
                return "".join(out)
            if token in ("^", "_"):
                group = self.group()
                before = out.pop()
                if token == "_":
                    out.append(before + group.translate(_SUBSCRIPTS))
                else:
                    out.append(f"ψ^({group})" if before == "ψ" else f"({before})^({group})")
            else:
                out.append(self.piece(token))
        assert not end
        return "".join(out)

    def group(self) -> str:
        while self.tokens[-1].isspace():
            self.tokens.pop()
        token = self.tokens.pop()
        return self.until("}") if token == "{" else self.piece(token)

    def piece(self, token: str) -> str:
        match token:
            case "{":
                return self.until("}")
            case r"\frac":
                return f"(({self.group()})/({self.group()}))"
            case r"\sqrt":
                if self.tokens[-1] == "[":
                    assert [self.tokens.pop() for _ in "[3]"] == ["[", "3", "]"]
                    return f"∛({self.group()})"
                return f"√({self.group()})"
            case r"\operatorname" | r"\mathrm" | r"\text":
                return self.group()
            case r"\{" | r"\}":
                return token[1]
            case r"\left" | r"\right":
                return ""
        if token in _COMMANDS:
            return _COMMANDS[token]
        if re.fullmatch(r"\\[A-Za-z]+", token):
            return f" {token[1:]}"
        return " " if token.isspace() else token
