"""Errors in Spanish: every text that a command can meet has its translation."""

import ast
import errno
import io
import math
import os

import pytest

import autograd_mini.functions as f
from autograd_mini import MLP, Value
from autograd_mini.language import catalogue, translated
from autograd_mini.optim import SGD
from autograd_mini.training import TrainingError, fit
from tests.language.test_catalogues import CODE, PACKAGE, slots

TEMPLATES = [*catalogue("errors").values(), *catalogue("usage").values()]

# Rooms whose remaining errors only a programmer meets: no command passes them what they refuse.
PROGRAMMERS = (
    "checking/beside.py"
    " checking/table.py checking/differences.py checking/plugin.py checking/random_graphs.py"
    " checking/report.py checking/strategies.py checking/sweep.py data/ drawing/digraph.py"
    " drawing/groups.py drawing/interchange.py drawing/measures.py drawing/network.py"
    " drawing/paths.py drawing/plots.py drawing/scopes.py files.py formulas/ language/ museum/"
    " notation/ ops.py optim/ pages/document.py pages/measured.py pages/notebook.py pages/page.py"
    " pages/training_page.py stepping/explaining.py stepping/recordings.py"
    " stepping/sequence.py stepping/training/ stubs.py training/diagnosis.py training/saving.py"
    " nn/gpt.py compat/functional.py compiler/ numbers/symbols.py training/compiled.py"
).split()
# Others that no command meets, by their first words: attributes of a package, indices of steps, ...
UNMET = (
    "module ", "value must be the class of the Values", "value must be a class of nodes",
    "op \0: it needs ", "check_jvp needs", "an array of this library",
    "a recorded node cannot be changed",
    "there are ", "only Values can be drawn", "an expression is text", "polygamma ",
    "steps needs a Value", "with value=",
    "take needs ", "argnums ", "expected the keys ",
    "absolute values have no complex derivative",
    "the optimiser has no parameter", "steps(root) takes no inputs", "the inputs do not fit",
    "optimiser must be one such", "the optimiser changes parameters",
    "\0 (input, target), but ", "topological takes ", "the conjugate of ", "pictures show Steps",
)  # fmt: skip
FILLED = ("?", "a number", "log(a) at a = 1")  # what slots of a raised text may hold


# --- all that is raised --------------------------------------------------------------------------
def raised():
    """(place, text with \0 for its slots) of each error that is raised, returned or annotated."""
    for path, code in CODE.items():
        for node in ast.walk(ast.parse(code)):
            for text in [text for part in _said(node) for text in _texts(part)]:
                if " " in text:
                    yield f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}", text


def _said(node):
    """What an error is told that is raised, returned or annotated here."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return node.exc.args
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
        return node.value.args if "Error" in ast.unparse(node.value.func) else []
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".add_note"):
        return node.args
    return []


def _texts(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            texts = [text + more for text in texts for more in _texts(inner) or ["\0"]]
        return texts
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _texts(node.left)
    return []


def test_every_error_that_a_command_meets_is_translated():
    met, missing = 0, []
    for place, text in raised():
        forms = [text.replace("\0", x) for x in FILLED]
        known = any(translated(said, "es") != said for said in forms)
        met += known
        excused = place.startswith((*PROGRAMMERS, "cli/options.py")) or text.startswith(UNMET)
        if not known and not excused and text.strip("\0 ():,") not in ("", "is", "got"):
            missing.append((place, text))
    assert missing == []
    assert met > 150


def test_the_list_of_those_that_no_command_meets_is_not_too_long():
    texts = [text for _, text in raised()]
    for start in UNMET:
        assert any(text.startswith(start) for text in texts), start


# --- the templates -------------------------------------------------------------------------------
@pytest.mark.parametrize(("english", "spanish"), TEMPLATES, ids=range(len(TEMPLATES)))
def test_a_template_is_translated_whole(english, spanish):
    """The text made of it gives its Spanish, whatever its slots hold, and not another's."""
    held = {name: "text" if name.startswith("phrase") else f"<{name}>" for name in slots(english)}
    wanted = held | {name: "texto" for name in held if name.startswith("phrase")}
    assert translated(english.format(**held), "es") == spanish.format(**wanted)
    assert translated(english.format(**held), "en") == english.format(**held)


# --- what is met ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("compute", "spanish"),
    [
        (lambda: f.log(Value(-1.0, label="x")), "log(a) en a = -1.0 (x): necesita a > 0"),
        (lambda: Value(1.0) / 0,
         "div(a, b) en a = 1.0, b = 0.0: división por cero; necesita b != 0"),
        (lambda: Value(-2.0) ** 0.5,
         "pow(a, b) en a = -2.0, b = 0.5: necesita a > 0, o un b entero (b >= 0 si a = 0)"),
        (lambda: f.digamma(Value(-2.0)),
         "digamma(a) en a = -2.0: necesita a distinto de 0, -1, -2, ..."),
        (lambda: f.sum([Value(1e308)] * 9).exp(),
         ("sum(a[]) en a = (1e+308, 1e+308, 1e+308 y 6 menores): el resultado es demasiado grande"
          " para el tipo float")),
        (lambda: f.dot([Value(1e308)] * 9, [9.0] * 9),
         ("dot(a[], b[]) en a = (1e+308, 1e+308, 1e+308 y 6 menores), b = (9.0, 9.0, 9.0 y 6"
          " menores): el resultado es demasiado grande para el tipo float")),
        (lambda: Value("three"),
         ("'three' (str) no es un número; un Value contiene un float, int, Fraction, complex,"
          " mpmath.mpf o un escalar de NumPy")),
        (lambda: SGD([Value(1.0)], lr=0), "lr debe ser mayor que 0, no 0"),
        (lambda: SGD([Value(1.0)], lr="a"), "lr debe ser un número real, no 'a'"),
        (lambda: MLP(2, [1])([1.0]), "layer1 recibe 2 entradas, no 1"),
        (lambda: MLP(2, [1], activation="steep"), "activation 'steep' no existe; existen "),
    ],
)  # fmt: skip
def test_errors_of_the_engine(compute, spanish):
    with pytest.raises((ValueError, TypeError, ArithmeticError)) as caught:
        compute()
    assert translated(str(caught.value), "es").startswith(spanish)


def test_a_training_run_that_leaves_the_floats():
    model = MLP(1, [1], seed=0)
    with pytest.raises(TrainingError) as caught:
        fit(model, [([1e3], 1.0), ([-2e3], 0.0)], "mse", SGD(model.parameters(), lr=1e9), epochs=99)
    told = translated(str(caught.value), "es")
    assert told.startswith("época ")
    assert "lote " in told
    assert ". Causa probable: entradas de hasta 2e+03; estandarízalas" in told
    assert ", o una tasa de aprendizaje de 1e+09, demasiado alta; prueba 1e+08" in told
    english = {" the ", " is ", " of ", " that ", " with ", " and ", "after", "batch"}
    assert not [word for word in english if word in told], told


@pytest.mark.parametrize(
    "code", ["ENOENT", "EISDIR", "ENOTDIR", "EEXIST", "EACCES", "EPERM", "ENOSPC", "EROFS"]
)
def test_errors_of_the_system(code):
    english = os.strerror(getattr(errno, code))
    assert translated(english, "es") != english
    assert translated(f"{code}: nobody knows this", "es") == f"{code}: nobody knows this"


REFUSED = (  # by Python's arithmetic, and by its grammar and its objects
    "log(-1.0) log(0) log10(-1) log2(-1.0) log1p(-2.0) sqrt(-1.0) asin(2.0) acos(-3.0) acosh(0.5)"
    " atanh(1.0) gamma(-1.0) lgamma(0.0) pow(-8.0,0.5) pow(0.0,-1.0) fmod(1.0,0.0) exp(1e3)"
    " cosh(1e4) sin(inf) 1/0 1.0/0 1//0 1.0//0 1%0 1.0%0 0.0**-1 0**-1 floor(inf) int(nan)"
    " 10**400*1.0"
).split()
SLIPS = (
    "input()", "x y", "f(a b)", "if n = 3:\n  n", "print 3", "f(1]",
    "x = \u201ca\u201d", "x = 3a", "f((", "f())", "if x\n pass", "x = 1\n y = 2", "if x:\n  y\n z",
    "x = 'a",
    "if x:\n\ty\n        z", "if x:\ny", "return 1", "f = lambda: f()\nf()", "[][0]", "''.x",
    "n()", "[i for i in n]", "n[0]", "len(n)", "{[]}", "n + None", "-''", "math.sin('')", "int('')",
    "(lambda a: a)()", "(lambda a, b: a)()", "(lambda: 1)(2)", "(lambda a: a)(2, 3)",
    "(lambda a: a)(b=2)", "from math import fun", "[1] * [2]", "def f():\n  x += 1\nf()", "no_such",
)  # fmt: skip


@pytest.mark.parametrize("code", [*REFUSED, *SLIPS])
def test_errors_of_python(code, monkeypatch):
    """As the interpreter at hand words them; 3.14's math has sentences of its own."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(compile(code, "x.py", "exec"), {**vars(math), "math": math, "n": 3})
    said = getattr(caught.value, "msg", None) or str(caught.value)
    assert translated(said, "es") != said


def test_what_others_say_is_left_alone():
    """A learner's own sentence is not translated by halves, nor is a name that is a word here."""
    for own in ("age must be plausible, got 300", "the cat is on the mat", "text"):
        spanish = f"f lanzó Error: {own}".replace(": text", ": texto")
        assert translated(f"f raised Error: {own}", "es") == spanish
    spanish = "text debe ser mayor que 0, no 'finite'"
    assert translated("text must be above 0, got 'finite'", "es") == spanish
    told = translated("f raised Error: g() missing 1 required positional argument: 'x'", "es")
    assert told == "f lanzó Error: a g() le falta 1 argumento: 'x'"  # it was "a f lanzó ..."


def test_several_lines_are_translated_one_by_one():
    told = translated("log(a) at a = -1.0: it needs a > 0\nin layer1\n  log(x)", "es")
    assert told == "log(a) en a = -1.0: necesita a > 0\nen layer1\n  log(x)"


def test_a_long_text_comes_to_an_end(monkeypatch):
    """Of many ways to fit a template none is tried twice: 2,000 letters would take a minute."""
    monkeypatch.setattr("autograd_mini.language.errors._LONGEST", 10**6)
    for words in (" must be , got ", ": it needs ", ", or ", ": 1 but "):
        assert translated(words * 3000 + " targets!", "es").endswith("!")
    monkeypatch.undo()
    endless = "the backward pass: " * 10_000
    assert translated(endless, "es") == endless
