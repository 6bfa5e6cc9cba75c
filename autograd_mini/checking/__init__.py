"""Checking derivatives: ours, another engine's, or one written by hand, and naming the culprit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .check import check_grad as check_grad
    from .differences import Estimate as Estimate
    from .differences import finite_difference as finite_difference
    from .inputs import CheckError as CheckError
    from .report import Comparison as Comparison
    from .report import Culprit as Culprit
    from .report import GradientMismatch as GradientMismatch
    from .report import Report as Report
    from .sweep import Sweep as Sweep
    from .sweep import complex_step as complex_step
    from .sweep import show_step_sweep as show_step_sweep
    from .table import op_table as op_table

_LAZY = {
    "check_grad": "check",
    **dict.fromkeys(("Estimate", "finite_difference"), "differences"),
    "CheckError": "inputs",
    **dict.fromkeys(("Comparison", "Culprit", "GradientMismatch", "Report"), "report"),
    **dict.fromkeys(("Sweep", "complex_step", "show_step_sweep"), "sweep"),
    "op_table": "table",
}
__all__ = [*_LAZY]  # noqa: PLE0604  (names, all of them)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
