"""The data sets, and what is done to them before training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sized
from math import cos, floor, fsum, hypot, log, pi, sin, sqrt
from typing import Any, overload

from autograd_mini.numbers.arguments import items, listed, real, whole
from autograd_mini.numbers.numberlike import NumberLike

Draw = Callable[[], float]  # the next number of a random stream
# class, index in it, its size -> x and y of the centre of an arc, its radius, the angle there
Arc = Callable[[int, int, int], tuple[float, ...]]

Row = tuple[float, ...]


class Dataset:
    """Points (inputs) and what a model should answer for each (targets).

    With `class_names` it is a classification: targets are class indices, ints from 0 to
    `len(class_names) - 1`. Without, it is a regression: targets are floats.

    Args:
        name: what drawings and messages call it.
        inputs: n >= 1 rows of d >= 1 finite numbers each; for d = 1 numbers will do.
        targets: n class indices or n finite numbers.
        feature_names: d names; x1, x2, ... if not given.
        class_names: one name per class; none for a regression.

    Raises:
        TypeError: what should be a number, a class index, a row, a list or a name is not.
        ValueError: lengths that differ or are 0, a number that is not finite, no such class.

    >>> data = Dataset("or", [(0, 0), (0, 1), (1, 0)], [0, 1, 1], class_names=["no", "yes"])
    >>> data
    Dataset('or': 3 points, 2 features, classes no 1, yes 2)
    >>> [(x, y) for x, y in data[1:]]
    [((0.0, 1.0), 1), ((1.0, 0.0), 1)]
    """

    __slots__ = ("class_names", "feature_names", "inputs", "name", "targets")

    def __init__(
        self,
        name: str,
        inputs: Iterable[Iterable[float] | float],
        targets: Iterable[float],
        feature_names: Iterable[str] = (),
        class_names: Iterable[str] = (),
    ) -> None:
        (self.name,) = _names("name", (name,))
        self.inputs = rows("inputs", inputs)
        self.class_names = _names("class_names", class_names)
        width, last = len(self.inputs[0]), len(self.class_names) - 1
        self.feature_names = _names("feature_names", feature_names)
        self.feature_names = self.feature_names or tuple(f"x{j + 1}" for j in range(width))
        _count("feature_names", self.feature_names, width, "feature")
        values = listed("targets", targets)
        _count("targets", values, len(self.inputs), "row of inputs")
        self.targets: list[Any] = [  # ints or floats; their union would not do as an index
            whole(f"targets[{i}]", y, 0, last) if last >= 0 else _number(f"targets[{i}]", y)
            for i, y in enumerate(values)
        ]

    def __len__(self) -> int:
        return len(self.inputs)

    def __iter__(self) -> Iterator[tuple[Row, Any]]:
        return zip(self.inputs, self.targets, strict=True)

    @overload
    def __getitem__(self, key: int) -> tuple[Row, Any]: ...

    @overload
    def __getitem__(self, key: slice) -> Dataset: ...

    def __getitem__(self, key: int | slice) -> tuple[Row, Any] | Dataset:
        """The pair (input, target) at an index, or the data set of a slice."""
        if isinstance(key, slice):
            return self.subset(range(len(self))[key])
        return next(iter(self.subset([key])))

    def subset(self, indices: Iterable[int]) -> Dataset:
        """The points at these indices, in this order; negative ones count from the end.

        Raises TypeError for an index that is not an int (such as the True and False of a mask),
        IndexError for one outside the data set, ValueError if there are none.

        >>> xor().subset([3, 0]).inputs
        [(1.0, 1.0), (0.0, 0.0)]
        """
        n = len(self)
        order = [whole("index", i, -n, n - 1, IndexError) for i in listed("indices", indices)]
        inputs, targets = [self.inputs[i] for i in order], [self.targets[i] for i in order]
        return Dataset(self.name, inputs, targets, self.feature_names, self.class_names)

    def __repr__(self) -> str:
        n, d, each = len(self.inputs), len(self.feature_names), Counter(self.targets)
        answer = f"targets from {min(self.targets):g} to {max(self.targets):g}"
        if self.class_names:
            counts = [f"{name} {each[c]}" for c, name in enumerate(self.class_names)]
            answer = "classes " + ", ".join(counts)
        points = f"{n} point{'s' * (n != 1)}, {d} feature{'s' * (d != 1)}"
        return f"Dataset({self.name!r}: {points}, {answer})"


def xor() -> Dataset:
    """Exclusive or: the four corners of the unit square, target 1 where exactly one input is 1.

    No straight line parts the two classes, so one neuron cannot learn it and a hidden layer can
    (Minsky and Papert, Perceptrons, 1969; Rumelhart, Hinton and Williams, Nature 323, 1986).

    >>> list(xor())
    [((0.0, 0.0), 0), ((0.0, 1.0), 1), ((1.0, 0.0), 1), ((1.0, 1.0), 0)]
    """
    return Dataset("xor", [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0], class_names=("0", "1"))


def moons(n: int = 100, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two half circles that reach into each other.

    Class 0 is `(cos t, sin t)`, class 1 is `(1 - cos t, 1/2 - sin t)`, each with t evenly spaced
    over [0, pi] (the shape of scikit-learn's make_moons); a normal deviate of standard deviation
    `noise` is added to both coordinates. An odd n gives class 1 the extra point. The order is
    shuffled. `signed` maps targets to -1, +1.
    n is at least 2, noise from 0 to 100, seed at least 0: else ValueError (other type: TypeError).

    >>> sorted(moons(4, noise=0))
    [((-1.0, 0.0), 0), ((0.0, 0.5), 1), ((1.0, 0.0), 0), ((2.0, 0.5), 1)]
    """

    def arc(c: int, i: int, m: int) -> tuple[float, ...]:
        return c, c / 2, 1 - 2 * c, pi * i / max(m - 1, 1)

    return _planar("moons", n, 2, noise, seed, arc)


def circles(n: int = 100, noise: float = 0.05, factor: float = 0.5, seed: int = 0) -> Dataset:
    """A circle inside a circle.

    Class 0 is `(cos t, sin t)`, class 1 is `factor * (cos t, sin t)`, each with t evenly spaced
    over [0, 2 pi) (the shape of scikit-learn's make_circles); n, noise, order, seed and errors as
    for `moons`. The factor is between 0 and 1, both excluded.

    >>> sorted(circles(4, noise=0, factor=0.5))
    [((-1.0, 0.0), 0), ((-0.5, 0.0), 1), ((0.5, 0.0), 1), ((1.0, 0.0), 0)]
    """
    radii = 1.0, _share("circles: factor", factor)
    return _planar("circles", n, 2, noise, seed, lambda c, i, m: (0, 0, radii[c], 2 * pi * i / m))


def spirals(
    n: int = 200, classes: int = 2, turns: float = 1.0, noise: float = 0.02, seed: int = 0
) -> Dataset:
    """Spiral arms wound around each other, one class per arm.

    Arm c of k is `r * (cos a, sin a)` with `a = 2 pi (turns * r + c / k)`, where the radius r is
    i/m for i = 1 ... m (the centre, where the arms would meet, is left out); noise, order, seed and
    errors as for `moons`. Hard for small networks (Lang and Witbrock, Learning to tell two spirals
    apart, 1988, who wind each arm three times).
    classes is at least 2, n at least `classes`, turns above 0 and at most 100.

    >>> sorted(spirals(4, turns=1, noise=0))
    [((-1.0, 0.0), 1), ((-0.5, 0.0), 0), ((0.5, 0.0), 1), ((1.0, 0.0), 0)]
    """
    arms = whole("spirals: classes", classes, 2)
    turns = _number("spirals: turns", turns, "above 0 and at most 100", lambda v: 0 < v <= 100)

    def arc(c: int, i: int, m: int) -> tuple[float, ...]:
        return 0, 0, (r := (i + 1) / m), 2 * pi * (turns * r + c / arms)

    return _planar("spirals", n, arms, noise, seed, arc)


def signed(targets: Iterable[float]) -> list[int]:
    """Targets 0 and 1 as -1 and +1, which the hinge loss `max(0, 1 - y * score)` asks for.

    Raises TypeError for a target that is not an int, ValueError for one that is neither 0 nor 1.

    >>> signed([0, 1, 1])
    [-1, 1, 1]
    """
    values = enumerate(listed("targets", targets))
    return [2 * whole(f"targets[{i}]", y, 0, 1) - 1 for i, y in values]


def split(
    dataset: Dataset, test: float = 0.3, seed: int = 0, stratify: bool = True
) -> tuple[Dataset, Dataset]:
    """Part a data set at random into (train, test), so that a model is judged on unseen points.

    Of n points, `floor(test * n + 1/2)` go to the test side. With `stratify`, each class gives the
    share `test` of its own points, to within one point (a regression has no classes and is parted
    as a whole). Both sides come out shuffled.

    ValueError unless test is between 0 and 1, seed at least 0, and both sides get points (the
    train side, if stratified, of every class); TypeError for an argument of another type.

    >>> train, test = split(moons(50), test=0.2, seed=1)
    >>> test
    Dataset('moons': 10 points, 2 features, classes 0 5, 1 5)
    """
    n, share = len(_dataset("dataset", dataset)), _share("split: test", test)
    if not isinstance(stratify, bool):
        raise TypeError(f"split: stratify must be True or False, got {stratify!r}")
    order = _permutation(n, _random("split: seed", seed))
    labels = dataset.targets if stratify and dataset.class_names else [0] * n
    # Every (1 / share)-th point of the shuffled classes in a row: so each class gives its share.
    taken = [floor(share * k + 0.5) for k in range(n + 1)]
    ranked = enumerate(sorted(order, key=labels.__getitem__))
    chosen = {i for k, i in ranked if taken[k + 1] > taken[k]}
    train = [i for i in order if i not in chosen]
    if not chosen or {*labels} - {labels[i] for i in train}:
        raise ValueError(
            "split: test must leave points on both sides (of every class to train on if stratified)"
            f", got {test!r}, which takes {len(chosen)} of {n} points"
        )
    return dataset.subset(train), dataset.subset([i for i in order if i in chosen])


class Standardiser:
    """Shifts and scales each feature: `z = (x - mean) / std`, and back: `x = z * std + mean`.

    `Standardiser.fit(train)` measures `mean = sum(x) / n` and `std = sqrt(sum((x - mean)**2) / n)`
    per feature. A feature that is the same in every row gets std 1, so that it becomes 0.
    Keep `mean` and `std` with a saved model: new inputs must be scaled by the same numbers.
    Raises ValueError where a std is not above 0 or a row is not as long as mean and std.

    >>> scaler = Standardiser.fit(Dataset("d", [(1, 7), (3, 7)], [0.0, 1.0]))
    >>> scaler
    Standardiser(mean=(2.0, 7.0), std=(1.0, 1.0))
    >>> scaler.apply([(5, 8)])
    [(3.0, 1.0)]
    >>> scaler.undo([(3, 1)])
    [(5.0, 8.0)]
    """

    __slots__ = ("mean", "std")

    def __init__(self, mean: Iterable[float], std: Iterable[float]) -> None:
        self.mean = _row("mean", mean)
        self.std = _row("std", std, "finite and above 0", lambda v: v > 0)
        _count("std", self.std, len(self.mean), "mean")

    @classmethod
    def fit(cls, dataset: Dataset) -> Standardiser:
        """Measure each feature; ValueError if one is spread so wide that its std overflows."""
        mean, std, n = [], [], len(_dataset("dataset", dataset))
        columns = zip(*dataset.inputs, strict=True)
        for name, column in zip(dataset.feature_names, columns, strict=True):
            centre = fsum(x / n for x in column)
            spread = hypot(*(x - centre for x in column)) / sqrt(n)
            constant = min(column) == max(column)  # else rounding in centre passes for spread
            mean.append(column[0] if constant else centre)
            std.append(1.0 if constant else _number(f"standard deviation of {name!r}", spread))
        return cls(mean, std)

    def apply(self, inputs: Iterable[Iterable[float]]) -> list[Row]:
        """Standardise rows of inputs: `z = (x - mean) / std`."""
        return self._map(inputs, lambda x, mean, std: (x - mean) / std)

    def undo(self, inputs: Iterable[Iterable[float]]) -> list[Row]:
        """The original of standardised rows: `x = z * std + mean`."""
        return self._map(inputs, lambda z, mean, std: z * std + mean)

    def _map(self, inputs: Iterable[Iterable[float]], f: Callable[..., float]) -> list[Row]:
        given = rows("inputs", inputs)
        _count("inputs[0]", given[0], len(self.mean), "mean")
        return rows("scaled inputs", [map(f, row, self.mean, self.std) for row in given])

    def __repr__(self) -> str:
        return f"Standardiser(mean={self.mean}, std={self.std})"


def standardise(train: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """Scale data sets so that each feature of `train` has mean 0 and standard deviation 1.

    The others are scaled by the numbers of `train` too, as if nobody had looked at them yet.
    `Standardiser.fit(train)` gives those numbers for later use.
    Raises TypeError for what is no Dataset, ValueError where the numbers of features differ.

    >>> train, test = Dataset("a", [(1,), (3,)], [0.0, 1.0]), Dataset("b", [(5,)], [2.0])
    >>> [scaled.inputs for scaled in standardise(train, test)]
    [[(-1.0,), (1.0,)], [(3.0,)]]
    """
    scaler = Standardiser.fit(train)
    made = []
    for i, d in enumerate((train, *others)):
        inputs = scaler.apply(_dataset(f"others[{i - 1}]", d).inputs)
        made.append(Dataset(d.name, inputs, d.targets, d.feature_names, d.class_names))
    return tuple(made)


def batches(dataset: Dataset, size: int, seed: int | None = 0) -> Iterator[Dataset]:
    """Mini-batches: the shuffled points in groups of `size`, the last group perhaps smaller.

    Together they hold every point once, which is one epoch; give each epoch a seed of its own.
    `seed=None` keeps the order. TypeError or ValueError unless size is an int of at least 1 and
    seed one of at least 0.

    >>> [batch.targets for batch in batches(xor(), 3, seed=None)]
    [[0, 1, 1], [0]]
    """
    n, step = len(_dataset("dataset", dataset)), whole("batches: size", size, 1)
    order = range(n) if seed is None else _permutation(n, _random("batches: seed", seed))
    return (dataset.subset(order[i : i + step]) for i in range(0, n, step))


def _planar(name: str, n: int, classes: int, noise: float, seed: int, arc: Arc) -> Dataset:
    n = whole(f"{name}: n", n, classes)
    noise = _number(f"{name}: noise", noise, "from 0 to 100", lambda v: 0 <= v <= 100)
    draw = _random(f"{name}: seed", seed)
    sizes = [n * (c + 1) // classes - n * c // classes for c in range(classes)]
    places = [(c, i, size) for c, size in enumerate(sizes) for i in range(size)]
    inputs = []
    for place in places:
        x, y, radius, angle = arc(*place)
        point = x + radius * cos(angle), y + radius * sin(angle)
        # + 0.0 turns -0.0 into 0.0
        inputs.append([round(v + noise * _normal(draw), 12) + 0.0 for v in point])
    made = Dataset(name, inputs, [c for c, *_ in places], class_names=map(str, range(classes)))
    return made.subset(_permutation(n, draw))


def _random(name: str, seed: int) -> Draw:
    from random import Random  # slow to import

    return Random(whole(name, seed, 0)).random  # Random itself would take -1 for 1


def _normal(draw: Draw) -> float:
    """A standard normal deviate (Box and Muller, 1958)."""
    return sqrt(-2 * log(1 - draw())) * cos(2 * pi * draw())


def _permutation(n: int, draw: Draw) -> list[int]:
    """0 ... n - 1 shuffled (Fisher and Yates, in the form of Durstenfeld, 1964)."""
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(draw() * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order


def _dataset(name: str, value: object) -> Dataset:
    if not isinstance(value, Dataset):
        raise TypeError(f"{name} must be a Dataset, got an object of type {type(value).__name__}")
    return value


def _number(name: str, value: Any, *allowed: Any) -> float:
    if isinstance(value, bool | NumberLike):  # True counts as 1, a Value as its number
        value = float(value)
    return float(real(name, value, *allowed))


def _share(name: str, value: float) -> float:
    return _number(name, value, "between 0 and 1 (both excluded)", lambda v: 0 < v < 1)


def _count(name: str, values: Sized, n: int, each: str) -> None:
    if len(values) != n:
        raise ValueError(f"{name} must have length {n}, a value per {each}, got {len(values)}")


def _names(name: str, values: Iterable[str]) -> tuple[str, ...]:
    for value in (names := tuple(listed(name, values))):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, got {value!r}")
    return names


def _row(name: str, row: Iterable[float], *check: Any) -> Row:
    return tuple(_number(f"{name}[{j}]", x, *check) for j, x in enumerate(listed(name, row)))


def rows(name: str, given: Any, number: Callable[[str, Any], Any] = _number) -> list[Any]:
    """Rows of one length, at least one, of numbers so checked; a number alone is a row of one."""
    made: list[Any] = []
    for i, x in enumerate(listed(name, given)):
        row = enumerate([x] if (cells := items(x)) is None else cells)
        made.append(tuple([number(f"{name}[{i}][{j}]", v) for j, v in row]))
        _count(f"{name}[{i}]", made[i], len(made[0]) or 1, "feature")
    if not made:
        raise ValueError(f"{name} must hold at least one row, got none")
    return made
