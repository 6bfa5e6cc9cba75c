"""NumPy arrays and Values together: elementwise, as object arrays of Values."""

from __future__ import annotations

from typing import Any

from .errors import NumberTypeError


def elementwise(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`np.array([1.0, 2.0]) * value` and `np.exp(value)`: the operation on each element.

    Raises NumberTypeError for what has no meaning element by element.
    """
    import numpy as np

    if method != "__call__" or any(value is not None for value in kwargs.values()):
        raise NumberTypeError(f"np.{ufunc.__name__}.{method} does not work on Values")
    arrays = []
    for x in inputs:
        array = np.empty((), dtype=object)
        if isinstance(x, np.ndarray):
            array = x.astype(object)
        else:
            array[()] = x.item() if isinstance(x, np.generic) else x
        arrays.append(array)
    try:
        result = ufunc(*arrays)
    except (TypeError, AttributeError) as error:
        raise NumberTypeError(f"np.{ufunc.__name__} does not work on Values: {error}") from None
    return result[()] if isinstance(result, np.ndarray) and result.shape == () else result
