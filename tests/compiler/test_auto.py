"""The back end that becomes faster: the same numbers before and after, whatever is installed."""

import pytest

pytest.importorskip("numpy")
import numpy as np

from autograd_mini.compiler import auto, backends, compile
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
    call = run.bound(SHARED, [X, Y], 4)
    call()
    assert numbers((call.once, call.each)) == EXPECTED
    assert numbers(run(SHARED, [X, Y], 4)) == EXPECTED
    run.improve().join()
    assert numbers(run(SHARED, [X, Y], 4)) == EXPECTED
    call()
    assert numbers((call.once, call.each)) == EXPECTED
    call = run.bound(SHARED, [X, Y], 4)  # by machine code
    assert call.repeat
    call()
    assert numbers((call.once, call.each)) == EXPECTED
    call.shared[0] = call.once[1]  # the new w: a step after a step
    call()
    assert call.once[0] != EXPECTED[0][0]
    told = "\n".join(run.explain())
    assert told.startswith("runs: llvm\n")
    assert "compiled at level 0" in told
    assert "compiled at level 1" in told


def test_where_compiling_fails_the_first_tier_goes_on(monkeypatch):
    llvm = pytest.importorskip("autograd_mini.compiler.llvm")

    def failing(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(llvm, "kernels", failing)
    run = auto.build(line())
    run.improve().join()
    assert numbers(run(SHARED, [X, Y], 4)) == EXPECTED
    assert run.explain()[-1] == "llvm: no memory"


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


def test_where_no_thread_can_be_started_the_first_tier_goes_on(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", refuse)
    fast = compile(lambda x: x * x, backend="auto")
    assert [fast(3.0), fast(3.0), fast(4.0)] == [9.0, 9.0, 16.0]
    assert "can't start new thread" in fast.explain()
