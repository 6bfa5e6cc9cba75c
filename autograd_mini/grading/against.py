"""The museum's engines in place of a course's own: which mistakes do its tests not notice?

    python -m autograd_mini.grading.against Overwrites micrograd.engine Value test_engine.py

is one engine's run; it ends as the tests do.
"""

import ast
import importlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

from autograd_mini.errors import AutogradError
from autograd_mini.files import environment
from autograd_mini.museum import ENGINES, HEALTHY, Engine
from autograd_mini.numbers.arguments import positive

_USED = "operations used: "
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "relu": "ReLU"}


class TestsError(AutogradError, ValueError):
    """The tests cannot be run against the museum; the text says why."""


class Verdict(NamedTuple):
    """What the tests made of the engines.

    right    "" if the right engine passes, else the end of what the tests printed
    unused   those whose mistake is in an operation that no test uses: name -> the operation
    """

    right: str
    noticed: list[str]
    missed: list[str]
    unused: dict[str, str]


def against(
    tests: str | os.PathLike[str],
    module: str | None = None,
    cls: str = "Value",
    seconds: float = 60,
) -> Verdict:
    """Run a file of tests (pytest, or unittest) on each engine, in a process of its own.

    The engine is `cls` of `module`; without it of the module from which the tests import it. An
    engine is noticed where the tests do not pass. One that shows in a training loop alone is left
    out: its mistake is not in the engine.

    Raises TestsError if the tests import no such class, OSError if they cannot be read.
    """
    path = Path(tests)
    positive("seconds", seconds)
    if module is None:
        try:
            nodes = ast.walk(ast.parse(path.read_bytes()))
        except SyntaxError as error:
            raise TestsError(f"{path}, line {error.lineno}: {error.msg}") from None
        imports = (x for x in nodes if isinstance(x, ast.ImportFrom) and not x.level)
        module = next((x.module for x in imports if cls in {name.name for name in x.names}), None)
        if module is None:
            raise TestsError(f"{path} imports no {cls} from a module; name the module with --as")
    given: Any = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
    given["env"] = environment(str(path.resolve().parent), str(Path.cwd()))

    def run(name: str) -> tuple[bool, str]:
        command = [sys.executable, "-m", __name__, name, module, cls, str(path.resolve())]
        try:
            done = subprocess.run(command, check=False, timeout=seconds, **given)
        except subprocess.TimeoutExpired:
            return False, f"no end after {seconds:g} seconds"
        return done.returncode == 0, f"{done.stderr}{done.stdout}"

    names = [name for name, engine in ENGINES.items() if not engine.in_training]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        (passes, told), *runs = pool.map(run, [HEALTHY.__name__, *names])
    told, _, used = told.rpartition(_USED)  # of a process that broke off, all is in `used`
    found = Verdict("" if passes else (told or used)[-2000:].strip() or "?", [], [], {})
    for name, (passed, _) in zip(names, runs if passes else (), strict=passes):
        changed = [op for op, rule in ENGINES[name].rules.items() if rule is not HEALTHY.rules[op]]
        if changed and not {*changed} & {*used.split()}:
            found.unused[name] = changed[0]
        else:
            (found.missed if passed else found.noticed).append(name)
    return found


# --- in the process of one engine ----------------------------------------------------------------
class Surface(Engine):
    """What code for micrograd asks of a node, for an engine of the museum."""

    used: ClassVar[set[str]] = set()  # the operations, of all

    def __init__(self, data: Any, _children: Any = (), _op: str = "", label: str = "") -> None:
        super().__init__(data)
        self.label = label

    @classmethod
    def apply(cls, name: str, *args: Any) -> Any:
        """An operation, taken down."""
        cls.used.add(name)
        return super().apply(name, *args)

    @property
    def _prev(self) -> set[Any]:
        return {*self.parents}

    @property
    def _op(self) -> str:
        name = getattr(self.op, "name", "")
        return f"**{self.args[1]}" if name == "pow" else _SIGNS.get(name, name)


def _put(module: str, cls: str, value: Any) -> None:
    """Put a class in place of a module's, wherever it has been imported to; or make the module."""
    try:
        found = importlib.import_module(module)
    except ImportError:
        found = sys.modules[module] = ModuleType(module)
        package, _, name = module.rpartition(".")
        if package:
            setattr(sys.modules.setdefault(package, ModuleType(package)), name, found)
    old = getattr(found, cls, value)
    for other in [found, *sys.modules.values()]:
        if other is found or getattr(other, "__dict__", {}).get(cls) is old:
            setattr(other, cls, value)


def main(name: str, module: str, cls: str, tests: str) -> int:
    """Run the tests on one engine; their exit status."""
    value: Any = type(cls, (Surface, ENGINES.get(name, HEALTHY)), {})
    _put(module, cls, value)
    if find_spec("pytest"):
        import pytest

        os.environ.setdefault("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they are slow to import
        options = ["-q", "-x", "--no-header", "-p", "no:cacheprovider", "--rootdir", "."]
        status = int(pytest.main([*options, tests]))
    else:
        import unittest

        done = unittest.main(Path(tests).stem, argv=["tests"], exit=False, failfast=True)
        status = int(not done.result.wasSuccessful())
    print(_USED, *Surface.used)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
