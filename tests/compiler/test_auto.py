"""The back end that becomes faster: the same numbers before and after, whatever is installed."""

import pytest

pytest.importorskip("numpy")
import numpy as np

from autograd_mini.compiler import auto, backends
from tests.compiler.programs import line
from tests.programs import run

SHARED, X, Y = np.array([2.0, 0.5, 4.0]), np.array([1.0, 2.0, 3.0, -1.0]), np.ones(4)


def numbers(found):
    once, each = found
    return [*map(float, once)], [[*map(float, row)] for row in each]


EXPECTED = numbers(backends.backend("numpy").build(line())(SHARED, [X, Y], 4))


def test_the_same_numbers_while_llvm_compiles_and_after():
    pytest.importorskip("llvmlite")
    run = auto.build(line())
    assert numbers(run(SHARED, [X, Y], 4)) == EXPECTED
    assert run.explain()[0] == "runs: numpy (llvm begins with the second call)"
    assert numbers(run(SHARED, [X, Y], 4)) == EXPECTED
    run.improve().join()
    assert numbers(run(SHARED, [X, Y], 4)) == EXPECTED
    told = "\n".join(run.explain())
    assert told.startswith("runs: llvm\n")
    assert "compiled at level 0" in told
    assert "compiled at level 1" in told


@pytest.mark.parametrize("name", ["autograd_mini.compiler.llvm.kernels", "threading.Thread.start"])
def test_where_compiling_fails_the_first_tier_goes_on(monkeypatch, name):
    pytest.importorskip("llvmlite")

    def failing(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(name, failing)
    run = auto.build(line())
    assert [numbers(run(SHARED, [X, Y], 4)) for _ in range(3)] == [EXPECTED] * 3
    if run.thread.ident:
        run.thread.join()
    assert run.explain() == ["runs: numpy", run.told[0], "llvm: no memory"]


@pytest.mark.parametrize("missing", ["numpy", "llvmlite"])
def test_a_process_that_lacks_something_computes_and_ends(missing):
    script = f"""
import sys
sys.modules[{missing!r}] = None
from autograd_mini.compiler import auto
from tests.compiler.programs import line
run = auto.build(line())
shared, columns = [2.0, 0.5, 4.0], [[1.0, 2.0, 3.0, -1.0], [1.0] * 4]
if auto.ARRAYS:
    import numpy as np
    shared, columns = np.array(shared), [*np.array(columns)]
for _ in range(3):
    once, each = run(shared, columns, 4)
run.improve().join()
told = run.explain()
print([*map(float, once)], told[0], "pip install 'autograd-mini[fast]'" in told[-1])
"""
    done = run(script)
    first = "python" if missing == "numpy" else "numpy"
    assert (done.stdout, done.stderr) == (f"{EXPECTED[0]} runs: {first} True\n", "")
