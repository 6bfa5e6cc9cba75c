"""The one walk over formulas: what is printed reads back as the same tree."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.formulas.grammar import parse
from autograd_mini.formulas.printer import PYTHON, Text

LEAVES = st.sampled_from(["a", "b", "2", "0.5"])
OPERATORS = st.sampled_from("+ - * / **".split())
COMPARISONS = st.sampled_from("< <= > >= == !=".split())


def _grown(parts):
    pairs = st.tuples(parts, OPERATORS, parts).map(lambda p: f"(({p[0]}) {p[1]} ({p[2]}))")
    calls = st.tuples(st.sampled_from(["exp", "log1p", "abs"]), parts).map("{0[0]}({0[1]})".format)
    tests = st.tuples(parts, COMPARISONS, parts).map("{0[0]} {0[1]} {0[2]}".format)
    cases = st.tuples(tests | parts, parts, parts).map("where({0[0]}, {0[1]}, {0[2]})".format)
    return pairs | calls | cases | parts.map("(-({}))".format)


FORMULAS = st.recursive(LEAVES, _grown, max_leaves=12)


class _Where(ast.NodeTransformer):
    """Python's conditional expression, as the formulas have it."""

    def visit_IfExp(self, node):
        self.generic_visit(node)
        name = ast.Name("where", ast.Load())
        return ast.Call(name, [node.test, node.body, node.orelse], [])


@given(FORMULAS)
def test_printed_python_reads_back_as_the_same_formula(text):
    tree = parse(text, {"a", "b"})
    printed = ast.parse(Text(PYTHON)(tree), mode="eval").body
    assert ast.dump(_Where().visit(printed)) == ast.dump(tree)
