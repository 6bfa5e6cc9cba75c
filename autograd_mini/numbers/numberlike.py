"""What lets a Value stand where Python expects a number: order, float(), format, NumPy, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.graph import deepcopy, pickled, restored, slots_of

from .kinds import constant

if TYPE_CHECKING:
    from autograd_mini.functions import (
        Methods,  # exp(), tanh(), relu(), ...: the operations of the sheet
    )
    from autograd_mini.ops import Op
    from autograd_mini.value import Value
else:
    Methods = object


def data_of(x: Any) -> Any:
    """The number behind a Value, or the plain number itself."""
    return x.data if isinstance(x, NumberLike) else constant(x)


class NumberLike(Methods):
    """Order compares `data`; == and hash stay those of the object, for sets and dicts."""

    __slots__ = ()

    data: Any
    grad: Any
    label: str | None
    op: Op | None
    constants: tuple[Any, ...] | None

    def __lt__(self, other: object) -> bool:
        return self.data < data_of(other)  # type: ignore[no-any-return]

    def __le__(self, other: object) -> bool:
        return self.data <= data_of(other)  # type: ignore[no-any-return]

    def __gt__(self, other: object) -> bool:
        return self.data > data_of(other)  # type: ignore[no-any-return]

    def __ge__(self, other: object) -> bool:
        return self.data >= data_of(other)  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        return bool(self.data)

    def __pos__(self: Value) -> Value:  # type: ignore[misc]
        return self

    def __float__(self) -> float:
        return float(self.data)

    def __int__(self) -> int:
        return int(self.data)

    def item(self) -> Any:
        """The number alone, without its graph: `data`, as torch calls it."""
        return self.data

    def __complex__(self) -> complex:
        return complex(self.data)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __repr__(self) -> str:
        label = f"{self.label}: " if self.label else ""
        return f"Value({label}data={self.data}, grad={data_of(self.grad)})"

    @property
    def _prev(self) -> tuple[Value, ...]:  # micrograd's names for parents and op
        return self.parents  # type: ignore[attr-defined,no-any-return]

    _children = _prev  # and microgpt's, for partials too

    @property
    def _local_grads(self) -> tuple[Any, ...]:
        return self.partials  # type: ignore[attr-defined,no-any-return]

    @property
    def _op(self) -> str:
        made = (self.constants or ("",))[0]  # the name of a node made by hand
        return self.op.name if self.op else made if isinstance(made, str) else ""

    def __copy__(self: Value) -> Value:  # type: ignore[misc]
        return restored(type(self), *slots_of(self))

    def __deepcopy__(self: Value, memo: dict[int, Any]) -> Value:  # type: ignore[misc]
        return deepcopy(self, memo)

    def __reduce_ex__(self: Value, protocol: object) -> tuple[Any, ...]:  # type: ignore[misc]
        return pickled(self)
