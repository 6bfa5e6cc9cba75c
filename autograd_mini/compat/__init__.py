"""Code for micrograd and for the courses that follow it runs on this engine, unchanged.

`import autograd_mini.compat` before a program's other imports puts this engine in place of
`micrograd`, in this process alone, whether micrograd is installed or not; `install("michigrad")`
does so for a course's own package. `autograd-mini run script.py` does it without a change to the
program.

>>> module = install("course")
>>> from course.engine import Value
>>> a = Value(2.0); b = Value(-3.0)
>>> o = (a * b).tanh()
>>> o.backward()
>>> o._op, o._prev.pop()._op, type(o).__module__
('tanh', '*', 'autograd_mini.compat.engine')
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from autograd_mini import optim
from autograd_mini.numbers.arguments import one_of

from . import engine, functional, lecture, nn, visualize
from .engine import Value

__all__ = ["Value", "install"]

# The modules of a course's package, by the names that they have there.
PARTS: dict[str, ModuleType] = {
    **dict.fromkeys(("engine", "value"), engine),
    **dict.fromkeys(("functional", "losses", "loss"), functional),
    **dict.fromkeys(("optim", "optimizers", "optimizer"), optim),
    **dict.fromkeys(("visualize", "visualizer", "viz", "trace_graph"), visualize),
}
NETWORKS = {"relu": nn, "tanh": lecture}


def install(name: str = "micrograd", *, neurons: str = "relu") -> ModuleType:
    """Put this engine in place of a package with modules engine, nn, visualize, losses, optim.

    The package's other modules, where it has any, are its own, and find ours. `name` may be one
    module of a package, "michigrad.engine": then that one alone is put in place. `neurons="tanh"`
    makes the neurons those of micrograd's lecture (tanh in all layers) instead of the package's.

    Raises ValueError for other neurons.

    >>> module = install("mycourse"); import_module("mycourse.nn").MLP(1, [1])
    MLP of [Layer of [LinearNeuron(1)]]
    """
    parts = {**PARTS, "nn": NETWORKS[one_of("neurons", neurons, NETWORKS)]}
    package, _, part = name.rpartition(".")
    if package and part in parts:
        own = PathFinder.find_spec(package)
        if own and getattr(sys.modules.get(package), "__loader__", own) is None:  # a whole of ours
            for old in [x for x in sys.modules if f"{x}.".startswith(f"{package}.")]:
                del sys.modules[old]
        sys.modules[name] = parts[part]
        if own:
            setattr(import_module(package), part, parts[part])
        return parts[part]
    module = ModuleType(name, f"autograd_mini in place of {name}.")
    found = None if package else PathFinder.find_spec(name)
    module.__path__ = (found and found.submodule_search_locations) or []
    module.__spec__ = ModuleSpec(name, None, is_package=True)
    for each in (functional, visualize, parts["nn"], engine):
        vars(module).update({k: v for k, v in vars(each).items() if _own(v)})
    vars(module).update(parts, __getattr__=functional.__getattr__)
    sys.modules |= {name: module, **{f"{name}.{k}": part for k, part in parts.items()}}
    return module


def _own(x: object) -> bool:
    return str(getattr(x, "__module__", "")).startswith(__name__)


if "micrograd" not in sys.modules:  # one that the program has imported already stays as it is
    install()
