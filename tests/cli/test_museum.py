"""The command museum: the engines, their entries, and what a course's tests notice of them."""

import pytest

from autograd_mini.cli import main
from autograd_mini.museum import ENGINES, LOOPS
from tests.cli.tongues import ENGLISH, words
from tests.programs import printed


def test_all_engines_and_one(said):
    listed = [line.split()[0] for line in said("museum").splitlines() if line]
    assert listed == [*ENGINES, "Training", *LOOPS]
    assert "self.grad = share" in said("museum", "Overwrites")
    both = said("museum", "Overwrites", "wrong_sign")
    assert both == said("museum", "Overwrites") + said("museum", "wrong_sign")
    assert "Visto en" in said("museum", "Overwrites", "--lang", "es")
    assert not words(said("museum", "--lang", "es")) & ENGLISH
    assert "the museum has no Fast; there are Overwrites" in said("museum", "Fast", status=2)


def test_a_loop_and_its_picture(said, tmp_path):
    assert "  -             w.grad = 0.0\n" in said("museum", "no_zero_grad")
    assert said("museum", "wrong_sign", "-o", "loss.svg") == "loss.svg\n"
    assert "this loop" in (tmp_path / "loss.svg").read_text()
    for names in (["Overwrites"], [], ["wrong_sign", "update_first"]):
        told = said("museum", *names, "-o", "a.svg", status=2)
        assert "of one training loop: no_zero" in told


COURSE = """
class Value:
    pass


def squared(x):
    return x * x
"""
TESTS = """
import unittest

from course.engine import squared, \\
    Value
from course.nn import neuron


class Tests(unittest.TestCase):
    def test_a_neuron(self):
        w = Value(2.0, label="w")
        y = neuron(w) * 3
        y.backward()
        self.assertEqual((y.data, w.grad, y._op), (12.0, 12.0, "*"))


def test_order():
    x = Value(2.0)
    a = x * x
    y = a + a * x
    y.backward()
    assert (x.grad, len(y._prev)) == (16.0, 2)
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "engine.py").write_text(COURSE)
    (tmp_path / "course" / "nn.py").write_text(
        "from .engine import Value, squared\n\n\ndef neuron(w):\n    return squared(w)\n"
    )
    (tmp_path / "tests.py").write_text(TESTS)
    # a few engines are enough: each takes a process
    few = {
        k: ENGINES[k] for k in ("Overwrites", "StaleInterior", "SignOfCosine", "ForgetsZeroGrad")
    }
    monkeypatch.setattr("autograd_mini.grading.against.ENGINES", few)
    return tmp_path


def test_what_the_tests_of_a_course_notice(course, capsys):
    assert main(["museum", "--against", "tests.py"]) == 1
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "The right engine passes. 1 of 2 mistakes are noticed.",
        "", "Not noticed:", "StaleInterior",
        "", "Not tested, since no test uses cos:", "SignOfCosine",
    ]  # fmt: skip


@pytest.mark.parametrize(("engine", "status"), [("Engine", 0), ("Overwrites", 1)])
def test_unittest_runs_them_where_there_is_no_pytest(engine, status, course):
    call = f"against.main({engine!r}, 'course.engine', 'Value', 'tests.py')"
    code = "from autograd_mini.grading import against; against.find_spec = lambda name: None"
    told = printed(f"{code}; print({call})").splitlines()
    assert told[-2:] == ["operations used:  mul", str(status)]


def test_tests_that_the_right_engine_fails(course, capsys):
    (course / "tests.py").write_text(TESTS.replace("16.0", "15.0"))
    assert main(["museum", "--against", "tests.py", "--lang", "es"]) == 1
    out = capsys.readouterr().out
    assert "assert (16.0, 2) == (15.0, 2)" in out
    assert out.endswith("El motor correcto no pasa estas pruebas: piden otra cosa, o están mal.\n")
    (course / "tests.py").write_text("import course  # and no class")
    assert main([*"museum --against tests.py --as course.engine --time 0.01".split()]) == 1
    assert capsys.readouterr().out.startswith("no end after 0.01 seconds\n")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from .engine import Value\nfrom course import x  # no Value", " imports no Value from a"),
        ("'\\\nfrom course import Value'", " imports no Value from a module"),
        ("from course import Value\ndef", ", line 2: invalid syntax"),
    ],
)
def test_tests_that_import_no_engine(source, told, course, said):
    (course / "tests.py").write_text(source)
    assert f"tests.py{told}" in said("museum", "--against", "tests.py", status=1)
