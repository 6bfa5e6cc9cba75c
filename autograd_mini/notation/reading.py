r"""Reads the LaTeX template of an operation, `{a} \cdot {b}`; every way to write it starts here.

The tree that `read` gives is printed by `labels` as the text of a label and by `typesetting` as a
piece of mathematics. A template that is not well formed is read as far as it goes: labels show
what there is, and what stands in the place of a missing group or bracket is `MISSING`.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from typing import NamedTuple, TypeAlias


def _table(pairs: str) -> dict[str, str]:
    return {rf"\{name}": sign for name, _, sign in (pair.partition(":") for pair in pairs.split())}


SIGNS = {"-": "−"} | _table(
    r"cdot:· times:× circ:∘ pm:± le:≤ ge:≥ ne:≠ infty:∞ ldots:… sum:Σ prod:Π lvert:| rvert:|"
    r" lVert:‖ rVert:‖ |:‖ {:{ }:} lfloor:⌊ rfloor:⌋ lceil:⌈ rceil:⌉"
)
LETTERS = _table(
    "alpha:α beta:β gamma:γ delta:δ epsilon:ε zeta:ζ eta:η theta:θ kappa:κ lambda:λ mu:μ nu:ν xi:ξ"
    " pi:π rho:ρ sigma:σ tau:τ phi:φ chi:χ psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ"
    " Pi:Π Sigma:Σ Phi:Φ Psi:Ψ Omega:Ω"
)
_COMMANDS = {sign: name for name, sign in (SIGNS | LETTERS).items() if not sign.isascii()}
WORDS = frozenset(rf"\{name}" for name in "operatorname mathrm mathit mathbf text".split())
GROWING = (r"\left", r"\right")  # before a bracket: it is as high as what it holds
MISSING = ""

_GROUPS = dict.fromkeys(("^", "_", r"\sqrt", r"\overline", r"\mathbin", r"\mathrel", *WORDS), 1)
_GROUPS[r"\frac"] = 2


class Argument(NamedTuple):
    """The place of an argument, with what decides whether it needs parentheses there."""

    name: str
    ahead: str  # the token after it; empty at the end
    following: str  # the first one after it that is no space, \left or \right; empty at the end


class Command(NamedTuple):
    r"""A command with its groups: "^", r"\frac", ...; "{" is a group by itself."""

    name: str
    groups: tuple[Items, ...]
    degree: Items = ()  # the 3 of \sqrt[3]{a}


Item: TypeAlias = "str | Argument | Command"
Items: TypeAlias = "tuple[Item, ...]"


@lru_cache(maxsize=1024)
def read(latex: str, params: tuple[str, ...]) -> Items:
    """The items of a template with these arguments: tokens, arguments and commands."""
    # Each argument is one character of the private use area while LaTeX is read.
    marks = {param: chr(0xE000 + k) for k, param in enumerate(params)}
    tokens = re.findall(r"\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|.", latex.format_map(marks))
    tokens = [_COMMANDS.get(token, token) for token in tokens]  # "≤" as if it were \le
    return _Reader(tokens, {mark: param for param, mark in marks.items()}).items()


class _Reader:
    """Reads tokens one after another."""

    def __init__(self, tokens: list[str], names: dict[str, str]) -> None:
        self.tokens = deque(tokens)
        self.names = names

    def items(self, closing: str = MISSING) -> Items:
        """Everything up to the closing token."""
        found: list[Item] = []
        while self.tokens:
            token = self.tokens.popleft()
            if token == closing:
                return tuple(found)
            found.append(self.item(token))
        return (*found, MISSING) if closing else tuple(found)

    def item(self, token: str) -> Item:
        """The item that begins with a token."""
        if token in self.names:
            rest = (t for t in self.tokens if not (t.isspace() or t in GROWING))
            ahead = self.tokens[0] if self.tokens else MISSING
            return Argument(self.names[token], ahead, next(rest, MISSING))
        if token == "{":
            return Command(token, (self.items("}"),))
        if token not in _GROUPS:
            return token
        degree: Items = ()
        if token == r"\sqrt" and self.ahead() == "[":
            self.tokens.popleft()
            degree = self.items("]")
        groups = tuple(self.group() for _ in range(_GROUPS[token]))
        sign = groups[0][0] if token == r"\mathbin" and len(groups[0]) == 1 else MISSING
        return sign or Command(token, groups, degree)

    def ahead(self) -> str:
        """The next token that is no space."""
        while self.tokens and self.tokens[0].isspace():
            self.tokens.popleft()
        return self.tokens[0] if self.tokens else MISSING

    def group(self) -> Items:
        """The next group, or the next single token; of a number that is its first digit."""
        if not (token := self.ahead()):
            return (MISSING,)
        self.tokens.popleft()
        if token[0].isdigit() and token[1:]:
            self.tokens.appendleft(token[1:])
            token = token[0]
        return self.items("}") if token == "{" else (self.item(token),)
