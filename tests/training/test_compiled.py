"""A compiled training step against the eager one: the same bits on the python back end."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from copy import copy, deepcopy
from fractions import Fraction
from functools import partial
from math import isfinite, isnan

import pytest

from autograd_mini import MLP, Value, losses, maximum
from autograd_mini.compiler import compile
from autograd_mini.data import Names, iris, moons, xor
from autograd_mini.errors import GradientError, RangeError, TraceError
from autograd_mini.nn import GPT
from autograd_mini.optim import SGD, Adam, AdamW, Momentum, Nesterov, RMSprop, clip_by_norm
from autograd_mini.optim.schedules import cosine, linear
from autograd_mini.stepping import record_training
from autograd_mini.training import TrainingError, evaluate, fit
from autograd_mini.training.compiled import compile_step
from tests.refusals import refusing

MOONS = moons(16, seed=0)
ROWS = [[float(x) for x in row] for row in MOONS.inputs]
LABELS = [float(y) for y in MOONS.targets]


def l2(params):
    return 0.01 * sum(p * p for p in params)


def own_loss(predictions, targets):
    pairs = zip(predictions, targets, strict=True)
    return maximum(sum((p - y) ** 2 for p, y in pairs), 0.5)


def eager(model, loss, optimiser, targets, steps=1, penalty=None, clip_norm=None, rows=ROWS):
    seen = []
    for _ in range(steps):
        value = loss([model(x) for x in rows], targets)
        value.backward()
        seen.append(value.data)
        if penalty is not None:
            regulariser = penalty(optimiser.params)
            regulariser.backward()
            seen[-1] += regulariser.data
        if clip_norm is not None:
            clip_by_norm(optimiser.params, clip_norm)
        optimiser.step()
        optimiser.zero_grad()
    return seen


OPTIMISERS = {
    "SGD": lambda params: SGD(params, lr=0.1, weight_decay=0.01),
    "Momentum": lambda params: Momentum(params, lr=0.1),
    "Nesterov": lambda params: Nesterov(params, schedule=cosine(0.1, 9)),
    "RMSprop": lambda params: RMSprop(params, lr=0.01, weight_decay=0.1),
    "Adam": lambda params: Adam(params, schedule=cosine(0.1, 9), weight_decay=0.1),
    "AdamW": lambda params: AdamW(params, lr=0.01),
    "Fraction": lambda params: SGD(params, lr=0.1, weight_decay=Fraction(1, 100)),
}
LOSSES = {
    "hinge": (losses.hinge, [2 * y - 1 for y in LABELS]),
    "mse": (losses.mse, LABELS),
    "mae": (losses.mae, LABELS),
    "huber": (losses.huber, LABELS),
    "logits": (losses.binary_cross_entropy_with_logits, [y / 2 + 0.5 for y in LABELS]),
    "own": (own_loss, LABELS),
}


@pytest.mark.parametrize("extras", [{}, {"penalty": l2, "clip_norm": 0.5}], ids=["plain", "extras"])
@pytest.mark.parametrize(
    ("optimiser", "loss"),
    [*[(name, "hinge") for name in OPTIMISERS], *[("Adam", n) for n in LOSSES]],
)
def test_a_step_is_the_eager_one_to_the_last_bit(optimiser, loss, extras):
    function, targets = LOSSES[loss]
    one = MLP(2, [3, 1], activation="tanh", seed=3)
    two = deepcopy(one)
    mine, theirs = (OPTIMISERS[optimiser](model.parameters()) for model in (one, two))
    step = compile_step(one, function, mine, backend="python", **extras)
    found = [*step(ROWS, targets, steps=2), step(ROWS, targets)]
    assert found == eager(two, function, theirs, targets, 3, **extras)
    assert [p.data for p in one.parameters()] == [p.data for p in two.parameters()]
    assert mine.state_dict() == theirs.state_dict()


@pytest.mark.parametrize(
    ("data", "loss", "outputs", "settings"),
    [
        (MOONS, "binary_cross_entropy_with_logits", 1, {"batch_size": 5}),
        (xor(), "binary_cross_entropy", 1, {"clip_norm": 0.1, "accuracy": "auto"}),
        (xor(), own_loss, 1, {"batch_size": 2}),
        (iris(), "cross_entropy", 3, {"batch_size": 60}),
    ],
    ids=["moons", "xor", "own loss", "iris"],
)
def test_fit_compiled_has_the_history_of_fit(data, loss, outputs, settings):
    histories, models = [], []
    for compiled in (False, "python"):
        last = "sigmoid" if loss == "binary_cross_entropy" else "linear"
        model = MLP(len(data.inputs[0]), [3, outputs], activation="tanh", output=last, seed=3)
        optimiser = Adam(model.parameters(), lr=0.05)
        settings = {"progress": False, **settings}
        history = fit(model, data, loss, optimiser, 3, compiled=compiled, **settings)
        histories.append([row[:-1] for row in history.rows])
        models.append([p.data for p in model.parameters()])
    if loss == "cross_entropy":  # the order of its sums depends on the class
        assert models[0] == pytest.approx(models[1], rel=1e-12)
    else:
        assert models[0] == models[1]
        assert histories[0] == histories[1]


@pytest.mark.filterwarnings("ignore:Setting the dtype")  # NumPy 2.5
@pytest.mark.parametrize("first", [0, 1], ids=["all", "last layer"])
@pytest.mark.parametrize(("backend", "threads"), [("numpy", 1), ("llvm", 1), ("llvm", 2)])
def test_arrays_that_come_again_are_read_again_whatever_was_done_to_them(backend, threads, first):
    np = pytest.importorskip("numpy")
    pytest.importorskip("llvmlite")
    model = MLP(2, [2, 1], activation="tanh", seed=1)
    twin = deepcopy(model)
    mine, theirs = (
        SGD([p for layer in each.layers[first:] for p in layer.parameters()], lr=0.1)
        for each in (model, twin)
    )
    step = compile_step(model, "mse", mine, backend=backend, threads=threads)
    table = np.zeros(len(ROWS), dtype="i1, (2,)f8, f8")  # whose numbers are not aligned
    xs, ys = table["f1"], table["f2"][::-1]
    xs[:], ys[:] = ROWS, LABELS
    others = np.ones((len(ROWS), 2)), np.zeros(len(ROWS))
    changes = [
        lambda: xs.fill(0.5),
        lambda: xs.__setitem__((3, 1), -2.0),
        ys.sort,
        lambda: setattr(xs, "dtype", int) or xs.fill(2) or ys.fill(1.0),  # columns that are copies
        lambda: xs.fill(3),
        lambda: setattr(xs, "dtype", float) or xs.__setitem__(slice(None), ROWS),
        lambda: setattr(mine.params[0], "data", 0.25) or setattr(theirs.params[0], "data", 0.25),
        lambda: [setattr(m.parameters()[0], "data", 0.5) for m in (model, twin)],
    ]
    for k, change in enumerate([*changes, int]):
        for rows, targets in [others] * (k == 2) + [(xs, ys)] * 3:
            (value,) = eager(twin, losses.mse, theirs, targets.tolist(), rows=rows.tolist())
            assert step(rows, targets) == pytest.approx(value, rel=1e-12)
        change()
    assert mine.steps == theirs.steps == step.statistics["calls"]
    assert (others[0] == 1).all()
    assert not others[1].any()


def set_number(params, rule):
    params[0].data, params[-1].data = -0.0, 0.25


def others_step(params, rule):
    for p in params:
        p.grad = 0.5
    rule.step()
    rule.zero_grad()


def set_memory(params, rule):
    rule.load_state_dict(rule.state_dict() | {"mean": [0.5] * len(params)})


TOUCHES = {
    "nothing": lambda params, rule: None,
    "read": lambda params, rule: params[3].data,
    "set": set_number,
    "a step of its own": others_step,
    "arithmetic": lambda params, rule: (2 * params[1] + params[2].tanh()).data,
    "text": lambda params, rule: repr(params[1]),
    "class": lambda params, rule: [p.__class__ for p in params],
    "copy": lambda params, rule: [type(copy(params[1])), copy(params[1]).data],
    "deep copy": lambda params, rule: [(type(p), p.data) for p in deepcopy(params)],
    "pickle": lambda params, rule: [p.data for p in pickle.loads(pickle.dumps(params))],
    "optimiser": lambda params, rule: rule.state_dict(),
    "set memory": set_memory,
    "pickle of the optimiser": lambda params, rule: pickle.loads(pickle.dumps(rule)).state_dict(),
    "deep copy of the optimiser": lambda params, rule: deepcopy(rule).state_dict(),
    "settings of the optimiser": lambda params, rule: copy(rule).state_dict(),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
@pytest.mark.parametrize("often", [False, True])
def test_parameters_are_what_they_should_be_whenever_one_asks(touch, often):
    one = MLP(2, [2, 1], activation="tanh", seed=3)
    two = deepcopy(one)
    mine, theirs = (Adam(model.parameters(), lr=0.1) for model in (one, two))
    step = compile_step(one, "mse", mine, backend="python")
    for k in range(12):
        assert [step(ROWS, LABELS)] == eager(two, losses.mse, theirs, LABELS)
        if often or k % 5 == 4:
            assert touch(one.parameters(), mine) == touch(two.parameters(), theirs)
    assert mine.state_dict() == theirs.state_dict()
    assert [p.data for p in one.parameters()] == [p.data for p in two.parameters()]


def test_a_copy_of_an_optimiser_remembers_what_it_did_when_it_was_made():
    kept: list[list[Adam]] = [[], []]
    for compiled, copies in enumerate(kept):
        model = MLP(2, [2, 1], activation="tanh", seed=3)
        rule = Adam(model.parameters(), lr=0.1)
        step = partial(eager, model, losses.mse, rule, LABELS)
        if compiled:
            step = partial(compile_step(model, "mse", rule, backend="python"), ROWS, LABELS)
        for _ in range(3):
            step()
            copies.append(copy(rule))
    eagerly, compiled = ([each.state_dict() for each in copies] for copies in kept)
    assert compiled == eagerly


def test_two_steps_that_share_parameters_and_batches_that_change_inside():
    ends: list[list[float]] = []
    for backend in ("eager", "python", "auto"):
        rows, labels = deepcopy(ROWS), [*LABELS]
        model = MLP(2, [2, 1], activation="tanh", seed=3)
        rules = [SGD(model.parameters(), lr=0.1), SGD(model.parameters()[2:], lr=0.2)]
        steps = [compile_step(model, "mse", rule, backend=backend) for rule in rules if ends]
        ends.append([])
        for k in range(8):
            rows[k], labels[0], rows[-1][0] = [0.1 * k, 1.0], 0.2 * k, 0.3 * k
            which = k % 3 == 2
            if steps:
                ends[-1].append(steps[which](rows, labels))
            else:
                ends[-1] += eager(model, losses.mse, rules[which], labels, rows=rows)
                rules[0].zero_grad()
        ends[-1] += [p.data for p in model.parameters()]
    assert ends[1] == ends[0]
    assert ends[2] == pytest.approx(ends[0], rel=1e-12)


@pytest.mark.parametrize(
    ("backend", "loss", "count"),  # alone, a sample is unrolled for machine code
    [
        ("python", losses.mse, 16),
        *[("llvm", losses.mse, n) for n in (16, 1)],
        ("llvm", own_loss, 1),
    ],
)
def test_what_is_set_of_the_optimiser_between_steps_counts(backend, loss, count):
    np = pytest.importorskip("numpy")
    pytest.importorskip("llvmlite")
    one = MLP(2, [2, 1], activation="tanh", seed=3)
    two, rows, labels = deepcopy(one), ROWS[:count], LABELS[:count]
    mine, theirs = (Adam(model.parameters(), lr=0.1) for model in (one, two))
    step = compile_step(one, loss, mine, backend=backend)
    given = (np.array(rows), np.array(labels)) if backend == "llvm" else (rows, labels)
    for name, x in [("weight_decay", 0.3), ("betas", (0.5, 0.8)), ("lr", 0.01), ("eps", 0.1)] * 2:
        for _ in range(4):
            wanted = eager(two, loss, theirs, labels, rows=rows)
            assert [step(*given)] == pytest.approx(wanted, rel=1e-9)
        for optimiser in (mine, theirs):
            setattr(optimiser, name, x)
    assert step.statistics == {"calls": 32, "traces": 4, "dropped": 0}
    assert [text in step.c_source()[0] for text in ("tanh(", "forward", "update")] == [True] * 3


def test_threads_that_step_and_that_read_at_once():
    model = MLP(2, [2, 1], activation="tanh", seed=3)
    twin, params, seen = deepcopy(model), model.parameters(), []
    step = compile_step(model, "mse", SGD(params, lr=0.1), backend="python")
    step(ROWS, LABELS)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(step, ROWS, LABELS) for _ in range(59)]
        while not all(one.done() for one in done):
            seen.append(params[0].data)
    found = sorted([one.result() for one in done], reverse=True)
    theirs = SGD(twin.parameters(), lr=0.1)
    weights, expected = set(), []
    for _ in range(60):
        expected += eager(twin, losses.mse, theirs, LABELS)
        weights.add(twin.parameters()[0].data)
    assert found == expected[1:]
    assert {*seen} <= weights
    assert [p.data for p in params] == [p.data for p in twin.parameters()]


def test_a_sequence_is_a_step_after_the_other_up_to_one_that_fails():
    models = [MLP(1, [1], activation="tanh", seed=1) for _ in range(2)]
    one, two = (
        compile_step(model, lambda p, y: (y[0] * p[0] ** 2).exp(), SGD(model.parameters(), lr=0.1))
        for model in models
    )
    batches = [([[1.0]], [2.0]), ([[0.5], [2.0]], [1.0, 3.0])]
    assert one.sequence(iter(batches)) == [two(*batch) for batch in batches]
    one(*batches[0])
    with pytest.raises(RangeError, match="exp"):
        two.sequence([batches[0], ([[1e6]], [1e6])])
    assert models[0].parameters()[0].data != 0
    assert [p.data for p in models[0].parameters()] == [p.data for p in models[1].parameters()]
    assert two.optimiser.steps == 3


@pytest.mark.parametrize("backend", ["python", "llvm"])
def test_a_row_of_steps_that_a_schedule_or_a_user_ends_is_counted(backend):
    pytest.importorskip("llvmlite")
    models = [MLP(2, [2, 1], activation="tanh", seed=1) for _ in range(2)]
    rates = [0.1, 0.3, 0.2, 0.05, 0.4, 0.2]
    mine, theirs = (Adam(model.parameters(), schedule=lambda k: rates[k]) for model in models)
    step = compile_step(models[0], "mse", mine, backend=backend)

    def same(steps):
        eager(models[1], losses.mse, theirs, LABELS, steps)
        found, expected = ([p.data for p in model.parameters()] for model in models)
        assert found == pytest.approx(expected, rel=1e-12)
        assert mine.steps == theirs.steps

    def interrupted(*given):
        repeat(*given)
        raise KeyboardInterrupt

    with pytest.raises(IndexError):
        step(ROWS, LABELS, steps=7)
    same(0)
    step(ROWS, LABELS)
    repeat, step.frame.repeat = step.frame.repeat, interrupted
    with pytest.raises(KeyboardInterrupt):
        step(ROWS, LABELS, steps=4)
    del step.frame.repeat
    step(ROWS, LABELS)
    same(6)
    with pytest.raises(IndexError):
        step(ROWS, LABELS)
    same(0)


def test_a_step_that_ctrl_c_cuts_in_two_does_not_count():
    model, twin = (MLP(2, [2, 1], activation="tanh", seed=1) for _ in range(2))
    mine, theirs = Adam(model.parameters()), Adam(twin.parameters())
    step = compile_step(model, "mse", mine, backend="python")
    step(ROWS, LABELS)
    run, signals = step.frame.run, iter([None, None, KeyboardInterrupt])

    def interrupted(*given):
        if signal := next(signals):
            raise signal
        return run(*given)

    step.frame.run = interrupted
    with pytest.raises(KeyboardInterrupt):
        step(ROWS, LABELS, steps=4)
    eager(twin, losses.mse, theirs, LABELS, 3)
    assert [p.data for p in model.parameters()] == [p.data for p in twin.parameters()]
    assert mine.steps == 3


def test_what_is_not_finite_is_told_as_the_eager_engine_tells_it_and_nothing_is_changed():
    model = MLP(2, [2, 1], seed=1)
    optimiser = SGD(model.parameters(), lr=0.1)
    step = compile_step(model, lambda p, y: (1000 * p[0]).exp(), optimiser, backend="python")
    model.layers[-1].parameters()[-1].data = 1.0
    before = [p.data for p in model.parameters()]
    model.parameters()[0].grad = 7.0
    with pytest.raises(RangeError, match="exp"):
        step(ROWS, LABELS)
    assert [p.data for p in model.parameters()] == before
    assert [p.grad for p in model.parameters()] == [7.0] + [0.0] * (len(before) - 1)
    assert optimiser.steps == 0
    far = Value(1e308)
    model = MLP(1, [1], seed=1)
    model.parameters = lambda: [far]
    step = compile_step(model, lambda p, y: -far, SGD([far], lr=1e308), backend="python")
    with pytest.raises(GradientError, match="no longer finite"):
        step([[1.0]], [1.0])
    assert far.data == 1e308
    np = pytest.importorskip("numpy")
    model, given = MLP(2, [1], seed=1), (np.array(ROWS), np.array(LABELS))
    step = compile_step(model, "mse", SGD(model.parameters(), lr=1e9), backend="numpy")
    with pytest.raises(RangeError):
        step.sequence([given] * 99)  # from the second on it repeats the last one
    assert all(isfinite(p.data) for p in model.parameters())


ENDS = {  # of data and a loss: what ends a fit, and after how many steps
    "explosion": (MOONS, "mse", TrainingError, "epoch 30,"),
    "hinge": ((ROWS, [0.0] * len(ROWS)), "hinge", ValueError, "label"),
    "binary": ((ROWS, [2.0] * len(ROWS)), "binary_cross_entropy", ValueError, "label"),
}


@pytest.mark.parametrize(("data", "loss", "error", "text"), ENDS.values(), ids=ENDS)
def test_fit_compiled_tells_as_fit_does_what_ended_it(data, loss, error, text):
    told = []
    for compiled in (False, "python"):
        model = MLP(2, [4, 1], seed=3, output="sigmoid" if error is ValueError else "linear")
        optimiser = SGD(model.parameters(), lr=1e5)
        before = [p.data for p in model.parameters()]
        with pytest.raises(error, match=text) as ended:
            fit(model, data, loss, optimiser, 50, progress=False, compiled=compiled)
        after = [p.data for p in model.parameters()]
        assert (optimiser.steps == 0) == (before == after) == (error is ValueError)
        told.append((str(ended.value), after, optimiser.steps))
    assert told[0] == told[1]


WRONG = {  # what a loss refuses, of outputs and targets
    "hinge": (losses.hinge, 0.5, 0.0),
    "a share of hinge": (losses.hinge, 0.5, 0.5),
    "a label": (losses.binary_cross_entropy_with_logits, 0.5, 2.0),
    "a negative label": (losses.binary_cross_entropy, 0.5, -1.0),
    "a prediction": (losses.binary_cross_entropy, 1.5, 1.0),
    "a negative prediction": (losses.binary_cross_entropy, -0.5, 0.0),
    "a sum": (lambda p, y: losses.kl_divergence([y, 1 - y], [p, 2 - p]), 0.5, 0.25),
    "negative": (lambda p, y: losses.kl_divergence([y, 1 - y], [p, 1 - p]), 1.5, 1.5),
}


@pytest.mark.parametrize(("loss", "output", "target"), WRONG.values(), ids=WRONG)
def test_what_a_loss_refuses_is_nan_in_compiled_code(loss, output, target):
    value, slope = compile(loss, backend="python").value_and_grad(output, target)
    assert (isnan(value), isnan(slope)) == (True, True)
    with pytest.raises(ValueError, match=r"hinge|binary_cross_entropy|kl_divergence"):
        loss(output, target)


class Signs(SGD):
    def rule(self, t, lr, w, g):
        return (w - lr * (1 if g > 0 else -1),)


def test_a_branch_is_not_said_to_come_from_weights_that_are_too_large():
    model = MLP(2, [3, 1], seed=3)
    with pytest.raises(TraceError, match=r"use where\(condition, a, b\)"):
        fit(model, MOONS, "mse", Signs(model.parameters(), 0.1), 2, progress=False, compiled=True)


NET, OTHER = MLP(2, [1], seed=1), MLP(2, [1], seed=1)
RULE = SGD(NET.parameters(), lr=0.1)


def with_loss(loss, labels=LABELS, **settings):
    compile_step(NET, loss, RULE, backend="python", **settings)(ROWS, labels)


test_what_a_step_is_not_made_of = refusing(
    {
        TypeError: [
            (lambda: compile_step(3, "mse", RULE), "compile_step takes a model .*, got 3"),
            (lambda: compile_step(NET, "mse", SGD), "optimiser must be one such as SGD.* got <cl"),
            (lambda: compile_step(NET, "mse", RULE, penalty=0.1), "penalty must be a function of"),
            (lambda: with_loss(lambda p, y: 3.0), "the loss must be a Value .*, got 3.0"),
            (lambda: with_loss(lambda p, y: p), "the loss must be a Value .*, got .Value"),
            (lambda: with_loss("mse", penalty=lambda ps: 0.0), "the penalty must be a Value, got"),
            (lambda: evaluate(3, MOONS, "mse"), "evaluate takes a model .*, got 3"),
        ],
        ValueError: [
            (lambda: compile_step(OTHER, "mse", RULE), "parameters that are not the model's"),
            (lambda: with_loss("mse", [1.0]), "16 inputs but 1 targets"),
            (lambda: compile_step(NET, "mse", RULE, clip_norm=0), "clip_norm must be above 0"),
            (lambda: compile_step(NET, "mse", RULE).source, "call it first"),
            (lambda: record_training(NET, MOONS, "mse", RULE, 2, 5, compiled=True), "are watched"),
        ],
    }
)


@pytest.mark.parametrize("copied", [copy, deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("loss", ["mse", own_loss])
def test_a_copy_of_a_step_goes_on_by_itself(copied, loss):
    model = MLP(2, [2, 1], activation="tanh", seed=3)
    step = compile_step(model, loss, Adam(model.parameters(), lr=0.1), backend="python")
    step(ROWS, LABELS)
    again = copied(step)
    if again.model is model:  # the two go on in turn
        twin, rule = deepcopy((model, step.optimiser))
        expected = eager(twin, step.loss, rule, LABELS, 4)
        assert [each(ROWS, LABELS) for each in (step, again, again, step)] == expected
    else:
        assert again(ROWS, LABELS, steps=3) == step(ROWS, LABELS, steps=3)
    ends = [[p.data for p in each.model.parameters()] for each in (step, again)]
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("backend", "loss"),
    [
        ("python", partial(losses.sequence_cross_entropy)),  # a function of one's own: unrolled
        ("numpy", partial(losses.sequence_cross_entropy)),
        ("numpy", "sequence_cross_entropy"),
    ],
)
def test_a_gpt_learns_from_names_of_all_lengths_by_one_trace(backend, loss):
    names = Names(["a", "ana", "eva", "nave"], "aenv")
    samples = [names.sample(name, 5) for name in names.names]
    models = [GPT(5, width=2, heads=2, context=5, seed=0) for _ in range(2)]
    rules = [Adam(model.parameters(), schedule=linear(0.01, 9)) for model in models]
    step = compile_step(models[0], loss, rules[0], backend=backend)
    for k in range(4):
        batch = [samples[k], samples[k - 1]]
        rows, targets = [row for row, _ in batch], [target for _, target in batch]
        value = eager(models[1], losses.sequence_cross_entropy, rules[1], targets, rows=rows)
        assert [step(rows, targets)] == pytest.approx(value, rel=0, abs=1e-12)
    assert len(step.entries) == 1
    both = zip(models[0].parameters(), models[1].parameters(), strict=True)
    assert max(abs(p.data - q.data) for p, q in both) < 1e-9


SQUARE = compile(lambda p: p * p, backend="python")


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_values_of_a_penalty_are_read_in_every_step_and_left_as_they_are(backend):
    losses_of = []
    for compiled in (False, True):
        model, anchor = MLP(2, [2, 1], activation="tanh", seed=3), Value(0.5)
        anchor.grad = 7.0
        frozen, head = model.layers[0].parameters(), SGD(model.layers[1].parameters(), lr=0.1)

        def penalty(_, model=model, anchor=anchor):
            return anchor * anchor * sum(map(SQUARE, model.parameters()))

        given = LABELS, 1, penalty, 0.5
        step = compile_step(model, "mse", head, penalty=penalty, clip_norm=0.5, backend=backend)
        found = []
        for change in (0.5, 4.0, -2.0):
            anchor.data, frozen[0].data = change, 3.0 * change
            one = step(ROWS, LABELS) if compiled else eager(model, losses.mse, head, *given)[0]
            found += [one, *[p.data for p in model.parameters()]]
        losses_of.append(found)
    assert losses_of[1] == pytest.approx(losses_of[0], rel=1e-12)
    assert [p.grad for p in (anchor, *model.parameters())] == [7.0, *[0.0] * 9]


class Constants:
    """A model whose outputs, or some of them, do not depend on the input."""

    def __init__(self, outputs):
        self.outputs, self.v = outputs, [Value(0.5, label="v"), Value(1.0, label="w")]

    def parameters(self):
        return self.v

    def __call__(self, x):
        v, w = self.v
        return [v, w * x[0], v * w][: self.outputs] if self.outputs > 1 else v


@pytest.mark.parametrize("backend", ["python", "numpy"])
@pytest.mark.parametrize(
    ("outputs", "loss", "target"),
    [(1, "mse", 2.0), (2, "mse", [1.0, 2.0]), (3, "cross_entropy", 1)],
)
def test_fit_compiled_takes_a_model_that_says_the_same_of_all_samples(
    backend, outputs, loss, target
):
    rows = []
    for compiled in (False, backend):
        model, data = Constants(outputs), ([1.0, 2.0, 4.0], [target] * 3)
        history = fit(model, data, loss, SGD(model.v, lr=0.1), 2, compiled=compiled)
        rows.append([(row.loss, row.accuracy or 0.0) for row in history.rows])
    assert sum(rows[0], ()) == pytest.approx(sum(rows[1], ()), rel=1e-12)


def test_an_accuracy_of_one_s_own_is_given_values_by_fit_compiled_too():
    def judge(prediction, target):
        return (prediction[0].data > prediction[1].data) == (target[0] > 0)

    data, shares = (ROWS, [[y, 1 - y] for y in LABELS]), []
    for compiled in (False, "python", "numpy"):
        model = MLP(2, [2], seed=3)
        optimiser = SGD(model.parameters(), lr=0.1)
        shares.append(fit(model, data, "mse", optimiser, 3, accuracy=judge, compiled=compiled))
    assert shares[0].accuracy == shares[1].accuracy == shares[2].accuracy
