"""A class of 33, by the command as a teacher calls it: the time, and every mark that is wrong.

    python -m tests.benchmarks.class_of_30

Thirteen are right, sixteen have a fault, two do not end, one exits, one prints megabytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.grading.submissions import CLASS, written


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = written(Path(name))
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "autograd_mini", "grade", str(folder), "--format", "json"],
            capture_output=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - start
    marks = {each["name"]: each["points"] for each in json.loads(done.stdout)["submissions"]}
    wrong = {
        k: (marks.get(k), points) for k, (_, points) in CLASS.items() if marks.get(k) != points
    }
    print(
        f"{len(marks)} submissions in {seconds:.1f} s; wrong marks (got, wanted): {wrong or 'none'}"
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
