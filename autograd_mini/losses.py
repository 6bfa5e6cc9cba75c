"""Loss functions: one number that says how far the predictions are from the targets.

Each takes one prediction p and its target y, or equally long sequences of them (lists, tuples,
NumPy arrays, of lists too where a model has several outputs), and gives the mean over all pairs, as
a Value to call `backward()` on; only if there is no Value among its arguments, a plain number.

All of them raise ValueError for no predictions at all, if the targets are not as many as the
predictions, and for nan or infinite numbers (which pass inside `with ieee():`); TypeError for what
is not a real number, or is one where the other is a list. Errors name the loss and the place. In
compiled code, where labels and probabilities are not known yet, those that are refused give nan.

>>> from autograd_mini import Value
>>> p = Value(3.0)
>>> loss = mse(p, 1.0)
>>> loss.backward()
>>> loss.data, p.grad          # (3 - 1)**2 and 2 * (3 - 1)
(4.0, 4.0)
"""

from collections.abc import Callable, Iterable
from math import fsum, nan
from typing import Any

from . import functions as f
from .numbers.arguments import items, listed, operand, positive, whole
from .numbers.kinds import brief, is_traced
from .numbers.numberlike import data_of
from .value import Value

_Term = Callable[[Any], Any]
Numbers = Any  # a Value or number, or a sequence of them, nested as the other argument


# --- regression ----------------------------------------------------------------------------------
def mse(predictions: Numbers, targets: Numbers) -> Value:
    """Mean squared error: mean of (p - y)**2.

    >>> mse([1.0, 2.0, 4.0], [1.0, 0.0, 1.0])        # (0 + 4 + 9) / 3
    4.333333333333333
    """
    return _mean([f.square(p - y) for p, y in _pairs("mse", predictions, targets)])


def mae(predictions: Numbers, targets: Numbers) -> Value:
    """Mean absolute error: mean of |p - y|. Its derivative is taken as 0 where p = y.

    >>> mae([1.0, 2.0, 4.5], [1.0, 0.0, 1.0])        # (0 + 2 + 3.5) / 3
    1.8333333333333333
    """
    return _mean([f.abs(p - y) for p, y in _pairs("mae", predictions, targets)])


def huber(predictions: Numbers, targets: Numbers, delta: float = 1.0) -> Value:
    """Huber loss: squared where the error r = p - y is small, absolute where it is large.

        r**2 / 2                      if |r| <= delta
        delta * (|r| - delta / 2)     otherwise

    Computed without cases as c * (r - c / 2), where c is r limited to -delta ... delta and also the
    derivative. Huber, "Robust estimation of a location parameter", 1964. Raises ValueError unless
    delta > 0.

    >>> huber([0.5, 3.0], [0.0, 0.0])                # (0.125 + 2.5) / 2
    1.3125
    """
    delta = positive("huber: delta", delta)
    terms = []
    for p, y in _pairs("huber", predictions, targets):
        r = p - y
        c = f.clamp(r, -delta, delta)
        terms.append(c * (r - c / 2))
    return _mean(terms)


# --- classification ------------------------------------------------------------------------------
def hinge(scores: Numbers, targets: Numbers) -> Value:
    """Hinge loss of a support vector machine: mean of max(0, 1 - y * s), with labels y = -1 or +1.

    Cortes & Vapnik, "Support-vector networks", 1995. Raises ValueError for other labels.

    >>> hinge([0.25, -3.0, 2.0], [1, -1, -1])        # (0.75 + 0 + 3) / 3
    1.25
    """
    pairs = _pairs("hinge", scores, targets, "score")
    for _, y in pairs:
        if not is_traced(data_of(y)) and data_of(y) not in (-1, 1):
            raise ValueError(
                f"hinge: the labels are -1 and +1, got {y!r}; 2 * y - 1 makes them from 0 and 1"
            )
    return _mean([_if(data_of(y) ** 2 == 1, f.relu(1 - y * s)) for s, y in pairs])


def binary_cross_entropy(predictions: Numbers, targets: Numbers) -> Value:
    """Binary cross-entropy of probabilities: mean of -(y * log(p) + (1 - y) * log(1 - p)).

    y is the class, 0 or 1, or the probability of class 1; 0 * log(0) counts as 0. Raises ValueError
    if a p or y is outside [0, 1], DomainError (a ValueError) where the loss is infinite: p = 0 for
    y = 1, p = 1 for y = 0. From scores use `binary_cross_entropy_with_logits`: it is stable.

    >>> round(binary_cross_entropy([0.5, 0.25], [1, 0]), 12)         # (log(2) + log(4/3)) / 2
    0.490414626506
    """
    name, terms = "binary_cross_entropy", []
    for p, y in _pairs(name, predictions, targets):
        if not (is_traced(data_of(p)) or 0 <= data_of(p) <= 1):
            raise ValueError(
                f"{name}: a probability lies between 0 and 1, got {p!r}; for scores of any size"
                f" there is {name}_with_logits"
            )
        term = _expected(name, y, p, f.log, lambda p: f.log1p(-p))
        terms.append(_if(_is_share(data_of(p)), term))
    return -_mean(terms)


def binary_cross_entropy_with_logits(scores: Numbers, targets: Numbers) -> Value:
    """Binary cross-entropy of scores z, where p = sigmoid(z); exact for scores of any size.

        mean of y * softplus(-z) + (1 - y) * softplus(z),    softplus(z) = log(1 + exp(z))

    Its derivative is sigmoid(z) - y. y is the class, 0 or 1, or the probability of class 1;
    ValueError otherwise.

    >>> binary_cross_entropy_with_logits([-1000.0, 1000.0], [1, 1])  # (1000 + 0) / 2
    500.0
    """
    name = "binary_cross_entropy_with_logits"
    pairs = _pairs(name, scores, targets, "score")
    return _mean([_expected(name, y, z, lambda z: f.softplus(-z), f.softplus) for z, y in pairs])


def cross_entropy(scores: Any, targets: int | Iterable[int]) -> Value:
    """Cross-entropy of scores s, one for each class, of which class k = 0, 1, 2, ... is right.

        -log(softmax(s)[k]) = logsumexp(s) - s[k] = softplus(logsumexp(the other s) - s[k])

    One list of scores and its class, or a list of such lists and the list of their classes, of
    which the mean is taken. The last form is computed: it is exact where the right class's
    probability comes near 1, and the first two cancel. The derivative is softmax(s) minus 1 at k.

    Raises TypeError if a class is not an int; ValueError if there is no such class, or there are
    fewer than two.

    >>> round(cross_entropy([0.0, 0.0, 0.0, 0.0], 2), 12)            # log(4)
    1.38629436112
    >>> cross_entropy([[1000.0, 0.0], [1000.0, 0.0]], [0, 1])        # (0 + 1000) / 2
    500.0
    """
    if (classes := items(targets)) is None:
        return _mean([_cross_entropy(scores, targets)])
    rows, classes = _lists("cross_entropy", scores=scores, targets=classes)
    return _mean([*map(_cross_entropy, rows, classes, _places(rows))])


def _cross_entropy(given: Any, target: Any, where: str = "") -> Any:
    """The loss of one sample, the one at `where`."""
    name = f"cross_entropy: scores{where}"
    scores = listed(name, given)
    if (n := len(scores)) < 2:
        raise ValueError(f"{name} must be of 2 classes or more, got {n}")
    if is_traced(target):  # the others: all, the right one moved out of a softmax's sight
        lowest = -1.7976931348623157e308
        others = [f.where(target == i, lowest, s) for i, s in enumerate(scores)]
        return f.softplus(f.logsumexp(others) - f.take(scores, target))
    k = whole(f"cross_entropy: target{where}", target, 0, n - 1)
    s = [operand(f"{name}[{i}]", score, True) for i, score in enumerate(scores)]
    others = s[:k] + s[k + 1 :]
    return f.softplus((f.logsumexp(others) if n > 2 else others[0]) - s[k])


def sequence_cross_entropy(scores: Any, targets: Any) -> Value:
    """Cross-entropy of sequences: at each place a list of scores, of which one class is right.

    The target of a sequence is (classes, weights): its loss is the sum over its places of weight
    times cross-entropy, so that a place of weight 0 is padding. The mean over the sequences is
    taken. Raises as `cross_entropy`; ValueError if the classes or the weights are not as many
    as the places.

    >>> sequence_cross_entropy([[[0.0, 0.0], [9.0, 0.0]]], [([1, 0], [1.0, 0.0])])   # log(2)
    0.6931471805599453
    """
    name = "sequence_cross_entropy"
    sequences, given = _lists(name, scores=scores, targets=targets)
    losses = []
    for row, target, at in zip(sequences, given, _places(given), strict=True):
        if len(pair := listed(f"{name}: target{at}", target)) != 2:
            raise ValueError(f"{name}: target{at} must be (classes, weights), got {target!r:.60}")
        classes, weights = pair
        parts = _lists(name, at, scores=row, classes=classes, weights=weights)
        weights = [operand(f"{name}: weights{at}[{j}]", x, True) for j, x in enumerate(parts[2])]
        terms = map(_cross_entropy, parts[0], parts[1], _places(weights, at))
        losses.append(f.dot([*terms], weights))
    return _mean(losses)


def kl_divergence(p: Any, q: Any) -> Value:
    """Kullback-Leibler divergence of q from p: sum of p_i * log(p_i / q_i).

    p and q are probability distributions (p the true one, q the model's), or equally long lists of
    distributions, over which the mean is taken. A p_i of 0 counts as 0 and passes no gradient.
    Kullback & Leibler, "On information and sufficiency", 1951.

    Raises ValueError if a probability is outside [0, 1], a distribution does not sum to 1 within
    1e-6, or the lengths differ; PoleError (a ZeroDivisionError) where q_i = 0 but p_i is not: the
    divergence is infinite there.

    >>> round(kl_divergence([0.5, 0.5], [0.25, 0.75]), 12)           # log(4/3) / 2
    0.143841036226
    """
    ps, qs = _lists("kl_divergence", p=p, q=q)
    if all(items(row) is None for row in (*ps, *qs)):
        return _mean([_kl_divergence(ps, qs)])
    return _mean([*map(_kl_divergence, ps, qs, _places(ps))])


def _kl_divergence(p: Any, q: Any, where: str = "") -> Any:
    """The divergence of one distribution from another, those at `where`."""
    p, q = _lists("kl_divergence", where, p=p, q=q)
    (ps, good), (qs, well) = _distribution(f"p{where}", p), _distribution(f"q{where}", q)
    pairs = [*zip(ps, qs, strict=True)]
    if any(map(is_traced, map(data_of, ps))):
        logs = [f.where(data_of(a) == 0, 0, f.log(a) - f.log(b)) for a, b in pairs]
        return _if(good & well, f.dot(ps, logs))
    pairs = [(a, b) for a, b in pairs if data_of(a) != 0]
    # a / b and its derivative -a / b**2 may leave the floats where log(a / b) does not
    known = well is True
    logs = [f.div(a, b) if known and not data_of(b) else f.log(a) - f.log(b) for a, b in pairs]
    return _if(well, f.dot([a for a, _ in pairs], logs))


# --- what is shared ------------------------------------------------------------------------------
def _mean(terms: list[Any]) -> Value:
    """The mean; a single term is its own, without a node. Of plain numbers it must be finite."""
    given: Any = terms[0] if len(terms) == 1 else f.mean(terms)
    mean: Value = operand("loss: the mean", given, True) if given.__class__ is float else given
    return mean


def _pairs(
    loss: str, predictions: Any, targets: Any, role: str = "prediction", where: str = ""
) -> list[tuple[Any, Any]]:
    """(prediction, target) for each number in two numbers, or two sequences nested alike."""
    ps, ys = items(predictions), items(targets)
    if ps is None and ys is None:
        p = operand(f"{loss}: {role}{where}", predictions, True)
        return [(p, operand(f"{loss}: target{where}", targets, True))]
    given = {role: predictions if ps is None else ps, "target": targets if ys is None else ys}
    ps, ys = _lists(loss, where, **given)
    pairs = []
    for p, y, at in zip(ps, ys, _places(ps, where), strict=True):
        pairs += _pairs(loss, p, y, role, at)
    return pairs


def _lists(loss: str, where: str = "", **given: Any) -> list[list[Any]]:
    """The items of lists, which must be of one length, and not empty."""
    lists = [*map(items, given.values())]
    if not all(lists) or len({len(x or ()) for x in lists}) > 1:
        found = zip(lists, given.values(), strict=True)
        told = [brief(y, repr, 40) if x is None else f"a list of {len(x)}" for x, y in found]
        raise (TypeError if None in lists else ValueError)(
            f"{loss}: {' and '.join(name + where for name in given)} must be lists of the same"
            f" length, 1 or more; got {' and '.join(told)}"
        )
    return [x for x in lists if x is not None]


def _places(given: list[Any], where: str = "") -> list[str]:
    return [f"{where}[{i}]" for i in range(len(given))]


def _is_share(x: Any) -> Any:
    return (x >= 0) & (x <= 1)


def _if(holds: Any, term: Any) -> Any:
    """The term; in compiled code, where nothing was known yet, nan unless the condition holds."""
    return term * f.where(holds, 1, nan) if is_traced(holds) else term


def _expected(loss: str, y: Any, x: Any, of_1: _Term, of_0: _Term) -> Any:
    """The mean over the classes 1 and 0, of which 1 has the probability y."""
    if is_traced(y):
        a, b = of_1(x), of_0(x)
        mixed = _if(_is_share(y), y * a + (1 - y) * b)
        return f.where(y == 1, a, f.where(y == 0, b, mixed))
    if not (is_traced(data_of(y)) or 0 <= data_of(y) <= 1):
        raise ValueError(f"{loss}: a label is 0 or 1, or a probability in between, got {y!r}")
    return of_1(x) if y == 1 else of_0(x) if y == 0 else y * of_1(x) + (1 - y) * of_0(x)


def _distribution(name: str, values: list[Any]) -> tuple[list[Any], Any]:
    """The numbers, and whether they are a distribution."""
    name = f"kl_divergence: {name}"
    numbers = [operand(f"{name}[{i}]", x, True) for i, x in enumerate(values)]
    plain = [*map(data_of, numbers)]
    if any(map(is_traced, plain)):
        return numbers, (f.min(plain) >= 0) & (abs(f.sum(plain) - 1) <= 1e-6)
    for i, x in enumerate(plain):
        if not 0 <= x <= 1:
            raise ValueError(f"{name}[{i}] is {x}, not between 0 and 1")
    total = fsum(plain)
    if abs(total - 1) > 1e-6:
        raise ValueError(f"{name} sums to {total:.7g}, not to 1")
    return numbers, True
