"""No mutant of a partial of the sheet goes unseen: the script's table, held as a test."""

from functools import cache

import pytest

from autograd_mini.ops import SHEET
from tests.checking import mutation

PARTIALS = [(name, k) for name, sheet_op in SHEET.items() for k in range(len(sheet_op.params))]


@cache
def row(name, k):
    return mutation.examined(name, k)


@pytest.mark.parametrize(("name", "k"), PARTIALS)
def test_every_mutant_is_caught_or_explained(name, k):
    found = row(name, k)
    assert found.survivors == []
    assert found.made >= 5
    assert found.caught >= 3
    assert found.made == found.caught + len(found.equivalent)


@pytest.mark.parametrize(
    "known", mutation.EQUIVALENT, ids=lambda known: f"{known.ops}:{known.what}"
)
def test_no_explanation_is_idle(known):
    used = {
        why
        for name, k in PARTIALS
        if name in known.ops.split()
        for _, why in row(name, k).equivalent
    }
    assert known.why in used


@pytest.mark.parametrize("name", mutation.CONVENTIONS)
def test_the_sheet_keeps_the_conventions_at_its_kinks(name):
    for k in range(len(SHEET[name].params)):
        unchanged = mutation.Mutant(name, k, f"d{k}", "none", SHEET[name].trees[f"d{k}"])
        assert mutation.caught(unchanged) is None


def test_the_kinds_of_mutants_that_the_sheet_must_withstand():
    made = {m.what for name, k in PARTIALS for m in mutation.mutants(SHEET[name], k)}
    assert made >= {
        *("sign", "factor", "offset", "swapped arguments", "dropped term", "dropped factor"),
        *("off by one", "exponent off by one", "shifted kink", "other side of the kink"),
    }


def test_a_user_s_operation_is_mutated_too(own):
    own("mutated(a, b)", "a * exp(b)", "exp(b)", "out")
    found = [mutation.examined("mutated", k) for k in (0, 1)]
    assert [len(r.survivors) for r in found] == [0, 0]
    assert all(r.caught >= 5 for r in found)


def test_a_blind_check_would_let_mutants_survive(monkeypatch):
    """The script can fail: with points on one side of a kink only, the other side is not seen."""
    monkeypatch.setattr(mutation, "places", lambda name: [((2.0,), 2.0)])
    monkeypatch.setattr(mutation, "healthy", lambda name, k: [[1.0]])
    monkeypatch.setattr(mutation, "CONVENTIONS", {})
    survivors = mutation.examined("relu", 0).survivors
    assert "where(a <= 0, 0 + 1, 1)" in {mutant.formula for mutant in survivors}
