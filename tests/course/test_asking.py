"""Questions of the lessons: right answers, and the slips that are named."""

import math
from fractions import Fraction

import numpy as np
import pytest

from autograd_mini import Value
from autograd_mini.course import ask
from autograd_mini.course.asking import questions
from autograd_mini.expressions import parse
from autograd_mini.language import catalogue, text

RIGHT = {  # by hand
    "1.1": 5, "1.2": lambda x: -1 / (x * x), "1.3": 5, "2.1": 6.1, "2.2": 12.25, "2.3": 100,
    "2.4": lambda x: 3 * x * x - 2, "3.1": -3, "3.2": 1 - math.tanh(0.5) ** 2, "3.3": 6,
    "3.4": (Value(-2.0) + Value(5.0)) * Value(-4.0), "4.1": 1.5, "4.2": 0, "4.3": 26,
    "4.4": lambda w, x, b: (w * x + b).tanh(), "5.1": 2.5, "5.2": -0.4, "5.3": 0.693,
    "5.4": lambda p: 2 * (p - 1), "6.1": 6, "6.2": 7, "6.3": 0.0822,
    "6.4": lambda x: 2 * x * math.exp(x * x), "7.1": 2.4, "7.2": 1, "7.3": 1 / 6, "7.4": 0.35892,
    "8.1": 2000, "8.2": 67, "8.3": 140, "9.1": 9.54e-7, "9.2": 3325.26, "9.3": 0.6, "9.4": 0,
    "9.5": 3.6e8, "10.1": 26000, "10.2": 20, "10.3": 4, "11.1": 0.731, "11.2": 3.296, "11.3": 4192,
}  # fmt: skip


@pytest.mark.parametrize("number", RIGHT)
def test_the_key_is_right_and_the_opposite_is_not(number):
    assert ask(number, RIGHT[number], "en") == (True, "Right.")
    assert ask(number, RIGHT[number], "es") == (True, "Correcto.")
    if isinstance(RIGHT[number], int | float) and RIGHT[number]:
        assert ask(number, -RIGHT[number], "es").said == "No. " + text("ask.slip.sign", "es")


def test_every_question_is_answered_and_asked_in_both_languages():
    assert RIGHT.keys() == questions().keys()
    asked = [name for name in catalogue("ask") if name[0].isdigit()]
    assert asked == [*RIGHT]
    assert ask("6.1", lang="es").right is None
    # on one line: what shows it, a phone or a page, breaks it where it has to
    assert repr(ask("7.2", lang="es")) == "7.2  " + text("ask.7.2", "es")


@pytest.mark.parametrize(
    ("number", "slip"), [(number, slip) for number, q in questions().items() for slip in q.slips]
)
def test_each_slip_is_named(number, slip):
    question = questions()[number]
    source = question.slips[slip]
    if question.kind.startswith("function"):
        f = parse(source)

        def answer(*values):
            given = dict(zip(parse(question.source).names, values, strict=True))
            return f(**{name: given[name] for name in f.names})

    else:
        answer = question.value(source)
        if question.kind == "graph":
            answer = Value(answer) + 0.0
    for lang in ("en", "es"):
        assert ask(number, answer, lang) == (
            False, f"{text('ask.no', lang)} {text(f'ask.slip.{slip}', lang)}",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "answer", "said"),
    [
        ("6.1", 5, "No. It is not 5. Go through"),
        ("6.1", "6", "No. The answer is a number, such as 6 or 0.5, without quotes; this is of"),
        ("6.1", True, "No. The answer is a number"),
        ("3.4", -12, "No. The answer is a Value that was computed from others"),
        ("3.4", Value(-12.0), "No. The answer is a Value that was computed from others"),
        ("4.4", 0.6, "No. The answer is a Python function"),
        ("4.4", lambda w: w, "No. Your function failed. TypeError"),
        ("4.4", lambda w, x, b: Value(math.tanh(w.data * x.data + b.data)), "No. "),
        ("6.4", lambda x: 4 * x, "No. It is not 2."),
        ("7.3", 0.17, "No. Nearly: give more digits."),
        ("7.3", 0.16, "No. It is not 0.16."),
        ("8.2", 66, "No. It is not 66."),
        ("2.2", 12, "No. It is not 12."),  # the derivative, which was within half a hundredth
        ("8.1", 2001, "No. It is not 2001."),  # that, too
        ("11.3", 4176, "No. It is not 4176."),
    ],
)
def test_other_answers(number, answer, said):
    judged = ask(number, answer, "en")
    assert judged.right is False
    assert judged.said.startswith(said)


def test_an_error_of_an_answer_is_told_in_the_reader_s_language():
    judged = ask("4.4", lambda w: w, "es")
    assert judged.said.endswith("lleva 1 argumento y recibe 3")
    judged = ask("2.4", lambda x: 3 * x ^ 2 - 2, "es")
    assert judged.said.endswith("'float' y 'int'. Una potencia se escribe x**2; ^ es otra cosa.")


def test_a_decimal_comma_is_an_answer_of_two_numbers():
    """In a cell of the Spanish lessons it was Python's "multiple values for argument 'lang'"."""
    told = text("ask.slip.a.number", "es", got="tuple")
    for judged in (ask("3.1", 0,5, lang="es"), ask("3.1", 0,5, "es")):  # fmt: skip
        assert judged == (False, f"No. {told}")


def test_an_unknown_question():
    with pytest.raises(ValueError, match=r"^question must be one of 1\.1, .*, got '12\.1'$"):
        ask("12.1")


def test_numbers_of_every_kind_are_answers_and_those_too_large_are_wrong():
    for right in (Fraction(-3), np.int64(-3), np.float64(-3), Value(Fraction(-3))):
        assert ask("3.1", right, "en").right
    for wrong in (10**400, -(10**400), Fraction(10**5000), math.inf):
        assert ask("3.1", wrong, "en").said.startswith("No. It is not ")
