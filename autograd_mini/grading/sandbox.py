"""A submission's process, from outside: questions and answers, limits, its end."""

import json
import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic
from typing import IO, Any, NamedTuple, cast

_LINE, _WAITING = 1 << 16, 1000  # bytes of an answer; answers that nobody has read yet
_ROOT = str(Path(__file__).resolve().parents[2])


class Limits(NamedTuple):
    """Seconds for a level, of which a case has half; megabytes of memory.

    All levels together, and the start, may lose twice that time to what does not end.
    """

    seconds: float = 1.5
    memory: int = 1024


class Ended(Exception):
    """The process did not answer: Ended(kind, status), "time", "ended" or "late", exit status."""


class Sandbox:
    """A process that has loaded a submission, else Ended; `loaded` is what it said of it."""

    def __init__(self, setup: dict[str, Any], limits: Limits) -> None:
        self.folder = TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        paths = [_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
        own = {"PYTHONPATH": os.pathsep.join(paths), "HOME": self.folder.name}
        pipes: Any = {"stderr": subprocess.DEVNULL, "start_new_session": True}
        pipes |= dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
        command = [sys.executable, "-B", "-P", "-X", "utf8", "-m", f"{__package__}.child"]
        env = {**os.environ, **one, **own, "MPLBACKEND": "Agg"}
        self.process = subprocess.Popen(command, cwd=self.folder.name, env=env, **pipes)
        self.questions = cast("IO[bytes]", self.process.stdin)
        self.lines: SimpleQueue[bytes] = SimpleQueue()
        Thread(target=self._read, args=[self.process.stdout], daemon=True).start()
        seconds = int(8 * limits.seconds) + 60  # of the processor: no more than a last resort
        setup |= {"memory": limits.memory, "seconds": seconds, "loading": 2 * limits.seconds}
        self.loaded = self.ask(setup, 3 * limits.seconds + 1)  # Python itself takes time to start

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to a question; Ended if there is none in this time, or no process any more."""
        number = secrets.token_hex(8)  # so that no answer can lie there before the question
        end = monotonic() + seconds
        try:
            self.questions.write(json.dumps({**question, "id": number}).encode() + b"\n")
            self.questions.flush()
            while line := self.lines.get(timeout=max(end - monotonic(), 0.001)):
                with suppress(ValueError, RecursionError, AttributeError):
                    answer: dict[str, Any] = json.loads(line)
                    if answer.get("id") == number:
                        return answer
        except Empty:
            self.close()
            raise Ended("time", None) from None
        except OSError:  # there is nobody who reads
            pass
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        status = self.process.returncode
        self.close()
        raise Ended("ended", status)

    def _read(self, answers: IO[bytes]) -> None:
        with suppress(OSError, ValueError), answers:
            while line := answers.readline(_LINE):
                if self.lines.qsize() < _WAITING:
                    self.lines.put(line)
        self.lines.put(b"")

    def close(self) -> None:
        """End the process, and all that it has started."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self.questions.close()
        self.folder.cleanup()
