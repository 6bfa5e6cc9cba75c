"""Calls that are refused: each raises its error, with a text that is searched for in it."""

import pytest


def refused(tables):
    """Parametrise a test with `call`, `error` and `text` by {error: [(call, text), ...]}."""
    rows = [(call, error, text) for error, table in tables.items() for call, text in table]
    return pytest.mark.parametrize(("call", "error", "text"), rows)


def refusing(tables):
    """The test that each call of such a table is refused."""

    @refused(tables)
    def test(call, error, text):
        with pytest.raises(error, match=text):
            call()

    return test
