"""`autograd-mini step --train`: what it writes and prints, and what it refuses."""

import re

import pytest

from autograd_mini import MLP
from autograd_mini.cli import main, step_training
from autograd_mini.data import xor
from autograd_mini.optim import SGD
from autograd_mini.stepping.training.recording import record_learning_rates
from autograd_mini.stepping.training.runs import LearningRates, TrainingSteps
from autograd_mini.training import fit


def step(*arguments, lang="en"):
    return main(["step", "--train", *arguments, "--lang", lang])


def test_json_is_the_run_of_fit(tmp_path, capsys):
    out = tmp_path / "xor.json"
    assert step("xor", "--epochs", "5", "--seed", "3", "--lr", "0.7", "-o", str(out)) == 0
    assert capsys.readouterr().out == f"{out}\n"
    run = TrainingSteps.from_json(out.read_text())
    model = MLP(2, [4, 1], activation="tanh", init="xavier_uniform", seed=3)
    optimiser = SGD(model.parameters(), lr=0.7)
    loss = "binary_cross_entropy_with_logits"
    fit(model, xor(), loss, optimiser, 5, 4, seed=3, progress=False)
    assert run[-1].weights == tuple(p.data for p in model.parameters())


def test_several_rates_stand_side_by_side(tmp_path):
    out = tmp_path / "rates.json"
    assert step("w**2", "w=3", "--lr", "0.001", "0.1", "1", "10", "-o", str(out)) == 0
    runs = LearningRates.from_json(out.read_text())
    assert runs.verdicts == ("crawls", "converges", "oscillates", "diverges")
    assert runs[0].names == ("w",)
    assert runs[0].points.name == "w**2"


def test_a_page(tmp_path):
    out = tmp_path / "page.html"
    arguments = ("moons", "--epochs", "2", "--hidden", "3,2", "--optimiser", "adam")
    assert step(*arguments, "--batch-size", "50", "-o", str(out), lang="es") == 0
    text = out.read_text()
    assert '<html lang="es">' in text
    assert "<title>Entrenamiento con moons, época a época</title>" in text


def test_text(capsys):
    assert step("w**2", "w=4", "--lr", "0.25", "--epochs", "3", "--all") == 0
    assert capsys.readouterr().out.splitlines() == [
        "learning rate 0.25: converges",
        *("  step 0: 16", "  step 1: 4", "  step 2: 1", "  step 3: 0.25"),
    ]
    assert step("log(w)", "w=1", "--lr", "5", lang="es") == 0
    assert capsys.readouterr().out.splitlines() == [
        "tasa de aprendizaje 5: diverge",
        "  paso 0: 0",
        "  En el paso 1 el cálculo ya no tiene un resultado finito (w): diverge.",
    ]
    assert step("sqrt(w)", "w=0", "--lr", "0.5") == 0  # its rate was told as nan
    assert capsys.readouterr().out.splitlines() == [
        "learning rate 0.5: diverges",
        "  step 0: 0",
        "  In step 1 the computation has no finite result any more (w): it diverges.",
    ]


def test_text_of_a_training_shows_some_epochs(capsys):
    assert step("xor", lang="es") == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "tasa de aprendizaje 1: converge"
    assert 8 <= len(rest) <= 14
    assert re.fullmatch(r"  época 300: pérdida 0\.0\d+, 100 % de aciertos", rest[-1])


@pytest.fixture
def few(monkeypatch):
    """Few frames and small ones, which leave losses and verdict as they are."""

    def recorded(*given, **options):
        return record_learning_rates(*given, **options | {"frames": 2, "grid": 8})

    monkeypatch.setattr(step_training, "record_learning_rates", recorded)


@pytest.mark.slow
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("name", "right"), [("xor", 1), ("moons", 1), ("circles", 1), ("spirals", 1), ("iris", 0.95)]
)
def test_the_usual_run_of_each_data_set_ends_at_a_right_boundary(name, right, tmp_path):
    assert step(name, "-o", str(tmp_path / "run.json")) == 0
    run = TrainingSteps.from_json((tmp_path / "run.json").read_text())
    assert run.accuracies[-1] >= right
    assert run.verdict == "converges"
    assert run.losses[-1] < 0.1


@pytest.mark.usefixtures("few")
def test_moons_in_batches_of_20_jump_over_no_minimum(tmp_path):
    """The loss comes down with bumps; with all points at once, the same rate has none."""
    assert step("moons", "--lr", "0.5", "--epochs", "60", "-o", str(tmp_path / "run.json")) == 0
    run = TrainingSteps.from_json((tmp_path / "run.json").read_text())
    assert run.batch_size == 20
    assert run.turning > 0.25
    assert run.verdict in ("crawls", "converges", "trembles")
