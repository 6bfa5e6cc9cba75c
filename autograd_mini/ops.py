"""The formula sheet: every operation is one line, and everything else reads that line.

    op(signature, value, one partial per argument, ...)

`out` is the value in every partial, `given` names what the formulas share, and in an operation on
a vector `a` the name `a_i` is its element. Partials are written free of cancellation: their
relative error stays within 4 ulp (units in the last place) unless `scale` says against what
magnitude, or `ulps` how far, the error is bounded (a tiny `scale` is the price of numbers below
2.2e-308, which have fewer digits). tests/test_sheet.py measures every line.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from .errors import FormulaError
from .formulas.grammar import PRIMITIVES, parse, parse_signature, refuse_reserved

INFINITY = float("inf")


class Domain(NamedTuple):
    """The numbers that an argument may be: an interval, less what `holds` excludes.

    `text` is a condition on `{}`, shown in errors and in the table of operations.
    """

    text: str
    low: float = -INFINITY
    high: float = INFINITY
    holds: Callable[[float], bool] = lambda _: True

    def __contains__(self, x: Any) -> bool:
        return self.low <= x <= self.high and self.holds(x)

    def __repr__(self) -> str:
        return f"Domain({self.text!r})"


POSITIVE = Domain("{} > 0", 0.0, INFINITY, lambda x: x > 0)
NON_NEGATIVE = Domain("{} >= 0", 0.0)
NONZERO = Domain("{} != 0", holds=lambda x: x != 0)
NOT_A_POLE = Domain("{} other than 0, -1, -2, ...", holds=lambda x: x > 0 or x % 1 != 0)
UNIT = Domain("-1 <= {} <= 1", -1.0, 1.0)
INSIDE_UNIT = Domain("-1 < {} < 1", -1.0, 1.0, lambda x: -1 < x < 1)
ABOVE_MINUS_1 = Domain("{} > -1", -1.0, INFINITY, lambda x: x > -1)
FROM_1 = Domain("{} >= 1", 1.0)
ORDER = Domain("{} in 0, 1, ..., 100", 0.0, 100.0, lambda x: x % 1 == 0)


class Op:
    """One line of the sheet."""

    name: str  #: its name, that of the function too
    params: tuple[str, ...]  #: names of the arguments, in order
    vectors: frozenset[str]  #: those of them that are vectors (any number of numbers)
    defaults: dict[str, float]  #: values of the arguments that may be left out
    value: str  #: the formula, as written
    partials: tuple[str, ...]  #: one formula per argument, as written
    given: Mapping[str, str]  #: names shared by the formulas, name -> formula
    domains: Mapping[str, Domain]  #: argument -> Domain
    needs: str  #: what the arguments must fulfil together, in words
    kinks: tuple[str, ...]  #: formulas that are 0 where the derivative jumps
    latex: str  #: a template with the arguments in braces, for pictures and explanations
    about: tuple[str, str]  #: its name in words, in English and in Spanish
    #: formulas as one learns them, where those above are written otherwise to be accurate; keys
    #: "value" and the names of the arguments; explanations show them
    textbook: Mapping[str, str]
    #: the magnitude that the error is measured against, if it is larger than the true result; same
    #: keys
    scale: Mapping[str, str]
    ulps: Mapping[str, float]  #: the bound of the error, where it is not 4 ulp; same keys
    trees: dict[str, ast.expr]  #: all formulas, parsed
    rules: dict[object, Any]  #: what was made of them
    function: ClassVar[Callable[[Op], Callable[..., object]]]  # functions.py hands these two over
    confine: ClassVar[Callable[[Op], None]] = staticmethod(lambda _: None)

    def __init__(self, **fields: object) -> None:
        vars(self).update(fields)

    @property
    def signature(self) -> str:
        """As in the sheet: `leaky_relu(a, slope=0.01)`.

        >>> SHEET["leaky_relu"].signature, SHEET["dot"].signature
        ('leaky_relu(a, slope=0.01)', 'dot(a[], b[])')
        """
        ends = dict.fromkeys(self.vectors, "[]") | {p: f"={x:g}" for p, x in self.defaults.items()}
        return f"{self.name}({', '.join(p + ends.get(p, '') for p in self.params)})"

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Apply the operation to Values or plain numbers, as the function of the same name does."""
        return Op.function(self)(*args, **named)

    def __repr__(self) -> str:
        return f"<op {self.signature} = {self.value}>"

    def __reduce__(self) -> tuple[object, ...]:
        return find, (self.name,)


SHEET: dict[str, Op] = {}
NOTHING: Mapping[str, Any] = {}
_FORMS: dict[str, tuple[Any, str]]
_FORMS = dict.fromkeys(("given", "textbook", "scale", "ulps"), (Mapping, "a Mapping"))
_FORMS |= {"needs": (str, "a str"), "kinks": (tuple | list, "a tuple")}
_FORMS |= {"about": (tuple | list, "(English, Spanish)")}


def find(name: str) -> Op:
    """The operation of a saved graph, by its name: a user's op must have been defined."""
    if name in SHEET:
        return SHEET[name]
    raise FormulaError(f"the operation {name!r:.40} is not on the sheet; define it with op(...)")


_find = find  # its name in pickles of version 0.1


def op(
    signature: str,
    value: str,
    *partials: str,
    given: Mapping[str, str] = NOTHING,
    needs: str = "",
    kinks: Sequence[str] = (),
    latex: str = "",
    about: Sequence[str] | None = None,
    textbook: Mapping[str, str] = NOTHING,
    scale: Mapping[str, str] = NOTHING,
    ulps: Mapping[str, float] = NOTHING,
    **domains: Domain,
) -> Op:
    """Add an operation to the sheet: its value and one partial derivative per argument.

    >>> cube = op("cube(a)", "a * a * a", "3 * a * a", latex="{a}^3")
    >>> from autograd_mini import Value
    >>> x = Value(2.0); y = cube(x); y.backward(); y.data, x.grad
    (8.0, 12.0)

    Raises FormulaError if a formula is not one, or the name is taken by another formula.
    """
    name, params, vectors, defaults = parse_signature(signature)
    if len(partials) != len(params):
        raise FormulaError(
            f"op {signature!r}: {len(params)} arguments need as many partials, got {len(partials)}"
        )
    new = Op(
        name=name, params=params, vectors=vectors, defaults=defaults, value=value,
        partials=partials, given=given, domains=domains, needs=needs, kinks=kinks,
        about=about or (name, name), textbook=textbook, scale=scale, ulps=ulps, rules={},
    )  # fmt: skip
    for field, x in (vars(new) | domains).items():
        form, what = (Domain, "a Domain") if field in domains else _FORMS.get(field, (object, ""))
        if not isinstance(x, form) or (field == "about" and len(x) != 2):
            raise FormulaError(f"op {signature!r}: {field} must be {what}, got {x!r}")
    if unknown := {*domains, *({*scale, *ulps, *textbook} - {"value"})} - {*params}:
        raise FormulaError(f"op {signature!r} has no argument {', '.join(sorted(unknown))}")
    new.latex = latex or default_latex(new)
    try:
        new.latex.format_map(dict.fromkeys(params, ""))
    except (KeyError, ValueError, IndexError) as error:
        raise FormulaError(f"op {signature!r}: the LaTeX {new.latex!r} fails at {error}") from None
    new.trees = _parse_formulas(new)
    old = SHEET.get(name)
    if name in PRIMITIVES and old is None and value != f"{name}({', '.join(params)})":
        raise FormulaError(f"op {signature!r}: {name!r} is a primitive of the formulas")
    if old is not None and (old.value, old.partials, old.given) != (value, partials, given):
        raise FormulaError(f"op {signature!r}: {name!r} is on the sheet already, as {old!r}")
    if old is None:
        Op.confine(new)
    SHEET[name] = old or new
    return SHEET[name]


def default_latex(op: Op) -> str:
    """The template of an operation whose line has none: its name."""
    return rf"\operatorname{{{{{op.name.replace('_', ' ')}}}}}({{{'}, {'.join(op.params)}}})"


def _parse_formulas(new: Op) -> dict[str, ast.expr]:
    """All formulas, parsed: "value", "d0", ..., given names, "kink 0", "scale a", "shown a", ..."""
    functions = PRIMITIVES | SHEET.keys()
    names = {*new.params, "pi", *["n"] * bool(new.vectors), *(f"{v}_i" for v in new.vectors)}
    trees = {}
    keys = [x for x in new.given if x == "value" or (x[:1] == "d" and x[1:].isdigit())]
    refuse_reserved(new.signature, new.given, (*new.params, *keys))
    for key, text in new.given.items():
        trees[key] = parse(text, names, functions)
        names |= {key, f"{key}_i"}  # it may be a vector, such as others(a)
    trees["value"] = parse(new.value, names, functions)
    others = {f"d{k}": text for k, text in enumerate(new.partials)}
    others |= {f"kink {k}": text for k, text in enumerate(new.kinks)}
    others |= {f"scale {key}": text for key, text in new.scale.items()}
    if hasattr(Op, "function"):  # those of the sheet are parsed when they are shown
        others |= {f"shown {key}": text for key, text in new.textbook.items()}
    return trees | {key: parse(text, names | {"out"}, functions) for key, text in others.items()}


# --- arithmetic --------------------------------------------------------------------------------
op("add(a, b)", "a + b", "1", "1", latex="{a} + {b}", about=("sum", "suma"))
op("sub(a, b)", "a - b", "1", "-1", latex="{a} - {b}", about=("difference", "resta"))
op("mul(a, b)", "a * b", "b", "a", latex=r"{a} \cdot {b}", about=("product", "producto"))
op("div(a, b)", "a / b", "1 / b", "-out / b", b=NONZERO,
   scale={"b": "6e-309 / abs(b)"}, latex=r"\frac{{{a}}}{{{b}}}",
   about=("quotient", "cociente"), textbook={"b": "-a / b ** 2"})  # fmt: skip
op("pow(a, b)", "a ** b",
   # below 1 and from 2 ** 53 on b - 1 is not exact, and out / a the accurate way
   "where(below(b, 1), where(b == 0, 0, where(a == 0, b * a ** (b - 1), b * out / a)),"
   " where(below(b, 2 ** 53), b * a ** (b - 1), where(a == 0, 0, b * out / a)))",
   "where(a == 0, 0, out * log(a))", scale={"a": "6e-309 * abs(b)", "b": "1e-305"},
   needs="a > 0, or an integer b (b >= 0 where a = 0)", latex="{a}^{{{b}}}",
   about=("power", "potencia"),
   textbook={"a": "b * a ** (b - 1)", "b": "out * log(a)"})  # fmt: skip
op("neg(a)", "-a", "-1", latex="-{a}", about=("negation", "opuesto"))
op("sign(a)", "where(a > 0, 1, where(a < 0, -1, a))", "0", kinks=("a",),
   latex=r"\operatorname{{sgn}}({a})", about=("sign", "signo"),
   textbook={"value": "where(a > 0, 1, where(a < 0, -1, 0))"})  # fmt: skip
op("abs(a)", "abs(a)", "where(a > 0, 1, where(a < 0, -1, 0))", kinks=("a",),
   latex=r"\left|{a}\right|", about=("absolute value", "valor absoluto"),
   textbook={"a": "sign(a)"})  # fmt: skip
op("square(a)", "a * a", "2 * a", latex="{a}^2", about=("square", "cuadrado"))
op("reciprocal(a)", "1 / a", "-out * out", a=NONZERO, latex=r"\frac{{1}}{{{a}}}",
   about=("reciprocal", "inverso"), textbook={"a": "-1 / a ** 2"})  # fmt: skip
op("sqrt(a)", "sqrt(a)", "1 / (2 * out)", a=NON_NEGATIVE, latex=r"\sqrt{{{a}}}",
   about=("square root", "raíz cuadrada"))  # fmt: skip
op("rsqrt(a)", "1 / sqrt(a)", "-out / (2 * a)", a=POSITIVE, latex=r"\frac{{1}}{{\sqrt{{{a}}}}}",
   about=("reciprocal square root", "inverso de la raíz cuadrada"),
   textbook={"a": "-1 / (2 * a * sqrt(a))"})  # fmt: skip
op("cbrt(a)", "cbrt(a)", "where(a == 0, 1 / abs(a), out / a / 3)", ulps={"a": 6},
   latex=r"\sqrt[3]{{{a}}}", about=("cube root", "raíz cúbica"),
   textbook={"a": "1 / (3 * out ** 2)"})  # fmt: skip

# --- exponentials and logarithms ---------------------------------------------------------------
op("exp(a)", "exp(a)", "out", latex="e^{{{a}}}", about=("exponential", "exponencial"))
op("exp2(a)", "exp2(a)", "out * log(2)", latex="2^{{{a}}}",
   about=("power of two", "potencia de dos"))  # fmt: skip
op("expm1(a)", "expm1(a)", "exp(a)", latex="e^{{{a}}} - 1",
   about=("exponential minus one", "exponencial menos uno"))  # fmt: skip
op("log(a)", "log(a)", "1 / a", a=POSITIVE, latex=r"\ln {a}",
   about=("natural logarithm", "logaritmo natural"))  # fmt: skip
op("log2(a)", "log2(a)", "1 / log(2) / a", a=POSITIVE, latex=r"\log_2 {a}",
   about=("logarithm to base 2", "logaritmo en base 2"),
   textbook={"a": "1 / (a * log(2))"})  # fmt: skip
op("log10(a)", "log10(a)", "1 / log(10) / a", a=POSITIVE, latex=r"\log_{{10}} {a}",
   about=("logarithm to base 10", "logaritmo en base 10"),
   textbook={"a": "1 / (a * log(10))"})  # fmt: skip
op("log1p(a)", "log1p(a)", "1 / (1 + a)", a=ABOVE_MINUS_1, latex=r"\ln(1 + {a})",
   about=("logarithm of 1 + a", "logaritmo de 1 + a"))  # fmt: skip
op("logaddexp(a, b)", "where(a > b, a, b) + log1p(e)",
   "where(a >= b, 1, e) / (1 + e)", "where(b >= a, 1, e) / (1 + e)",
   given={"e": "where(a >= b, expdiff(b, a), expdiff(a, b))"},
   scale={"value": "where(a > b, abs(a), abs(b)) + e"}, latex=r"\ln(e^{{{a}}} + e^{{{b}}})",
   about=("logarithm of a sum of two exponentials",
          "logaritmo de una suma de dos exponenciales"),
   textbook={"a": "exp(a - out)", "b": "exp(b - out)"})  # fmt: skip

# --- trigonometry ------------------------------------------------------------------------------
op("sin(a)", "sin(a)", "cos(a)", latex=r"\sin({a})", about=("sine", "seno"))
op("cos(a)", "cos(a)", "-sin(a)", latex=r"\cos({a})", about=("cosine", "coseno"))
op("tan(a)", "tan(a)", "1 + out * out", latex=r"\tan({a})", about=("tangent", "tangente"))
op("asin(a)", "asin(a)", "1 / sqrt((1 - a) * (1 + a))", a=UNIT, latex=r"\arcsin({a})",
   about=("arc sine", "arcoseno"), textbook={"a": "1 / sqrt(1 - a ** 2)"})  # fmt: skip
op("acos(a)", "acos(a)", "-1 / sqrt((1 - a) * (1 + a))", a=UNIT, latex=r"\arccos({a})",
   about=("arc cosine", "arcocoseno"), textbook={"a": "-1 / sqrt(1 - a ** 2)"})  # fmt: skip
op("atan(a)", "atan(a)", "where(below(unsigned(a), 1), 1 / (1 + a * a), 1 / a / (a + 1 / a))",
   latex=r"\arctan({a})", about=("arc tangent", "arcotangente"),
   textbook={"a": "1 / (1 + a ** 2)"})  # fmt: skip
# b / (a * a + b * b), with a and b scaled so that the squares neither overflow nor underflow
op("atan2(a, b)", "atan2(a, b)", "where(q == 0, 0, x / q * s)", "where(q == 0, 0, -y / q * s)",
   given={"r": "abs(a) + abs(b)",
          "s": "where(r < 1e-140, 2 ** 700, where(r < 1e140, 1, 2 ** -700))",
          "x": "s * b", "y": "s * a", "q": "x * x + y * y"},
   about=("angle of the point (b, a)", "ángulo del punto (b, a)"),
   textbook={"a": "b / (a ** 2 + b ** 2)", "b": "-a / (a ** 2 + b ** 2)"})  # fmt: skip
op("radians(a)", "a * (pi / 180)", "pi / 180", latex=r"\frac{{\pi \cdot {a}}}{{180}}",
   about=("degrees to radians", "de grados a radianes"))  # fmt: skip
op("degrees(a)", "a * (180 / pi)", "180 / pi", latex=r"\frac{{180 \cdot {a}}}{{\pi}}",
   about=("radians to degrees", "de radianes a grados"))  # fmt: skip
op("sinh(a)", "sinh(a)", "cosh(a)", latex=r"\sinh({a})",
   about=("hyperbolic sine", "seno hiperbólico"))  # fmt: skip
op("cosh(a)", "cosh(a)", "sinh(a)", latex=r"\cosh({a})",
   about=("hyperbolic cosine", "coseno hiperbólico"))  # fmt: skip
op("tanh(a)", "tanh(a)", "4 * e / ((1 + e) * (1 + e))", given={"e": "exp(-2 * unsigned(a))"},
   latex=r"\tanh({a})", ulps={"a": 5}, about=("hyperbolic tangent", "tangente hiperbólica"),
   textbook={"a": "1 - out ** 2"})  # fmt: skip
op("asinh(a)", "asinh(a)", "1 / hypot(1, a)", latex=r"\operatorname{{arsinh}}({a})",
   about=("inverse hyperbolic sine", "seno hiperbólico inverso"),
   textbook={"a": "1 / sqrt(1 + a ** 2)"})  # fmt: skip
op("acosh(a)", "acosh(a)", "1 / (sqrt(a - 1) * sqrt(a + 1))", a=FROM_1,
   latex=r"\operatorname{{arcosh}}({a})",
   about=("inverse hyperbolic cosine", "coseno hiperbólico inverso"),
   textbook={"a": "1 / sqrt(a ** 2 - 1)"})  # fmt: skip
op("atanh(a)", "atanh(a)", "1 / ((1 - a) * (1 + a))", a=INSIDE_UNIT,
   latex=r"\operatorname{{artanh}}({a})",
   about=("inverse hyperbolic tangent", "tangente hiperbólica inversa"),
   textbook={"a": "1 / (1 - a ** 2)"})  # fmt: skip
op("hypot(a, b)", "hypot(a, b)", "where(out == 0, 0, a / out)", "where(out == 0, 0, b / out)",
   kinks=("out",), scale={"a": "6e-309 / out", "b": "6e-309 / out"},
   latex=r"\sqrt{{{a}^2 + {b}^2}}", about=("hypotenuse", "hipotenusa"),
   textbook={"a": "a / out", "b": "b / out"})  # fmt: skip

# --- activations -------------------------------------------------------------------------------
op("relu(a)", "where(a <= 0, 0, a)", "where(a <= 0, 0, 1)", kinks=("a",),
   latex=r"\operatorname{{ReLU}}({a})",
   about=("rectified linear unit", "unidad lineal rectificada"),
   textbook={"value": "where(a > 0, a, 0)", "a": "where(a > 0, 1, 0)"})  # fmt: skip
op("leaky_relu(a, slope=0.01)", "where(a > 0, a, slope * a)", "where(a > 0, 1, slope)",
   "where(a > 0, 0, a)", kinks=("a",), latex=r"\operatorname{{LeakyReLU}}({a})",
   about=("leaky rectified linear unit", "unidad lineal rectificada con fuga"),
   textbook={"value": "where(a > 0, a, slope * a)"})  # fmt: skip
op("elu(a, alpha=1.0)", "where(a > 0, a, alpha * expm1(a))", "where(a > 0, 1, alpha * exp(a))",
   "where(a > 0, 0, expm1(a))", kinks=("a",), latex=r"\operatorname{{ELU}}({a})",
   scale={"a": "6e-309 * abs(alpha)"},
   about=("exponential linear unit", "unidad lineal exponencial"),
   textbook={"value": "where(a > 0, a, alpha * (exp(a) - 1))",
             "alpha": "where(a > 0, 0, exp(a) - 1)"})  # fmt: skip
op("selu(a)", "where(a > 0, scale * a, edge * expm1(a))", "where(a > 0, scale, edge * exp(a))",
   given={"scale": "1.0507009873554804934", "edge": "1.7580993408473768599"}, kinks=("a",),
   latex=r"\operatorname{{SELU}}({a})",
   about=("scaled exponential linear unit", "unidad lineal exponencial escalada"),
   textbook={"value": "where(a > 0, scale * a, edge * (exp(a) - 1))"})  # fmt: skip
op("sigmoid(a)", "where(below(a, 0), e, 1) / (1 + e)", "e / ((1 + e) * (1 + e))",
   given={"e": "exp(-unsigned(a))"}, latex=r"\sigma({a})",
   about=("logistic sigmoid", "sigmoide logística"),
   textbook={"value": "1 / (1 + exp(-a))", "a": "out * (1 - out)"})  # fmt: skip
op("logsigmoid(a)", "where(a < 0, a, 0) - log1p(e)", "where(a < 0, 1, e) / (1 + e)",
   given={"e": "exp(-abs(a))"}, latex=r"\ln \sigma({a})",
   about=("logarithm of the sigmoid", "logaritmo de la sigmoide"),
   textbook={"a": "1 - sigmoid(a)"})  # fmt: skip
op("softplus(a)", "where(a > 0, a, 0) + log1p(e)", "where(a < 0, e, 1) / (1 + e)",
   given={"e": "exp(-abs(a))"}, latex=r"\ln(1 + e^{{{a}}})",
   textbook={"a": "sigmoid(a)"})  # fmt: skip
op("silu(a)", "a * s", "s + a * e / ((1 + e) * (1 + e))",
   given={"e": "exp(-unsigned(a))", "s": "where(below(a, 0), e, 1) / (1 + e)"},
   scale={"value": "1e-305", "a": "s + abs(a) * e / ((1 + e) * (1 + e)) + 1e-305"},
   latex=r"\operatorname{{SiLU}}({a})",
   about=("sigmoid-weighted linear unit", "unidad lineal ponderada por la sigmoide"),
   textbook={"value": "a * sigmoid(a)",
             "a": "sigmoid(a) * (1 + a * (1 - sigmoid(a)))"})  # fmt: skip
op("gelu(a)", "a * c", "c + a * g * g / sqrt(2 * pi)",
   given={"c": "normal_cdf(a)", "g": "gauss(a / 2)"},
   scale={"value": "1e-306", "a": "c + abs(a) * g * g / sqrt(2 * pi)"}, ulps={"a": 8},
   latex=r"\operatorname{{GELU}}({a})",
   about=("Gaussian error linear unit", "unidad lineal de error gaussiano"),
   textbook={"value": "a * normal_cdf(a)",
             "a": "normal_cdf(a) + a * exp(-(a ** 2 / 2)) / sqrt(2 * pi)"})  # fmt: skip
# tanh(softplus(a)) = u / v with u = (1 + exp(a))**2 - 1, v = u + 2, over exp(2a) if a > 0
op("mish(a)", "a * u / v", "u / v + 4 * e * a * (1 + e) / (v * v) * where(a > 0, e, 1)",
   given={"e": "exp(-abs(a))", "u": "where(a > 0, 1 + 2 * e, e * (e + 2))",
          "v": "u + where(a > 0, 2 * e * e, 2)"},
   scale={"value": "1e-305", "a": "u / v + 4 * e * abs(a) / (v * v) + 1e-305"}, ulps={"value": 5},
   latex=r"\operatorname{{Mish}}({a})",
   textbook={"value": "a * tanh(softplus(a))",
             "a": "tanh(softplus(a)) + a * sigmoid(a) * (1 - tanh(softplus(a)) ** 2)"})  # fmt: skip
op("softsign(a)", "a / (1 + abs(a))", "r * r", given={"r": "1 / (1 + abs(a))"},
   textbook={"value": "a / (1 + abs(a))", "a": "1 / (1 + abs(a)) ** 2"})  # fmt: skip
# log(-1): there is no such number
op("hardtanh(a, low=-1, high=1)",
   "where(low > high, log(-1), where(a < low, low, where(a > high, high, a)))",
   "where(a <= low, 0, where(a >= high, 0, 1))", "where(a <= low, 1, 0)", "where(a >= high, 1, 0)",
   kinks=("a - low", "a - high"), needs="low <= high", latex=r"\operatorname{{hardtanh}}({a})",
   about=("hard hyperbolic tangent", "tangente hiperbólica dura"),
   textbook={"value": "where(a < low, low, where(a > high, high, a))"})  # fmt: skip

# --- error function and gamma ------------------------------------------------------------------
op("erf(a)", "erf(a)", "2 / sqrt(pi) * gauss(a)", about=("error function", "función error"))
op("erfc(a)", "erfc(a)", "-2 / sqrt(pi) * gauss(a)",
   about=("complementary error function", "función error complementaria"))  # fmt: skip
op("gamma(a)", "gamma(a)", "out * digamma(a)", a=NOT_A_POLE, ulps={"value": 10, "a": 12},
   scale={"a": "where(a < 0, abs(out) * (2 + log(1 - a)) + 1e-306, 0)"}, latex=r"\Gamma({a})",
   about=("gamma function", "función gamma"))  # fmt: skip
op("lgamma(a)", "lgamma(a)", "digamma(a)", a=NOT_A_POLE, ulps={"value": 6},
   scale={"value": "where(a < 0, 1 + abs(lgamma(-a)), 0)", "a": "where(a < 0, 2 + log(1 - a), 0)"},
   latex=r"\ln \left|\Gamma({a})\right|", about=("log-gamma", "log-gamma"))  # fmt: skip
op("digamma(a)", "digamma(a)", "polygamma(1, a)", a=NOT_A_POLE,
   scale={"value": "where(a < 0, 2 + log(1 - a), 0)"}, latex=r"\psi({a})",
   about=("digamma function", "función digamma"))  # fmt: skip
op("polygamma(n, a)", "polygamma(n, a)", "0", "polygamma(n + 1, a)", n=ORDER, a=NOT_A_POLE,
   scale={"value": "where(a < 0, abs(polygamma(n, 1 / 2)) + log(1 - a), 0)",
          "a": "where(a < 0, abs(polygamma(n + 1, 1 / 2)), 0)"}, latex=r"\psi^{{({n})}}({a})",
   about=("polygamma function", "función poligamma"))  # fmt: skip

# --- choices and steps -------------------------------------------------------------------------
op("maximum(a, b)", "where(b > a, b, where(b != b, b, a))",
   "where(a > b, 1, where(a == b, 1 / 2, 0))", "where(b > a, 1, where(a == b, 1 / 2, 0))",
   kinks=("a - b",), latex=r"\max({a}, {b})", about=("larger of two", "mayor de dos"))  # fmt: skip
op("minimum(a, b)", "where(b < a, b, where(b != b, b, a))",
   "where(a < b, 1, where(a == b, 1 / 2, 0))", "where(b < a, 1, where(a == b, 1 / 2, 0))",
   kinks=("a - b",), latex=r"\min({a}, {b})", about=("smaller of two", "menor de dos"))  # fmt: skip
op("clamp(a, low, high)",
   "where(low > high, log(-1), where(a < low, low, where(a > high, high, a)))",
   "where(a < low, 0, where(a > high, 0, 1))", "where(a < low, 1, 0)", "where(a > high, 1, 0)",
   kinks=("a - low", "a - high"), needs="low <= high",
   about=("limit to a range", "acotación a un intervalo"),
   textbook={"value": "where(a < low, low, where(a > high, high, a))"})  # fmt: skip
op("where(c, a, b)", "where(c, a, b)", "0", "where(c, 1, 0)", "where(c, 0, 1)",
   about=("choice by a condition", "elección según una condición"))  # fmt: skip
op("floor(a)", "floor(a)", "0", kinks=("a - floor(a)",), latex=r"\lfloor {a} \rfloor",
   about=("largest integer not above", "mayor entero menor o igual"))  # fmt: skip
op("round(a)", "where(d < 1 / 2, f, where(d > 1 / 2, f + 1, 2 * floor((f + 1) / 2)))", "0",
   given={"f": "floor(a)", "d": "a - f"}, kinks=("d - 1 / 2",),
   about=("nearest integer, halves to even", "entero más próximo; si hay dos, el par"))  # fmt: skip
op("ceil(a)", "ceil(a)", "0", kinks=("a - floor(a)",), latex=r"\lceil {a} \rceil",
   about=("smallest integer not below", "menor entero mayor o igual"))  # fmt: skip

op("mod(a, b)", "a % b", "1", "-(a // b)", b=NONZERO, kinks=("out",),
   about=("remainder", "resto"))  # fmt: skip
op("floordiv(a, b)", "a // b", "0", "0", b=NONZERO, kinks=("a % b",),
   latex=r"\lfloor {a} / {b} \rfloor",
   about=("quotient rounded down", "cociente redondeado hacia abajo"))  # fmt: skip
# What follows takes it for a constant: its derivative is 0 by definition, and not a slope
op("detach(a)", "a", "0", kinks=("out - a",),
   about=("detached from the graph", "separado del grafo"))  # fmt: skip
# sin(pi * a) / (pi * a), as NumPy, torch and JAX have it; sin(pi * a) = sin(pi * u), |u| <= 1/2
op("sinc(a)", "where(a == 0, 1, sin(pi * u) / pi / a)", "dsinc(a)",
   given={"r": "a - 2 * round(a / 2)", "u": "where(abs(r) > 1 / 2, sign(r) - r, r)"},
   scale={"a": "where(abs(a) < 1 / 2, 0, 1 / abs(a))"}, ulps={"a": 5},
   textbook={"value": "sin(pi * a) / (pi * a)", "a": "(cos(pi * a) - out) / a"},
   about=("normalised sinc", "sinc normalizada"))  # fmt: skip

# --- vectors: one node each --------------------------------------------------------------------
op("sum(a[])", "sum(a)", "1", latex=r"\sum {a}", about=("sum of many", "suma de varios"))
op("prod(a[])", "prod(a)", "r_i", given={"r": "others(a)"}, latex=r"\prod {a}",
   about=("product of many", "producto de varios"))  # fmt: skip
op("mean(a[])", "sum(a) / n", "1 / n",
   needs="at least one number, and a sum that is not too large", latex=r"\overline{{{a}}}",
   about=("mean", "media"))  # fmt: skip
op("dot(a[], b[])", "dot(a, b)", "b_i", "a_i", scale={"value": "sum(m)"},
   given={"m": "abs(a_i * b_i)"}, needs="two vectors of the same length",
   latex=r"{a} \cdot {b}", about=("dot product", "producto escalar"))  # fmt: skip
op("logsumexp(a[])", "m + log1p(sum(e, -1))", "e_i / s",
   given={"m": "max(a)", "e": "expdiff(a_i, m)", "s": "sum(e)"},
   scale={"value": "abs(m) + log1p(sum(e, -1))"}, needs="at least one number",
   latex=r"\ln \sum e^{{{a}}}",
   about=("logarithm of a sum of exponentials",
          "logaritmo de una suma de exponenciales"),
   textbook={"value": "log(sum(exp(a_i)))", "a": "exp(a_i - out)"})  # fmt: skip
op("max(a[])", "max(a)", "where(a_i == out, 1 / ties, 0)", given={"ties": "count(a, max(a))"},
   kinks=("gap(a, out)",), needs="at least one number", latex=r"\max {a}",
   about=("largest", "máximo"), textbook={"a": "where(a_i == out, 1, 0)"})  # fmt: skip
op("min(a[])", "min(a)", "where(a_i == out, 1 / ties, 0)", given={"ties": "count(a, min(a))"},
   kinks=("gap(a, out)",), needs="at least one number", latex=r"\min {a}",
   about=("smallest", "mínimo"), textbook={"a": "where(a_i == out, 1, 0)"})  # fmt: skip
op("norm(a[])", "norm(a)", "where(out == 0, 0, a_i / out)", kinks=("out",),
   scale={"a": "6e-309 / out"}, latex=r"\left\|{a}\right\|",
   about=("Euclidean norm", "norma euclídea"), textbook={"a": "a_i / out"})  # fmt: skip
