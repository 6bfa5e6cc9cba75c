"""For the whole suite: what Hypothesis draws, what is marked, and in which order tests run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# Hypothesis draws the same examples on every run: a change is judged by what it changes.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)  # pytest --hypothesis-profile=exploring
settings.load_profile("repeatable")

HERE = Path(__file__).resolve().parent
# The long ones come first, so that no worker is still at one of them when the others are done.
FIRST = ("test_notebooks.py", "test_docs.py", "test_cli.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs in a browser, and begin with the modules that take longest."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.path.name not in FIRST)
