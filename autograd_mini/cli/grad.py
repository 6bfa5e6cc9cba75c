"""`autograd-mini grad`: the value and the gradient of an expression."""

from autograd_mini.language.tables import aligned
from autograd_mini.value import Value

from .options import Arguments, labelled, read

OPTIONS = ["expression values"]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    expression, numbers = read(args, args.expression, args.values)
    variables = labelled(numbers)
    result = expression(**variables)
    if isinstance(result, Value):
        result.backward()
    lines = [(args.say("result"), repr(float(result)))]
    lines += [(f"∂/∂{name}", repr(x.grad)) for name, x in variables.items()]
    print(*aligned(lines, "<<"), sep="\n")
    return 0
