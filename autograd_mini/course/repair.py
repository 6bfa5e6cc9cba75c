"""Files with one mistake each, to be mended: copied into a folder, and judged by what they do.

A file is judged in a process of its own, `python -m autograd_mini.course.repair FILE en`, which
prints as JSON what is wrong with it.
"""

import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from operator import mul
from pathlib import Path
from runpy import run_path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from autograd_mini import files
from autograd_mini.checking import check_grad
from autograd_mini.functions import sin, tanh
from autograd_mini.language import LANGUAGES, text
from autograd_mini.losses import mse
from autograd_mini.nn import Neuron
from autograd_mini.value import Value

from .slips import raised

BROKEN = {path.stem: path for path in sorted((Path(__file__).parent / "broken").glob("*.txt"))}


def copied(folder: Path, lang: str) -> list[Path]:
    """The files in a folder; those that are not there yet are copied, in the reader's language."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.py" for name in BROKEN]
    for path in paths:
        if not path.exists():
            files.write(path, broken(path.stem, lang))
    return paths


def broken(name: str, lang: str) -> str:
    """The source of a broken file, with its comments in one language."""
    source, others = BROKEN[name].read_text(encoding="utf-8"), "|".join({*LANGUAGES} - {lang})
    source = re.sub(rf"^# ({others}): .*\n", "", source, flags=re.MULTILINE)
    return re.sub(rf"^# {lang}: ", "# ", source, flags=re.MULTILINE)


def fault(path: Path, lang: str, seconds: float = 20.0) -> str:
    """What is wrong with a learner's file, by a process of its own; "" if it is mended."""
    command = [sys.executable, "-B", "-P", "-m", __name__, str(path), lang]
    given: Any = {"stdin": subprocess.DEVNULL, "timeout": seconds, "env": files.environment()}
    try:
        ended = subprocess.run(command, capture_output=True, check=False, **given)
        return str(json.loads(ended.stdout))
    except subprocess.TimeoutExpired:
        return text("repair.slow", lang, seconds=f"{seconds:g}")
    except ValueError:
        return text("repair.ended", lang, status=ended.returncode)


# --- what they should do: each judge yields what it looked at, what came, what should ------------
Seen = tuple[str, float, float]
_NEAR = 1e-3


def _checked(f: Callable[..., Any], *points: Any, **given: Any) -> Iterator[Seen]:
    for at in points:
        if own := given.get("gradient"):  # for the checker, where it raises there is no derivative
            own(*at) if isinstance(at, tuple) else own(at)
        for row in check_grad(f, at, **given).comparisons:
            yield f"{row.name}, {at}", row.got, row.wanted


def _tanh(file: Any) -> Iterator[Seen]:
    for z in (0.5, -2.0):
        yield f"t, {z}", file.tanh(z)[0], math.tanh(z)
        yield from _checked(tanh, z, gradient=lambda z: file.tanh(z)[1])


def _mean(file: Any) -> Iterator[Seen]:
    at, targets = [3.0, 0.0, 1.5], [1.0, 1.0, 1.0]
    yield "error", file.error(at, targets), 5.25 / 3
    yield from _checked(lambda p: mse(p, targets), at, gradient=lambda p: file.gradient(p, targets))


def _order(file: Any) -> Iterator[Seen]:
    yield from _checked(lambda x: (v := x * x) + v * v + v, 1.5, value=file.Number)
    yield from _checked(lambda x, y: (x + y) * x + y, (2.0, -3.0), value=file.Number)


def _cut(file: Any) -> Iterator[Seen]:
    yield "y", file.neuron(Value(0.5), Value(2.0), Value(-0.25)).data, math.tanh(0.75)
    yield from _checked(file.neuron, (0.5, 2.0, -0.25))


def _zero(file: Any) -> Iterator[Seen]:
    weights = [Value(0.0), Value(0.0)]
    found = file.descend(lambda v, w: (v - 3) ** 2 + (w + 1) ** 2, weights, 0.1, 60)
    yield from zip("vw", found, (3.0, -1.0), strict=True)


def _late(file: Any) -> Iterator[Seen]:
    neuron = Neuron(1, nonlin=False)
    neuron.w, neuron.b = [2.0], 1.0
    for x, loss, wanted in ((1.0, 9.0, (1.4, 0.4)), (2.0, 10.24, (0.12, -0.24))):
        yield "L", file.turn(neuron, [x], 0.0, 0.1), loss
        yield from zip("wb", [w.data for w in neuron.parameters()], wanted, strict=True)


def _shuffled(file: Any) -> Iterator[Seen]:
    inputs = [[x / 4, y / 4] for x in range(-3, 4, 2) for y in range(-3, 4, 2)]
    targets = [1.0 if x > 0 else -1.0 for x, _ in inputs]
    network = file.train(inputs, targets)
    right = sum(network(x).data * t > 0 for x, t in zip(inputs, targets, strict=True))
    yield "✓", right, len(inputs)


JUDGES: dict[str, Callable[[Any], Iterable[Seen]]] = {
    "sign": lambda file: _checked(lambda x: x**2 - 3 * x, 2.0, -1.0, gradient=file.derivative),
    "product": lambda file: _checked(mul, (2.0, -3.0), gradient=file.local_derivatives),
    "chain": lambda file: _checked(lambda x: sin(x**2), 0.8, -1.5, gradient=file.derivative),
    "overwrite": lambda file: _checked(lambda x: x * x + x, 3.0, value=file.Number),
    "uphill": lambda file: [("w", file.descend(lambda w: (w - 3) ** 2, Value(0.0), 0.1, 60), 3.0)],
}
JUDGES |= {f.__name__[1:]: f for f in (_tanh, _mean, _order, _cut, _zero, _late, _shuffled)}


def verdict(path: str, lang: str) -> str:
    """The first difference that its judge finds in a file, or its error; "" if there is none."""
    name = Path(path).stem.partition("_")[2]
    try:
        vars(file := ModuleType(name)).update(run_path(path, run_name=name))
        for what, got, wanted in JUDGES[name](file):
            if not math.isclose(got, wanted, rel_tol=_NEAR, abs_tol=1e-9):
                numbers = {"got": f"{got:.6g}", "wanted": f"{wanted:.6g}"}
                return text("repair.differs", lang, what=what, **numbers)
    except BaseException as end:
        error = end.__cause__ or end  # the checker's own speaks of the learner's
        lines = [f.lineno for f in extract_tb(error.__traceback__) if f.filename == path]
        line = getattr(error, "lineno", None) or (lines or [0])[-1]
        kind = "raised" if line else "failed"
        return text(f"repair.{kind}", lang, line=line, error=raised(error, lang))
    return ""


if __name__ == "__main__":
    with redirect_stdout(io.StringIO()):
        found = verdict(*sys.argv[1:])
    print(json.dumps(found))
