"""Named examples against the numbers that their sources print."""

import pytest

from autograd_mini import topological
from autograd_mini.cli import main
from autograd_mini.course.examples import EXAMPLES, example
from autograd_mini.optim import SGD
from autograd_mini.stepping import Update


def test_the_network_2_2_2():
    error, weights = EXAMPLES["2-2-2"]()
    error.backward()
    outputs = {node.label: node.data for node in topological(error)}
    assert outputs["o₁"] == pytest.approx(0.751365070, abs=5e-10)
    assert outputs["o₂"] == pytest.approx(0.772928465, abs=5e-10)
    assert error.data == pytest.approx(0.298371109, abs=5e-10)
    SGD(weights, lr=0.5).step()
    assert [w.data for w in weights] == pytest.approx(
        [0.149780716, 0.199561432, 0.249751144, 0.299502287, 0.358916480, 0.408666186,
         0.511301270, 0.561370121], abs=5e-10,
    )  # fmt: skip
    updated = [step.after for step in example("2-2-2") if isinstance(step, Update)]
    assert updated == [w.data for w in weights]


@pytest.mark.parametrize(
    ("name", "value", "gradients"),
    [
        ("chain", -12, {"x": -4, "y": -4, "z": 3}),
        ("neuron", 0.7311,
         {"x₀": 0.3932, "x₁": -0.5898, "w₀": -0.1966, "w₁": -0.3932, "w₂": 0.1966}),
    ],
)  # fmt: skip
def test_the_examples_of_cs231n(name, value, gradients):
    recorded = example(name)
    assert recorded.root.data == pytest.approx(value, abs=5e-5)
    found = {node.label: node.grad for node in recorded.nodes if node.first is None}
    assert found == pytest.approx(gradients, abs=5e-5)
    with pytest.raises(ValueError, match="name must be one of 2-2-2, chain, neuron, got '2-2'"):
        example("2-2")


def test_by_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["step", "--example", "2-2-2", "-o", "red.json"]) == 0
    assert (tmp_path / "red.json").read_text("utf-8") == example("2-2-2").to_json(1) + "\n"
