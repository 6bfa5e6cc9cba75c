"""`autograd-mini run`: programs for micrograd and for courses, as they are."""

import json
import re
import subprocess
import sys

import pytest

from tests import programs

XOR = """
import random
import sys
from michigrad.engine import Value
from michigrad.nn import MLP
from michigrad.visualize import show_graph

random.seed(3)
xs = [[Value(a, name="x0"), Value(b, name="x1")] for a in (0, 1) for b in (0, 1)]
ys = [0, 1, 1, 0]
model = MLP(2, [4, 1])
for epoch in range(int(sys.argv[1])):
    yhat = [model(x) for x in xs]
    loss = sum((y - h)**2 for y, h in zip(ys, yhat)) / len(ys)
    loss.name = "L"
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data += -0.1 * p.grad
print(f"{loss.data:.3f}", type(loss).__module__)
show_graph((model(xs[1])[0] - 1)**2, format="svg", rankdir="TB").render("graph", cleanup=True)
"""


def ran(*arguments, cwd=None):
    done = subprocess.run(
        [sys.executable, "-m", "autograd_mini", "run", *map(str, arguments)],
        env={"PYTHONPATH": str(programs.ROOT), "PATH": "", "PYTHONIOENCODING": "utf-8"},
        cwd=cwd, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def script(tmp_path):
    def write(code, name="script.py"):
        path = tmp_path / name
        path.write_text(code, encoding="utf-8")
        return path

    return write


def test_an_exercise_of_a_course(script, tmp_path):
    code, out, err = ran("--as", "michigrad", script(XOR), "200", cwd=tmp_path)
    assert (code, err) == (0, "")
    assert out.split() == ["0.000", "autograd_mini.compat.engine"]
    picture = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert all(f">{shown}</text>" in picture for shown in ("x0", "x1", "data", "grad"))
    assert not (tmp_path / "graph").exists()


def test_it_runs_as_python_runs_it(script, tmp_path):
    (tmp_path / "beside.py").write_text("WORD = 'beside'")
    program = script(
        "import sys\nfrom beside import WORD\nfrom micrograd.nn import Neuron\n"
        "class Kept: pass\n"
        "print(sys.argv[1:], __name__, WORD, Kept.__module__, sys.modules['__main__'].WORD)\n"
        "print(Neuron(2), sys.path[0], __file__)\n"
    )
    code, out, err = ran("--neurons", "tanh", program, "-x", "--lang", "es", cwd="/")
    assert (code, err) == (0, "")
    first, second = out.splitlines()
    assert first == "['-x', '--lang', 'es'] __main__ beside __main__ beside"
    assert second == f"TanhNeuron(2) {program.parent.resolve()} {program}"


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("sys.exit(7)", 7, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit('enough')", 1, "enough\n"),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt\n"),
        ("import michigrad", 1, "es el motor de un curso: autograd-mini run --as michigrad PATH\n"),
    ],
)
def test_exit_status(end, status, said, script):
    path = script(f"import sys\nprint('here', flush=True)\n{end}\n")
    code, out, err = ran(path, "--lang", "es")
    assert (code, out) == (status, "here\n")
    assert err.endswith(said.replace("PATH", str(path)))


def test_a_traceback_has_the_lines_of_the_program_alone(script):
    program = script(
        "from micrograd.engine import Value\n\n"
        "def f(x):\n    return x**-1\n\n"
        "try:\n    f(Value(0.0))\nexcept ZeroDivisionError:\n    Value(None)\n"
    )
    code, out, err = ran(program)
    assert (code, out) == (1, "")
    files = [line.split(",")[0].strip() for line in err.splitlines() if line.startswith("  File")]
    assert files == [f'File "{program}"'] * 3
    assert "    return x**-1" in err
    assert "During handling of the above exception" in err
    assert err.splitlines()[-1].startswith("autograd_mini.errors.NumberTypeError: None (NoneType)")


def test_an_error_of_syntax_is_told_as_python_tells_it(script):
    code, _, err = ran(script("x = (\n"))
    assert code == 1
    assert err.splitlines()[-1].startswith("SyntaxError: ")
    assert "autograd_mini" not in err


def test_a_notebook(script):
    cells = [
        {"cell_type": "markdown", "source": ["# not ", "code"]},
        {
            "cell_type": "code",
            "source": ["%matplotlib inline\n", "!pip list\n", "%run set_up.ipynb\n", "n = 3"],
        },
        {"cell_type": "code", "source": "%%html\n<b>slow("},
        {"cell_type": "code", "source": "%%time\n?n\nn = n * 1"},
        {"cell_type": "code", "source": ["from micrograd.engine import Value\n", "x = Value(n)\n"]},
        {"cell_type": "code", "source": ["print('%g'\n", "  % (x * x).data)\n", "x.nowhere"]},
    ]
    code, out, err = ran(script(json.dumps({"cells": cells}), "demo.ipynb"))
    assert (code, out) == (1, "9\n")
    assert "    x.nowhere\n" in err
    code, _, err = ran("--lang", "es", script("[1]", "empty.ipynb"))
    assert code == 1
    assert err.endswith("empty.ipynb no es un cuaderno\n")


def test_first_import_of_a_program(script):
    code = (
        "import autograd_mini.compat\nfrom micrograd.engine import Value\nprint(Value.__module__)"
    )
    assert programs.printed(code) == "autograd_mini.compat.engine\n"


def test_wrong_usage(script):
    program = script("")
    code, _, err = ran("nowhere.py")
    assert (code, err[:22]) == (1, "autograd-mini: error: ")
    assert err.endswith("nowhere.py: No such file or directory\n")
    code, _, err = ran("--neurons", "elu", program)
    assert code == 2
    assert re.search("'?relu'?, '?tanh'?", err)
