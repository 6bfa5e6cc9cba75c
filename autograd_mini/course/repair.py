"""Files with one mistake each, to be mended: copied into a folder, and judged by what they do."""

import json
import re
import subprocess
import sys
from pathlib import Path

from autograd_mini import files
from autograd_mini.language import LANGUAGES, text, translated

BROKEN = {path.stem: path for path in sorted((Path(__file__).parent / "broken").glob("*.txt"))}


def copied(folder: Path, lang: str) -> list[Path]:
    """The files in a folder; those that are not there yet are copied, in the reader's language."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.py" for name in BROKEN]
    for path in paths:
        if not path.exists():
            files.write(path, broken(path.stem, lang))
    return paths


def broken(name: str, lang: str) -> str:
    """The source of a broken file, with its comments in one language."""
    source, others = BROKEN[name].read_text(encoding="utf-8"), "|".join({*LANGUAGES} - {lang})
    source = re.sub(rf"^# ({others}): .*\n", "", source, flags=re.MULTILINE)
    return re.sub(rf"^# {lang}: ", "# ", source, flags=re.MULTILINE)


def fault(path: Path, lang: str, seconds: float = 20.0) -> str:
    """What is wrong with a learner's file, by a process of its own; "" if it is mended."""
    name = path.stem.partition("_")[2]
    command = [sys.executable, "-B", "-m", f"{__package__}.judging", name, str(path)]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return text("repair.slow", lang, seconds=f"{seconds:g}")
    try:
        found = json.loads(ended.stdout)
    except ValueError:
        return text("repair.ended", lang, status=ended.returncode)
    if "error" not in found:
        return text("repair.differs", lang, **found) if found else ""
    kind = "raised" if found["line"] else "failed"
    return text(f"repair.{kind}", lang, **found | {"error": translated(found["error"], lang)})
