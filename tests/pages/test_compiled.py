"""The page of what a recording is compiled to."""

import pytest

from autograd_mini import Value, steps
from autograd_mini.errors import AutogradError
from autograd_mini.optim import SGD
from autograd_mini.pages.compiled import program_of, stages
from autograd_mini.stepping.sequence import Forward, Update
from tests.browser import PHONE, axe_findings, until
from tests.compiler.interpreter import interpreted


def neuron(w, x, b):
    return (w * x + b).tanh()


def recorded(updated=False):
    w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.75, label="b")
    return steps(neuron, w, x, b, optimiser=SGD([w, b], lr=0.1) if updated else None)


@pytest.mark.parametrize("updated", [False, True])
def test_the_program_computes_what_was_recorded(updated):
    record = recorded(updated)
    program, lit = program_of(record)
    assert len(lit) == len(record)
    once, _ = interpreted(program)([0.5, 2.0, -0.75], [], 1)
    found = dict(zip([output.name for output in program.outputs], once, strict=True))
    root = record.names[-1]
    assert found.pop(root) == record.nodes[-1].data
    w, x, b = (Value(v) for v in (0.5, 2.0, -0.75))
    neuron(w, x, b).backward()
    for name, leaf in zip("wxb", (w, x, b), strict=True):
        assert found.pop(f"d{root}/d{name}") == leaf.grad
    if updated:
        assert found.pop("w new") == 0.5 - 0.1 * w.grad
        assert found.pop("b new") == -0.75 - 0.1 * b.grad
    assert found == {}


def test_each_instruction_is_lit_in_its_step():
    record = recorded(updated=True)
    program, lit = program_of(record)
    assert {i for some in lit for i in some} == set(range(len(program.code)))
    for step, some in zip(record, lit, strict=True):
        opcodes = [program.code[i][0] for i in some]
        if isinstance(step, Forward) and record.nodes[step.node].op.name == "tanh":
            assert opcodes[0] == "tanh"
            assert "exp" in opcodes  # of the partial
        if isinstance(step, Update):
            assert opcodes == ["*", "-"]


def test_what_falls_out_is_told_and_lines_have_their_instruction():
    data = stages(recorded())
    traced, improved, python, c = data["stages"]
    gone = {i for i in traced["of"] if i >= 0} - data["kept"].keys()
    assert [traced["lines"][traced["of"].index(i)].strip() for i in gone] == ["t13 = * t12 1.0"]
    assert sorted(data["kept"].values()) == sorted(i for i in improved["of"] if i >= 0)
    lines = zip(improved["of"], improved["lines"], strict=True)
    tanh = next(i for i, line in lines if "tanh" in line)
    for stage in (python, c):
        assert "tanh(" in stage["lines"][stage["of"].index(tanh)]


def test_a_node_made_by_hand_is_refused():
    x = Value(2.0, label="x")
    made = Value(4.0, [x], [4.0], label="made")
    with pytest.raises(AutogradError, match="made is a node made by hand"):
        program_of(steps(made * 1.0))


LIT = """() => [...document.querySelectorAll(".stage")].map(
    stage => [...stage.querySelectorAll(".lit")].map(line => line.textContent.trim()))"""


def test_the_page_lights_the_lines_of_the_step(opened):
    record = recorded(updated=True)
    page = opened(record, compiled=True, lang="es")
    seen = []
    for _ in record:
        seen.append(page.evaluate(LIT))
        page.keyboard.press("ArrowRight")
    in_c = "const double t2 = s->shared[0] * s->shared[1];"
    assert seen[1] == [["t2 = * t0 t1"], ["t2 = * t0 t1"], ["t2 = w * x"], [in_c]]
    assert "tanh t4" in seen[3][0][0]
    assert len(seen[3][0]) == 8
    assert page.evaluate(LIT)[0][-1].startswith("t1")
    assert page.locator(".stage .gone").all_text_contents() == ["  t13 = * t12 1.0"]
    assert page.locator("#compiled h2").text_content() == "Compilado"
    assert page.get_by_role("group", name="Python").count() == 1
    page.set_viewport_size(PHONE)
    assert axe_findings(page) == []
    page.keyboard.press("Home")
    code = page.get_by_role("group", name="C", exact=True)
    code.press("ArrowRight")  # moves the code sideways, and takes no step
    until(page, lambda: code.evaluate("e => e.scrollLeft") > 0)
    assert page.input_value("#slider") == "0"
