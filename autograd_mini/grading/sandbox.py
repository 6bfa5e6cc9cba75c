"""A submission's process, from outside: questions and answers, limits, its end."""

import json
import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress
from math import inf
from tempfile import TemporaryDirectory
from threading import Timer
from time import monotonic
from typing import Any, NamedTuple

from autograd_mini.files import environment

_LINE = 1 << 16  # bytes of an answer


class Limits(NamedTuple):
    """Seconds for a level, of which a case has half; megabytes of memory.

    All levels together, and the start, may lose twice that time to what does not end.
    """

    seconds: float = 1.5
    memory: int = 1024


class Ended(Exception):
    """The process did not answer: "time", "late", or "ended", {"status": its exit status}."""


class Sandbox:
    """The process of a submission; after what ended it, a question begins another one."""

    process: Any = None
    lost = 0.0  # seconds, to what did not end
    budget = 0.0  # seconds that the level may still lose

    def __init__(self, setup: dict[str, Any], limits: Limits) -> None:
        self.seconds = min(limits.seconds, 1e9)  # for more there is no timer
        last = int(8 * self.seconds) + 60  # of the processor: no more than a last resort
        own = {"memory": limits.memory, "seconds": last, "loading": 2 * self.seconds}
        self.setup = setup | own

    def load(self) -> dict[str, Any]:
        """Begin a process; what it says of the submission. Raises Ended."""
        lost, self.lost = self.lost, inf  # for good, if it cannot be loaded
        self.folder = TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
        own = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        own |= {"HOME": self.folder.name, "MPLBACKEND": "Agg"}
        given: Any = {"cwd": self.folder.name, "env": environment() | own}
        given |= {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
        command = [sys.executable, "-B", "-P", "-X", "utf8", "-m", f"{__package__}.child"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **given)
        loaded = self._answer(self.setup, 3 * self.seconds + 1)  # Python itself takes time to start
        self.lost = lost
        return loaded

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question; Ended, and the time is lost, if there is none."""
        if self.lost >= 2 * self.seconds or self.budget <= 0:
            raise Ended("late", {})
        if self.process is None:
            self.load()
        start = monotonic()
        try:
            return self._answer(question, min(self.seconds / 2, self.budget))
        except Ended:
            self.lost += monotonic() - start
            self.budget -= monotonic() - start
            raise

    def _answer(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        number = secrets.token_hex(8)  # so that no answer can lie there before the question
        answer, timer, self.late = dict[str, Any](), Timer(seconds, self._kill), False
        timer.start()
        with suppress(OSError):  # there is nobody who reads
            self.process.stdin.write(json.dumps({**question, "id": number}).encode() + b"\n")
            self.process.stdin.flush()
            while answer.get("id") != number and (line := self.process.stdout.readline(_LINE)):
                with suppress(ValueError, TypeError, RecursionError):
                    answer = dict(json.loads(line))
        timer.cancel()
        timer.join()
        if answer.get("id") == number and not self.late:
            return answer
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        status = self.process.returncode  # None of one that runs on, and answers no more
        alive = self.late or status is None
        self.close()
        raise Ended("time", {}) if alive else Ended("ended", {"status": status})

    def _kill(self) -> None:
        """End the process, and all that it has started."""
        self.late = True
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()

    def close(self) -> None:
        """End the process, if there is one, and remove its folder."""
        if self.process is not None:
            with suppress(OSError), self.process:  # a pipe that nobody reads
                self._kill()
            self.folder.cleanup()
            self.process = None
