"""For the whole suite: what Hypothesis draws, what is marked, and in which order tests run."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis.strategies import none

import_module("micrograd.nn")  # itself, before the doctests of compat ask for it
pytest.register_assert_rewrite("tests.browser", "tests.reference")

from tests import browser as browsers  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ["AUTOGRAD_MINI_CACHE"] = ""  # no test finds machine code of another, or leaves some

# Hypothesis draws the same examples on every run: a change is judged by what it changes.
# To explain a failure takes it five hundred runs more; `exploring` has that.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("repeatable", derandomize=True, deadline=None, phases=PHASES)
settings.register_profile("exploring", deadline=None)  # pytest --hypothesis-profile=exploring
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs in a browser, and begin with what is slow: no worker ends with it."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Modules and collected tests stay: the collector need not look through them each time.

    Nor through the nodes of graphs, which are gone without it, after every 700 new ones.
    """
    find(none(), lambda _: True)  # at first use Hypothesis looks for what refers to its random
    gc.collect()
    if sys.implementation.name == "cpython":
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)


class Sheet:
    """What a test, a doctest or a page puts on the sheet is off it when that ends."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        from autograd_mini.ops import SHEET

        known = set(SHEET)
        found = yield
        for name in set(SHEET) - known:
            del SHEET[name]
        return found


def pytest_configure(config: pytest.Config) -> None:
    """For all tests, also those that are not below this folder."""
    config.pluginmanager.register(Sheet())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have measured (`record_property`); none fails by it."""
    for report in terminalreporter.getreports("passed"):
        for what, found in report.user_properties:
            terminalreporter.write_line(f"{what}: {found}")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT interrupts, as a keyboard's; a parent such as nohup may have it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def own() -> Any:
    """own(signature, value, ...): an operation that is on the sheet until the test ends."""
    from autograd_mini.ops import op

    return op


@pytest.fixture(scope="session")
def browser() -> Iterator[browsers.Browser]:
    """One for each process; the tests are skipped where there is none."""
    with browsers.launched() as launched:
        yield launched


@pytest.fixture
def visit(browser: browsers.Browser) -> Iterator[browsers.Visit]:
    """visit(file, "#link", color_scheme="dark", ...): the page in a browser; it must be quiet."""
    with browsers.visiting(browser) as visit:
        yield visit


@pytest.fixture(scope="module")
def run(browser: browsers.Browser) -> Iterator[Any]:
    """run(script, given): what the body of a JavaScript function with this argument returns."""
    with browsers.visiting(browser) as visit:
        yield browsers.function(visit())
