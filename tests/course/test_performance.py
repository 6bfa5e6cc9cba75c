"""Results of perform mode, marked again: L = (w x) w with w = 3, x = -2, and a step of w."""

import json

import pytest

from autograd_mini.course.performance import PerformanceError, performance

GRAPH = {
    "names": ["w", "x", "a", "L"], "ops": [None, None, "mul", "mul"],
    "args": [None, None, [0, 1], [2, 0]], "data": [3, -2, None, None],
    "seed": 1, "rates": [[0, 0.1]],
}  # fmt: skip
STEPS = [
    ("seed", 3, None, "1"), ("pick", 3, None, "L"), ("share", 3, 0, "3"), ("share", 3, 1, "-6"),
    ("pick", 2, None, "a"), ("share", 2, 0, "-6"), ("sum", 2, 0, "-12"), ("share", 2, 1, "9"),
    ("update", 0, None, "4.2"),
]  # fmt: skip


def result(*changes):
    """The file of a right run; each change puts a decision, or None, in a place."""
    decisions = [
        {"act": act, "node": node, "answers": [text], "shown": False}
        | ({} if edge is None else {"edge": edge})
        for act, node, edge, text in STEPS
    ]
    for place, change in changes:
        new = [] if change is None else [decisions[min(place, 8)] | change]
        decisions[place : place + 1] = new
    content = {"format": "autograd_mini performance", "version": 1, "graph": GRAPH, "right": 9,
               "n": 9, "learner": "Ada", "title": "L", "decisions": decisions}  # fmt: skip
    return json.dumps(content)


def test_a_right_run_has_all_marks():
    found = performance(result())
    assert (found.right, found.of, found.edited) == (9, 9, False)


@pytest.mark.parametrize(
    "change",
    [(1, {"answers": ["a", "L"]}), (6, {"answers": ["-6", "-12"]}), (4, {"shown": True})],
)
def test_a_slip_or_an_answer_that_was_shown_costs_its_mark(change):
    found = performance(result(change))
    assert (found.right, found.of, found.edited) == (8, 9, True)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ([(8, None)], "does not end"),
        ([(9, {})], "w cannot come at that place"),
        ([(0, None)], "L cannot come"),
        ([(1, {"node": 2, "answers": ["a"]})], "a cannot come"),
        ([(6, None)], "a cannot come"),
        ([(5, {"edge": 1})], "a cannot come"),
        ([(7, {"answers": ["-9"]})], "'-9' ends a decision"),
        ([(2, {"answers": []})], "damaged"),
    ],
)
def test_what_does_not_follow_is_refused(changes, error):
    with pytest.raises(PerformanceError, match=error):
        performance(result(*changes))
