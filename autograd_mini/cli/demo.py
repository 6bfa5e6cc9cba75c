"""`autograd-mini demo`: a network learns to name irises, told step by step."""

from pathlib import Path

from autograd_mini.data import iris

from . import train
from .options import Arguments, option

OPTIONS = [option("--out", default=Path("autograd-mini-demo"), metavar="FOLDER", type=Path)]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if a gradient is found wrong."""
    args.hidden, args.activation, args.optimiser, args.lr = (8,), "tanh", "sgd", 0.1
    args.epochs, args.batch_size, args.seed = 60, 15, 0
    return train.tell(args, iris(), train.small_neuron())
