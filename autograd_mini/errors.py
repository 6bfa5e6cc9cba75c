"""The errors of the engine: each is also the error that Python's own `math` would raise."""


class AutogradError(Exception):
    """Base of every error that the engine raises on purpose."""


class DomainError(AutogradError, ValueError):
    """The operation has no real value there, as `math.log(-1)`."""


class RangeError(AutogradError, OverflowError):
    """The result is too large for a float, as `math.exp(1000)`."""


class PoleError(AutogradError, ZeroDivisionError):
    """A division by zero, as `1 / 0`."""


class NumberTypeError(AutogradError, TypeError):
    """An operand is not a number that the engine knows, or two kinds of number do not mix."""


class GradientError(AutogradError, ValueError):
    """A gradient came out as nan, or was asked for where there is none."""


class TraceError(AutogradError, TypeError):
    """While a function is compiled, a number was asked for that is not known yet."""


class FormulaError(AutogradError, ValueError):
    """A formula of the sheet holds something that is not a formula."""
