"""`autograd-mini train`: what the demo does, with a data set and a network of one's own."""

from pathlib import Path

from autograd_mini.data import Dataset
from autograd_mini.data.tables import read_csv

from . import told
from .options import DATASETS, Arguments, dataset, option, positive

OPTIONS = [
    option("dataset", metavar="DATASET"),
    option("--hidden", default=(16, 16)),
    option("--activation", default="tanh"),
    option("--epochs", default=100),
    option("--lr", default=0.01, metavar="ETA", type=positive),
    option("--optimiser", default="adam"),
    option("--batch-size", default=16),
    option("--seed", default=0),
    option("--label", metavar="COLUMN"),
    option("--out", metavar="FOLDER", type=Path),
]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status: 1 if a gradient is found wrong."""
    data = _data(args)
    plan = told.Plan(data, *(getattr(args, name) for name in told.Plan._fields[1:]))
    out = args.out or Path(f"autograd-mini-{data.name}")
    return 0 if told.run(plan, out, args.lang) else 1


def _data(args: Arguments) -> Dataset:
    if args.dataset in DATASETS:
        if args.label is not None:
            args.refuse("label.csv")
        return dataset(args.dataset, 200, args.seed)
    if not Path(args.dataset).suffix and not Path(args.dataset).exists():
        args.refuse("unknown", known=", ".join(DATASETS), name=repr(args.dataset))
    return read_csv(args.dataset, args.label)
