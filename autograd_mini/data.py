"""Small data sets to learn on, and what is done to them before training: split, standardise, batch.

The made ones (moons, circles, spirals) come from a seed and are the same on every machine: they
draw from `random.Random.random()` alone, the one method whose stream Python promises to keep, and
coordinates are rounded to 12 decimals, which hides the last-digit differences between C libraries.
"""

from __future__ import annotations

from math import cos, floor, fsum, hypot, inf, isfinite, log, pi, sin, sqrt

TYPE_CHECKING = False  # typing itself is slow to import; type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sized
    from random import Random
    from typing import Any, overload

    Arc = Callable[[int, int, int], tuple[float, float]]  # class, index in it, its size -> point
    Test = Callable[[float], bool]

Row = tuple[float, ...]


class Dataset:
    """Points (inputs) and what a model should answer for each (targets).

    With `class_names` it is a classification: targets are class indices, ints from 0 to
    `len(class_names) - 1`. Without, it is a regression: targets are floats.

    Args:
        name: what drawings and messages call it.
        inputs: n >= 1 rows of d >= 1 finite numbers each.
        targets: n class indices or n finite numbers.
        feature_names: d names; x1, x2, ... if not given.
        class_names: one name per class; none for a regression.

    Raises:
        TypeError: what should be a number, a class index, a row, a list or a name is not.
        ValueError: lengths that differ or are 0, a number that is not finite, no such class.

    >>> data = Dataset("or", [(0, 0), (0, 1), (1, 0)], [0, 1, 1], class_names=["no", "yes"])
    >>> data
    Dataset('or': 3 points, 2 features, classes no 1, yes 2)
    >>> data[1]
    ((0.0, 1.0), 1)
    >>> [(x, y) for x, y in data[1:]]
    [((0.0, 1.0), 1), ((1.0, 0.0), 1)]
    """

    __slots__ = ("class_names", "feature_names", "inputs", "name", "targets")

    def __init__(
        self,
        name: str,
        inputs: Iterable[Iterable[float]],
        targets: Iterable[float],
        feature_names: Iterable[str] = (),
        class_names: Iterable[str] = (),
    ) -> None:
        (self.name,) = _names("name", (name,))
        self.inputs = _rows("inputs", inputs)
        width = len(self.inputs[0])
        self.feature_names = _names("feature_names", feature_names)
        self.feature_names = self.feature_names or tuple(f"x{j + 1}" for j in range(width))
        _count("feature_names", self.feature_names, width, "feature")
        self.class_names = _names("class_names", class_names)
        values = _listed("targets", targets)
        _count("targets", values, len(self.inputs), "row of inputs")
        self.targets: list[int] | list[float]
        if self.class_names:
            last = len(self.class_names) - 1
            self.targets = [_whole(f"targets[{i}]", y, 0, last) for i, y in enumerate(values)]
        else:
            self.targets = [_number(f"targets[{i}]", y) for i, y in enumerate(values)]

    def __len__(self) -> int:
        """The number of points."""
        return len(self.inputs)

    def __iter__(self) -> Iterator[tuple[Row, Any]]:
        """Pairs (input, target)."""
        return zip(self.inputs, self.targets, strict=True)

    if TYPE_CHECKING:

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

        Raises TypeError for an index that is not an int (a mask of True and False is not a list of
        indices), IndexError for one outside the data set, ValueError if there are none.

        >>> xor().subset([3, 0]).inputs
        [(1.0, 1.0), (0.0, 0.0)]
        """
        n = len(self)
        order = [_whole("index", i, -n, n - 1, IndexError) for i in _listed("indices", indices)]
        inputs, targets = [self.inputs[i] for i in order], [self.targets[i] for i in order]
        return Dataset(self.name, inputs, targets, self.feature_names, self.class_names)

    def __eq__(self, other: object) -> bool:
        """Whether names, inputs and targets are all equal."""
        if not isinstance(other, Dataset):
            return NotImplemented
        return all(getattr(self, slot) == getattr(other, slot) for slot in self.__slots__)

    def __repr__(self) -> str:
        n, d = len(self.inputs), len(self.feature_names)
        answer = f"targets from {min(self.targets):g} to {max(self.targets):g}"
        if self.class_names:
            counts = [f"{name} {self.targets.count(c)}" for c, name in enumerate(self.class_names)]
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
    shuffled. The same seed gives the same data on every machine. `signed` maps targets to -1, +1.
    n is at least 2, noise and seed at least 0: else ValueError (TypeError for another type).

    >>> moons(100, noise=0.1, seed=0)
    Dataset('moons': 100 points, 2 features, classes 0 50, 1 50)
    >>> sorted(moons(4, noise=0))
    [((-1.0, 0.0), 0), ((0.0, 0.5), 1), ((1.0, 0.0), 0), ((2.0, 0.5), 1)]
    """

    def point(label: int, i: int, m: int) -> tuple[float, float]:
        t = pi * i / max(m - 1, 1)
        return (1 - cos(t), 0.5 - sin(t)) if label else (cos(t), sin(t))

    return _planar("moons", n, 2, noise, seed, point)


def circles(n: int = 100, noise: float = 0.05, factor: float = 0.5, seed: int = 0) -> Dataset:
    """A circle inside a circle.

    Class 0 is `(cos t, sin t)`, class 1 is `factor * (cos t, sin t)`, each with t evenly spaced
    over [0, 2 pi) (the shape of scikit-learn's make_circles); noise, order and seed as for `moons`.
    n is at least 2, noise and seed at least 0, factor between 0 and 1 (both excluded): else
    ValueError (TypeError for another type).

    >>> sorted(circles(4, noise=0, factor=0.5))
    [((-1.0, 0.0), 0), ((-0.5, 0.0), 1), ((0.5, 0.0), 1), ((1.0, 0.0), 0)]
    """
    inner = _share("circles: factor", factor)

    def point(label: int, i: int, m: int) -> tuple[float, float]:
        t, radius = 2 * pi * i / m, inner if label else 1.0
        return radius * cos(t), radius * sin(t)

    return _planar("circles", n, 2, noise, seed, point)


def spirals(
    n: int = 200, classes: int = 2, turns: float = 1.0, noise: float = 0.02, seed: int = 0
) -> Dataset:
    """Spiral arms wound around each other, one class per arm.

    Arm c of k is `r * (cos a, sin a)` with `a = 2 pi (turns * r + c / k)`, where the radius r is
    i/m for i = 1 ... m (the centre, where the arms would meet, is left out); noise, order and seed
    as for `moons`. Class sizes differ by at most 1. A hard one for small networks (Lang and
    Witbrock, Learning to tell two spirals apart, 1988, who wind each arm three times).
    n is at least `classes`, classes at least 2, turns above 0 and at most 100, noise and seed at
    least 0: else ValueError (TypeError for another type).

    >>> spirals(300, classes=3)
    Dataset('spirals': 300 points, 2 features, classes 0 100, 1 100, 2 100)
    >>> sorted(spirals(4, turns=1, noise=0))
    [((-1.0, 0.0), 1), ((-0.5, 0.0), 0), ((0.5, 0.0), 1), ((1.0, 0.0), 0)]
    """
    arms = _whole("spirals: classes", classes, 2)
    turns = _number("spirals: turns", turns, "above 0 and at most 100", lambda v: 0 < v <= 100)

    def point(label: int, i: int, m: int) -> tuple[float, float]:
        radius = (i + 1) / m
        angle = 2 * pi * (turns * radius + label / arms)
        return radius * cos(angle), radius * sin(angle)

    return _planar("spirals", n, arms, noise, seed, point)


def iris() -> Dataset:
    """150 irises, 50 of each of three species: four lengths in cm, and the species to tell.

    Measured by Edgar Anderson (The irises of the Gaspe Peninsula, Bulletin of the American Iris
    Society 59, 1935) and published by R. A. Fisher (The use of multiple measurements in taxonomic
    problems, Annals of Eugenics 7, 1936). Fisher's numbers, as in R; the copy at UCI differs from
    them in flowers 35 and 38.

    >>> iris()
    Dataset('iris': 150 points, 4 features, classes setosa 50, versicolor 50, virginica 50)
    >>> iris().feature_names
    ('sepal_length', 'sepal_width', 'petal_length', 'petal_width')
    >>> iris()[0]
    ((5.1, 3.5, 1.4, 0.2), 0)
    """
    from importlib.resources import files

    text = files("autograd_mini").joinpath("iris.csv").read_text(encoding="utf-8")
    header, *lines = (line.split(",") for line in text.splitlines())
    species = list(dict.fromkeys(line[-1] for line in lines))
    inputs = [[float(number) for number in line[:-1]] for line in lines]
    return Dataset(
        "iris", inputs, [species.index(line[-1]) for line in lines], header[:-1], species
    )


def signed(targets: Iterable[int]) -> list[int]:
    """Targets 0 and 1 as -1 and +1, which the hinge loss `max(0, 1 - y * score)` asks for.

    Raises TypeError for a target that is not an int, ValueError for one that is neither 0 nor 1.

    >>> signed([0, 1, 1])
    [-1, 1, 1]
    """
    values = enumerate(_listed("targets", targets))
    return [2 * _whole(f"targets[{i}]", y, 0, 1) - 1 for i, y in values]


def split(
    dataset: Dataset, test: float = 0.3, seed: int = 0, stratify: bool = True
) -> tuple[Dataset, Dataset]:
    """Part a data set at random into (train, test), so that a model is judged on unseen points.

    Of n points, `floor(test * n + 1/2)` go to the test side. With `stratify`, each class gives the
    share `test` of its own points, to within one point (a regression has no classes and is parted
    as a whole). Both sides come out shuffled.

    Raises TypeError for an argument of another type, ValueError unless test is between 0 and 1,
    seed at least 0, and both sides get points (the train side, if stratified, of every class).

    >>> train, test = split(iris(), test=0.2, seed=1)
    >>> test
    Dataset('iris': 30 points, 4 features, classes setosa 10, versicolor 10, virginica 10)
    """
    _dataset("dataset", dataset)
    n, share = len(dataset), _share("split: test", test)
    if not isinstance(stratify, bool):
        raise TypeError(f"split: stratify must be True or False, got {stratify!r}")
    order = _permutation(n, _random("split: seed", seed))
    groups = {"points": order}
    if stratify and dataset.class_names:
        groups = {
            f"points of class {name!r}": [i for i in order if dataset.targets[i] == c]
            for c, name in enumerate(dataset.class_names)
        }
    chosen: set[int] = set()
    seen = 0
    for what, group in groups.items():
        seen += len(group)
        # Rounding the running total, not each class, makes the sizes add up exactly.
        take = floor(share * seen + 0.5) - len(chosen)
        if group and take == len(group):
            raise ValueError(f"split: test={test!r} leaves none of the {take} {what} to train on")
        chosen.update(group[:take])
    if not chosen:
        raise ValueError(f"split: test={test!r} leaves none of the {n} points to test on")
    train = [i for i in order if i not in chosen]
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
        (self.mean,) = _rows("mean", (mean,))
        values = enumerate(_listed("std", std))
        above = "finite and above 0", lambda v: v > 0
        self.std = tuple(_number(f"std[{j}]", v, *above) for j, v in values)
        _count("std", self.std, len(self.mean), "mean")

    @classmethod
    def fit(cls, dataset: Dataset) -> Standardiser:
        """Measure each feature; ValueError if one is spread so wide that its std overflows."""
        _dataset("dataset", dataset)
        columns = zip(dataset.feature_names, zip(*dataset.inputs, strict=True), strict=True)
        mean, std = zip(*(_mean_std(name, column) for name, column in columns), strict=True)
        return cls(mean, std)

    def apply(self, inputs: Iterable[Iterable[float]]) -> list[Row]:
        """Standardise rows of inputs: `z = (x - mean) / std`."""
        return self._map(inputs, lambda x, mean, std: (x - mean) / std)

    def undo(self, inputs: Iterable[Iterable[float]]) -> list[Row]:
        """The original of standardised rows: `x = z * std + mean`."""
        return self._map(inputs, lambda z, mean, std: z * std + mean)

    def _map(self, inputs: Iterable[Iterable[float]], f: Callable[..., float]) -> list[Row]:
        rows = _rows("inputs", inputs)
        _count("inputs[0]", rows[0], len(self.mean), "mean")
        return _rows("scaled inputs", [map(f, row, self.mean, self.std) for row in rows])

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
        _dataset(f"others[{i - 1}]", d)
        inputs = scaler.apply(d.inputs)
        made.append(Dataset(d.name, inputs, d.targets, d.feature_names, d.class_names))
    return tuple(made)


def batches(dataset: Dataset, size: int, seed: int | None = 0) -> Iterator[Dataset]:
    """Mini-batches: the shuffled points in groups of `size`, the last group perhaps smaller.

    Together they hold every point once, which is one epoch; another seed per epoch gives another
    order. `seed=None` keeps the order of the data set.
    Raises TypeError or ValueError unless size is an int of at least 1 and seed one of at least 0.

    >>> [batch.targets for batch in batches(xor(), 3, seed=None)]
    [[0, 1, 1], [0]]
    """
    _dataset("dataset", dataset)
    step, n = _whole("batches: size", size, 1), len(dataset)
    order = list(range(n)) if seed is None else _permutation(n, _random("batches: seed", seed))
    return (dataset.subset(order[i : i + step]) for i in range(0, n, step))


def _planar(name: str, n: int, classes: int, noise: float, seed: int, point: Arc) -> Dataset:
    n = _whole(f"{name}: n", n, classes)
    noise = _number(f"{name}: noise", noise, "finite and at least 0", lambda v: v >= 0)
    rng = _random(f"{name}: seed", seed)
    inputs, labels = [], []
    for c in range(classes):
        m = n * (c + 1) // classes - n * c // classes
        for i in range(m):
            noisy = [v + noise * _normal(rng) for v in point(c, i, m)]
            inputs.append([round(v, 12) + 0.0 for v in noisy])  # -0.0 + 0.0 is 0.0
            labels.append(c)
    names = [str(c) for c in range(classes)]
    return Dataset(name, inputs, labels, class_names=names).subset(_permutation(n, rng))


def _random(name: str, seed: int) -> Random:
    from random import Random

    return Random(_whole(name, seed, 0))  # Random itself would take -1 for 1


def _normal(rng: Random) -> float:
    """A standard normal deviate (Box and Muller, 1958)."""
    return sqrt(-2 * log(1 - rng.random())) * cos(2 * pi * rng.random())


def _permutation(n: int, rng: Random) -> list[int]:
    """0 ... n - 1 shuffled (Fisher and Yates, in the form of Durstenfeld, 1964)."""
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(rng.random() * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order


def _mean_std(name: str, column: Row) -> tuple[float, float]:
    low, high = min(column), max(column)
    if low == high:  # the rounding of a mean must not pass for spread
        return low, 1.0
    try:
        mean = fsum(column) / len(column)
        std = hypot(*(x - mean for x in column)) / sqrt(len(column))
    except OverflowError:
        std = inf
    if not isfinite(std):
        raise ValueError(f"feature {name!r} is spread too wide to scale: {low!r} to {high!r}")
    return mean, std or 1.0


def _dataset(name: str, value: object) -> None:
    if not isinstance(value, Dataset):
        raise TypeError(f"{name} must be a Dataset, got {value!r}")


def _whole(
    name: str, value: Any, low: int, high: float = inf, error: type[Exception] = ValueError
) -> int:
    try:
        whole = int((None if isinstance(value, bool) else value).__index__())
    except (AttributeError, TypeError):
        raise TypeError(f"{name} must be an int, got {value!r}") from None
    if not low <= whole <= high:
        allowed = f"at least {low}" if high == inf else f"from {low} to {high}"
        raise error(f"{name} must be {allowed}, got {whole}")
    return whole


def _number(name: str, value: Any, allowed: str = "a finite number", ok: Test = isfinite) -> float:
    try:
        number = float(value.__float__())  # float(value) would take the string "3"
    except (AttributeError, TypeError):
        raise TypeError(f"{name} must be a number, got {value!r}") from None
    except OverflowError:
        number = inf
    if not (isfinite(number) and ok(number)):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return number


def _share(name: str, value: float) -> float:
    return _number(name, value, "between 0 and 1 (both excluded)", lambda v: 0 < v < 1)


def _listed(name: str, values: Iterable[Any]) -> list[Any]:
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise TypeError(f"{name} must be a list or tuple, got {values!r}")
    return list(values)


def _count(name: str, values: Sized, n: int, each: str) -> None:
    if len(values) != n:
        raise ValueError(f"{name} must hold {n} values, one per {each}, got {len(values)}")


def _names(name: str, values: Iterable[str]) -> tuple[str, ...]:
    for value in (names := tuple(_listed(name, values))):
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, got {value!r}")
    return names


def _rows(name: str, rows: Iterable[Iterable[float]]) -> list[Row]:
    made = []
    for i, row in enumerate(_listed(name, rows)):
        values = enumerate(_listed(f"{name}[{i}]", row))
        made.append(tuple(_number(f"{name}[{i}][{j}]", x) for j, x in values))
        _count(f"{name}[{i}]", made[i], len(made[0]) or 1, "feature")
    if not made:
        raise ValueError(f"{name} must hold at least one row, got none")
    return made
