"""Hypothesis led to the worst point: it searches where the error is largest against its bar."""

from __future__ import annotations

import math
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Report


def steered(report: Report) -> Report:
    """The report, after hypothesis.target of log2(error / bar) where a test of its runs.

    Löscher & Sagonas, Targeted property-based testing, ISSTA 2017.
    """
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None and hypothesis.currently_in_test_context():
        ratios = [row.error / row.bar for row in report.comparisons if row.error and row.bar]
        worst = max((x for x in ratios if math.isfinite(x)), default=0.0)
        if worst:  # told twice in one test, hypothesis refuses
            with suppress(hypothesis.errors.InvalidArgument):
                hypothesis.target(math.log2(worst), label="log2(error / bar)")
    return report
