"""The programs that the compiler is measured against: each a function from a problem to its step.

The demo step is micrograd's (see demo_step.py): loss, gradient of all weights, and their update.
"without the update": the peer computes loss and gradient only, which is in its favour.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import os
import random
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from autograd_mini.data import moons, signed

RATE, DECAY = 0.01, 1e-4


class Demo(NamedTuple):
    """Samples, their labels +-1, sizes of the layers, weights (each neuron's, then its bias)."""

    xs: list
    ys: list
    sizes: tuple
    weights: list

    @property
    def shapes(self):
        return list(zip(self.sizes, self.sizes[1:], strict=False))


def demo(samples=100, hidden=(16, 16), seed=1):
    """The problem of the demo, or one of another size."""
    data = moons(samples, noise=0.1, seed=1)
    sizes = (2, *hidden, 1)
    count = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    draw = random.Random(seed)
    weights = [draw.uniform(-1, 1) for _ in range(count)]
    return Demo([list(x) for x in data.inputs], signed(data.targets), sizes, weights)


def score(weights, inputs, sizes, relu=lambda x: x.relu()):
    """The network's score, in whatever numbers it is given."""
    left, values = iter(weights), list(inputs)
    for k, width in enumerate(sizes[1:]):
        rows = []
        for _ in range(width):
            w = [next(left) for _ in values]
            total = next(left)
            for weight, value in zip(w, values, strict=True):
                total = total + weight * value
            rows.append(relu(total) if k < len(sizes) - 2 else total)
        values = rows
    return values[0]


def scalars(problem, node):
    """The step written on scalar nodes, as micrograd's users write it."""
    weights = [node(w) for w in problem.weights]

    def step():
        losses = [
            (score(weights, [node(v) for v in x], problem.sizes) * -y + 1.0).relu()
            for x, y in zip(problem.xs, problem.ys, strict=True)
        ]
        total = losses[0]
        for loss in losses[1:]:
            total = total + loss
        penalty = weights[0] * weights[0]
        for w in weights[1:]:
            penalty = penalty + w * w
        loss = total * (1.0 / len(losses)) + penalty * DECAY
        for w in weights:
            w.grad = 0.0
        loss.backward()
        for w in weights:
            w.data -= RATE * w.grad
        return loss.data

    return step, lambda: [w.data for w in weights]


def micrograd(problem):
    """micrograd 0.1.0."""
    from micrograd.engine import Value

    return scalars(problem, Value)


def eager(problem):
    """This engine, as it is: Value by Value."""
    from autograd_mini import Value

    return scalars(problem, Value)


# --- arrays --------------------------------------------------------------------------------------
def matrices(problem, array):
    """The weights as (matrix of outputs by inputs, biases) of each layer."""
    left, layers = list(problem.weights), []
    for inputs, outputs in problem.shapes:
        rows = [left[k * (inputs + 1) : (k + 1) * (inputs + 1)] for k in range(outputs)]
        del left[: outputs * (inputs + 1)]
        layers.append((array([row[:-1] for row in rows]), array([row[-1] for row in rows])))
    return layers


def flat(layers):
    """The weights of such layers in the problem's order."""
    return [
        float(x)
        for matrix, bias in layers
        for row, b in zip(matrix, bias, strict=True)
        for x in [*row, b]
    ]


def numpy_by_hand(problem):
    """NumPy, forward and backward pass written by hand, matrices through BLAS."""
    import numpy as np

    layers = matrices(problem, np.array)
    x, y = np.array(problem.xs), np.array(problem.ys)

    def step():
        values = [x]
        for matrix, bias in layers[:-1]:
            values.append(np.maximum(values[-1] @ matrix.T + bias, 0.0))
        matrix, bias = layers[-1]
        margins = 1.0 - y * (values[-1] @ matrix.T + bias)[:, 0]
        penalty = sum((m * m).sum() + (b * b).sum() for m, b in layers)
        loss = np.maximum(margins, 0.0).mean() + DECAY * penalty
        back = np.where(margins > 0, -y, 0.0)[:, None] / len(y)
        for k in range(len(layers) - 1, -1, -1):
            matrix, bias = layers[k]
            slope, slope_bias = back.T @ values[k], back.sum(0)
            if k:
                back = (back @ matrix) * (values[k] > 0)
            matrix -= RATE * (slope + 2 * DECAY * matrix)
            bias -= RATE * (slope_bias + 2 * DECAY * bias)
        return float(loss)

    return step, lambda: flat(layers)


def jax(problem, many=False):
    """jax.jit in float64, the update in the compiled step, weights in one array and donated.

    `many`: steps in a row, as a loop that is compiled with them.
    """
    import jax as library
    from jax.flatten_util import ravel_pytree

    library.config.update("jax_enable_x64", True)
    np = library.numpy
    x, y = np.array(problem.xs), np.array(problem.ys)
    weights, rows = ravel_pytree(matrices(problem, np.array))
    state = [weights]

    def loss_of(weights):
        h, layers = x, rows(weights)
        for matrix, bias in layers[:-1]:
            h = np.maximum(h @ matrix.T + bias, 0.0)
        matrix, bias = layers[-1]
        losses = np.maximum(1.0 - y * (h @ matrix.T + bias)[:, 0], 0.0)
        return losses.mean() + DECAY * (weights * weights).sum()

    def update(weights):
        loss, slopes = library.value_and_grad(loss_of)(weights)
        return loss, weights - RATE * slopes

    def loop(weights, steps):
        return library.lax.fori_loop(0, steps, lambda _, last: update(last[1]), (0.0, weights))

    compiled = library.jit(loop if many else update, donate_argnums=0)

    def step(**steps):
        loss, state[0] = compiled(state[0], **steps)
        return loss.block_until_ready()

    return partial(step, steps=3) if many else step, lambda: flat(rows(state[0]))


def torch(problem, compiled=False):
    """torch, or torch.compile, in float64, one thread."""
    import torch

    torch.set_num_threads(1)
    x = torch.tensor(problem.xs, dtype=torch.float64)
    y = torch.tensor(problem.ys, dtype=torch.float64)
    layers = matrices(problem, lambda a: torch.tensor(a, dtype=torch.float64, requires_grad=True))
    weights = [w for layer in layers for w in layer]

    def loss_of(*weights):
        h = x
        for k in range(0, len(weights) - 2, 2):
            h = torch.relu(torch.addmm(weights[k + 1], h, weights[k].T))
        out = torch.addmm(weights[-1], h, weights[-2].T)[:, 0]
        penalty = sum((w * w).sum() for w in weights)
        return torch.relu(1.0 - y * out).mean() + DECAY * penalty

    f = torch.compile(loss_of) if compiled else loss_of

    def step():
        loss = f(*weights)
        slopes = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for w, g in zip(weights, slopes, strict=True):
                w -= RATE * g
        return loss.item()

    return step, lambda: flat([(m.detach(), b.detach()) for m, b in layers])


# --- graphs compiled by others -------------------------------------------------------------------
def ddx(problem):
    """ddx-ad through LLVM, batched over the samples, without the update."""
    import ddx as library
    import numpy as np

    def relu(x):
        return library.max(x, 0.0)

    @library.equation
    def model():
        weights = [library.var(f"w{k}") for k in range(len(problem.weights))]
        x = [library.param(f"x{k}") for k in range(problem.sizes[0])]
        y = library.param("y")
        return relu(1.0 - y * score(weights, x, problem.sizes, relu))

    samples = len(problem.xs)
    weights = np.array(problem.weights)
    point = np.empty((len(weights) + problem.sizes[0] + 1, samples))
    point[len(weights) : -1] = np.array(problem.xs).T
    point[-1] = problem.ys
    point[: len(weights)] = weights[:, None]
    model.compile(points=samples)
    call = model.buffer(point)

    def step():
        call()
        loss = float(np.mean(call.value)) + DECAY * float(weights @ weights)
        slope = call.jacobian.reshape(len(weights), samples).mean(1) + 2 * DECAY * weights
        np.subtract(weights, RATE * slope, out=weights)
        call.x[: len(weights)] = weights[:, None]
        return loss

    step.kernel = call
    return step, weights.tolist


def casadi(problem):
    """casadi: loss and gradient of one sample, mapped over all, as C code by gcc -O3."""
    import casadi as library
    import numpy as np

    count, samples = len(problem.weights), len(problem.xs)
    w, x, y = map(library.SX.sym, "wxy", (count, problem.sizes[0], 1))
    parts = ([vector[k] for k in range(vector.shape[0])] for vector in (w, x))
    loss = library.fmax(1 - y * score(*parts, problem.sizes, lambda z: library.fmax(z, 0)), 0)
    one = library.Function("one", [w, x, y], [loss, library.gradient(loss, w)])
    weights = library.MX.sym("w", count)
    xs, ys = library.MX.sym("x", problem.sizes[0], samples), library.MX.sym("y", 1, samples)
    losses, slopes = one.map(samples, "serial")(library.repmat(weights, 1, samples), xs, ys)
    outputs = [library.sum2(losses) / samples, library.sum2(slopes) / samples]
    whole = library.Function("whole", [weights, xs, ys], outputs)
    run = _as_c(whole)
    numbers = np.array(problem.weights)
    loss_out, slope_out = np.zeros(1), np.zeros(count)
    buffer, trigger = run.buffer()
    given = [numbers, np.array(problem.xs).ravel(), np.array(problem.ys, float)]
    for k, part in enumerate(given):
        buffer.set_arg(k, memoryview(part))
    for k, part in enumerate((loss_out, slope_out)):
        buffer.set_res(k, memoryview(part))

    def step():
        trigger()
        loss = loss_out[0] + DECAY * float(numbers @ numbers)
        np.subtract(numbers, RATE * (slope_out + 2 * DECAY * numbers), out=numbers)
        return loss

    step.kernel, step.kept = trigger, (buffer, run, given)
    return step, numbers.tolist


def _as_c(function):
    """A function of casadi's by way of its C code."""
    import casadi as library

    name = function.name()
    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        os.chdir(folder)
        try:
            function.generate(f"{name}.c")
            _gcc(f"{name}.c", f"{name}.so")
            return library.external(name, f"./{name}.so")
        finally:
            os.chdir(here)


# --- C by hand -----------------------------------------------------------------------------------
_C = """
#define MAX(a, b) ((a) > (b) ? (a) : (b))
{arrays}
double step(double *restrict p, const double *restrict x, const double *restrict y, long n)
{{
    static double g[{count}];
    double loss = 0, penalty = 0;
    for (long k = 0; k < {count}; k++) g[k] = 0;
    for (long i = 0; i < n; i++) {{
{forward}
        double margin = 1 - y[i] * h{last}[0];
        if (margin <= 0) continue;
        loss += margin;
        b{last}[0] = -y[i] / n;
{backward}
    }}
    for (long k = 0; k < {count}; k++) {{
        penalty += p[k] * p[k];
        p[k] -= {rate} * (g[k] + 2 * {decay} * p[k]);
    }}
    return loss / n + {decay} * penalty;
}}
"""


def c_by_hand(problem):
    """C as one writes it by hand: gcc -O3 -march=native, sample by sample, update included."""
    import numpy as np

    arrays, forward, backward, start = [], [], [], 0
    for k, (inputs, outputs) in enumerate(problem.shapes, 1):
        arrays += [f"static double h{k}[{outputs}], b{k}[{outputs}];"]
        below = f"h{k - 1}" if k > 1 else f"(x + i * {inputs})"
        row = f"{start} + j * {inputs + 1}"
        out = "MAX(s, 0)" if k < len(problem.shapes) else "s"
        forward.append(
            f"for (int j = 0; j < {outputs}; j++) {{ double s = p[{row} + {inputs}];"
            f" for (int q = 0; q < {inputs}; q++) s += p[{row} + q] * {below}[q];"
            f" h{k}[j] = {out}; }}"
        )
        lines = f"for (int q = 0; q < {inputs}; q++) b{k - 1}[q] = 0; " if k > 1 else ""
        lines += f"for (int j = 0; j < {outputs}; j++) {{ double b = b{k}[j];"
        lines += f" if (h{k}[j] <= 0) continue;" if k < len(problem.shapes) else ""
        lines += f" for (int q = 0; q < {inputs}; q++) {{ g[{row} + q] += b * {below}[q];"
        lines += f" b{k - 1}[q] += b * p[{row} + q];" if k > 1 else ""
        backward.insert(0, lines + f" }} g[{row} + {inputs}] += b; }}")
        start += outputs * (inputs + 1)
    source = _C.format(
        arrays="\n".join(arrays), forward="\n".join(forward), backward="\n".join(backward),
        last=len(problem.shapes), count=start, rate=RATE, decay=DECAY,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "hand.c").write_text(source)
        _gcc(f"{folder}/hand.c", f"{folder}/hand.so")
        function = ctypes.CDLL(f"{folder}/hand.so").step
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_long]
    weights, x = np.array(problem.weights), np.array(problem.xs)
    y = np.array(problem.ys, float)
    given = [a.ctypes.data for a in (weights, x, y)]

    def step():
        return function(*given, len(y))

    step.kept = (weights, x, y)
    return step, weights.tolist


def _gcc(source, library):
    cc = shutil.which("gcc") or shutil.which("cc")
    options = ["-O3", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC"]
    subprocess.run([cc, *options, source, "-o", library, "-lm"], check=True)


DEMO = {
    "micrograd": micrograd,
    "numpy by hand": numpy_by_hand,
    "jax.jit": jax,
    "jax.jit in a row": partial(jax, many=True),
    "torch": torch,
    "torch.compile": partial(torch, compiled=True),
    "ddx-ad (LLVM)": ddx,
    "casadi (C)": casadi,
    "C by hand": c_by_hand,
}


# --- Helmholtz' energy (Griewank and Walther, Evaluating Derivatives, chapter 1) ------------------
def helmholtz(xs, log):
    """sum x_i log(x_i / (1 - b.x)) - (x.A x) / (sqrt(8) b.x) log((1 + a b.x) / (1 + c b.x))."""
    root, n = math.sqrt(2.0), len(xs)
    bx = sum(0.3 / n * (1 + k / n) * x for k, x in enumerate(xs))
    energy = sum(x * log(x / (1.0 - bx)) for x in xs)
    rows = [sum(1.0 / (1 + i + j) * x for j, x in enumerate(xs)) for i in range(n)]
    form = sum(x * row for x, row in zip(xs, rows, strict=True))
    ratio = (1.0 + (1 + root) * bx) / (1.0 + (1 - root) * bx)
    return energy - form / (math.sqrt(8.0) * bx) * log(ratio)


def mixture(n):
    """A point to take Helmholtz' energy at."""
    draw = random.Random(n)
    return [draw.uniform(0.5, 1.5) / n for _ in range(n)]


def helmholtz_micrograd(n):
    """micrograd, which is given a log."""
    from micrograd.engine import Value

    def log(x):
        out = Value(math.log(x.data), (x,), "log")

        def _backward():
            x.grad += out.grad / x.data

        out._backward = _backward
        return out

    def run():
        xs = [Value(x) for x in mixture(n)]
        y = helmholtz(xs, log)
        y.backward()
        return y.data, [x.grad for x in xs]

    return run, None


def helmholtz_ddx(n, interpreted=False):
    """ddx-ad, LLVM or interpreted, buffers bound once."""
    import ddx as library
    import numpy as np

    @library.equation
    def model():
        return helmholtz([library.var(f"x{k}") for k in range(n)], library.log)

    if interpreted:
        model.options = library.Options(backend=library.Backend.INTERPRET)
    else:
        model.compile()
    call = model.buffer(np.array(mixture(n)))
    value = model.buffer(np.array(mixture(n)), want=library.Want.VALUE)

    def run():
        call()
        return call.value, call.jacobian

    return run, value


def helmholtz_casadi(n, compiled=False):
    """casadi's virtual machine, or its C code by gcc -O3."""
    import casadi as library
    import numpy as np

    x = library.SX.sym("x", n)
    y = helmholtz([x[k] for k in range(n)], library.log)
    runs = []
    for name, outputs in (("both", [y, library.gradient(y, x)]), ("value", [y])):
        f = library.Function(name, [x], outputs)
        f = _as_c(f) if compiled else f
        results = [np.zeros(1), np.zeros(n)][: len(outputs)]
        buffer, trigger = f.buffer()
        point = np.array(mixture(n))
        buffer.set_arg(0, memoryview(point))
        for k, part in enumerate(results):
            buffer.set_res(k, memoryview(part))
        runs.append((trigger, results, (buffer, f, point)))
    (both, (value, slope), kept), (alone, *_) = runs

    def run():
        both()
        return value[0], slope

    run.kept = (kept, runs)
    return run, alone


def helmholtz_jax(n):
    """jax.jit in float64, in tensor form."""
    import jax as library

    library.config.update("jax_enable_x64", True)
    np = library.numpy
    index = np.arange(n)
    b, matrix = 0.3 / n * (1 + index / n), 1.0 / (1 + index[:, None] + index[None, :])
    root = math.sqrt(2.0)

    def energy(x):
        bx = b @ x
        ratio = (1.0 + (1 + root) * bx) / (1.0 + (1 - root) * bx)
        form = x @ (matrix @ x)
        return (x * np.log(x / (1 - bx))).sum() - form / (math.sqrt(8.0) * bx) * np.log(ratio)

    point = np.array(mixture(n))
    both, value = library.jit(library.value_and_grad(energy)), library.jit(energy)

    def run():
        y, slope = both(point)
        return y.block_until_ready(), slope

    return run, lambda: value(point).block_until_ready()


HELMHOLTZ = {
    "micrograd": helmholtz_micrograd,
    "jax.jit": helmholtz_jax,
    "casadi (VM)": helmholtz_casadi,
    "casadi (C)": partial(helmholtz_casadi, compiled=True),
    "ddx-ad (interpreted)": partial(helmholtz_ddx, interpreted=True),
    "ddx-ad (LLVM)": helmholtz_ddx,
}
