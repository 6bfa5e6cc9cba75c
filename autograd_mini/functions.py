"""exp, log, tanh, relu, dot, ...: every operation of the sheet as a function of Values and numbers.

The functions and the methods of Value are made from the sheet; functions.pyi, generated from the
sheet too (`python -m autograd_mini.stubs`), tells type checkers and editors about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import DomainError, NumberTypeError
from .ops import SHEET, Op
from .rules import fast
from .value import Value, apply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .numbers.kinds import Kind

_OPERATORS = {
    **{name: name for name in ("add", "sub", "mul", "pow", "neg", "abs")},
    "div": "truediv",
}


def function(op: Op) -> Callable[..., Any]:
    """The function of an operation: a Value for Values, a plain number for plain numbers."""
    made = op.rules.get("function")
    if made is None:
        made = op.rules["function"] = fast.function(op, apply, Value)
        made.__doc__ = docstring(op)
        made.__module__ = __name__
    return made  # type: ignore[return-value]


def docstring(op: Op) -> str:
    """The formula, the partials and the domain, from the sheet."""
    lines = [f"{op.signature} = {op.value}", ""]
    lines += [f"    {name} = {text}" for name, text in op.given.items()]
    lines += [
        f"    d/d{param} = {text}" for param, text in zip(op.params, op.partials, strict=True)
    ]
    domains = [domain.text.format(param) for param, domain in op.domains.items()]
    if domains or op.needs:
        lines += ["", f"Needs {'; '.join([*domains, op.needs] if op.needs else domains)}."]
    return "\n".join([f"{op.about[0].capitalize()}: {lines[0]}", *lines[1:]])


def functions_of(kind: Kind) -> dict[str, Callable[..., Any]]:
    """For the formulas of higher derivatives: each function on Values, or on numbers of `kind`."""

    def mixed(name: str) -> Callable[..., Any]:
        plain = kind.namespace.get(name)

        def on_either(*args: Any) -> Any:
            if plain is None or any(_has_value(arg) for arg in args):
                return apply(SHEET[name], *args)
            return plain(*map(kind.convert, args))

        return on_either

    functions = {name: mixed(name) for name in SHEET}
    plain = kind.namespace

    def total(a: tuple[Any, ...], start: Any = 0) -> Any:
        added = functions["sum"](a)
        return added + start if start else added

    def product_of_others(a: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple([functions["prod"](a[:i] + a[i + 1 :]) for i in range(len(a))])

    def below(a: Any, b: Any) -> bool:
        return bool(plain["below"](kind.convert(_data(a)), kind.convert(_data(b))))

    return functions | {
        "data_of": _data,
        "below": below,
        "unsigned": lambda a: -a if _data(a).real < 0 else a,
        "count": lambda a, extreme: len([x for x in a if _data(x) == _data(extreme)]),
        "sum": total,
        "others": product_of_others,
        "gauss": lambda a: functions["exp"](-(a * a)),
        "expdiff": lambda a, b: functions["exp"](a - b),
        "normal_cdf": lambda a: functions["erfc"](-a * plain["sqrt"](kind.convert(0.5))) / 2,
    }


def _has_value(arg: Any) -> bool:
    return isinstance(arg, Value) or (arg.__class__ is tuple and any(map(_has_value, arg)))


def _data(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def _numbers(name: str, given: Any) -> tuple[Any, ...]:
    if isinstance(given, str | bytes | dict) or not hasattr(given, "__iter__"):
        raise NumberTypeError(
            f"{name} needs a list of numbers or Values, got {given!r} ({type(given).__name__})"
        )
    return tuple(given)


# --- built on the operations ---------------------------------------------------------------------
def softmax(scores: Iterable[Any]) -> list[Any]:
    """exp(a_i - logsumexp(a)) for each i: positive numbers that sum to 1.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    scores = _numbers("softmax", scores)
    total = apply(SHEET["logsumexp"], scores)
    return [apply(SHEET["exp"], score - total) for score in scores]


def log_softmax(scores: Iterable[Any]) -> list[Any]:
    """a_i - logsumexp(a) for each i, which stays finite where log(softmax(a)) would not.

    >>> log_softmax([1000.0, 0.0])
    [0.0, -1000.0]
    """
    scores = _numbers("log_softmax", scores)
    total = apply(SHEET["logsumexp"], scores)
    return [score - total for score in scores]


def var(values: Iterable[Any], ddof: int = 0) -> Any:
    """The variance, sum((a_i - mean)**2) / (n - ddof).

    >>> var([1.0, 3.0])
    1.0

    Raises DomainError unless there are more than `ddof` values.
    """
    values = _numbers("var", values)
    if len(values) <= ddof:
        raise DomainError(f"var needs more than ddof = {ddof} values, got {len(values)}")
    centre = apply(SHEET["mean"], values)
    return apply(SHEET["sum"], tuple((v - centre) ** 2 for v in values)) / (len(values) - ddof)


# Names of the operations that are methods of Value, and of those that are operators.
METHODS = {
    op.name: op.name
    for op in SHEET.values()
    if not op.vectors and (op.name == "abs" or op.name not in _OPERATORS)
}
for _op in tuple(SHEET.values()):
    globals()[_op.name] = function(_op)
for _name in METHODS:
    setattr(Value, _name, function(SHEET[_name]))
for _name, _method in _OPERATORS.items():
    setattr(Value, f"__{_method}__", function(SHEET[_name]))
    if len(SHEET[_name].params) == 2:
        setattr(Value, f"__r{_method}__", fast.function(SHEET[_name], apply, Value, swapped=True))
