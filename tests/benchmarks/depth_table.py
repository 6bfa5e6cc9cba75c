"""How much the table of `lab depth` owes to its seeds: python -m tests.benchmarks.depth_table

The same networks in NumPy, 400 times 31 of each kind and depth: the median of all of them, between
which bounds nine in ten medians of 31 lie, and for what share of the starting seeds the table that
tests/course/test_laboratories.py compares with is met within a factor of 3, cell by cell and whole.
"""

import numpy as np

from tests.course.test_laboratories import TABLE

SIZES = {"xavier_normal": 1.0, "he_normal": 2**0.5, "s = 4": 4.0}
TRIALS, SEEDS, WIDTH = 400, 31, 8
SLOPES = {
    "relu": lambda z, h: (z > 0) * 1.0,
    "tanh": lambda z, h: 1 - h * h,
    "sigmoid": lambda z, h: h * (1 - h),
}
VALUES = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


def gradients(activation, size, inputs, draws):
    """RMS of dL/dx of each network, L the sum of its outputs."""
    h, slopes = inputs, []
    for draw in draws:
        z = size * (draw @ h)
        h = VALUES[activation](z)
        slopes.append(SLOPES[activation](z, h))
    grad = np.ones_like(h)
    for draw, slope in zip(draws[::-1], slopes[::-1], strict=True):
        grad = size * (draw.transpose(0, 2, 1) @ (grad * slope))
    return np.sqrt((grad**2).mean((1, 2)))


def main():
    rng, n = np.random.default_rng(0), TRIALS * SEEDS
    whole = np.ones(TRIALS, bool)
    for k, depth in enumerate((1, 10, 20, 40)):
        inputs = rng.normal(size=(n, WIDTH, 1))
        draws = [rng.normal(size=(n, WIDTH, WIDTH)) / WIDTH**0.5 for _ in range(depth)]
        for (activation, init), row in TABLE.items():
            found = gradients(activation, SIZES[init], inputs, draws)
            medians = np.median(found.reshape(TRIALS, SEEDS), axis=1)
            low, high = np.quantile(medians, [0.05, 0.95])
            met = (medians > row[k] / 3) & (medians < row[k] * 3)
            whole &= met
            print(
                f"{activation:8} {init:14} {depth:3} table {row[k]:8.1e}"
                f" median {np.median(found):8.1e} of 31: {low:8.1e} to {high:8.1e}"
                f"  met {met.mean():4.0%}"
            )
    print(f"the whole table is met for {whole.mean():.0%} of the starting seeds")


if __name__ == "__main__":
    main()
