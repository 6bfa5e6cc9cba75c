"""Pages of steps: size, opening, groups, frames, what is asked for in brackets.

    python -m tests.benchmarks.big_page [--samples 3000]

A neuron, a network of 1,000 nodes that is stepped through, and large graphs, of which
docs/en/how-to/step.md tells; tests/pages/test_big_page.py holds what has to be right of those, and
prints the same measurements. On a busy machine all of these times are longer.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from autograd_mini import MLP, Value, steps
from autograd_mini.losses import mse
from autograd_mini.pages.page import save_html
from tests.benchmarks.options import options
from tests.browser import launched, until

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
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
    return names["train"](1)[1]


def opened(page: Any, file: Path) -> float:
    """Milliseconds until the graph of the page is there to be seen."""
    page.goto(file.as_uri(), wait_until="commit")
    until(page, READY)
    return page.evaluate(SINCE)


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


def neuron(browser: Any, folder: Path) -> dict[str, str]:
    """What the page of a neuron takes, the median of several visits."""
    file, visits = folder / "neuron.html", []
    save_html(steps(lambda w, x, b: (w * x + b).tanh(), 0.5, 2.0, -0.25), file)
    for _ in range(7):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(file.as_uri())
        page.wait_for_timeout(500)
        visits.append(page.evaluate(OPENED))
        page.close()
    paint, script = (median(column) for column in zip(*visits, strict=True))
    opened = f"{paint:.0f} ms (500), {script:.0f} of them its scripts"
    return {"neuron": f"{file.stat().st_size / 1e3:.1f} kB (75)", "its first step after": opened}


def stepped(browser: Any, folder: Path) -> dict[str, str]:
    """What the page of a network of 1,000 nodes takes that plays, and is stepped through."""
    model, file = MLP(4, [24, 24, 3], activation="tanh", seed=0), folder / "network.html"
    recorded = steps(mse([y for x in (0.1, 0.7) for y in model([x, 1.0, -x, 0.5])], [0.0] * 6))
    save_html(recorded, file)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(file.as_uri())
    page.wait_for_timeout(500)
    found = {f"{len(recorded)} steps": f"{file.stat().st_size / 1e6:.2f} MB (1.5)"}
    found["first paint after"] = f"{page.evaluate(PAINT):.0f} ms (300)"
    frames, moved = page.evaluate(PLAYED)
    found["a second, while it plays"] = f"{frames:.0f} frames and {moved:.0f} steps (60)"
    middle, high, most = page.evaluate(STEPPED)
    found["a step"] = f"{middle:.1f} ms; 1 of 100 {high:.1f} ms; at most {most:.1f} ms (16.7)"
    return found


def main() -> None:
    """Make the pages, open them, print what was measured."""
    samples = options(__doc__, samples=3000).samples  # of 67 nodes
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        folder, chromium = Path(name), browser.chromium
        found = [neuron(chromium, folder), stepped(chromium, folder)]
        found += [measured(chromium, root, folder) for root in (gpt(), network(samples))]
    for each in found:
        for what, told in each.items():
            print(f"{what}: {told}")


if __name__ == "__main__":
    main()
