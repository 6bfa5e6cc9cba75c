"""What a recording becomes when it is compiled: instructions, what passes leave of them, source.

The recorded operations run on symbols, as `compile` runs them; so each step has the instructions
that it emits, and the page lights them in every stage.
"""

import re
from typing import Any

from autograd_mini.compiler import c_source, python
from autograd_mini.compiler.passes import improved
from autograd_mini.compiler.program import Input, Output, Program, names
from autograd_mini.errors import AutogradError
from autograd_mini.numbers.kinds import ieee
from autograd_mini.numbers.symbols import Adjoint, Trace
from autograd_mini.rules.evaluation import each
from autograd_mini.stepping.sequence import Accumulate, Forward, Given, Steps, Update
from autograd_mini.value import Value


def program_of(steps: Steps) -> tuple[Program, list[list[int]]]:
    """The program of a recording as it is traced, and the instructions that each step emits.

    Its outputs are the root, the leaves' gradients, and the weights after an update.

    Raises AutogradError for a recording with operations that are not on the sheet.
    """
    trace, inputs = Trace(), list[Input]()
    made: dict[Any, Any] = {}  # a recorded node -> the same on symbols
    lit, of_node = list[list[int]](), list[list[int]]()  # of each step, of each node

    def emitted(start: int, *results: Any) -> list[int]:
        """The instructions since the start; where there are none, those that are shared."""
        known = sorted({x for x in map(trace.operand, results) if x >= 0})
        return [*range(start, len(trace.code))] or known

    with ieee():
        for node, name in zip(steps.nodes, steps.names, strict=True):
            start = len(trace.code)
            if node.first is None:
                inputs.append(Input(name))
                made[node] = Value(trace.input(len(inputs) - 1), label=name)
            elif node.op is None:
                raise AutogradError(f"{name} is a node made by hand, which cannot be compiled")
            else:
                made[node] = node.op(*each(lambda x: made.get(x, x), node.args))
            of_node.append(emitted(start, made[node].data, *made[node].partials))
        forward, nodes = len(trace.code), [*made.values()]
        grads: dict[int, Any] = {len(nodes) - 1: Adjoint(trace, trace.operand(1.0))}
        updates = [step for step in steps if isinstance(step, Update)]
        for step in steps[: len(steps) - len(updates)]:
            start = len(trace.code)
            match step:
                case Given(given):
                    lit.append([i for k in given for i in of_node[k]])
                case Forward(k):
                    lit.append(of_node[k])
                case Accumulate(k, parent, edge):
                    share = grads[k] * nodes[k].partials[edge]
                    grads[parent] = grads.get(parent, 0) + share
                    lit.append(emitted(start, share, grads[parent]))
                case _:
                    lit.append([])
        nodes[-1].backward()  # these very instructions, and those that a 0 has left out
        root = steps.names[-1]
        leaves = [(k, node) for k, node in enumerate(nodes) if node.first is None]
        outputs = [(root, nodes[-1].data)]
        outputs += [(f"d{root}/d{steps.names[k]}", node.grad) for k, node in leaves]
        for update in updates:
            start, node = len(trace.code), nodes[update.node]
            outputs.append((f"{steps.names[update.node]} new", node.data - update.rate * node.grad))
            lit.append(emitted(start, outputs[-1][1]))
    count = len(trace.code)
    named = [(node.data, old.label) for old, node in made.items() if old.label]
    labels = {x.operand: label for x, label in named if hasattr(x, "operand")}
    ends = tuple(Output(name, trace.operand(x)) for name, x in outputs)
    headings = {0: "forward", forward: "backward"}
    return Program(tuple(inputs), trace.code, count, count, ends, labels, headings), lit


def stages(steps: Steps) -> dict[str, Any]:
    """For the page: the lines of each stage with the instruction that each one is.

    lit    for each step the traced instructions that it emits
    kept   traced instruction -> the one that it is after the passes; others fell out
    """
    traced, lit = program_of(steps)
    program, effects = improved(traced)
    tagged, _ = improved(traced._replace(labels={i: str(i) for i in range(len(traced.code))}))
    named = names(program)
    own = {f"t{i}": i for i in range(len(program.code))} | {name: i for i, name in named.items()}
    shown = [
        ("traced", traced.shown(), {f"t{i}": i for i in range(len(traced.code))}),
        ("improved", program.shown(), own),
        ("python", python.source(program), own),
        ("c", c_source.source(program).partition("} state;\n\n")[2].partition("\nint ")[0], own),
    ]
    told = [{"name": n, "lines": text.splitlines(), "of": _of(text, i)} for n, text, i in shown]
    kept = {int(tag): i for i, tag in tagged.labels.items()}
    return {"stages": told, "lit": lit, "kept": kept, "effects": effects}


def _of(text: str, instruction: dict[str, int]) -> list[int]:
    """The instruction of each line, -1 for a line that is none."""
    found = (re.match(r"\s*(?:const (?:double|int) )?(\w+) = ", line) for line in text.splitlines())
    return [instruction.get(match[1], -1) if match else -1 for match in found]
