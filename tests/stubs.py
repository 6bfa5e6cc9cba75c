"""`python tests/stubs.py` writes functions.pyi from the sheet, for editors and mypy.

At run time the functions and methods are made from the sheet directly; a test holds that the file
is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from autograd_mini.functions import ALIASES, METHODS, docstring  # noqa: E402
from autograd_mini.ops import SHEET, Op  # noqa: E402

STUB = ROOT / "autograd_mini" / "functions.pyi"
_HEAD = '''"""Types of the functions and methods that functions.py makes from the sheet.

Written by `python tests/stubs.py`; change ops.py instead.
"""

from collections.abc import Callable, Iterable
from typing import Any, overload

from .ops import Op
from .value import Value

METHODS: list[str]
OPERATORS: dict[str, str]
ALIASES: dict[str, str]

def function(op: Op) -> Callable[..., Any]: ...
def docstring(op: Op) -> str: ...
def take(values: Iterable[Any], index: Any) -> Any: ...
'''
_LISTS = "".join(
    f"\n@overload\ndef {name.format(kind)}: ...\n"
    for name in (
        "softmax(scores: Iterable[{0}]) -> list[{0}]",
        "log_softmax(scores: Iterable[{0}]) -> list[{0}]",
        "var(values: Iterable[{0}], ddof: int = 0) -> {0}",
    )
    for kind in ("float", "Value", "Any")
)
_TWO = "add radd sub rsub mul rmul truediv rtruediv pow rpow mod rmod floordiv rfloordiv"
_OPERATORS = (
    "".join(f"    def __{name}__(self, other: Any) -> Value: ...\n" for name in _TWO.split())
    + "".join(f"    def __{name}__(self) -> Value: ...\n" for name in ("neg", "abs"))
    + "    __array_ufunc__: Any\n\n"
)


def stub() -> str:
    """The text of functions.pyi."""
    functions = _LISTS + "".join(map(_function, SHEET.values()))
    functions += "\n" + "".join(f"{alias} = {name}\n" for alias, name in ALIASES.items())
    methods = "".join(_method(SHEET[name]) for name in METHODS)
    methods += "".join(f"    {alias} = {name}\n" for alias, name in ALIASES.items())
    return f"{_HEAD}{functions}\nclass Methods:\n    __slots__ = ()\n{_OPERATORS}{methods}"


def _doc(op: Op, indent: str) -> str:
    lines = docstring(op).splitlines()
    if len(lines) == 1:
        return f'{indent}r"""{lines[0]}"""\n'
    body = "".join(f"{indent}{line}".rstrip() + "\n" for line in lines[1:])
    return f'{indent}r"""{lines[0]}\n{body}{indent}"""\n'


def _function(op: Op) -> str:
    """Floats give a float, a Value among others a Value, and Fractions, arrays, ... their own."""
    n = len(op.params)
    cases = [_overload(op, ["float"] * n, "float"), _overload(op, ["Any"] * n, "Any")]
    for k in range(n):
        cases.insert(-1, _overload(op, ["Any"] * k + ["Value"] + ["Any"] * (n - k - 1), "Value"))
    return cases[0] + _doc(op, "    ") + "".join(case[:-1] + " ...\n" for case in cases[1:])


def _overload(op: Op, kinds: list[str], result: str) -> str:
    if op.vectors:
        kinds = [f"Iterable[{kind}]" for kind in kinds]
    return f"\n@overload\ndef {op.name}({_params(op, kinds)}) -> {result}:\n"


def _params(op: Op, kinds: list[str], start: int = 0) -> str:
    """From parameter `start` on; one that is a Value has no default, nor have those before it."""
    given = kinds.index("Value") if "Value" in kinds else -1
    return ", ".join(
        f"{p}: {kinds[k]} = {op.defaults[p]!r}"
        if p in op.defaults and k > given
        else f"{p}: {kinds[k]}"
        for k, p in enumerate(op.params)
        if k >= start
    )


def _method(op: Op) -> str:
    rest = _params(op, ["Any"] * len(op.params), 1)
    return (
        f"    def {op.name}(self{', ' + rest if rest else ''}) -> Value:\n{_doc(op, '        ')}\n"
    )


if __name__ == "__main__":
    temporary = STUB.with_suffix(".tmp")
    temporary.write_text(stub(), encoding="utf-8")
    temporary.replace(STUB)
