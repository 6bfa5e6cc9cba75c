"""Large graphs on the page of steps: size, opening, groups, frames. See docs/en/how-to/step.md.

python tests/benchmarks/big_page.py [--samples 3000]
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from autograd_mini import MLP, Value, steps  # noqa: E402
from autograd_mini.losses import mse  # noqa: E402
from autograd_mini.pages.page import save_html  # noqa: E402
from tests.browser import ARGUMENTS, until  # noqa: E402

READY = "document.querySelector('canvas')?.things?.().length > 0"
# From the start of the navigation until the frame after the picture was there.
SINCE = "new Promise(done => requestAnimationFrame(() => done(performance.now())))"
PRESS = """key => new Promise(done => {
  const canvas = document.querySelector("canvas"), start = performance.now();
  canvas.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  const laid = performance.now() - start;
  requestAnimationFrame(() => requestAnimationFrame(() => done([laid, performance.now() - start])));
})"""
MOVED = """async zooms => {
  const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const at = {clientX: x, clientY: y, bubbles: true, cancelable: true};
  const frames = [await new Promise(requestAnimationFrame)];
  for (let k = 0; frames.at(-1) - frames[0] < 3000; k++) {
    const turn = Math.sin(k / 25), pan = {deltaX: 30 * turn, deltaY: 18 * turn};
    const zoom = {deltaY: 14 * turn, ctrlKey: true};
    canvas.dispatchEvent(new WheelEvent("wheel", {...at, ...(zooms ? zoom : pan)}));
    frames.push(await new Promise(requestAnimationFrame));
  }
  return (frames.length - 1) * 1000 / (frames.at(-1) - frames[0]);
}"""


def network(samples: int) -> Value:
    """The loss of an MLP: 67 nodes for each sample."""
    random.seed(1)
    model = MLP(2, [16, 16, 1], activation="tanh", seed=0)
    points = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(samples)]
    return mse([model(point) for point in points], [float(x * y > 0) for x, y in points])


def gpt(seed: str = "mariajos") -> Value:
    """The loss of tests/compat/gpt_program.py at microgpt's sizes, for a name of 8 letters."""
    text = (ROOT / "tests/compat/gpt_program.py").read_text(encoding="utf-8")
    for old, new in (
        ("8, 2, 6", "16, 4, 16"),
        ('"ana ', f'"{seed} ana '),
        ("2 * WIDTH", "4 * WIDTH"),
        ("p.data -= 0.01", "unchanged = 0.01"),
    ):
        text = text.replace(old, new)
    names = {"Value": Value, "__name__": "program"}
    exec(compile(text, "gpt_program.py", "exec"), names)
    return names["train"](1)[1]  # type: ignore[no-any-return, operator]


def measured(browser: object, name: str, root: Value, folder: Path) -> None:
    """Print what the page of this graph takes."""
    start = time.perf_counter()
    recorded = steps(root)
    between = time.perf_counter()
    file = folder / f"{name}.html"
    save_html(recorded, file)
    end, size = time.perf_counter(), file.stat().st_size
    nodes = len(recorded.nodes)
    print(f"{name}: {nodes} nodes, {len(recorded)} steps; recorded in {between - start:.1f} s")
    print(f"  written in {end - between:.1f} s: {size / 1e6:.2f} MB, {size / nodes:.1f} B a node")
    opened = []
    for k in range(5):
        page = browser.new_page(viewport={"width": 1440, "height": 900})  # type: ignore[attr-defined]
        page.goto(file.as_uri(), wait_until="commit")
        until(page, READY)
        opened.append(page.evaluate(SINCE))
        if k < 4:
            page.close()
    print(f"  opened in {median(opened):.0f} ms (at most 1000)")
    rng, times = random.Random(0), list[tuple[int, float, float]]()
    for _ in range(24):
        for _ in range(rng.randrange(1, 5)):
            page.evaluate(PRESS, rng.choice(["ArrowRight", "ArrowDown", "ArrowRight"]))
        before = len(page.evaluate("document.querySelector('canvas').things()"))
        laid, shown = page.evaluate(PRESS, "Enter")
        after = len(page.evaluate("document.querySelector('canvas').things()"))
        if after > before:
            times.append((after - before, laid, shown))
    for boxes, laid, shown in sorted(times)[-4:]:
        print(f"  a group of {boxes} boxes: laid out in {laid:.0f} ms, seen after {shown:.0f} ms")
    for zooms in (False, True):
        rate = page.evaluate(MOVED, zooms)
        print(f"  {'zoom' if zooms else 'pan'}: {rate:.0f} frames a second (60)")
    page.close()


def main() -> None:
    """Make the pages, open them, print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=3000, help="of the network, 67 nodes each")
    samples = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        measured(browser, "gpt", gpt(), Path(folder))
        measured(browser, "network", network(samples), Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
