"""How soon the page of a neuron opens, and how fast one of 1,000 nodes steps in the browser.

    python tests/benchmarks/stepping_page.py

Each measure is printed with its bound. The neuron: 75 kB, its first step painted within 0.5 s (the
median of 7 visits). The large page: 1.5 MB, the first paint within 0.3 s, 60 frames a second while
it plays at 60 steps a second, no step that takes longer than a frame. On a busy machine all of
these are longer.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from autograd_mini import MLP, steps  # noqa: E402
from autograd_mini.losses import mse  # noqa: E402
from autograd_mini.pages.page import save_html  # noqa: E402
from tests.browser import ARGUMENTS  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PLAYED = """async () => {
  const select = document.getElementById("speed"), slider = document.getElementById("slider");
  select.value = "60";
  select.dispatchEvent(new Event("change"));
  document.getElementById("play").click();
  const frames = [], start = performance.now(), first = Number(slider.value);
  while (performance.now() - start < 4000) {
    frames.push(await new Promise(requestAnimationFrame));
  }
  document.getElementById("play").click();
  const seconds = (frames.at(-1) - frames[0]) / 1000;
  return [(frames.length - 1) / seconds, (Number(slider.value) - first) / seconds];
}"""
STEPPED = """() => {
  const times = [], slider = document.getElementById("slider");
  document.getElementById("first").click();
  for (let k = 0; k < 1500; k++) {
    const start = performance.now();
    document.getElementById("next").click();
    document.body.offsetHeight;  // style and layout are done
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return [times[750], times[1485], times[1499]];
}"""
# When the step was painted (the largest text that has been), and how long the scripts took.
OPENED = """async () => {
  const painted = await new Promise(resolve => new PerformanceObserver(list => {
    resolve(list.getEntries().at(-1).startTime);
  }).observe({type: "largest-contentful-paint", buffered: true}));
  const [{domInteractive, domContentLoadedEventEnd}] = performance.getEntriesByType("navigation");
  return [painted, domContentLoadedEventEnd - domInteractive];
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def neuron(browser: Browser, file: Path) -> None:
    """Open the page of a neuron several times."""
    save_html(steps(lambda w, x, b: (w * x + b).tanh(), 0.5, 2.0, -0.25), file)
    print(f"neuron: {file.stat().st_size / 1e3:.1f} kB (at most 75)")
    visits = []
    for _ in range(7):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(file.as_uri())
        page.wait_for_timeout(500)
        visits.append(page.evaluate(OPENED))
        page.close()
    paint, script = (median(column) for column in zip(*visits, strict=True))
    print(
        f"neuron: first step after {paint:.0f} ms (at most 500), {script:.0f} of them its scripts"
    )


def main() -> None:
    """Make the pages, open them, print what was measured."""
    model = MLP(4, [24, 24, 3], activation="tanh", seed=0)
    recorded = steps(mse([y for x in (0.1, 0.7) for y in model([x, 1.0, -x, 0.5])], [0.0] * 6))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        start = time.perf_counter()
        save_html(recorded, file)
        print(f"{len(recorded.nodes)} nodes, {len(recorded)} steps")
        print(f"written in {time.perf_counter() - start:.1f} s")
        print(f"{file.stat().st_size / 1e6:.2f} MB (at most 1.5)")
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        neuron(browser, Path(folder) / "neuron.html")
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(file.as_uri())
        page.wait_for_timeout(500)
        print(f"first paint after {page.evaluate(PAINT):.0f} ms (at most 300)")
        frames, moved = page.evaluate(PLAYED)
        print(f"{frames:.0f} frames and {moved:.0f} steps a second (60)")
        median, high, most = page.evaluate(STEPPED)
        print(f"a step takes {median:.1f} ms; 1 of 100 {high:.1f} ms; at most {most:.1f} ms (16.7)")
        browser.close()


if __name__ == "__main__":
    main()
