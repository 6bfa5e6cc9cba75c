"""Guesses at the kind of a wrong gradient; tests/benchmarks/slips.py has the rates."""

import math

import numpy as np
import pytest

from autograd_mini.checking import Report, check_grad, guesses
from tests.benchmarks import slips


def test_planted_slips_are_guessed_and_right_gradients_get_none():
    told = []
    for case in slips.slips(28, 5):
        guess = check_grad(case.f, case.at, gradient=case.wrong).guess
        told.append(guess is not None and case.told(guess))
        right = check_grad(case.f, case.at, gradient=case.right)
        assert right.verdict != "wrong"
        assert right.guess is None
    assert sum(told) >= 0.9 * len(told)


def test_other_mistakes_get_no_guess():
    assert not any(check_grad(c.f, c.at, gradient=c.wrong).guess for c in slips.others(20, 5))
    nan = check_grad(np.sum, np.ones(3), gradient=lambda x: np.nan * x)
    assert (nan.verdict, nan.guess) == ("wrong", None)
    tiny = check_grad(lambda x: math.log(abs(x)), 1e-160, gradient=lambda x: 2 / x)
    assert (tiny.verdict, tiny.guess) == ("wrong", None)  # a factor of inf fits anything
    half = check_grad(lambda x: x[0] ** 2 * x[1], SMALL[-2:], gradient=lambda x: 2 * x * [x[1], 0])
    assert (half.verdict, half.guess) == ("wrong", None)  # a component left out is no single sample


SMALL = np.linspace(-0.1, 0.1, 80)
X = np.random.default_rng(3).normal(size=(9, 80))


def many(w):
    return float(np.mean(np.tanh(X @ np.asarray(w, float)) ** 2))


def slope(w):
    z = np.tanh(X @ w)
    return X.T @ (2 * z * (1 - z * z)) / 9


@pytest.mark.parametrize(
    ("f", "at", "gradient", "words"),
    [
        (math.sin, 0.7, lambda x: 2 * math.cos(x), ["df/dx times 2", "df/dx por 2"]),
        (math.exp, 1.0, lambda x: math.exp(x) * (1 + 1e-9), ["x times 1.000000001", "1.000000001"]),
        (math.exp, 1.0, lambda x: math.exp(x) * (1 + 1e-6), ["times 1.000001", "por 1.000001"]),
        (np.sqrt, 1e-20, lambda x: 0.7 / np.sqrt(x), ["df/dx times 7/5", "df/dx por 7/5"]),
        (math.sin, 0.7, lambda x: -math.cos(x), ["wrong sign: df/dx", "signo equivocado"]),
        (
            lambda x: math.sin(x) ** 2, 0.7, lambda x: 2 * math.sin(x),
            ["lacks the factor cos(x)", "falta el factor cos(x)"],
        ),
        (
            lambda x, y: math.exp(-x * x - y), (0.3, 0.2), lambda x, y: (-2 * x, -1),
            ["df/dx, df/dy lacks the factor f", "falta el factor f"],
        ),
        (
            lambda x, y: math.log(2 + math.sin(x * y)), (0.3, 0.4),
            lambda x, y: (y * math.cos(x * y), x * math.cos(x * y)),
            ["changes from point to point; here it is 0.4717", "aquí vale 0.4717"],
        ),
        (
            lambda x, y: x * x * y, (0.3, 0.4), lambda x, y: (x * x, 2 * x * y),
            ["df/dx, df/dy should be stands in df/dy, df/dx", "está en df/dy, df/dx"],
        ),
        (
            lambda x, y: x * y + 0.05 * y * y, (0.3, 0.4), lambda x, y: (y, x),
            ["missing in df/dy is 0.1 times", "falta en df/dy es 0.1 por"],
        ),
        (
            lambda x, y: x * y, (0.3, 0.4), lambda x, y: (y + 0.25 * x, x + 0.25 * y),
            ["0.25 times the input too much", "sobra 0.25 por la entrada"],
        ),
        (many, SMALL, lambda w: 9 * slope(w), ["sum in place of a mean", "9?"]),
        (many, SMALL, lambda w: slope(w)[::-1], ["other's places", "cambiadas"]),
        (
            many, SMALL, lambda w: X[2] * float(np.tanh(X[2] @ w)),
            ["one sample in place of all", "una sola muestra"],
        ),
    ],
)  # fmt: skip
def test_a_guess_is_told_in_both_languages(f, at, gradient, words):
    report = check_grad(f, at, gradient=gradient)
    assert report.verdict == "wrong"
    for lang, word, start in zip(("en", "es"), words, ("It looks like ", "Parece "), strict=True):
        (line,) = (line for line in report.text(lang).splitlines() if line.startswith(start))
        assert word in line
    assert words[0] in report._repr_html_().replace("&#x27;", "'")
    again = Report.from_json(report.to_json())
    assert (again, again.guess) == (report, report.guess)


def test_a_gradient_that_fails_elsewhere_gets_no_guess():
    def gradient(x):
        if x != 0.7:
            raise ZeroDivisionError
        return 2 * math.cos(x)

    report = check_grad(math.sin, 0.7, gradient=gradient)
    assert (report.verdict, report.guess) == ("wrong", None)


def test_what_all_inputs_have_in_common_is_found_once_a_point(monkeypatch):
    """Once for each input, it takes a time that grows as the square of their number."""
    calls = []
    fitted = guesses._fitted
    monkeypatch.setattr(guesses, "_fitted", lambda pairs: calls.append(1) or fitted(pairs))
    bent = lambda x: 2 * x * (1 + x @ x)
    report = check_grad(lambda x: x @ x, np.linspace(-1, 1, 80), gradient=bent)
    assert report.guess.kind == "chain"
    assert len(calls) < 20
