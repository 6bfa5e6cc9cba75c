"""Training in the page itself, on points of the learner's own: the numbers are our engine's."""

import random

import pytest

from autograd_mini import MLP, Neuron, losses
from autograd_mini.data import Dataset, circles, iris, moons, spirals, standardise, xor
from autograd_mini.nn.initialisers import INITIALISERS
from autograd_mini.notation.labels import number
from autograd_mini.optim import SGD, Adam
from autograd_mini.pages import training_page
from autograd_mini.stepping.training.recording import record_learning_rates, record_training
from autograd_mini.stepping.training.verdicts import verdict
from autograd_mini.training.fitting import orders
from tests.browser import DESKTOP, PHONE, axe_findings, switch_to_spanish, until
from tests.pages.near import codes_of
from tests.training.models import LOGITS, with_weights

SEEN = "own, player, chooseSample, initial, orders, verdictOf, Turning, points: DATA.points, learn"
LINE = Dataset("line", [(x / 4,) for x in range(-4, 5)], [(x / 4) ** 2 for x in range(-4, 5)])
SIGNED = ([*moons(16).inputs], [2 * y - 1 for y in moons(16).targets])
(IRIS,) = standardise(iris()[::6])


def network(data, loss, activation="tanh", **settings):
    inputs = data.inputs if isinstance(data, Dataset) else data[0]
    outputs = len(data.class_names) if loss == "cross_entropy" else 1
    output = "sigmoid" if loss == "binary_cross_entropy" else "linear"
    sizes = [4, 3, outputs]
    return MLP(len(inputs[0]), sizes, activation=activation, output=output, seed=3, **settings)


def trained(model, data, loss=LOGITS, rate=0.2, epochs=20, batch=None, kind=SGD):
    made = kind(model.parameters(), lr=rate)
    return record_training(model, data, loss, made, epochs, batch, seed=5, grid=12)


@pytest.fixture
def opened(opened, monkeypatch):
    """opened(run): its page in the mode, whose insides the test can see as `page`."""
    scripts = (*training_page.SCRIPTS, f"window.page = {{{SEEN}}};\n")
    monkeypatch.setattr(training_page, "SCRIPTS", scripts)
    monkeypatch.setattr(training_page, "EXACT", 1)  # the recorded frames are rounded
    return lambda run, size=DESKTOP, **settings: opened(run, "#mode=own", viewport=size, **settings)


def choose(page, **choices):
    for name, choice in choices.items():
        page.select_option(f"#own-{name}", str(choice))


def run_of(page, epochs=20):
    """The page's own run after so many epochs: losses, weights, verdict, turning."""
    page.evaluate("n => page.player.go(n)", epochs)
    until(page, "n => page.own.run.last >= n || page.own.run.broken", epochs)
    keys = "curve, accuracy, w, verdict, turning"
    return page.evaluate(f"(({{{keys}: {{value: turning}}}}) => ({{{keys}}}))(page.own.run)")


def assert_alike(found, run):
    close = {"rel": 1e-12, "abs": 1e-12}
    assert found["curve"] == pytest.approx(list(run.losses), **close)
    assert found["w"] == pytest.approx([x for frame in run for x in frame.weights], **close)
    if found["accuracy"]:
        assert found["accuracy"] == list(run.accuracies)
    else:
        assert run.accuracies[0] is None
    assert found["turning"] == pytest.approx(run.turning, abs=1e-9)
    assert found["verdict"] == run.verdict


# --- the numbers are Python's --------------------------------------------------------------------
@pytest.mark.parametrize("batch", [None, 5])
def test_twenty_steps_with_each_activation(opened, batch):
    data = moons(16)
    page = opened(trained(network(data, LOGITS), data, batch=batch))
    for activation in (*training_page.ACTIVATIONS, "linear"):
        choose(page, activation=activation)
        run = trained(network(data, LOGITS, activation), data, batch=batch)
        assert_alike(run_of(page), run)


@pytest.mark.parametrize(
    ("data", "loss"),
    [
        (xor(), LOGITS), (circles(16), "binary_cross_entropy"), (spirals(16), "mse"),
        (spirals(18, classes=3), "cross_entropy"), (IRIS, "cross_entropy"), (LINE, "mse"),
        (LINE, "huber"), (LINE, "mae"), (SIGNED, "hinge"),
    ],
)  # fmt: skip
def test_twenty_steps_on_each_data_set(opened, data, loss):
    settings = {"loss": loss, "rate": 0.1}
    first = trained(network(data, loss), data, **settings)
    page = opened(first)
    assert_alike(run_of(page), first)
    batch = 5 if len(first.points.inputs) > 5 else 1
    choose(page, optimiser="Adam", batch=batch)
    again = trained(network(data, loss), data, **settings, kind=Adam, batch=batch)
    assert_alike(run_of(page), again)
    told = page.locator("#story .sentence").inner_text()
    assert f"After epoch 20 the loss is {number(again.losses[-1])}." in told


def test_rates_that_crawl_and_blow_up(opened):
    page = opened(trained(network(LINE, "mse"), LINE, "mse"))
    for rate in (0.001, 0.5, 3.0, 10.0):
        choose(page, rate=rate if rate % 1 else int(rate))
        run = trained(network(LINE, "mse"), LINE, "mse", rate, 60)
        found = run_of(page, 60)
        assert found["verdict"] == run.verdict
        assert len(found["curve"]) == len(run.losses)
        if run.divergence:
            told = f"In epoch {run.divergence.epoch} the computation has no finite result"
            assert told in page.locator("#story").inner_text()
            assert page.evaluate("page.player.length") == len(run.losses)


def test_initial_weights_and_batches_are_drawn_as_in_python(opened):
    data = moons(16)
    page = opened(trained(network(data, LOGITS), data))
    layers = [{"inputs": 2, "units": 4}, {"inputs": 4, "units": 3}, {"inputs": 3, "units": 1}]
    names = page.evaluate("[...document.getElementById('own-start').options].map(o => o.value)")
    assert {INITIALISERS[name] for name in names[1:]} == {*INITIALISERS.values()}
    for name in names[1:]:
        for seed in (0, 7, 2**40 + 3):
            drawn = MLP(2, [4, 3, 1], init=name, seed=seed).parameters()
            found = page.evaluate("given => page.initial(...given)", [layers, name, seed])
            assert found == [p.data for p in drawn]
    took = "([n, size, seed]) => { const o = page.orders(n, size, seed);"
    took += " return Array.from({length: 3}, () => o.next().value); }"
    wanted = orders(23, 5, 9)
    assert page.evaluate(took, [23, 5, 9]) == [[*map(list, next(wanted))] for _ in range(3)]
    choose(page, start="he_normal")
    page.click("#own-draw")
    drawn = MLP(2, [4, 3, 1], init="he_normal", seed=1).parameters()
    assert page.evaluate("page.own.run.w") == [p.data for p in drawn]


def test_verdicts_are_pythons(opened):
    data = xor()
    page = opened(trained(network(data, LOGITS), data))
    rng, cases = random.Random(4), []
    for _ in range(3000):
        losses_ = [1.0]
        down, noise = rng.choice([0.2, 0.8, 0.97, 1.0, 1.3]), rng.choice([0, 0.02, 0.5])
        for _ in range(rng.randrange(1, 12)):
            losses_.append(losses_[-1] * down + noise * (rng.random() - 0.4))
        cases.append([losses_, rng.uniform(-1, 1), rng.random() < 0.1, rng.random() < 0.5])
    found = page.evaluate("cases => cases.map(c => page.verdictOf(...c, page.learn))", cases)
    wanted = [verdict(a, b, broken=c, batches=d) for a, b, c, d in cases]
    assert {*wanted} == {"crawls", "converges", "trembles", "oscillates", "diverges"}
    assert found == wanted


def test_the_sample_shows_its_numbers(opened):
    """Forward as the model has it; backward as `backward()` of the loss of this point alone."""
    data = moons(16)
    run = trained(network(data, LOGITS), data)
    page = opened(run)
    run_of(page)
    page.select_option("#sampled", index=6)
    model = with_weights(network(data, LOGITS), run[-1].weights)
    h, layers = data.inputs[6], []
    for layer in model.layers:
        sums = [sum((w * x for w, x in zip(n.w, h, strict=True)), n.b) for n in layer.neurons]
        h = sums if layer is model.layers[-1] else [s.tanh() for s in sums]
        layers.append((sums, h))
    loss = losses.binary_cross_entropy_with_logits(h[0], data.targets[6])
    loss.backward()
    wanted = [
        [str(j + 1), *(number(x, ".3g") for x in (s.data, y.data, y.grad, s.grad))]
        for sums, outputs in layers
        for j, (s, y) in enumerate(zip(sums, outputs, strict=True))
    ]
    rows = page.locator("#sample tbody tr:has(td)").all_inner_texts()
    assert [row.split() for row in rows] == wanted
    assert f"the loss of this point {number(loss.data)}" in page.inner_text("#sample p")
    page.set_viewport_size(DESKTOP)  # the narrowest of three columns
    page.click("[data-lang=es]")
    for index in range(len(data)):
        page.select_option("#sampled", index=index)
        assert page.locator("#sample .scroll").evaluate("e => e.scrollWidth - e.clientWidth") == 0


def test_the_picture_is_the_recorded_one(opened):
    for data, loss in ((moons(16), LOGITS), (spirals(18, classes=3), "cross_entropy"),
                       (LINE, "mse")):  # fmt: skip
        run = trained(network(data, loss), data, loss)
        page = opened(run)
        run_of(page)
        found = page.evaluate("[...page.own.run.codes(20)]")
        wanted = codes_of(run.field, run[-1].field)
        assert all(abs(a - b) <= 1 for a, b in zip(found, wanted, strict=True))
        assert len({*wanted}) > 10


# --- points --------------------------------------------------------------------------------------
def data_of(page, data):
    points = page.evaluate("page.points")
    return Dataset(data.name, points["inputs"], points["targets"], class_names=data.class_names)


def test_added_moved_and_removed_points_change_the_training_alike(opened):
    data = moons(16)
    page = opened(trained(network(data, LOGITS), data))
    box = page.locator(".stage canvas").bounding_box()

    def at(across, up):
        return box["x"] + box["width"] * across, box["y"] + box["height"] * (1 - up)

    page.click(".own-tools .pair button >> nth=1")
    page.mouse.click(*at(0.95, 0.95))
    assert page.locator(".handle").count() == 17
    made = data_of(page, data)
    (low, high), (bottom, top) = (page.evaluate(f"page.own.run.field.{k}") for k in "xy")
    wanted = (low + 0.95 * (high - low), bottom + 0.95 * (top - bottom))
    assert made.inputs[16] == pytest.approx(wanted, abs=0.02)
    assert made.targets[16] == 1
    page.locator(".handle").nth(16).hover()
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.6))
    page.mouse.move(*at(0.05, 0.1))
    page.mouse.up()
    moved = data_of(page, data)
    wanted = (low + 0.05 * (high - low), bottom + 0.1 * (top - bottom))
    assert moved.inputs[16] == pytest.approx(wanted, abs=0.02)
    assert moved.inputs[:16] == data.inputs
    page.select_option("#sampled", index=2)
    page.click("#own-remove")
    changed = data_of(page, data)
    assert changed.inputs == [*data.inputs[:2], *data.inputs[3:], moved.inputs[16]]
    page.click("#own-again")
    page.click("#first")  # stands still, and is asked for 20
    assert_alike(run_of(page), trained(network(data, LOGITS), changed))
    page.click("#own-original")
    assert data_of(page, data).inputs == data.inputs
    assert page.evaluate("document.activeElement === document.querySelector('.handle')")


def test_training_goes_on_from_where_a_point_is_moved(opened):
    data = moons(16)
    run = trained(network(data, LOGITS), data)
    page = opened(run)
    run_of(page)
    page.locator(".handle").first.focus()
    page.keyboard.press("ArrowUp")
    moved = data_of(page, data)
    model = with_weights(network(data, LOGITS), run[-1].weights)
    again = trained(model, moved, epochs=10)
    assert f"With these points the loss is {number(again.losses[0])}." in page.inner_text("#story")
    assert_alike(run_of(page, 10), again)


def test_points_by_keyboard(opened):
    data = xor()
    page = opened(trained(network(data, LOGITS), data))
    assert page.locator(".handle[tabindex='0']").count() == 1
    page.locator(".handle").first.focus()
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused) == "Point 1, 0: x1 = 0, x2 = 0"
    page.keyboard.press("PageDown")
    assert page.evaluate(focused) == "Point 2, 1: x1 = 0, x2 = 1"
    assert page.input_value("#sampled") == "1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    (x, y), old = data_of(page, data).inputs[1], data.inputs[1]
    assert old[0] < x < 0.1
    assert 0.9 < y < old[1]
    until(page, "x => document.getElementById('live').textContent === x", page.evaluate(focused))
    assert page.inner_text("#where").startswith("epoch 0 of")  # the player is left alone
    page.keyboard.press("Delete")
    assert len(data_of(page, data)) == 3
    assert page.evaluate(focused).startswith("Point 1, 0")
    page.click("#own-add")
    assert page.evaluate(focused).startswith("Point 4, 0: x1 = 0.5, x2 = 0.5")
    for _ in range(9):
        page.keyboard.press("Delete")
    assert len(data_of(page, data)) == 1  # the last one stays


def test_a_point_of_a_line_has_its_height_as_target(opened):
    page = opened(trained(network(LINE, "mse"), LINE, "mse"))
    page.locator(".handle").first.focus()
    page.keyboard.press("ArrowUp")
    made = page.evaluate("page.points")
    assert made["inputs"][0] == [-1]
    assert 1 < made["targets"][0] < 1.2


def test_points_by_touch(opened):
    data = xor()
    page = opened(trained(network(data, LOGITS), data), PHONE, has_touch=True)
    page.locator(".stage").scroll_into_view_if_needed()
    box = page.locator(".stage canvas").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    assert len(data_of(page, data)) == 5


def test_the_recorded_run_comes_back(opened):
    data = xor()
    run = trained(network(data, LOGITS), data)
    page = opened(run)
    page.click("#own-add")
    page.click("#own-mode")
    assert page.inner_text("#where") == "epoch 20 of 20"
    assert page.locator(".handle").count() == 0
    assert page.locator(".stage .point").count() == 4
    assert number(run.losses[-1]) in page.inner_text("#story")
    page.click("#own-mode")
    assert page.locator(".handle").count() == 5


# --- where there is no such mode -----------------------------------------------------------------
def test_some_runs_are_only_shown(visit, tmp_path):
    def own(predictions, targets):
        return losses.mse(predictions, targets)

    def tanh(z):
        return 2 * z.tanh()

    neuron = Neuron(2, activation=lambda z: z.tanh(), seed=0)
    liar = Neuron(2, activation=tanh, seed=0)
    several = record_learning_rates(network(xor(), LOGITS), xor(), LOGITS, epochs=2)
    shown = [trained(model, xor()) for model in (neuron, liar)]
    for run in (trained(network(xor(), LOGITS), xor(), own), *shown, several):
        (tmp_path / "page.html").write_text(training_page.to_html(run), encoding="utf-8")
        page = visit(tmp_path / "page.html", "#mode=own")
        assert page.locator("#own-mode").count() == 0
        assert not page.is_visible("#own")
        switch_to_spanish(page)


# --- languages, sizes, accessibility -------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_and_phones(opened, scheme):
    for data, loss in ((xor(), LOGITS), (LINE, "mse")):
        run = trained(network(data, loss), data, loss)
        for size in (DESKTOP, PHONE):
            page = opened(run, size, color_scheme=scheme, bypass_csp=True)
            run_of(page)
            assert axe_findings(page) == []
            for lang in ("en", "es"):
                page.click(f"[data-lang={lang}]")
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"]


def test_every_kind_of_point_can_be_chosen(opened):
    names = [str(k) for k in range(10)]
    many = Dataset("ten", [[k, k * k] for k in range(10)], [*range(10)], class_names=names)
    page = opened(trained(network(many, "cross_entropy"), many, "cross_entropy"), PHONE)
    assert page.locator(".own-tools .pair button").count() == 10
    for kind in page.locator(".own-tools .pair button").all():
        box = kind.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]
    same = [[1.0, 2.0], [2.0, 1.0]], [3.0, 3.0]
    page = opened(trained(network(same, "mse"), same, "mse"))
    assert page.locator(".own-tools .pair button").all_inner_texts() == ["3"]
