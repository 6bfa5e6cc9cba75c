"""The training player in a real browser: controls, numbers, pictures, languages, phones, axe."""

import re
from math import exp
from pathlib import Path

import pytest

from autograd_mini import MLP
from autograd_mini.data import Dataset, moons, xor
from autograd_mini.language import catalogue
from autograd_mini.notation.labels import number
from autograd_mini.optim import Adam
from autograd_mini.pages.training_page import to_html
from autograd_mini.stepping import (
    record_descent,
    record_descents,
    record_learning_rates,
    record_training,
    save_html,
)
from tests.browser import CORNER, PHONE, axe_findings, until
from tests.training.models import LOGITS, descended, with_weights

DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def runs():
    model = MLP(2, [3, 3, 1], activation="tanh", init="xavier_uniform", seed=0)
    adam = Adam(model.parameters(), lr=0.05)
    four, small, tiny = (MLP(2, [n, 1], activation="tanh", seed=0) for n in (4, 3, 3))
    pair = ([[1e8, -2e-8], [2e8, 3e-8]], [0.0, 1.0])
    deep = MLP(2, [4] * 8 + [1], activation="sigmoid", seed=0)
    return {
        "xor": descended(four, xor(), 1.0, 60, frames=20, grid=24),
        "moons": record_training(model, moons(40), LOGITS, adam, 6, 10, grid=16),
        "deep": descended(deep, moons(20), 0.5, 2, 20, grid=8),
        "stuck": descended(deep, moons(20), 0.1, 20, grid=8),
        "rates": record_learning_rates(small, xor(), LOGITS, epochs=8, grid=12),
        "parabolas": record_descents(lambda w: w**2, 3.0),
        "quick": record_descents(lambda w: w**2, 3.0, rates=[0.3, 0.4, 0.05, 0.95]),
        "logarithm": record_descents(lambda w: w - w.log(), 2.0, rates=[0.1, 5.0]),
        "tiny": descended(tiny, pair, 0.1, 3, loss="mse", grid=8),
        "level": record_descents(lambda w: w * 0.0, 0.5, rates=[0.5], steps=3),
        "broken": record_descent(lambda w: w**2, 3.0, lr=1e9, steps=60),
        "lonely": descended(tiny, ([[1.0, 2.0]], [1.0]), 0.1, 3, loss="mse", grid=8),
        "far": record_descents(lambda w: w**2, 1e12, rates=[0.1]),
        "farther": record_descents(lambda w: w**2, 1e150, rates=[0.1]),
        "surface": record_descent(lambda x, y: x**2 + 3 * y**2, 2.0, 1.0, steps=12),
    }


@pytest.fixture(scope="module")
def folder(runs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    for name, run in runs.items():
        save_html(run, folder / f"{name}.html")
    return folder


@pytest.fixture
def opened(visit, folder):
    """opened(name, link, size, **settings): the page of a run."""

    def open_page(name, link="", size=DESKTOP, **settings):
        return visit(folder / f"{name}.html", link, size, **settings)

    return open_page


def text(page, selector):
    return " ".join(page.locator(selector).inner_text().split())


def formula(page):
    return re.sub(r"[\s()]", "", page.locator("#update .numeric").text_content())


# --- controls ------------------------------------------------------------------------------------
def test_keys_buttons_slider_and_link(opened, runs):
    epochs = [frame.epoch for frame in runs["xor"]]
    page = opened("xor")
    assert text(page, "#where") == "epoch 0 of 60"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert text(page, "#where") == f"epoch {epochs[2]} of 60"
    page.keyboard.press("ArrowLeft")
    page.click("#next")
    page.click("#next")
    assert text(page, "#where") == f"epoch {epochs[3]} of 60"
    page.keyboard.press("End")
    assert text(page, "#where") == "epoch 60 of 60"
    until(page, "location.hash === '#epoch=60'")
    page.locator("#slider").fill("10")
    assert text(page, "#where") == f"epoch {epochs[10]} of 60"
    assert page.get_attribute("#slider", "aria-valuetext") == f"epoch {epochs[10]} of 60"
    page.evaluate("location.hash = '#epoch=4'")
    until(page, "document.getElementById('where').textContent === 'epoch 4 of 60'")


def test_a_link_opens_at_its_epoch(opened, runs):
    epochs = [frame.epoch for frame in runs["xor"]]
    missing = next(e for e in range(60) if e not in epochs)
    before = max(e for e in epochs if e < missing)
    assert text(opened("xor", f"#epoch={missing}"), "#where") == f"epoch {before} of 60"


def test_a_click_on_the_curve_goes_there(opened, runs):
    page = opened("xor")
    box = page.locator("#curve .axis").last.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    epoch = max(frame.epoch for frame in runs["xor"] if frame.epoch <= 30)
    assert text(page, "#where") == f"epoch {epoch} of 60"


def test_each_epoch_is_told_to_screen_readers(opened):
    page = opened("xor")
    page.keyboard.press("End")
    until(page, "document.getElementById('live').textContent.includes('epoch 60')")
    assert page.get_attribute("#live", "aria-live") == "polite"


# --- numbers -------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", [1, 7, 19])
def test_the_numbers_are_those_of_the_run(opened, runs, place):
    run = runs["xor"]
    frame = run[place]
    page = opened("xor", f"#epoch={frame.epoch}")
    told = text(page, "#story .sentence")
    assert f"After epoch {frame.epoch} the loss is {number(frame.loss)}." in told
    assert f"{number(100 * frame.accuracy)} % of the 4 answers" in told
    for k in (0, 2, 16):
        page.select_option("#which", str(k))
        old, g, new = frame.before[k], frame.gradients[k], frame.weights[k]
        shown = f"({number(g)})" if g < 0 else number(g)
        wanted = f"{number(old)}−1·{shown}={number(new)}"
        assert re.sub(r"\s", "", page.locator("#update .numeric").text_content()) == wanted
    rows = [row.split() for row in page.locator("#layers tbody tr").all_inner_texts()]
    norms, ratios = run.gradient_norms(place), run.update_ratios(place)
    wanted = [
        [str(k + 1), number(norm, ".3g"), number(ratio, ".3g"), "healthy"]
        for k, (norm, ratio) in enumerate(zip(norms, ratios, strict=True))
    ]
    assert rows == wanted


def test_before_training_there_is_no_update(opened):
    page = opened("xor")
    assert "Before training the loss is" in text(page, "#story .sentence")
    assert text(page, "#update p") == catalogue("player")["training.none"][0]
    assert page.locator("#update math").count() == 0


def test_adam_shows_its_change(opened, runs):
    page = opened("moons", "#epoch=6")
    page.select_option("#which", "1")
    frame = runs["moons"][6]
    change = frame.weights[1] - frame.before[1]
    numbers = f"{number(frame.before[1])}+{number(change)}={number(frame.weights[1])}"
    assert formula(page) == numbers
    note = text(page, "#update p")
    assert "Adam computes the change" in note
    assert "The last of the 4 updates of the epoch, with 10 points." in note


def test_the_network_is_drawn_with_its_weights(opened, runs):
    frame = runs["xor"][-1]
    page = opened("xor", "#epoch=60")
    signs, widths = page.evaluate(
        """["stroke", "stroke-width"].map(name =>
             [...document.querySelectorAll("#network .weight")].map(e => e.getAttribute(name)))"""
    )

    def weights(frame):
        return [w for k, w in enumerate(frame.weights) if k not in (2, 5, 8, 11, 16)]  # no biases

    shown = weights(frame)
    assert signs == ["var(--minus)" if w < 0 else "var(--plus)" for w in shown]
    largest = max(abs(w) for f in runs["xor"] for w in weights(f))
    wanted = [0.4 + 5.6 * abs(w) / largest for w in shown]
    assert [*map(float, widths)] == pytest.approx(wanted, abs=0.006)
    page.locator("#network .hit").nth(3).dispatch_event("click")
    assert page.input_value("#which") == "4"
    page.click("#gradients")
    assert page.get_attribute("#gradients", "aria-pressed") == "true"
    assert "gradient" in text(page, "#network p")


def test_the_loss_scale_switches(opened):
    page = opened("xor")
    curve = "document.querySelector('#curve .series').getAttribute('d')"
    before, checked = page.evaluate(curve), page.is_checked("#log")
    page.click("#log")
    assert page.is_checked("#log") != checked
    assert page.evaluate(curve) != before


def test_a_loss_that_is_0_has_no_powers_of_ten(opened):
    """The switch was there, and the curve then had places that are no numbers."""
    assert opened("level").is_hidden("#log")


# --- pictures ------------------------------------------------------------------------------------
PIXELS = """places => {
  const canvas = document.querySelector(".stage canvas"), copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const paper = copy.getContext("2d", {willReadFrequently: true});
  paper.drawImage(canvas, 0, 0);
  return places.map(([x, y]) => [...paper.getImageData(
    Math.round(x * (canvas.width - 1)), Math.round((1 - y) * (canvas.height - 1)), 1, 1).data]);
}"""


def test_the_colours_are_what_the_model_answers(opened, runs):
    """Blue for the first class, orange for the second, stronger where it is surer."""
    run = runs["xor"]
    model = with_weights(MLP(2, [4, 1], activation="tanh"), run[-1].weights)
    places = [(i / 6, j / 6) for i in range(7) for j in range(7)]
    (x0, x1), (y0, y1) = run.field.x, run.field.y
    truths = [
        1 / (1 + exp(-model((x0 + x * (x1 - x0), y0 + y * (y1 - y0))).data)) for x, y in places
    ]
    page = opened("xor", "#epoch=60")
    pixels = page.evaluate(PIXELS, places)
    for truth, (r, _, b, _) in zip(truths, pixels, strict=True):
        if abs(truth - 0.5) > 0.1:
            assert (r > b) == (truth > 0.5)
    sure = [abs(2 * truth - 1) for truth in truths]
    strong = [abs(r - b) for r, _, b, _ in pixels]
    assert strong[sure.index(max(sure))] > strong[sure.index(min(sure))] + 30


@pytest.mark.parametrize("place", [-2, -1])
def test_the_boundary_lies_where_the_model_is_undecided(opened, runs, place):
    run = runs["xor"]
    model = with_weights(MLP(2, [4, 1], activation="tanh"), run[place].weights)
    page = opened("xor", f"#epoch={run[place].epoch}")
    assert page.locator(".stage .point").count() == 4
    label = page.get_attribute(".stage svg", "aria-label")
    assert label.startswith(f"The picture of epoch {run[place].epoch}")
    path, box = page.evaluate(
        """[document.querySelector(".contour").getAttribute("d"),
            document.querySelector(".stage svg svg").getAttribute("viewBox")]"""
    )
    left, top, width, height = map(float, box.split())
    points = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path)]
    assert len(points) > 20
    (x0, x1), (y0, y1) = run.field.x, run.field.y
    for x, y in points:
        place = (x0 + (x - left) / width * (x1 - x0), y1 - (y - top) / height * (y1 - y0))
        assert abs(1 / (1 + exp(-model(place).data)) - 0.5) < 0.03


def test_the_ball_rolls_down_the_parabola(opened, runs):
    page = opened("parabolas", "#epoch=5")
    chips = page.locator(".picture .chip").all_inner_texts()
    assert chips == ["crawls", "converges", "oscillates", "diverges"]
    balls = page.evaluate("[...document.querySelectorAll('.here')].map(e => +e.getAttribute('cx'))")
    crawls, converges, oscillates, _ = balls
    assert oscillates < converges < crawls
    assert page.locator(".here.outside").count() == 1
    assert "outside the picture" in page.locator(".picture").nth(3).inner_text()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("+document.querySelectorAll('.here')[2].getAttribute('cx')") > oscillates


TOUCHING = """(() => {
  const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map(
    key => +document.querySelector(".tangent").getAttribute(key));
  const points = document.querySelector(".curve").getAttribute("d").split(/[ML]/).slice(1)
    .map(point => point.split(" ").map(Number)), x = (x1 + x2) / 2;
  const [left, right] = [-3, 3].map(d => points[points.findIndex(point => point[0] > x) + d]);
  return [(y2 - y1) / (x2 - x1), (right[1] - left[1]) / (right[0] - left[0])];
})()"""


@pytest.mark.parametrize("name", ["parabolas", "far", "farther"])
def test_the_straight_line_touches_the_curve(opened, name):
    line, curve = opened(name, "#epoch=2").evaluate(TOUCHING)
    assert line == pytest.approx(curve, rel=0.1)
    assert line < -1


def test_a_rate_is_chosen_for_the_details(opened, runs):
    page = opened("parabolas", "#epoch=2")
    chosen = page.get_attribute(".choose >> nth=1", "aria-pressed")  # the one that converges
    assert chosen == "true"
    page.click(".choose >> nth=3")
    run = runs["parabolas"][3]
    told = text(page, "#story")
    assert f"η = 10: After step 2 the function's value is {number(run[2].loss)}." in told
    assert "The whole descent diverges" in told
    parts = [number(x[0]) for x in (run[2].before, run[2].gradients, run[2].weights)]
    assert formula(page) == "{}−10·{}={}".format(*parts)


def test_a_run_that_breaks_says_so(opened, runs):
    run, page = runs["broken"], opened("broken")
    assert run.divergence
    page.click("[data-lang=es]")
    page.keyboard.press("End")
    told = text(page, "#story .sentence")
    assert f"En el paso {run.divergence.epoch} el cálculo ya no tiene un resultado finito" in told
    assert "Una tasa de aprendizaje de 10⁹ es demasiado alta." in told


# --- languages, themes, sizes --------------------------------------------------------------------
def test_every_text_is_used():
    assets = Path(save_html.__code__.co_filename).parent / "assets"
    used = "".join(path.read_text() for path in assets.glob("training*.*"))
    used += (assets / "shell.html").read_text() + (assets / "player.js").read_text()
    verdicts = "crawls converges trembles oscillates diverges".split()
    built = "healthy vanishing exploding dead flat plane values line parabola surface new old"
    built = {f"training.{name}" for name in (*verdicts, *built.split(), "picture.rate")}
    built |= {f"training.{verdict}.about" for verdict in verdicts}
    built |= {*"title where.epoch title.rates title.unnamed title.rates.unnamed".split()}
    built |= {*"previous next last".split()}
    own = "activation start optimiser rate batch mode draw again add remove original"
    built |= {f"own.{name}" for name in own.split()}
    asked = {**catalogue("player"), **catalogue("descent")}.keys() - built
    assert [key for key in asked if f'"{key}"' not in used] == []


@pytest.mark.parametrize("name", ["xor", "moons", "rates", "parabolas", "surface"])
def test_a_phone_needs_no_sideways_scrolling(opened, name):
    page = opened(name, "#epoch=3", size=PHONE)
    for lang in ("en", "es"):
        page.click(f"[data-lang={lang}]")
        for mode in ("first", "last"):
            page.click(f"#{mode}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
    play = page.locator("#play").bounding_box()
    assert play["y"] + play["height"] <= 740  # by the thumb, wherever the page is scrolled
    assert min(play["width"], play["height"]) >= 44


def test_a_network_that_learns_nothing_is_not_said_to_come_down(opened):
    said = "The whole run converges: the loss hardly comes down, from 0.6959"
    assert said in text(opened("stuck"), "#story .quiet")
    assert "the value comes down from" in text(opened("surface"), "#story .quiet")


@pytest.mark.parametrize("name", ["xor", "moons", "surface"])
def test_in_half_a_window_the_words_are_in_sight(opened, name):
    page = opened(name, "#epoch=3", size={"width": 800, "height": 800})
    words, bar = (page.locator(x).bounding_box() for x in ("#story .quiet", "#bar"))
    assert words["y"] + words["height"] <= bar["y"]


def test_the_words_beside_many_layers_are_not_cut(opened):
    page = opened("deep", "#epoch=1", size={"width": 1280, "height": 800})
    page.click("[data-lang=es]")
    assert "se desvanece" in text(page, "#layers")
    assert page.locator("#layers .scroll").evaluate("e => e.scrollWidth - e.clientWidth") == 0


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_numbers_at_the_axes_are_not_cut(opened, size):
    page = opened("tiny", "#epoch=1", size)
    texts = page.locator(".stage svg text")
    assert "2·10⁻⁸" in texts.all_text_contents()
    assert min(texts.evaluate_all("all => all.map(e => e.getBBox().x)")) >= 0


def test_numbers_over_the_pictures_are_not_cut(opened):
    page = opened("quick", "#epoch=20", {"width": 1000, "height": 800})
    numbers = page.locator(".picture .row .num")
    assert any("·10⁻" in said for said in numbers.all_text_contents())
    assert max(numbers.evaluate_all("all => all.map(e => e.scrollWidth - e.clientWidth)")) <= 0


def test_a_run_that_ended_inside_the_picture_is_not_said_to_be_outside(opened):
    page = opened("logarithm", "#epoch=8")
    assert page.locator(".picture .chip").all_inner_texts() == ["converges", "diverges"]
    assert "ended in step 0" in page.locator(".picture").nth(1).inner_text()
    assert "outside" not in page.inner_text("#pictures")


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "with its one point."), ("es", "con su único punto.")]
)
def test_an_update_by_a_single_point(opened, lang, said):
    page = opened("lonely", "#epoch=2")
    page.click(f"[data-lang={lang}]")
    assert said in text(page, "#update")


def test_a_narrower_window_redraws(opened):
    page = opened("xor", "#epoch=60")
    page.set_viewport_size(PHONE)
    until(page, "document.querySelector('.stage svg').clientWidth < 360")
    assert page.evaluate("document.querySelector('.stage canvas').clientWidth") < 360


def test_print_has_no_controls(opened):
    page = opened("xor", "#epoch=60")
    page.emulate_media(media="print")
    assert not page.is_visible("#bar")
    below = 0.0
    for part in (".stage svg", "#story", "#curve", "#network", "#update", "#layers"):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= below - 1, part  # nothing lies on another
        below = box["y"] + box["height"]


@pytest.mark.parametrize("chosen", [None, "dark"])
def test_paper_is_light(opened, chosen):
    """What scripts have painted, too, be it dark by the system or by the button."""
    page = opened("xor", "#epoch=0", color_scheme="light" if chosen else "dark")
    if chosen:
        page.click("#theme")
    before = page.evaluate(CORNER, ".stage canvas")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(CORNER, ".stage canvas") > 150 > before
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(CORNER, ".stage canvas") == before
    assert page.evaluate("document.documentElement.dataset.theme ?? null") == chosen


@pytest.mark.parametrize(("data", "sizes"), [(xor(), [4, 1]), (moons(20), [8, 8, 1])])
def test_sizes(data, sizes):
    """A hundred frames of xor and moons, with all settings as they are, take at most 1 MB."""
    found = []
    for epochs in (5, 15):
        model = MLP(2, sizes, activation="tanh", seed=0)
        found.append(len(to_html(descended(model, data, 0.1, epochs)).encode()))
    assert found[1] + (found[1] - found[0]) / 10 * 84 <= 1_000_000


# --- labels are text -----------------------------------------------------------------------------
HOSTILE = [
    "<img src=x onerror=alert(1)>", "</script><script>document.title='ran'</script>",
    "{name} {loss}", "a\x00\x1b[31m\u2028b",
]  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_names_stay_text(visit, tmp_path, label):
    data = Dataset(label, xor().inputs, xor().targets, (label, "b"), ("no", label))
    model = MLP(2, [2, 1], seed=0)
    for k, p in enumerate(model.parameters()):
        p.label = f"{label}{k}"
    run = descended(model, data, 0.1, 2, grid=8)
    save_html(run, tmp_path / "page.html")
    page = visit(tmp_path / "page.html")
    page.keyboard.press("End")
    assert page.said == []
    assert page.title().startswith("Training on ")
    assert page.locator("main img, main script").count() == 0
    assert page.locator("#which option").count() == len(run.names)
    if "\x00" not in label:
        assert label in text(page, ".legend")
        assert label.replace("{", "{\u2060") in page.title()


# --- accessibility -------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["xor", "rates", "surface"])
def test_axe_finds_nothing_serious(opened, name, scheme):
    for size in (DESKTOP, PHONE):
        page = opened(name, "#epoch=3", size, color_scheme=scheme, bypass_csp=True)
        assert axe_findings(page) == []
