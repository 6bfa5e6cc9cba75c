"""Numbers, names and operations as the text of labels, in mathematical notation.

An operation's notation comes from its LaTeX template in the formula sheet, so that an operation
added there is drawn like the others. What is made here is HTML-like label text of Graphviz:
everything that comes from outside goes through `escaped`.
"""

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from autograd_mini.language import shortened
from autograd_mini.value import Value

from .reading import GROWING, LETTERS, SIGNS, Argument, Command, Item, Items, read

NameOf = Callable[[Value], str]
LONGEST_NAME = 28
LONGEST_VECTOR = 4  # elements; of a longer one the first, and the last are shown
_VISIBLE: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20)},
    **dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd"),
    ord("\t"): " ",
    0x7F: "␡",
    **dict.fromkeys(map(ord, "\n\r\x85\u2028\u2029"), "↵"),
}
_SUPERSCRIPT = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_SPACES = {r"\,": " ", r"\;": " ", r"\:": " ", r"\ ": " "} | dict.fromkeys(GROWING, "")
_WORD = re.compile(r"[\w.\[\]'′]+")


# --- text ----------------------------------------------------------------------------------------
def escaped(text: str) -> str:
    r"""Text as it stands in an HTML-like label: no markup, no \N, nothing that XML forbids.

    Control characters become their pictures (␀, ␛, ...), a new line ↵.
    """
    return html.escape(printable(text), quote=False).replace("\\", "\\\\").replace("  ", " \u00a0")


def printable(text: str) -> str:
    """The text with a visible sign in place of each control character."""
    return text.translate(_VISIBLE)


def number(x: Any, number_format: str = ".4g") -> str:
    """A number as a textbook prints it."""
    x = getattr(x, "data", x)
    if type(x).__name__ in ("Fraction", "int"):
        text = shortened(str(x), LONGEST_NAME)
    else:
        try:
            text = format(x, number_format)
        except (TypeError, ValueError):  # a kind of number with a format language of its own
            text = shortened(str(x), LONGEST_NAME)
    text = re.sub(r"e([+-]?)0*(\d+)", _power_of_ten, text)
    text = re.sub(r"(?<![\d.])1·10", "10", text)  # 10⁻⁷, not 1·10⁻⁷
    return text.replace("inf", "∞").replace("-", "−")


def _power_of_ten(match: re.Match[str]) -> str:
    return "·10" + superscript(f"{match[1]}{match[2]}".replace("+", ""))


def name(label: str, longest: int = LONGEST_NAME) -> str:
    """A label as a name: visible, and not too long."""
    return shortened(printable(label[: 4 * longest]), longest)


def subscript(k: int) -> str:
    """A whole number as an index."""
    return str(k).translate(_SUBSCRIPT)


def superscript(text: object) -> str:
    """A number as an exponent, or as the mark that tells one use from another."""
    return str(text).translate(_SUPERSCRIPT)


def root_sign(degree: str) -> str:
    """The sign of a root; that of a square root for an empty degree."""
    return {"3": "∛", "4": "∜"}.get(degree, f"{degree}√")


# --- operations ----------------------------------------------------------------------------------
def formula(node: Value, name_of: NameOf, number_format: str = ".4g") -> str:
    """What a node computes, as label text: `w · x`, `tanh(h)`; empty for a leaf."""
    if not node.parents:
        return ""
    if node.op is None:  # a node made by hand
        return escaped(f"{node._op or 'f'}({', '.join(map(name_of, node.parents))})")
    args = zip(node.op.params, node.args, strict=True)
    texts = {param: _operand(arg, name_of, number_format) for param, arg in args}
    text = _text(read(node.op.latex, node.op.params), texts)
    return re.sub(r"(?<=[⌊⌈]) | +(?=[ ⌋⌉])", "", text).strip()


def plain_formula(node: Value, name_of: NameOf, number_format: str = ".4g") -> str:
    """As `formula`, but as plain text for a terminal."""
    return plain(formula(node, name_of, number_format))


def plain(text: str) -> str:
    """The text of a label as plain text."""
    text = re.sub(r"<sup>(\w+)</sup>", r"^\1", text)
    text = re.sub(r"<sup>(.*?)</sup>", r"^(\1)", text)
    text = re.sub(r"<sub>(.*?)</sub>", r"_\1", text)
    text = re.sub(r"<o>\(?(.*?)\)?</o>", r"mean(\1)", text)
    return html.unescape(text).replace("\\\\", "\\")


def _operand(x: Any, name_of: NameOf, number_format: str) -> str:
    if x.__class__ is tuple:
        shown = elements_shown(len(x))
        texts = ("…" if k is None else _operand(x[k], name_of, number_format) for k in shown)
        return f"({', '.join(texts)})"
    return name_of(x) if isinstance(x, Value) else number(x, number_format)


def elements_shown(length: int) -> list[int | None]:
    """Which elements of a vector are written; None stands for the dots."""
    if length <= LONGEST_VECTOR:
        return [*range(length)]
    return [*range(LONGEST_VECTOR - 2), None, length - 1]


def _text(items: Items, arguments: Mapping[str, str]) -> str:
    """The items of a template with the texts of its arguments."""
    out = ""
    before: Item = ""
    for item in items:
        match item:
            case Argument(name):
                text = _argument(arguments[name], item, out)
                if text[:1] == "(" and re.search(r"\w $", out):
                    out = out[:-1]  # max(a, b), not max (a, b)
            case Command("^", (power,)) if before == "e":
                out = out[:-1]
                text = _exponential(_text(power, arguments))
            case Command("^", (group,)):
                text = _raised(_text(group, arguments), _SUPERSCRIPT, "sup")
            case Command("_", (group,)):
                text = _raised(_text(group, arguments), _SUBSCRIPT, "sub")
            case Command(r"\frac", (above, below)):
                over = _grouped(_text(above, arguments), "−")
                text = f"{over} / {_grouped(_text(below, arguments))}"
            case Command(r"\sqrt", (group,), degree):
                text = root_sign(_text(degree, arguments)) + _grouped(_text(group, arguments))
            case Command(r"\overline", (group,)):
                text = f"<o>{_text(group, arguments)}</o>"
            case Command(groups=(group,)):
                text = _text(group, arguments)
            case _:
                text = _sign(item)
        out += text
        before = item
    return out


@lru_cache(maxsize=1024)
def _sign(token: str) -> str:
    if token in _SPACES:
        return _SPACES[token]
    return SIGNS.get(token) or LETTERS.get(token) or escaped(token.removeprefix("\\"))


def _argument(text: str, place: Argument, before: str) -> str:
    """The argument, in parentheses where it would be misread: x · (−1), (a b)²."""
    first = before == "" or before.endswith(("(", ", "))
    last = place.ahead in ("", "}", ")", ",")
    fenced = text[:1] == "(" and text[-1:] == ")"
    signed = first and place.ahead not in ("^", "_") and text[:1] == "−"
    if (first and last) or fenced or signed or _WORD.fullmatch(text):
        return escaped(text)
    return f"({escaped(text)})"


def _exponential(power: str) -> str:
    return f"e<sup>{power}</sup>" if len(html.unescape(power)) < 5 else f"exp{_fenced(power)}"


def _raised(text: str, table: dict[int, int], tag: str) -> str:
    """A superscript or subscript, in characters of its own where they exist."""
    plain = text.strip()
    if all(ord(c) in table for c in plain):
        return plain.translate(table)
    return f"<{tag}>{plain}</{tag}>"


def _fenced(text: str) -> str:
    return text if text[:1] == "(" and text[-1:] == ")" else f"({text})"


def _grouped(text: str, sign: str = "") -> str:
    """The text, in parentheses if it is more than a word (after a sign), a root or a call."""
    plain = html.unescape(re.sub(r"</?su[bp]>", "", text)).lstrip(sign + "√∛")
    return text if _WORD.fullmatch(plain) or re.fullmatch(r"\w*\([^()]*\)", plain) else f"({text})"
