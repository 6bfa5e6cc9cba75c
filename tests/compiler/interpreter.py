"""The definition of what a program means: instruction after instruction."""

from autograd_mini.numbers.instructions import MEANING, REDUCTIONS


def interpreted(program, threads=1):
    """The back end that every other is compared with."""
    code, constants = program.code, program.code.constants
    before, each, after = program.parts

    def run(shared, samples, count):
        given = {False: iter(shared), True: iter(samples)}
        inputs = [next(given[each]) for _, each in program.inputs]
        once = {~k: x for k, x in enumerate(constants)}
        rows = [{} for _ in range(count)]

        def compute(part, values, sample):
            for i in part:
                opcode, operands = code[i]
                if opcode == "input":
                    number = inputs[int(once[operands[0]])]
                    values[i] = number if part is not each else number[sample]
                elif opcode in REDUCTIONS:
                    of = operands[0]
                    numbers = [(row if of in row else once)[of] for row in rows]
                    values[i] = REDUCTIONS[opcode](numbers)
                else:
                    parts = [once[x] if x in once else values[x] for x in operands]
                    values[i] = MEANING[opcode](*parts)

        compute(before, once, 0)
        for sample, values in enumerate(rows):
            compute(each, values, sample)
        compute(after, once, 0)
        wanted = [output.operand for output in program.outputs]
        return [once[x] for x in wanted if not program.is_each(x)], [
            [values[x] for values in rows] for x in wanted if program.is_each(x)
        ]

    return run
