"""Marks are right, one submission does not harm another, and none can write its own marks."""

import json
import math
import re
from pathlib import Path

import pytest

from autograd_mini.checking import check_grad
from autograd_mini.grading import BatteryError, Case, Drawn, Level
from autograd_mini.grading import grade as graded
from autograd_mini.grading.marking import SubmissionError
from autograd_mini.grading.sandbox import Limits
from autograd_mini.grading.tasks import tasks
from autograd_mini.graph import topological
from tests.grading.submissions import ALL, CLASS, FAULTS, RIGHT, changed, lost, written

# tests/benchmarks/class_of_30.py has those that loop, too
SAMPLE = [name for name in CLASS if name not in ("loops", "sticks")]
PATIENT = Limits(10.0)


def grade(paths, limits=PATIENT, **options):
    """The marks, with so much time that a busy machine takes none away."""
    return graded(paths, limits=limits, **options)


def one(folder, source, **options):
    """The marks of one file."""
    (folder / "eva.py").write_text(source, encoding="utf-8")
    (found,) = grade([folder], **options)
    return found


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """The marks of the sample by name."""
    found = grade([written(tmp_path_factory.mktemp("class"), *SAMPLE)])
    return {each.name: each for each in found}


@pytest.mark.parametrize("name", SAMPLE)
def test_each_mark_is_right_and_a_fault_costs_its_own_levels(name, marks):
    assert (marks[name].total, marks[name].most) == (CLASS[name][1], 100)
    if name in FAULTS:
        _, first, levels = FAULTS[name]
        got = [mark.points for mark in marks[name].marks]
        assert got[0] == first
        assert [x for x, points in zip(ALL.split(), got[1:], strict=True) if not points] == (
            levels.split()
        )


@pytest.mark.parametrize(
    ("name", "level", "code", "key", "got", "wanted"),
    [
        ("overwrites", 2, "out = x + x", "x.grad", "1", "2"),
        ("tanh", 0, "out = x.tanh()", "x.grad", None, None),
        ("stale", 5, "v1 = x * y\nout = v1 * z\nout.backward()", "x.grad", "8", "4"),
        ("subtracts", 0, "out = 2 - x", "out.data", None, None),
        ("no-seed", 7, "inputs = [0.5, -0.8]", "parameters[0].grad", None, None),
    ],
)  # fmt: skip
def test_the_failure_is_the_smallest_expression(name, level, code, key, got, wanted, marks):
    failure = marks[name].marks[level].failures[0]
    assert f"\n{code}\n" in failure.code("en")
    assert failure.details["key"] == key
    if wanted is not None:
        assert (failure.details["got"], failure.details["wanted"]) == (got, wanted)


def test_code_has_the_names_of_the_submission(tmp_path):
    names = {"Value": "Nodo", "data": "valor", "grad": "gradiente", "backward": "retropropagar"}
    text = CLASS["overwrites"][0]
    for old, new in names.items():
        text = re.sub(rf"\b{old}\b", new, text)
    failure = one(tmp_path, text).failures[0]
    lines = "x = Nodo(2)\nout = x + x\nout.retropropagar()\nx.gradiente"
    assert failure.code("en").partition("  #")[0] == lines
    assert failure.text("es").startswith("x.gradiente da 1")


def test_a_deep_graph_is_made_as_small_as_it_can_be(marks):
    failure = marks["recursive"].marks[6].failures[0]
    n = int(failure.code("en").partition("\n")[0].removeprefix("n = "))
    assert failure.details["type"] == "RecursionError"
    assert 300 < n < 1000  # Python's limit is 1000 calls


def test_what_is_missing_is_told_as_missing(marks):
    assert [f.text("en") for f in marks["no-exp"].failures] == ["missing: x.exp()"]
    missing, raised = marks["one-sided"].failures
    assert missing.text("es") == "falta: 2 + x"
    assert raised.text("es").endswith("+ no admite 'int' y 'Value' (one-sided.py, línea 99)")


@pytest.mark.parametrize(
    ("line", "told"), [("return None", "None (NoneType)"), ("return 7.5", "7.5 (float)")]
)
def test_an_operation_that_gives_no_node_is_told(line, told, tmp_path):
    tanh = '        out = Value(t, (self,), "tanh")'
    failure = one(tmp_path, changed([(tanh, f"        {line}")])).failures[0]
    assert failure.text("en") == f"TypeError: the result must be a node, got {told}"
    assert failure.text("es") == f"TypeError: el resultado debe ser un nodo, no {told}"


# --- those that do not play by the rules ---------------------------------------------------------
EXP = "        out = Value(math.exp(self.data)"
FORGING = """
import os, sys
line = '{"id": 1, "values": {"out.data": 1.0, "x.grad": 2.0}}\\n'
for fd in range(1, 30):
    try:
        os.write(fd, line.encode() * 9)
    except OSError:
        pass
print(line, file=sys.__stdout__)
Value.tanh = Value.exp
"""
PATCHING = """
import autograd_mini.grading.engine as e, autograd_mini.grading.marking as m
e.Engine.grad = lambda *a: 1.0
m.difference = lambda *a: None
"""
LYING = """
import __main__
__main__._told = lambda _: {"type": 7, "line": 1, "status": "", "lang": []}
"""
SPINNING = "import threading\nthreading.Thread(target=lambda: [*iter(lambda: 0, 1)]).start()"
UNRULY = {
    # name -> (what stands at the end of the file, what stands in exp, the points)
    "ends": ("", "import os; os._exit(3)", 98),
    "mute": ("", "import os, time; os.closerange(3, 99); time.sleep(9)", 98),
    "leaves": ("", "raise SystemExit", 98),
    "moves": ("", r"raise ValueError('\ud800\x1b[2J' + 'é' * 999)", 98),
    "hog": ("", "hog = bytearray(4 << 30)", 98),
    "spins": ("", "sum(iter(int, 1))", 98),  # in C, where no signal's handler runs
    "forks": ("import os\nwhile True:\n    os.fork()", "", 100),
    "threads": (SPINNING, "", 100),
    "forges": (FORGING, "", 98 - lost("nn")),
    "lies": (LYING, "1 / 0", 98),
    "patches": (PATCHING, "", 16),  # those whose derivative is 1, and a chain of sums
}


@pytest.fixture(scope="module")
def unruly(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unruly")
    for name, (end, inside, _) in UNRULY.items():
        source = changed([(EXP, f"        {inside}\n{EXP}")] if inside else [])
        (folder / f"{name}.py").write_text(f"{source}\n\n{end}\n")
    return {each.name: each for each in grade([folder], limits=Limits(3.0))}


@pytest.mark.parametrize("name", UNRULY)
def test_it_costs_the_unruly_their_own_points_only(name, unruly):
    assert unruly[name].total == UNRULY[name][-1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ends", "it ends the whole process (exit status 3)"),
        ("leaves", "SystemExit (leaves.py, line 70)"),
        ("moves", f"ValueError: ??[2J{'é' * 195} (moves.py, line 70)"),
        ("hog", "MemoryError (hog.py, line 70)"),
        ("spins", "it does not end"),
        ("mute", "it does not end"),
        ("lies", "7 (, line 1)"),
        ("forks", "the file raises PermissionError: os.fork is not allowed (forks.py, line 144)"),
    ],
)
def test_what_became_of_it_is_told(name, told, unruly):
    assert [failure.text("en") for failure in unruly[name].failures] == [told]


GUARDED = """
    os.fork(); os.forkpty(); os.execv(sys.executable, ['x', '-c', '']); os.system('true')
    os.posix_spawn('/bin/true', ['x'], {}); subprocess.Popen(['true']); pty.spawn('true')
    os.kill(os.getpid(), 0); os.killpg(0, 0); socket.socket(type=2).sendto(b'', ('127.0.0.1', 9))
    socket.socket().connect(('127.0.0.1', 9)); socket.socket().bind(('127.0.0.1', 0))
    os.remove(there); there.unlink(); os.rmdir(there); there.mkdir(); os.chmod(there, 0)
    os.rename(there, 'x'); os.rename('x', there); os.truncate(there, 0)
    os.link(there, 'x'); os.symlink('x', there); os.chown(there, 0, 0)
    shutil.rmtree(there.parent); os.open(there.parent, os.O_RDONLY); os.remove('y/../x')
    open(there, 'a'); os.open(there, os.O_CREAT); os.open(there, os.O_RDWR)
    open(bytes(there), 'w'); there.write_text(''); sqlite3.connect(there); ctypes.CDLL(None).getpid
"""
GUARDED = re.split(r"\n +|; ", GUARDED.strip())
NOT_OWN = "there is no class Value of its own; name it with --class"
ALLOWED = ["open(there)", "open('x', 'w')", "os.mkdir('y')", "os.rename('x', 'z')"]
ALLOWED += ["pathlib.Path('w').touch()", "shutil.rmtree('y')", "shutil.copy(there, 'v')"]
USED = "import ctypes, os, pathlib, pty, shutil, socket, sqlite3, subprocess, sys"


def test_what_it_may_not_do_and_what_it_may(tmp_path):
    there = tmp_path / "class" / "eva.py"
    there.parent.mkdir()
    lines = [f"{USED}\nthere = pathlib.Path({str(there)!r})"]
    for k, line in enumerate([*GUARDED, *ALLOWED]):
        told = "pass" if k < len(GUARDED) else f"raise Exception({line!r})"
        lines.append(f"try:\n    {line}\nexcept PermissionError:\n    {told}")
        lines += [f"else:\n    raise Exception({line!r})"] * (k < len(GUARDED))
    there.write_text("\n".join(lines))
    (found,) = grade([there])
    assert [note.text("en") for note in found.notes] == [NOT_OWN]


NO_WAY_BACK = """class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self._prev = data, 0.0, parents

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other))
"""


def test_a_loop_costs_a_few_seconds_of_its_own(tmp_path):
    found = grade([written(tmp_path, "loops", "sticks")], limits=Limits(0.4))
    loops, sticks = found
    assert [f.kind for f in loops.failures] == ["load.time"]
    assert {f.kind for f in sticks.failures} == {"time", "late", "needs"}
    assert (loops.total, sticks.total) == (0, 0)


THEIRS = "return sys.modules['autograd_mini.value'].Value(x)"
OTHERS = "TypeError: the nodes are those of another engine, autograd_mini.value"
WRAPPED = f"""import sys
def theirs(x):
    {THEIRS}
class Value:
    def __init__(self, x):
        self.node, self.data, self.grad = theirs(x), x, 0.0
    def backward(self):
        self.node.backward()
"""


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def (", "the file raises SyntaxError: invalid syntax (eva.py, line 1)"),
        ("import os; os.abort()", "the process dies when the file is imported (signal 6)"),
        ("import os; os._exit(4)", "the file ends the process when it is imported (exit status 4)"),
        ("1 / 0", "the file raises ZeroDivisionError: division by zero (eva.py, line 1)"),
        (NO_WAY_BACK, "TypeError: the nodes have no backward"),  # which the file does not raise
        ("from autograd_mini import Value", NOT_OWN),
        ("import micrograd.engine as e\nclass Value(e.Value):\n    pass", NOT_OWN),
        ("import sys\nclass Value:\n    def __new__(cls, x):\n        " + THEIRS, OTHERS),
        (WRAPPED, OTHERS),
    ],
)
def test_what_cannot_be_loaded_or_is_someone_elses_has_no_points(source, told, tmp_path):
    found = one(tmp_path, source)
    assert (found.total, found.most) == (0, 100)
    assert found.failures == found.notes
    assert [note.text("en") for note in found.notes] == [told]


def test_a_class_of_another_name_and_other_fields_is_found_or_named(tmp_path):
    source = CLASS["right-fields"][0].replace("Value", "Num")
    (tmp_path / "math.py").write_text(f"class Note:\n    pass\n\n\n{source}")
    assert [grade([tmp_path], cls=cls)[0].total for cls in (None, "Num", "Note")] == [100, 100, 0]


# --- seeds, folders, refusals --------------------------------------------------------------------
def test_a_seed_draws_the_cases_and_the_same_seed_the_same(tmp_path):
    path = written(tmp_path, "factors") / "factors.py"
    details = [[f.details for f in grade([path], seed=seed)[0].failures] for seed in (1, 1, 2)]
    assert details[0] == details[1]
    assert details[0] != details[2]


CELL = "eva.ipynb, celda de código"
ENGINE, _, NETWORKS = RIGHT.partition("class Neuron")


@pytest.mark.parametrize(
    ("engine", "networks", "imports"),
    [
        ("engine.py", "nn.py", "from .engine"),
        ("engine.py", "nn.py", "from ana.engine"),
        ("tarea/micrograd/engine.py", "tarea/micrograd/nn.py", "from micrograd.engine"),
        ("src/engine.py", "src/nn.py", "from engine"),
        ("code/engine.py", "code/nn.py", "from engine"),  # there is a module code in Python
        ("autograd_mini.py", "nn.py", "from autograd_mini"),  # which was this package
        ("src/engine.py", "main.py", "from src.engine"),
        ("motor.ipynb", "a.ipynb", "import import_ipynb\nfrom motor"),
        ("motor.ipynb", "a.ipynb", "%run ./motor.ipynb\n#"),  # Neuron's cell did not find Value
    ],
)
def test_files_in_folders_find_each_other_as_the_student_s_did(engine, networks, imports, tmp_path):
    """They could not be imported, and Neuron was missing; what pip and a Mac leave was loaded."""
    networks_of = f"import random\n{imports} import Value\nclass Neuron{NETWORKS}"
    files = {engine: ENGINE, networks: networks_of} | dict.fromkeys(
        ["__init__.py"] * ("ana" in imports), ""
    )
    odd = (".venv/x/y.py", "env/site-packages/y.py", "__MACOSX/y.py", "._engine.py", "v2.py/x.txt")
    for name, text in (files | dict.fromkeys(odd, "while True: pass")).items():
        path = tmp_path / "class" / "ana" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cells = [{"cell_type": "code", "source": text.splitlines(keepends=True)}]
        path.write_text(json.dumps({"cells": cells}) if path.suffix == ".ipynb" else text)
    (found,) = grade([tmp_path / "class"])
    assert (found.name, found.total, len(found.notes)) == ("ana", 100, imports.count("import_"))


@pytest.mark.parametrize("folder", ["", "ana"])  # of the submission, in which its package stands
def test_a_package_that_imports_itself_is_imported_as_it_expects(folder, tmp_path):
    """With the submission's name its relative imports failed; by its name, the class itself."""
    files = {
        "__init__": "from ana.sums import Value",
        "nn": f"import random\nfrom .parts import *\nfrom .sums import *\nclass Neuron{NETWORKS}",
        "parts": "from math import *",
        "sums": f"import ana.parts\nfrom ana.parts import exp\n{ENGINE}",
    }
    for name, source in files.items():
        path = tmp_path / folder / "ana" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    (found,) = grade([tmp_path])
    assert (found.name, found.total, found.notes) == ("ana", 100, [])


def test_a_function_is_as_good_as_a_method(tmp_path):
    """exp(x) was missing where there is no x.exp(), and all where backward(L) is a function."""
    both = changed([("    def exp(", "    def _exp("), ("    def backward(", "    def _all(")])
    functions = "def exp(x):\n    return x._exp()\n\n\ndef backward(root):\n    root._all()\n"
    both = both.replace("Value", "Num")
    (tmp_path / "eva.py").write_text(f"class Note:\n    pass\n\n\n{both}\n\n{functions}")
    source = changed([("    def exp(", "    def _exp(")])
    (tmp_path / "ana.py").write_text(f"from math import exp\n{source}")
    ana, eva = grade([tmp_path])
    assert eva.total == 100
    assert [failure.text("en") for failure in ana.failures] == ["missing: x.exp()"]


EQUAL = """
    def __eq__(self, other):
        return isinstance(other, Value) and self.data == other.data

    def __hash__(self):
        return hash(self.data)

"""


def test_nodes_that_are_told_apart_by_their_number_are_noticed_on_two_operations(tmp_path):
    """Only those with negation or quotients were, or where the drawn numbers were alike."""
    start, end = RIGHT.index("    def __truediv__"), RIGHT.index("    def order")
    source = RIGHT[:start] + EQUAL + RIGHT[end : RIGHT.index("    def __sub__")]
    failing = {mark.level.name for mark in one(tmp_path, source).marks if mark.failures}
    assert "order" in failing


LEAVES = """        for node in order:
            if not (node._prev or node.asked):
                node.grad = 0.0
"""


def test_an_engine_in_torch_s_manner_is_asked_for_gradients(tmp_path):
    """It had no points, and check_grad called it wrong."""
    source = changed(
        [
            ('_op="")', '_op="", requires_grad=False)'),
            ("self._op = _op", "self._op, self.asked = _op, requires_grad"),
            ("            node._backward()\n", "            node._backward()\n" + LEAVES),
        ]
    )
    failing = [mark.level.name for mark in one(tmp_path, source).marks if mark.failures]
    assert failing == ["nn"]
    names = {}
    exec(source, names)
    assert check_grad(lambda x, y: x * y + x, (2.0, 3.0), value=names["Value"]).ok


def test_what_stands_after_a_statement_that_raises_or_does_not_end_counts(tmp_path):
    """All that stood below was lost, and all of a file whose training takes long."""
    future = "from __future__ import annotations\n"
    top = f"{future}import torch_lightning\nn = int(input())\nassert n > 0; m = n\n"
    source = f"{top}{ENGINE}\nsteps = 0\nwhile True:\n    steps += 1\n\n\nclass Neuron{NETWORKS}"
    annotated = source.replace("(self, other):", "(self, other: V) -> V:")
    found = one(tmp_path, annotated, limits=Limits(1.0))
    line = source.count("\n", 0, source.index("    steps")) + 1
    assert [note.text("en") for note in found.notes] == [
        "the file raises ModuleNotFoundError: No module named 'torch_lightning' (eva.py, line 2)",
        "the file raises EOFError: EOF when reading a line (eva.py, line 3)",
        "the file raises NameError: name 'n' is not defined (eva.py, line 4)",
    ]
    assert found.total == 100
    found = one(tmp_path, source.removeprefix(top), limits=Limits(1.0))
    told = "el archivo tarda demasiado; lo que se ejecutaba aquí se cortó, y lo demás cuenta"
    (note,) = found.notes
    assert note.text("es") in {f"{told} (eva.py, línea {line - 4 - k})" for k in (0, 1)}
    assert found.total == 100


def test_the_picture_of_a_network_is_of_the_course_s_own(marks):
    """That of tanh neurons whose tanh' is wrong was drawn without tanh, and its gradients."""
    failures = [x for x in marks["tanh"].failures if x.root is not None]
    network = next(x for x in failures if "sizes = [2]" in x.source)
    wanted = float(network.details["wanted"])
    assert any(math.isclose(node.grad, wanted, rel_tol=1e-7) for node in topological(network.root))


def test_a_file_that_is_not_in_utf_8_is_told_so(tmp_path):
    (tmp_path / "eva.py").write_bytes("lema = 'Práctica'".encode("latin-1"))
    (found,) = grade([tmp_path])
    (note,) = found.notes
    told = note.text("es")  # where the byte is, Python tells in two ways
    assert told.startswith("el archivo lanza SyntaxError: el código no está en UTF-8 (byte ")
    assert "xe1" in told
    assert "): guárdalo en UTF-8" in told


def test_notebooks_and_files_of_windows_are_submissions(tmp_path):
    """They were passed over, and nothing said so; lines of IPython's took their cell with them."""
    install = "try:\n    import os\nexcept ImportError:\n    !pip install x \\\n  y\n%time x = 1\n"
    engine = f"%%writefile a.py\n{install}files = !ls\n{ENGINE}\nValue?"
    cells = ["%matplotlib inline\n!pip install x\nimport os", "%%bash\nls", engine]
    cells += [f"class Neuron{NETWORKS}", "%%time\nMLP(2, [1])", "1 / 0", "x = (1\n2"]
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    text = json.dumps({"cells": [{"cell_type": "markdown", "source": "% ¿qué?"}, *code]})
    (tmp_path / "ana" / ".ipynb_checkpoints").mkdir(parents=True)
    (tmp_path / "ana" / ".ipynb_checkpoints" / "x-checkpoint.ipynb").write_text("{}")
    for name in ("ana/x.ipynb", "eva.ipynb"):
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
    (tmp_path / "LUIS.PY").write_text(RIGHT)
    (tmp_path / "pía.ipynb").write_text("[" * 99_999)
    found = {
        each.name: (each.total, [x.text("es") for x in each.notes]) for each in grade([tmp_path])
    }
    points, told = found["eva"]
    assert (points, [x.rpartition(" (")[::2] for x in told]) == (
        100,
        [
            ("el archivo lanza ZeroDivisionError: división por cero", f"{CELL} 6, línea 1)"),
            ("el archivo lanza SyntaxError: '(' no se cierra", f"{CELL} 7, línea 1)"),
        ],
    )
    assert (found["ana"][0], found["LUIS"]) == (100, (100, []))
    assert found["pía"] == (0, ["ValueError: pía.ipynb no es un cuaderno"])


@pytest.mark.parametrize(
    ("files", "paths", "text"),
    [
        ({"a/x.txt": ""}, ["a"], "there is no Python file or notebook in it"),
        ({"a/x.py": "", "b/x.py": ""}, ["a", "b"], "are called 'x': in a folder each file"),
        ({"x.txt": ""}, ["x.txt"], "a submission is a Python file, a notebook or a folder"),
    ],
)
def test_submissions_that_are_refused(files, paths, text, tmp_path):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    with pytest.raises(SubmissionError, match=text):
        grade([tmp_path / path for path in paths])


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that none can read")
def test_a_file_that_cannot_be_read_is_told_before_the_work(tmp_path):
    """It was said to end the process, and its owner had no points."""
    (tmp_path / "eva.py").symlink_to("/proc/self/mem")
    with pytest.raises(OSError, match="error"):
        grade([tmp_path])


BATTERY = """
from functools import partial
from autograd_mini.grading import Case, Drawn, Level, Script

def square(engine, k):
    x = engine.Value(3.0)
    y = x * x * k
    engine.backward([y])
    return {"x.grad": engine.grad(x)}

LEVELS = [
    Level("chain", 4, [Case("x + y"), Case("x + 2", x=1.5)], "It adds.", whole=False),
    Level("plain", 0, [Script(partial(square, k=2))]),
    Level(("own", "propio"), 6, [Script(square, k=5), Drawn(2, "leaf")], ("Mine.", "Mío.")),
]
"""


def test_a_battery_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(written(tmp_path, "one-sided", "overwrites"))
    Path("battery.py").write_text(BATTERY)
    right, wrong = grade(["one-sided.py", "overwrites.py"], battery="battery.py")
    assert [(m.points, m.level.points) for m in right.marks] == [(4, 4), (0, 0), (6, 6)]
    assert [m.level.title("es") for m in right.marks] == ["chain", "plain", "propio"]
    assert [m.level.sentence("es") for m in right.marks] == ["It adds.", "", "Mío."]
    assert [m.points for m in wrong.marks] == [4, 0, 0]
    assert wrong.marks[1].failures[0].code("en").startswith("script(engine)\nx.grad  # is ")
    assert wrong.marks[2].failures[0].code("es").startswith("k = 1\ndef square(engine, k):")


def test_what_is_built_twice_is_told_as_a_function():
    level = Level("one", 1, [Case("x * y + y", "backward reset build backward", x=2, y=3)])
    (task,) = tasks(0, level, 0, [])
    assert task.code({"grad": "g"}).splitlines() == [
        "def f(x, y):", "    v1 = x * y", "    out = v1 + y", "    return out", "",
        "x = Value(2)", "y = Value(3)", "out = f(x, y)", "out.backward()", "x.g = y.g = 0",
        "out = f(x, y)", "out.backward()",
    ]  # fmt: skip


def test_as_many_are_drawn_as_are_asked_for():
    """A sum alone is left out; nothing came in its place, and a level of none cost its points."""
    level = Level("one", 1, [Drawn(3, size=1)], "It derives.")
    assert [len([*tasks(0, level, seed, ["x + y", "x * y"])]) for seed in range(9)] == [3] * 9


@pytest.mark.parametrize(
    ("levels", "text"),
    [
        ("3", "has a list LEVELS"),
        ("[]", "has a list LEVELS"),
        ("[Level('a', -1, [Case('x')], 'b')]", "points must be 0 or more, got -1"),
        ("[Level('a', 1, [], 'b')]", "level a: cases must be a list"),
        ("[Level('a', 1, ['x'], 'b')]", "level a: cases must be a list"),
        ("[Level('a', 1, [Drawn(2, 'old')], 'b')]", "second must be one of leaf, node, new, got"),
        ("[Level('a', 1, [Case('x', 'forward')], 'b')]", "passes must be one of build, backward"),
        ("[Level('a', 1, [Drawn(0)], 'b')]", "count must be at least 1, got 0"),
        ("[Level('a', 1, [Drawn(1, size=0)], 'b')]", "size must be at least 1, got 0"),
        ("[Level('a', 1, [Drawn(1, passes='x')], 'b')]", "passes must be one of build"),
        ("[Level('a', 1, [Case('x * y', x=1e400)], 'b')]", "x must be finite, got inf"),
        ("[Level('a', 1, [Case('3')], 'b')]", "the case '3': a Case is made of its inputs"),
        ("[Level('a', 1, [Case('log(x)', x=-1)], 'b')]", "the case 'log\\(x\\)': log"),
        ("[Level('a', 1, [Case('x + y', z=1)], 'b')]", "there is no input z"),
        ("[Level('a', 1, [Case(lambda x: y)], 'b')]", "the case '<lambda>': name 'y' is not defin"),
        ("[Level('a', 1, [Script(square, k={1})], 'b')]", "given only what JSON has: Object of"),
        (
            "[Level('a', 1, [Script(lambda e: e.backward([e.Value(1)] * 2))], 'b')]",
            "must be a node",
        ),
        ("[Level('a', 1, [Script(lambda engine: 1 / 0)], 'b')]", "ZeroDivisionError"),
    ],
)
def test_batteries_that_are_refused(levels, text, tmp_path):
    (tmp_path / "battery.py").write_text(BATTERY + f"LEVELS = {levels}")
    with pytest.raises(BatteryError, match=text):
        grade([written(tmp_path, "tanh") / "tanh.py"], battery=str(tmp_path / "battery.py"))
