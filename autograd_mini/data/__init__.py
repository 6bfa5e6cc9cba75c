"""Small data sets to learn on, and what is done to them before training: split, standardise, batch.

A seed gives the same data on every machine: the draws come from `random.Random.random()` alone,
whose stream Python promises to keep, and 12 decimals hide how C libraries differ in the last ones.
"""

from .datasets import (
    Dataset,
    Standardiser,
    batches,
    circles,
    moons,
    signed,
    spirals,
    split,
    standardise,
    xor,
)
from .minimisation import Problem, problems
from .tables import Names, TableError, first_names, iris, read_csv, read_names

__all__ = ["Dataset", "xor", "moons", "circles", "spirals", "iris", "Problem", "problems"]
__all__ += ["signed", "split", "Standardiser", "standardise", "batches", "read_csv", "TableError"]
__all__ += ["Names", "first_names", "read_names"]
