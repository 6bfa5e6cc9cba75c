"""compile: what users do besides: keywords, conditions as numbers, threads, functions in others."""

import copy
import math
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from threading import Event

import pytest

import autograd_mini as ag
from autograd_mini import MLP, Value, compat, exp, ieee, log, sqrt, tanh, where
from autograd_mini.compiler import compile
from autograd_mini.compiler.backends import backend as known
from autograd_mini.errors import GradientError, TraceError
from autograd_mini.nn import Neuron
from autograd_mini.optim import Adam, Momentum
from tests.benchmarks import backends, rough
from tests.compiler.test_compile import W, branch, error, python
from tests.refusals import refused

np = pytest.importorskip("numpy")


def scaled(x, a=1.0, b=10.0):
    return x * a + b


def test_a_trace_is_of_the_arguments_that_are_given_by_name():
    fast = python(scaled)
    assert [fast(2.0, a=3.0), fast(2.0, b=3.0), fast(2.0), fast(2.0, 3.0, 4.0)] == [16, 5, 12, 10]


def test_a_callable_object_keeps_its_attributes_to_itself():
    class Square:
        def __init__(self):
            self.backend, self.wrt, self.entries = "mine", "nothing", 5

        def __call__(self, x, y):
            return x * x * y

    fast = python(Square(), wrt=1)
    assert fast.value_and_grad(3.0, 2.0) == (18.0, 9.0)
    assert python(fast).value_and_grad(3.0, 2.0) == (18.0, 12.0)
    assert fast.wrt == ("y",)


CONDITIONS = {
    "product": lambda x: (x > 1) * x * x,
    "sum": lambda x: sum([x > 1, x > 2]) * x,
    "1 - c": lambda x: (1 - (x > 2)) * x,
    "equal": lambda x: where((x > 1) == (x > 2), x, 3 * x),
    "chosen": lambda x: where(x > 1, x > 2, x > 0.5) * x,
    "power": lambda x: x ** (x > 1) + x,
    "node": lambda x: Value(x > 1) * x,
    "node alone": lambda x: Value(x > 1),
    "printed": lambda x: [f"{x.data:.2f}", x * x][1],
    "data": lambda x: x.data * ag.maximum(x.data, 1.0) * x + x.data**2,  # a constant to gradients
    "data changed": lambda x: [setattr(x, "data", x.data * 2.0), x * x][1],
    "softmax": lambda x: log(ag.exp(x - where(x.data > 1, x.data, 1.0)) + ag.exp(-x.data)),
}


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_is_1_or_0(name, backend):
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    f = CONDITIONS[name]
    fast = compile(f, backend=backend)
    for x in (0.75, 1.5, 3.0):
        assert fast.value_and_grad(x) == ag.value_and_grad(f)(x)
    assert compile(lambda x: [x > 1, x], backend=backend)(2.0) == [1.0, 2.0]


def uneven(x, h):
    return where(x > 1, h * where(x > 2, where(x > 3, h, h * h), h * 3), x)


def one_sided(x, h):
    return where(x > 1, h * 3 * where(x > 2, h * h, 0.0), x)


MASKED = {  # functions of one number, and their second derivatives at some points
    "alone": (lambda x: where(x > 0, log(x), 0), {0.0: 0.0, -1.0: 0.0, 2.0: -0.25, math.nan: 0.0}),
    "infinite": (lambda x: where(x > 0, x * log(x), 0.0) * x, {0.0: 0.0, -1.0: 0.0, 1.0: 3.0}),
    "nested": (
        lambda x: where(x > 0, where(x > 1, log(x - 1) * x, x**3), x * x),
        {1.0: 6.0, -1.0: 2.0, 2.0: 0.0},
    ),
    "twice": (lambda x: where(x > 0, log(x), x) * where(x > 0, x, 1 / x), {-1.0: 0.0, 1.0: 1.0}),
    "chosen or not": (lambda x: where(x > 1, log(x), 2 * log(x)), {0.5: -8.0, 2.0: -0.25}),
    "clamped": (lambda x: ag.clamp(log(x), -0.5, 1.0) * x, {0.0: 0.0, 1.0: 1.0, 9.0: 0.0}),
    "zero that moves": (lambda x: log(x) ** 2, {1.0: 2.0}),
    "uneven": (lambda x: uneven(x, sqrt(x - 1) * log(x - 1)), {0.5: 0.0, 1.0: 0.0}),
    "one-sided": (lambda x: one_sided(x, sqrt(x - 1) * log(x - 1)), {0.5: 0.0, 1.0: 0.0}),
}


@pytest.mark.parametrize("name", MASKED)
def test_what_is_not_chosen_hands_nothing_on_to_second_derivatives(name):
    f, points = MASKED[name]
    fast = python(f)
    for x, second in points.items():
        assert (fast.hvp(x, 1.0), fast.hessian(x)) == (second, second), x


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: tanh(exp(x)), 1000.0),
        (lambda x: tanh(1 / x), 0.0),
        (lambda x: sqrt(x) * x, 0.0),
        (lambda x: tanh(log(x)) * x, 0.0),
    ],
)
def test_an_infinite_tangent_does_not_cross_a_partial_of_zero(f, x):
    with ieee():
        expected = ag.hvp(f, x, 2.0)
    assert expected == expected
    assert python(f).hvp(x, 2.0) == expected


def test_a_derivative_along_a_tangent_inside_of_what_is_compiled():
    fast = python(lambda x: ag.hvp(lambda y: y**3 * x, x, 1.0))  # 6 * y * x at y = x
    assert fast.value_and_grad(2.0) == (24.0, 24.0)


def test_choices_of_1_and_0_may_be_as_deep_as_they_like():
    def chain(x):
        bit = 0.0
        for k in range(1500):
            bit = where(x.data > k, 1.0, bit)
        return bit * x

    def meeting(x):  # each in both branches of the next: as a tree it would have 2**40 leaves
        bit = where(x.data > 0, 1.0, 0.0)
        for k in range(40):
            bit = where(x.data > k, bit, where(x.data < k + 1, bit, 0.0))
        return bit * x

    for f in (chain, meeting):
        fast = python(f)
        assert (fast.grad(2.5), fast.hvp(2.5, 1.0), fast.hessian(2.5)) == (1.0, 0.0, 0.0)


def test_second_derivatives_of_choices_within_choices_are_as_long_as_they():
    def size(pieces):
        def f(x):
            y = x
            for k in range(pieces):
                y = where(x > k, log(x - k) * x, y)
            return y

        fast = python(f)
        assert fast.hessian(2.5) == -6.0  # of log(x - 2) * x: 2 / (x - 2) - x / (x - 2)**2
        return len(fast.program.code)

    assert size(80) - size(60) == size(40) - size(20)


def test_a_direction_of_zero_hands_nothing_on():
    fast = python(lambda x: x[0] ** 1.5 + x[1])
    assert fast.hvp([0.0, 1.0], [0.0, 1.0]) == [0.0, 0.0]
    assert fast.hvp([0.0, 1.0], [1.0, 0.0]) == [math.inf, 0.0]


def test_a_quotient_by_a_constant_0_is_ieee_s_in_second_derivatives():
    fast = python(lambda x: where(x > 0, x * x, x / 0.0))
    assert (fast.hvp(1.0, 1.0), fast.hessian(1.0), fast.hessian(-1.0)) == (2.0, 2.0, 0.0)


def test_values_from_outside_may_hold_any_real_number():
    w = Value(Fraction(1, 3), label="w")
    fast = python(lambda x: x * w)
    assert fast(3.0) == 1.0
    for w.data in (Fraction(2, 3), 5, np.float32(0.5)):
        assert fast(3.0) == 3.0 * float(w.data)
    for f in (lambda x: where(x > w, x, -x), lambda x: where(w < x, x, -x)):
        w.data = 1
        fast = python(f)  # compared with it alone
        assert fast(3.0) == 3.0
        w.data = Fraction(7, 2)
        assert fast(3.0) == -3.0
    third = Value(Fraction(1, 3))
    fast = python(lambda x: where(x > third, x.data * Fraction(1, 2), x))
    assert (fast(3.0), fast(0.25)) == (1.5, 0.25)


class Named(Value):
    """A subclass whose constructor is another than Value's."""

    def __init__(self, name, data):
        super().__init__(data, label=name)


@pytest.mark.parametrize("b", [compat.Value(0.5), Value(0.5), Named("b", 0.5)])
def test_derivatives_in_what_is_compiled_leave_other_classes_and_gradients_alone(b):
    """b meets the argument in the backward pass alone, when its gradient is that pass's."""

    def f(x):
        return (x * (b * b)).tanh() * (b * 3) + x**3 * b.exp() + (x - b * 2) ** 2

    b.grad = 7.0
    fast, second = python(f), python(ag.grad(f))
    for b.data in (0.5, 0.25):
        slope = ag.hessian(f)(0.7)
        found = (
            fast.hessian(0.7),
            fast.hvp(0.7, 1.0),
            second.grad(0.7),
            python(ag.grad(f)).grad(0.7),
        )
        assert found == pytest.approx((slope,) * 4, rel=1e-13)
        assert b.grad == 7.0


RACES = {
    "compiled": lambda model: partial(python(lambda m, x: m([x, 1.0])), model, 0.5),
    "from outside": lambda model: partial(python(lambda x: model([x, 1.0])), 0.5),
    "eager": lambda model: lambda: model([0.5, 1.0]).data,
    "partials": lambda model: lambda: model([0.5, 1.0]).partials,
    "a branch": lambda model: lambda: bool(model.parameters()[0].data),
}


@pytest.mark.parametrize("name", RACES)
def test_a_thread_waits_while_another_one_traces_the_same_model(name):
    model, runs, begun = MLP(2, [2, 1], seed=0), [], Event()

    def slow(x):
        runs.append(x)
        if len(runs) == 2:  # the second run of a trace, in which the model stands for symbols
            begun.set()
            Event().wait(0.1)
        return model([x, x])

    call = RACES[name](model)
    expected = repr(call())
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(python(slow), 0.5)
        begun.wait(10)
        assert repr(call()) == expected
        job.result()


def test_values_of_another_thread_are_not_those_of_a_trace():
    line, mine, begun = Line(), Value(3.0), Event()

    def slow(line, x):
        begun.set()
        Event().wait(0.1)
        return line(x)

    fast = python(slow)
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(fast, line, 0.5)
        begun.wait(10)
        assert (mine * line.w).data == 6.0  # when the trace has ended
        assert job.result() == 2.0
    assert [name for name, _ in fast.program.inputs] == ["line.0", "line.1", "x"]


FORK = """
import os, threading, time
from autograd_mini import Value, compile
w, begun = Value(2.0), threading.Event()
runs = []
def slow(x):
    runs.append(x)
    if len(runs) == 2:  # w stands for a symbol
        begun.set()
        time.sleep(0.1)
    return w * x
threading.Thread(target=compile(slow, backend="python"), args=(3.0,)).start()
begun.wait()
child = os.fork()
right = w.data == 2.0 and compile(lambda x: w * x, backend="python")(4.0) == 8.0
os._exit(not right) if not child else exit(not right or os.waitpid(child, 0)[1])
"""


FORK_LATER = """
import os, time
from autograd_mini import compile
fast = compile(lambda w, x: w * x, batch="x", reduce="sum", backend="llvm", threads=2)
right = all(fast(2.0, [1.0] * 99_999) == 199_998.0 for _ in range(9))
time.sleep(0.1)  # its threads are idle
child = os.fork()
right = right and fast(3.0, [1.0] * 50) == 150.0
os._exit(not right) if not child else exit(not right or os.waitpid(child, 0)[1])
"""


FORK_IN_LLVM = """
import os, threading, time
import llvmlite.binding as llvm
from autograd_mini import compile
fast, begun = compile(lambda x: x * x), threading.Event()
def held():
    if threading.current_thread() is not threading.main_thread() and not begun.is_set():
        begun.set()
        time.sleep(0.1)
llvm.ffi.register_lock_callback(held, lambda: None)
right = fast(2.0) == fast(-2.0) == 4.0
begun.wait()
child = os.fork()
right = right and fast(3.0) == 9.0
run = next(iter(fast.entries.values())).run
run.improve().join()
right = right and run.explain()[0] == "runs: llvm"
os._exit(not right) if not child else exit(not right or os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize(
    "script",
    [FORK, FORK_LATER, FORK_IN_LLVM],
    ids=["in a trace", "after threads", "while LLVM compiles"],
)
def test_a_process_that_forks_has_numbers_and_threads_in_both(script):
    if "llvm" in script:
        pytest.importorskip("llvmlite")
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, timeout=20)


@pytest.mark.parametrize(("name", "said"), [("jax", r"autograd-mini\[jax\]"), ("torch", "pytorch")])
def test_what_is_not_installed_is_named(name, said, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, f"autograd_mini.compiler.{name}", raising=False)
    with pytest.raises(ImportError, match=f"as_{name} needs {name}: .*{said}"):
        getattr(ag.compiler, f"as_{name}")


def test_a_sample_of_the_long_runs():
    ops = ["dot", "norm", "prod", "where", "tanh", "polygamma", "pow"]
    assert backends.run(["numpy"], 2, ops=ops)[0] == []
    assert rough.inputs("numpy", 40, 0)[0] == 0


class Line:
    """A model whose parameters come one by one."""

    def __init__(self):
        self.w, self.b = Value(2.0), Value(1.0)

    def parameters(self):
        yield self.w
        yield self.b

    def __call__(self, x):
        return self.w * x + self.b


TWICE = {  # what shares parameters
    "arguments": (lambda m, n, x: m(x) * n(x), lambda line: (line, line), (0, 1), list),
    "list": (lambda ms, _, x: ms[0](x) * ms[1](x), lambda line: ([line, line], 0.0), 0, list),
    "dict": (
        lambda d, n, x: d["m"](x) * n(x) if d["how"] == "times" else x,
        lambda line: ({"how": "times", "m": line}, line),
        0,
        lambda slopes: [slopes["m"]],
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_parameters_that_are_there_twice_get_the_whole_gradient(name):
    f, made, wrt, of_lines = TWICE[name]
    line, x = Line(), Value(3.0)
    by_hand = line(x) * line(x)
    by_hand.backward()
    wanted = [by_hand.data, *(p.grad for p in (line.w, line.b, x))]
    assert wanted == [49.0, 42.0, 14.0, 28.0]
    slopes = of_lines(python(f, wrt=wrt).grad(*made(line), 3.0))
    assert slopes == [[42.0, 14.0]] * len(slopes)
    for p in (line.w, line.b, x):
        p.grad = 0.0
    wrt = (*wrt, 2) if isinstance(wrt, tuple) else (wrt, 2)
    node = python(f, wrt=wrt)(*made(line), x)
    node.backward()
    assert [node.data, *(p.grad for p in (line.w, line.b, x))] == wanted


def test_of_values_a_batch_without_reduction_is_a_list_of_nodes():
    w, x = Value(3.0), Value(2.0)
    fast = python(lambda w, x: w * x * x, wrt=("w", "x"), batch="x")
    one, other = fast(w, [x, 5.0])
    (one + 2 * other).backward()
    assert (one.data, other.data, w.grad, x.grad) == (12.0, 75.0, 54.0, 12.0)
    assert python(lambda x: x * x, batch="x")([5.0, x])[0] == 25.0
    rows = np.array([[x, 5.0], [w, 1.0]])
    fast = python(lambda x: (x * x).sum(), batch="x", reduce="sum")
    fast(rows).backward()
    assert (w.grad, x.grad, fast.grad(rows).tolist()) == (60.0, 16.0, [[4.0, 10.0], [6.0, 2.0]])


READ = {  # what hides from the result that it is of nodes
    "data": lambda m, x: m([x]).data,
    "item": lambda m, x: 2 * m([x]).item() + x,
    "in a list": lambda m, x: [m([x]).data, x],
    "gradients": lambda m, x: [m.zero_grad(), m([x]).backward(), [p.grad for p in m.parameters()]][
        2
    ],
    "a table": lambda m, x: ag.take([*m.parameters()], x).data,
}


@pytest.mark.parametrize("name", READ)
def test_weights_are_read_in_every_call_however_the_result_is_taken_from_them(name):
    f, model = READ[name], MLP(1, [2, 1], activation="tanh", seed=0)
    fast, grads = python(lambda x: f(model, x)), [p.grad for p in model.parameters()]
    for _ in range(2):
        wanted = f(copy.deepcopy(model), 1.0)
        assert fast(1.0) == wanted
        for p in model.parameters():
            assert (p.data.__class__, p.grad.__class__) == (float, float)
            p.data += 0.5
    assert [p.grad for p in model.parameters()] == grads
    assert fast.statistics["traces"] == 1


def trained(model, x):
    loss = model([x]) ** 2
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    return loss


def stepped(optimiser, model, x):
    loss = model([x]) ** 2
    loss.backward()
    optimiser.step()
    return loss


KEPT: list[Value] = []
CHANGES = {
    "closure": lambda model, rule: lambda x: trained(model, x),
    "argument": lambda model, rule: lambda x: python(trained, wrt="x")(model, x),
    "optimiser": lambda model, rule: lambda x: stepped(rule, model, x),
    "branch": lambda model, rule: lambda x: 1 if trained(model, x) > 0 else 0,
    "a value": lambda model, rule: lambda x: [model([x]), setattr(model.w[0], "data", x.data)][0],
    "kept": lambda model, rule: lambda x: [KEPT.append(x * model.b), sum(KEPT)][1],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_function_that_changes_values_from_outside_is_refused_and_leaves_them(name):
    model = Neuron(1, activation="tanh", seed=0)
    rule = Adam(model.parameters(), lr=0.1)
    before = [(p.data, p.grad) for p in model.parameters()], rule.state_dict()
    for _ in range(2):
        call = CHANGES[name](model, rule)
        with pytest.raises(TraceError, match=r"compile_step compiles training|kept, in an|branch"):
            (call if name == "argument" else python(call))(0.5)
        assert ([(p.data, p.grad) for p in model.parameters()], rule.state_dict()) == before


def test_a_value_that_is_given_a_number_before_it_is_read_is_refused():
    w = Value(2.0, label="w")
    with pytest.raises(TraceError, match="changes w from outside"):
        python(lambda x: [setattr(w, "data", x.data), w * x][1])(3.0)
    with pytest.raises(TraceError, match=r"not used yet.*: make another, Value\(x.data\)"):
        python(lambda x: [v := Value(0.0), setattr(v, "data", x.data), v * x][2])(3.0)
    made = python(lambda x: Value(x.data) * x)
    assert made.value_and_grad(3.0) == (9.0, 3.0)


def test_values_of_its_own_a_function_may_train():
    def fitted(x):
        w = Value(1.0)
        rule = Momentum([w], lr=0.1)
        for _ in range(3):
            (w * x - 1.0).square().backward()
            rule.step()
            rule.zero_grad()
        return w * x

    assert python(fitted)(2.0) == fitted(2.0).data


# --- inside others -------------------------------------------------------------------------------
@compile
def cube(x):
    return x**3


INSIDE = {  # each is 12 at 2
    "grad": lambda x: 1 * cube.grad(x),
    "value_and_grad": lambda x: cube.value_and_grad(x)[1] + 0 * x,
    "hvp": lambda x: cube.hvp(x, 1.0),
    "hessian": lambda x: cube.hessian(x) * 1,
    "call": lambda x: 1.5 * cube(x),
    "batch": lambda x: python(lambda w, x: w**x, batch="x", reduce="mean")(x, [3.0, 4.0]),
    "batch grad": lambda x: python(lambda w, x: w**x, batch="x", reduce="sum").grad(x, [3.0]),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_compiled_function_inside_another_is_traced_through(name):
    f, plain = INSIDE[name], {"call": lambda x: 1.5 * x**3, "batch": lambda x: (x**3 + x**4) / 2}
    order = {"hvp": 2, "hessian": 2}.get(name, 1)
    by_hand = plain.get(name) or (lambda x: [0, 3 * x**2, 6 * x][order])
    wanted = ag.value_and_grad(by_hand)(2.0)
    assert python(f).value_and_grad(2.0) == ag.value_and_grad(f)(2.0) == wanted
    assert python(f).hessian(2.0) == ag.hessian(by_hand)(2.0) == ag.hessian(f)(2.0)
    assert cube.grad(2.0) == 12.0  # and what is inside still has its own traces


def pairs(a, x):
    return [a**3 * x, {"b": a * x}]


def first(a, x):
    return pairs(a, x)[0]


BATCHES = {  # of a compiled function in another: what it gives by itself
    "mean of a list": lambda a: python(pairs, batch="x", reduce="mean")(a, [1.0, 3.0]),
    "list": lambda a: python(pairs, batch="x")(a, [1.0, 3.0]),
    "gradients": lambda a: python(first, batch="x").grad(a, [1.0, 3.0]),
    "by both": lambda a: python(first, wrt=("a", "x"), batch="x").grad(a, [1.0, 3.0]),
    "directions": lambda a: python(first, batch="x").hvp(a, [1.0, 3.0], 2.0),
    "hessians": lambda a: python(first, batch="x").hessian(a, [1.0, 3.0]),
}


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_inside_another_function_gives_what_it_gives_outside(name):
    f = BATCHES[name]
    assert python(f)(2.0) == f(2.0)


def test_a_compiled_function_is_pickled_copied_and_printed_as_a_function_is():
    held = python(scaled, wrt=("x", "a"))
    wanted = held.value_and_grad(2.0, 3.0)
    local = python(lambda x, a: x * a + 10.0, wrt=("x", "a"))
    for again in (pickle.loads(pickle.dumps(held)), copy.deepcopy(held), copy.copy(local)):
        assert again.value_and_grad(2.0, 3.0) == wanted == (16.0, (3.0, 2.0))
    assert pickle.loads(pickle.dumps(cube)) is cube
    assert repr(held) == "<compiled scaled(x, a=1.0, b=10.0): backend python, traces 1>"


class Method:
    @compile
    def f(self, x):
        return x

    g = python(partial(scaled, a=3.0))


def test_a_compiled_partial_is_no_method_as_a_partial_is_none():
    assert Method().g(2.0) == Method.g(2.0) == 16.0
    assert Method.f.__name__ == "f"  # of the class, it is there


def test_without_arguments_there_is_a_value():
    assert python(lambda: 3.0)() == 3.0
    assert python(lambda *a: a[0] * a[1]).grad(2.0, 3.0) == (3.0, 2.0)


DOT = python(lambda w, x, y: w * x * y, batch=("x", "y"), reduce="sum")


@refused(
    {
        ValueError: [
            (lambda: ag.grad(lambda w: DOT(w, [1.0, 2.0], [1.0]))(1.0), "differ in their number"),
            (lambda: ag.grad(lambda w: DOT(w, [], []))(1.0), "the batch x has no samples"),
            (lambda: ag.grad(lambda w: DOT(w, 1.0, [2.0]))(1.0), "the batch x is 1.0 .float."),
            (lambda: DOT.check(1.0, [1.0, 2.0], [1.0]), "differ in their number of samples"),
            (lambda: DOT(1.0, [1.0, 2.0], [1.0]), "differ in their number of samples"),
            (lambda: python(branch, batch="x")([]), "the batch x has no samples"),
            (lambda: python(branch, batch="x")(np.zeros((0, 2))), "the batch x has no samples"),
            (lambda: python(branch, batch="x")(3.0), "must be a list or array of samples"),
            (lambda: python(error, batch="x")(W, [[1.0], 2.0], 1.0), "sample 1 of the batch x"),
            (lambda: python(branch, reduce="max"), "reduce must be one of sum, mean, None"),
            (lambda: python(branch, threads=0), "threads must be at least 1"),
            (lambda: python(sum).hvp([1.0, 2.0], [1.0]), "the direction of hvp must hold 2"),
            (lambda: python(branch).source, "call it first"),
            (lambda: known("fortran"), "backend 'fortran' is unknown; known are auto, python"),
            (lambda: python(scaled, wrt=("x", 0)), r"wrt must name each argument once, got"),
            (lambda: python(scaled, wrt=1.5), "wrt must be one of x, a, b, got '1.5'"),
            (lambda: python(scaled, wrt={"x"}), "wrt must be one of x, a, b, got .*'x'"),
            (lambda: python(scaled, batch=True), "batch must be one of x, a, b, got 'True'"),
        ],
        TypeError: [
            (lambda: Method().f(1.0), r"compile the object's: compile\(self.f\)"),
            (lambda: compile(3), "f must be a function"),
            (lambda: python(abs)({1.0}), "is not a number"),
            (lambda: python(branch)(1j), "real numbers"),
            (lambda: python(branch)(np.array(["a"])), "real numbers"),
            (lambda: python(scaled)(b=1.0), r"scaled.x, a=1.0, b=10.0.: missing .* argument: 'x'"),
            (lambda: python(scaled).hvp(), "hvp takes the arguments and, last, a direction"),
            (lambda: python(scaled).hvp(1.0), "argument: 'x'; hvp takes .* last, a direction"),
            (lambda: python(lambda *a: 1.0).grad(), "a must be given"),
            (lambda: python(scaled)(10**400), "an int of 1329 bits is too large"),
            (lambda: python(lambda x: x * 10**400)(1.0), "an int of 1329 bits is too large"),
            (lambda: python(lambda x: 10**400)(1.0), "an int of 1329 bits is too large"),
            (lambda: python(sum)(np.array([1.0, None])), "takes real numbers, got None"),
            (lambda: python(lambda x: True)(1.0), r"gives real numbers, got True \(bool\)"),
            (lambda: python(lambda x: len)(1.0), "is not a number"),
            (lambda: python(lambda x: x * Value(1j))(1.0), "with real numbers, got 1j"),
        ],
        TraceError: [
            (
                lambda: python(lambda x: (python(log).check(x), x)[1])(2.0),
                r"check is to be called outside .*check\(x\)",
            )
        ],
        GradientError: [
            (
                lambda: python(scaled, wrt=("x", "a")).hessian(1.0, 2.0),
                "hessian is by one argument that is no batch, got wrt = x, a",
            ),
            (
                lambda: python(lambda x: [x, x], batch="x", reduce="mean").grad([1.0]),
                "returns one number, got list",
            ),
        ],
    }
)
def test_what_is_wrong_is_said(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_a_model_is_told_by_its_identity():
    class Line:  # as a dataclass, whose objects have no hash
        __hash__ = None

        def __init__(self, w):
            self.w = Value(w)

        def __eq__(self, other):
            return True

        def parameters(self):
            return [self.w]

    fast = python(lambda line, x: line.w * x)
    assert [fast(Line(w), 2.0) for w in (1.0, 3.0)] == [2.0, 6.0]
    assert math.isnan(fast(Line(math.nan), 2.0))
