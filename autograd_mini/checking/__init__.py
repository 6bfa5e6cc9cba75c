"""Checking derivatives: ours, another engine's, or one written by hand, and naming the culprit."""

# mypy: implicit-reexport
from typing import TYPE_CHECKING

from autograd_mini import lazy

if TYPE_CHECKING:
    from autograd_mini.pages.report import save_html

    from .adapters import Adapter
    from .beside import SideBySide, compare_gradients
    from .check import check_grad, check_jvp
    from .differences import Estimate, finite_difference
    from .findings import Comparison, Culprit, Property, Taylor
    from .inputs import CheckError
    from .report import GradientMismatch, Report
    from .sweep import Sweep, complex_step, show_step_sweep
    from .table import op_table

__all__ = lazy(__name__)
