"""A browser for the tests of a module, and functions run in it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ARGUMENTS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; the tests are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("there is no Chromium on the PATH (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def run(chromium: Any) -> Any:
    """run(script, given): what the body of a JavaScript function with this argument returns."""
    page = chromium.new_page()

    def evaluated(script: str, given: Any) -> Any:
        text = json.dumps(given, allow_nan=False)
        answer = page.evaluate(f"(text) => {{ const given = JSON.parse(text);\n{script} }}", text)
        return json.loads(answer, parse_int=float)  # 1e17 is written as an integer

    yield evaluated
    page.close()


def axe_findings(page: Any) -> list[str]:
    """What axe-core finds that is serious or critical: rule and element. CSP must be bypassed."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
