"""A GPT's training step and a network of 200,000 nodes in the browser, at their full size.

The times stand at the end of what pytest prints; tests/benchmarks/big_page.py measures longer.
"""

import random

import pytest

from autograd_mini import steps
from autograd_mini.drawing.groups import MOST
from autograd_mini.notation.labels import number
from autograd_mini.pages.columns import MANY, groups_of
from autograd_mini.pages.page import save_html
from autograd_mini.stepping import explain_step
from tests.benchmarks import big_page
from tests.pages.test_groups import THINGS, apart, places

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
    for i, known, grad, complete in replayed(recorded, (0, 0.4, 0.8, 1)):
        sentence, things = page.evaluate(AT, i)
        assert sentence == explain_step(recorded, i, "en").sentence.replace("`", "")
        groups = totals(recorded, grad, known, complete)
        for x in things:
            if x["group"] is None:
                k = x["id"]
                data = number(recorded.nodes[k].data) if k in known else "—"
                shown = [data, number(grad[k]) if k in grad else "—"]
            else:
                shown = groups[x["group"]]
            assert x["open"] or [row[1] for row in x["rows"]] == shown
    page.click(".groups button:has-text('Close all')")
    page.evaluate(AT, 0)
    assert places(page) == before
    for what, x in (big_page.told(nodes, size, times, chain) | big_page.frames(page, 1)).items():
        record_property(f"{name}, {what}", x)


def replayed(recorded, parts):
    """At some steps: what has its number, the gradients so far, and which of them are complete."""
    known, grad, complete, start = set(), {}, set(), 0
    for part in parts:
        end = round(part * (len(recorded) - 1)) + 1
        for step in recorded[start:end]:
            if step.kind in ("given", "forward"):
                known.update(getattr(step, "nodes", None) or [step.node])
            elif step.kind == "accumulate":
                grad[step.parent] = step.after
            elif step.kind == "seed":
                grad[step.node] = step.value
            elif step.kind == "visit":
                grad[step.node] = step.adjoint
                complete.add(step.node)
        start = end
        yield end - 1, known, grad, complete


def totals(recorded, grad, known, complete):
    """For each group what stands in its box: how many nodes, and the range of their gradients."""
    table, of = groups_of(recorded)
    inside = [[] for _ in table]
    for k, group in enumerate(of):
        while group >= 0:
            inside[group].append(k)
            group = table[group][1]
    shown = []
    for members in inside:
        n, have = len(members), sum(k in known for k in members)
        done = sum(k in complete for k in members)
        made = [k for k in members if recorded.nodes[k].first is not None] or members
        sizes = [abs(grad[k]) for k in made] if done == n else []
        ends = dict.fromkeys(number(f(sizes), ".3g") for f in (min, max) if sizes)
        part = f"{done} / {n}" if done else "—"
        shown.append([str(n) if have == n else f"{have} / {n}", " to ".join(ends) or part])
    return shown
