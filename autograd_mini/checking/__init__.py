"""Checking derivatives: ours, another engine's, or one written by hand, and naming the culprit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from autograd_mini.pages.report import save_html as save_html

    from .adapters import Adapter as Adapter
    from .beside import SideBySide as SideBySide
    from .beside import compare_gradients as compare_gradients
    from .check import check_grad as check_grad
    from .differences import Estimate as Estimate
    from .differences import finite_difference as finite_difference
    from .findings import Comparison as Comparison
    from .findings import Culprit as Culprit
    from .findings import Property as Property
    from .inputs import CheckError as CheckError
    from .products import check_jvp as check_jvp
    from .report import GradientMismatch as GradientMismatch
    from .report import Report as Report
    from .sweep import Sweep as Sweep
    from .sweep import complex_step as complex_step
    from .sweep import show_step_sweep as show_step_sweep
    from .table import op_table as op_table
    from .taylor import Taylor as Taylor

__getattr__, __dir__, __all__ = lazy(__name__)
