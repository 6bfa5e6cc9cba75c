"""NumPy arrays and Values together: elementwise, as object arrays of Values."""

from typing import Any

from autograd_mini.errors import NumberTypeError

from .kinds import numpy

# NumPy's names of operations that the sheet calls otherwise.
_NAMES = {f"arc{name}": f"a{name}" for name in "sin cos tan sinh cosh tanh".split()}
_NAMES |= {"arctan2": "atan2", "absolute": "abs", "fabs": "abs", "rint": "round"}


def is_array(x: object, axes: int = 1) -> bool:
    """Whether x is a NumPy array with at least so many axes."""
    np = numpy()
    return np is not None and isinstance(x, np.ndarray) and x.ndim >= axes


def listed(numbers: Any) -> Any:
    """An array's numbers as a list."""
    return numbers.tolist() if hasattr(numbers, "tolist") else numbers


def mapped(function: Any, args: tuple[Any, ...], **named: Any) -> Any:
    """function of the elements, with NumPy's broadcasting: an object array of the results."""
    np = numpy()
    arrays = []
    for x in args:
        array = np.empty((), dtype=object)
        if isinstance(x, np.ndarray):
            array = x.astype(object)
        else:
            plain = x.item() if isinstance(x, np.generic) else x
            array[()] = float(plain) if isinstance(plain, np.generic) else plain  # a longdouble
        arrays.append(array)
    result = function(*arrays, **named)
    return result[()] if isinstance(result, np.ndarray) and result.shape == () else result


def elementwise(value: Any, ufunc: Any, method: str, *inputs: Any, **named: Any) -> Any:
    """`np.array([1.0, 2.0]) * value` and `np.exp(value)`: the operation on each element.

    Raises NumberTypeError for what has no meaning element by element.
    """
    name = ufunc.__name__
    if method != "__call__":
        raise NumberTypeError(f"np.{name}.{method} does not work on Values")
    if own := getattr(type(value), _NAMES.get(name, name), None):
        ufunc = numpy().frompyfunc(own, len(inputs), 1)
    try:
        return mapped(ufunc, inputs, **named)
    except (TypeError, AttributeError) as error:
        raise NumberTypeError(f"np.{name} does not work on Values: {error}") from None
