"""exp, log, tanh, relu, dot, ...: every operation of the sheet as a function of Values and numbers.

The functions and the methods of Value are made from the sheet; functions.pyi, generated from the
sheet too (`python tests/stubs.py`), tells type checkers and editors about them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from .errors import DomainError
from .numbers.kinds import is_traced, kind_of
from .numbers.numberlike import data_of
from .ops import SHEET, Op
from .rules import fast
from .rules.evaluation import confine, vector
from .value import Value, apply


def function(op: Op) -> Callable[..., Any]:
    """The function of an operation: a Value for Values, a plain number for plain numbers."""
    made = op.rules.get("function")
    if made is None:
        made = op.rules["function"] = fast.function(op, apply, Value)
        made.__doc__ = docstring(op)
        made.__module__ = __name__
    return made


def docstring(op: Op) -> str:
    """The formula, the partials and the domain, from the sheet."""
    lines = [f"{op.signature} = {op.value}", ""]
    lines += [f"    {name} = {text}" for name, text in op.given.items()]
    pairs = zip(op.params, op.partials, strict=True)
    lines += [f"    d/d{param} = {text}" for param, text in pairs]
    domains = [domain.text.format(param) for param, domain in op.domains.items()]
    if domains or op.needs:
        lines += ["", f"Needs {'; '.join([*domains, op.needs] if op.needs else domains)}."]
    return "\n".join([f"{op.about[0].capitalize()}: {lines[0]}", *lines[1:]])


# --- built on the operations ---------------------------------------------------------------------
def softmax(scores: Iterable[Any]) -> list[Any]:
    """exp(a_i - logsumexp(a)) for each i: positive numbers that sum to 1.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    return [apply(SHEET["exp"], x) for x in log_softmax(vector("softmax", "scores", scores))]


def log_softmax(scores: Iterable[Any]) -> list[Any]:
    """a_i - logsumexp(a) for each i, which stays finite where log(softmax(a)) would not.

    >>> log_softmax([1000.0, 0.0])
    [0.0, -1000.0]
    """
    scores = vector("log_softmax", "scores", scores)
    total = apply(SHEET["logsumexp"], scores)
    return [score - total for score in scores]


def var(values: Iterable[Any], ddof: int = 0) -> Any:
    """The variance, sum((a_i - mean)**2) / (n - ddof).

    >>> var([1.0, 3.0])
    1.0

    Raises DomainError unless there are more than `ddof` values.
    """
    values = vector("var", "values", values)
    if len(values) <= ddof:
        raise DomainError(f"var needs more than ddof = {ddof} values, got {len(values)}")
    centre = apply(SHEET["mean"], values)
    return apply(SHEET["sum"], tuple((v - centre) ** 2 for v in values)) / (len(values) - ddof)


def take(values: Iterable[Any], index: Any) -> Any:
    """values[index], a table look-up that a compiled function can do with an index not yet known.

    The rows of a table may be lists of numbers. Raises DomainError for an index outside of it.

    >>> take([5.0, 6.0], 1), take([[1.0, 2.0], [3.0, 4.0]], 0)
    (6.0, [1.0, 2.0])
    """
    table, k = vector("take", "values", values), data_of(index)
    if not is_traced(k):
        if k not in range(len(table)):
            raise DomainError(f"take needs an index from 0 to {len(table) - 1}, got {index!r}")
        return table[int(k)]
    if table and isinstance(table[0], list | tuple):
        return [take(column, k) for column in zip(*table, strict=True)]
    kind = kind_of([k])
    kind.met((k, table))
    plain = kind.namespace
    picked = plain["take"](k, *[data_of(x) for x in table])
    nodes = {i: x for i, x in enumerate(table) if isinstance(x, Value)}
    partials = [Value(plain["mask"](k == i, 1.0, 0.0)) for i in nodes]
    return Value(picked, [*nodes.values()], partials) if nodes else picked


# --- bound to Value, here and nowhere else --------------------------------------------------------
_NAMED = "abs mod floordiv".split()  # operators that are methods by their name, too
OPERATORS = {x: x for x in ["add", "sub", "mul", "pow", "neg", *_NAMED]} | {"div": "truediv"}
ALIASES = {"deg2rad": "radians", "rad2deg": "degrees"}  # NumPy's names
_SCALAR = [name for name, op in SHEET.items() if not op.vectors]
METHODS = [name for name in _SCALAR if name in _NAMED or name not in OPERATORS]  # those of Value
Op.function, Op.confine = function, confine  # type: ignore[method-assign, assignment]
globals().update({op.name: function(op) for op in SHEET.values()})
for _name in METHODS:
    setattr(Value, _name, function(SHEET[_name]))
for _alias, _name in ALIASES.items():
    globals()[_alias] = globals()[_name]
    setattr(Value, _alias, function(SHEET[_name]))
for _name, _method in OPERATORS.items():
    setattr(Value, f"__{_method}__", function(SHEET[_name]))
    if len(SHEET[_name].params) == 2:
        setattr(Value, f"__r{_method}__", fast.function(SHEET[_name], apply, Value, swapped=True))
