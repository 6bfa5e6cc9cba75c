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
def softmax(scores: Iterable[Any]) -> list[Any]: ...
def log_softmax(scores: Iterable[Any]) -> list[Any]: ...
def take(values: Iterable[Any], index: Any) -> Any: ...
def var(values: Iterable[Any], ddof: int = 0) -> Any: ...
'''
_TWO = "add radd sub rsub mul rmul truediv rtruediv pow rpow mod rmod floordiv rfloordiv"
_OPERATORS = (
    "".join(f"    def __{name}__(self, other: Any) -> Value: ...\n" for name in _TWO.split())
    + "".join(f"    def __{name}__(self) -> Value: ...\n" for name in ("neg", "abs"))
    + "    __array_ufunc__: Any\n\n"
)


def stub() -> str:
    """The text of functions.pyi."""
    functions = "".join(map(_function, SHEET.values()))
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
    if op.vectors:
        params = ", ".join(f"{p}: Iterable[Any]" for p in op.params)
        return f"\ndef {op.name}({params}) -> Any:\n{_doc(op, '    ')}"
    plain = _params(op, "float")
    lines = f"\n@overload\ndef {op.name}({plain}) -> float:\n{_doc(op, '    ')}"
    return lines + f"\n@overload\ndef {op.name}({_params(op, 'Any')}) -> Value: ...\n"


def _params(op: Op, kind: str, start: int = 0) -> str:
    return ", ".join(
        f"{p}: {kind} = {op.defaults[p]!r}" if p in op.defaults else f"{p}: {kind}"
        for p in op.params[start:]
    )


def _method(op: Op) -> str:
    rest = _params(op, "Any", 1)
    return (
        f"    def {op.name}(self{', ' + rest if rest else ''}) -> Value:\n{_doc(op, '        ')}\n"
    )


if __name__ == "__main__":
    temporary = STUB.with_suffix(".tmp")
    temporary.write_text(stub(), encoding="utf-8")
    temporary.replace(STUB)
