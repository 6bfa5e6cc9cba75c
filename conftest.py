"""For doctests: a back end whose extra is not installed cannot be imported."""

from importlib.util import find_spec

NEEDS = {"jax": "jax", "llvm": "llvmlite", "numpy": "numpy"}
collect_ignore = [f"autograd_mini/compiler/{k}.py" for k, v in NEEDS.items() if not find_spec(v)]
