"""Large graphs on the page of steps: size, opening, groups, frames. See docs/en/how-to/step.md.

tests/pages/test_big_page.py holds what has to be right, and prints the same measurements.

python tests/benchmarks/big_page.py [--samples 3000]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from autograd_mini import MLP, Value, steps  # noqa: E402
from autograd_mini.losses import mse  # noqa: E402
from autograd_mini.pages.page import save_html  # noqa: E402
from tests.browser import launched, until  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNT = "document.querySelector('canvas')?.things?.().length"
READY = f"{COUNT} > 0"
# From the start of the navigation until the frame after the picture was there.
SINCE = "new Promise(done => requestAnimationFrame(() => done(performance.now())))"
PRESS = """key => new Promise(done => {
  const canvas = document.querySelector("canvas"), start = performance.now();
  canvas.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  const laid = performance.now() - start;
  requestAnimationFrame(() => requestAnimationFrame(() => done([laid, performance.now() - start])));
})"""
MOVED = """async ([zooms, lasts]) => {
  const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const at = {clientX: x, clientY: y, bubbles: true, cancelable: true};
  const frames = [await new Promise(requestAnimationFrame)];
  for (let k = 0; frames.at(-1) - frames[0] < lasts; k++) {
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


def gpt(seed: str = "francisco") -> Value:
    """The loss of tests/compat/gpt_program.py at microgpt's sizes, for a name of 9 letters."""
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


def opened(page: Any, file: Path) -> float:
    """Milliseconds until the graph of the page is there to be seen."""
    page.goto(file.as_uri(), wait_until="commit")
    until(page, READY)
    return page.evaluate(SINCE)  # type: ignore[no-any-return]


def turned(page: Any, rng: random.Random) -> tuple[int, float, float]:
    """Some boxes further, open or close a group: boxes more, ms to lay it out, until it is seen."""
    for key in rng.choices(["Escape", "ArrowRight", "ArrowDown", "ArrowUp"], [4, 3, 2, 1], k=6):
        page.evaluate(PRESS, key)
    before = page.evaluate(COUNT)
    laid, shown = page.evaluate(PRESS, "Enter")
    return page.evaluate(COUNT) - before, laid, shown


def frames(page: Any, seconds: float) -> dict[str, str]:
    """Frames a second while the picture is moved, and while it is zoomed."""
    rates = [page.evaluate(MOVED, [zooms, 1000 * seconds]) for zooms in (False, True)]
    return {"frames a second, pan and zoom": f"{rates[0]:.0f}, {rates[1]:.0f} (60)"}


def told(nodes: int, size: int, times: Iterable[float], chain: Iterable[Any]) -> dict[str, str]:
    """What has been measured, in words and numbers; what is asked for in brackets."""
    boxes, laid, shown = max(chain)
    return {
        "size": f"{size / 1e6:.2f} MB (12) for {nodes} nodes, {size / nodes:.1f} B a node",
        "opened in": f"{median(times):.0f} ms (1000)",
        f"group of {boxes} boxes": f"laid out in {laid:.0f} ms (100), seen after {shown:.0f} ms",
    }


def measured(browser: Any, root: Value, folder: Path) -> dict[str, str]:
    """What the page of this graph takes."""
    recorded, file = steps(root), folder / "page.html"
    save_html(recorded, file)
    pages = [browser.new_page(viewport={"width": 1440, "height": 900}) for _ in range(5)]
    times = [opened(page, file) for page in pages]
    rng = random.Random(0)
    chain = [turned(pages[-1], rng) for _ in range(24)]
    found = told(len(recorded.nodes), file.stat().st_size, times, chain) | frames(pages[-1], 3)
    for page in pages:
        page.close()
    return found


def main() -> None:
    """Make the pages, open them, print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=3000, help="of the network, 67 nodes each")
    samples = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        for root in (gpt(), network(samples)):
            for what, found in measured(browser.chromium, root, Path(folder)).items():
                print(f"{what}: {found}")


if __name__ == "__main__":
    main()
