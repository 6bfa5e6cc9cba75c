"""What a recording becomes when it is compiled: instructions, what passes leave of them, source.

The recorded operations run on symbols, as `compile` runs them; so each step has the instructions
that it emits, and the page lights them in every stage.
"""

import re
from collections.abc import Iterable
from typing import Any

from autograd_mini.compiler import c_source, python
from autograd_mini.compiler.passes import improved
from autograd_mini.compiler.program import Input, Output, Program, names
from autograd_mini.errors import AutogradError
from autograd_mini.numbers.kinds import ieee
from autograd_mini.numbers.symbols import Trace
from autograd_mini.rules.evaluation import each
from autograd_mini.stepping.sequence import Accumulate, Forward, Given, Steps, Update
from autograd_mini.value import Value


def program_of(steps: Steps) -> tuple[Program, list[list[int]]]:
    """The program of a recording as it is traced, and the instructions that each step emits.

    Its outputs are the root, the leaves' gradients, and the weights after an update.

    Raises AutogradError for a recording with operations that are not on the sheet.

    >>> from autograd_mini import Value, steps
    >>> program, lit = program_of(steps(Value(2.0, label="x").exp()))
    >>> [opcode for opcode, _ in program.code], lit[:2]
    (['input', 'exp', '*'], [[0], [1]])
    """
    trace, inputs = Trace(), list[Input]()
    made: dict[Any, Any] = {}  # a recorded node -> the same on symbols
    with ieee():
        for node, name in zip(steps.nodes, steps.names, strict=True):
            if node.first is None:
                inputs.append(Input(name))
                made[node] = Value(trace.input(len(inputs) - 1), label=name)
            elif node.op is None:
                raise AutogradError(f"{name} is a node made by hand, which cannot be compiled")
            else:
                made[node] = node.op(*each(lambda x: made.get(x, x), node.args))
        forward, nodes = len(trace.code), [*made.values()]
        nodes[-1].backward()
        emitted, outputs = _emitted(steps, nodes)
    lit, known = list[list[int]](), set[int]()
    for results in emitted:
        operands = [trace.operand(x) for x in results]
        new = _needed(trace, operands, known)
        lit.append(sorted(new or {x for x in operands if x >= 0}))
    count = len(trace.code)
    named = [(node.data, old.label) for old, node in made.items() if old.label]
    labels = {x.operand: label for x, label in named if hasattr(x, "operand")}
    ends = tuple(Output(name, trace.operand(x)) for name, x in outputs)
    headings = {0: "forward", forward: "backward"}
    return Program(tuple(inputs), trace.code, count, count, ends, labels, headings), lit


def _emitted(steps: Steps, nodes: list[Value]) -> tuple[list[list[Any]], list[tuple[str, Any]]]:
    """What each step computes, and the outputs.

    The sums of the backward pass are formed once more: equal instructions are shared.
    """
    found: list[list[Any]] = []
    totals: dict[int, Any] = {}
    outputs: list[tuple[str, Any]] = [(steps.names[-1], nodes[-1].data)]
    leaves = [k for k, node in enumerate(nodes) if node.first is None]
    outputs += [(f"d{steps.names[-1]}/d{steps.names[k]}", nodes[k].grad) for k in leaves]
    for step in steps:
        match step:
            case Given(given):
                found.append([nodes[k].data for k in given])
            case Forward(node):
                found.append([nodes[node].data, *nodes[node].partials])
            case Accumulate(node, parent, edge):
                share = nodes[node].grad * nodes[node].partials[edge]
                totals[parent] = totals.get(parent, 0) + share
                found.append([share, totals[parent]])
            case Update():
                k = step.node
                new = nodes[k].data - step.rate * nodes[k].grad
                outputs.append((f"{steps.names[k]} new", new))
                found.append([new])
            case _:
                found.append([])
    return found, outputs


def _needed(trace: Trace, operands: Iterable[int], known: set[int]) -> list[int]:
    """The instructions that these need, beside the known ones, which they join."""
    new, stack = [], [*operands]
    while stack:
        x = stack.pop()
        if x >= 0 and x not in known:
            known.add(x)
            new.append(x)
            stack += trace.code[x][1]
    return new


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
