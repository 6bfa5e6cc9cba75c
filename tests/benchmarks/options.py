"""The options of the scripts here, by their defaults."""

import argparse
from typing import Any


def options(doc: str, **defaults: Any) -> argparse.Namespace:
    """What is asked for; of a list some of what it has, and False is a flag."""
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    for name, default in defaults.items():
        way: dict[str, Any] = {"type": type(default)}
        if isinstance(default, list):
            way = {"nargs": "+", "choices": default}
        elif default is False:
            way = {"action": "store_true"}
        parser.add_argument(f"--{name}", default=default, **way)
    return parser.parse_args()
