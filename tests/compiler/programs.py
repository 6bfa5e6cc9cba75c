"""Programs made by hand, for what every back end must do with them."""

from autograd_mini.compiler.program import Input, Output, Program
from autograd_mini.numbers.instructions import Code


def emitter():
    """A code, and a function that emits on it: numbers for constants, `[k]` for the k-th."""
    code = Code()

    def emit(opcode, *operands):
        parts = [code.constant(x) if x.__class__ is float else x for x in operands]
        return code.emit(opcode, *parts)

    return code, emit


def cubic():
    """x -> (x**3 - 2 x, its derivative): no samples."""
    code, emit = emitter()
    x = emit("input", 0.0)
    square = emit("*", x, x)
    cube = emit("*", square, x)
    y = emit("-", cube, emit("*", 2.0, x))
    slope = emit("-", emit("*", 3.0, square), 2.0)
    outputs = (Output("y", y), Output("dy/dx", slope), Output("two", code.constant(2.0)))
    labels = {x: "x", cube: "x cubed", y: "lambda"}
    return Program((Input("x"),), code, len(code), len(code), outputs, labels)


def line():
    """One step of w for the mean of (w x - y)**2: (loss, new w), and each sample's error."""
    code, emit = emitter()
    w, rate, n = (emit("input", float(k)) for k in (0, 1, 2))
    share = emit("/", 1.0, n)
    start = len(code)
    x, y = emit("input", 3.0), emit("input", 4.0)
    error = emit("-", emit("*", w, x), y)
    square = emit("*", error, error)
    slope = emit("*", emit("*", share, emit("*", 2.0, error)), x)
    small = emit("select", emit("<=", square, 1.0), square, 1.0)
    stop = len(code)
    loss = emit("/", emit("total", square), n)
    new = emit("-", w, emit("*", rate, emit("accumulate", slope)))
    outputs = [Output("loss", loss), Output("error", error), Output("w", new)]
    outputs += [Output("small", small), Output("x", x)]
    inputs = (Input("w"), Input("rate"), Input("n"), Input("x", True), Input("y", True))
    return Program(inputs, code, start, stop, tuple(outputs), {w: "w", error: "error"})
