"""Numbers and names as the text of labels; what comes from outside goes through `escaped`."""

import html
import re
from contextlib import suppress
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from autograd_mini.language import shortened
from autograd_mini.numbers.numberlike import data_of

LONGEST_NAME = 28
_MANY = 100  # bits of a fraction with more than 28 digits, and perhaps more than `str` takes
_VISIBLE: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20)},
    **dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd"),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"),  # turn text round
    ord("\t"): " ",
    0x7F: "␡",
    **dict.fromkeys(map(ord, "\n\r\x85\u2028\u2029"), "↵"),
}
_SUPERSCRIPT = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")


def escaped(text: str) -> str:
    r"""Text as it stands in an HTML-like label: no markup, no \N, nothing that XML forbids.

    Control characters become their pictures (␀, ␛, ...), a new line ↵.
    """
    return html.escape(printable(text), quote=False).replace("\\", "\\\\").replace("  ", " \u00a0")


def printable(text: str) -> str:
    """The text, letters with their accents, with a visible sign for each control character."""
    return normalize("NFC", text).translate(_VISIBLE)  # TeX has no accents of their own


def number(x: Any, number_format: str = ".4g") -> str:
    """A number as a textbook prints it; −0 is 0, and a fraction too long is rounded."""
    x = data_of(x)
    if isinstance(x, float | complex):
        x += type(x)()
    exact = type(x).__name__ in ("Fraction", "int")
    short = exact and x.numerator.bit_length() + x.denominator.bit_length() <= _MANY
    if not short or len(text := str(x)) > LONGEST_NAME:
        x = _near(x) if exact else x
        try:
            text = format(x, number_format)
        except (TypeError, ValueError):  # a kind of number with a format language of its own
            text = shortened(str(x), LONGEST_NAME)
    text = re.sub(r"e\+?(-?)0*(\d+)", lambda e: f"·10{superscript(e[1] + e[2])}", text)
    text = re.sub(r"(?<![\d.])1·10", "10", text)  # 10⁻⁷, not 1·10⁻⁷
    return text.replace("inf", "∞").replace("-", "−")


def _near(x: Any) -> float | Decimal:
    """A float near a fraction; a decimal where no float is."""
    with suppress(OverflowError):
        if float(x):
            return float(x)
    return (Decimal(x.numerator) / Decimal(x.denominator)).normalize()


def factor(text: str, first: bool = False) -> str:
    """A number in a product: (−2), (1+2j); the first one may begin with its sign."""
    return f"({text})" if {"+", "−"} & {*text[first:]} else text


def name(label: str, longest: int = LONGEST_NAME) -> str:
    """A label as a name: visible, and not too long."""
    return shortened(printable(label[: 4 * longest]), longest)


def subscript(k: int | str) -> str:
    """A whole number as an index."""
    return str(k).translate(_SUBSCRIPT)


def superscript(text: str) -> str:
    """A number as an exponent, or as the mark that tells one use from another."""
    return text.translate(_SUPERSCRIPT)


def marked(name: str, use: int) -> str:
    """A name, and which of its uses is meant: x⁽¹⁾; 0 stands for all of them."""
    return name + superscript(f"({use})") if use else name
