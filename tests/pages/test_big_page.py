"""A GPT's training step and a network of 200,000 nodes in the browser, at their full size.

The times stand at the end of what pytest prints; tests/benchmarks/big_page.py measures longer.
"""

import random

import pytest

from autograd_mini import steps
from autograd_mini.drawing.groups import MOST
from autograd_mini.pages.columns import MANY
from autograd_mini.pages.page import save_html
from autograd_mini.stepping import explain_step
from tests.benchmarks import big_page
from tests.pages.test_groups import THINGS, apart, assert_told, places

SIZES = {"gpt": (big_page.gpt, 76_000), "network": (lambda: big_page.network(3000), 200_000)}
AT = """i => {
  const slider = document.getElementById("slider");
  slider.value = i;
  slider.dispatchEvent(new Event("input"));
  const said = document.querySelector("#step .sentence").innerText;
  return [said, document.querySelector("canvas").things()];
}"""


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_it_opens_stays_in_place_and_shows_pythons_numbers(visit, tmp_path, name, record_property):
    make, least = SIZES[name]
    recorded, file = steps(make()), tmp_path / "page.html"
    save_html(recorded, file)
    size, nodes = file.stat().st_size, len(recorded.nodes)
    assert nodes > least
    assert size < 16 * nodes < 12e6
    page, rng = visit(reduced_motion="reduce"), random.Random(1)
    times = [big_page.opened(page, file)]
    before, chain = places(page), []
    assert f"{MANY:,}" in page.inner_text("#modes")
    while len(chain) < 20 or page.evaluate(big_page.COUNT) < 200:
        chain.append(big_page.turned(page, rng))
        assert chain[-1][0] <= 2 * MOST
        apart(page.evaluate(THINGS))
    assert max(chain)[0] > 100
    for part in (0, 0.4, 0.8, 1):
        i = round(part * (len(recorded) - 1))
        sentence, things = page.evaluate(AT, i)
        assert sentence == explain_step(recorded, i, "en").sentence.replace("`", "")
        assert_told(recorded, recorded.state(i), things)
    page.click(".groups button:has-text('Close all')")
    page.evaluate(AT, 0)
    assert places(page) == before
    for what, x in (big_page.told(nodes, size, times, chain) | big_page.frames(page, 0.3)).items():
        record_property(f"{name}, {what}", x)
