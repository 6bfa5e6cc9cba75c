"""The C source: what it says of itself, and that a strict compiler has nothing to say about it."""

import math
import shutil
import subprocess

import pytest

pytest.importorskip("numpy")
from autograd_mini.compiler import c, c_source, compile
from autograd_mini.compiler.program import Input
from tests.compiler.programs import cubic, line

needs_cc = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


def test_the_header_says_what_stands_where():
    program = line()
    inputs = (Input("*/ #error /*"), *program.inputs[1:])
    text = c_source.header(program._replace(inputs=inputs), "fit")
    assert "shared[0] is * / #error / *" in text  # a name cannot end the comment
    assert "samples[1][i] is y" in text
    assert "once[1] becomes w" in text
    assert "each[0][i] becomes error" in text
    assert "int fit(const double *shared" in text


def unchanged():
    """No instruction but an input."""
    fast = compile(lambda x: x, batch="x", backend="python")
    return [fast.grad([1.0]), fast.program][1]


@needs_cc
@pytest.mark.parametrize("made", [cubic, line, unchanged])
def test_a_strict_compiler_is_content(made, tmp_path):
    (tmp_path / "step.c").write_text(c_source.source(made()))
    options = ["-Wall", "-Wextra", "-Werror", "-std=c11", "-pedantic", "-c", "step.c"]
    told = subprocess.run(
        ["cc", *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    assert told.returncode == 0


@needs_cc
def test_numbers_cross_from_one_function_to_the_next(monkeypatch):
    np = pytest.importorskip("numpy")
    monkeypatch.setattr(c_source, "CHUNK", 2)
    once, each = c.build(line())(
        np.array([2.0, 0.5, 2.0]), [np.array([1.0, 2.0]), np.array([1.0, 6.0])], 2
    )
    assert [*once] == [2.5, 3.5]
    assert [[*row] for row in each] == [[1.0, -2.0], [1.0, 1.0], [1.0, 2.0]]
    constants = [math.nan, math.inf, -math.inf, -0.0]
    assert repr(compile(lambda x: constants, backend="c")(1.0)) == repr(constants)


@needs_cc
@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("", "needs a C compiler"),
        ("no-such-compiler -O2", r"needs a C compiler: none is found as 'no-such-compiler"),
        ("cc --no-such-option", r"refused.*no-such-option"),
    ],
)
def test_a_compiler_that_is_not_there_or_refuses_is_named(monkeypatch, command, text):
    monkeypatch.setenv("CC", command)
    with pytest.raises(OSError, match=text):
        c.build(cubic())
