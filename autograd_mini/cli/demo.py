"""`autograd-mini demo`: a network learns to name irises, told step by step."""

from pathlib import Path

from autograd_mini.data import iris

from . import train
from .options import Arguments, option

OPTIONS = [option("--out", default=Path("autograd-mini-demo"), metavar="FOLDER", type=Path)]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if a gradient is found wrong."""
    plan, graph = train.Plan(iris()), train.small_neuron()
    return 0 if train.tell(plan, args.out, args.lang, graph) else 1
