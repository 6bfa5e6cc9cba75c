"""Steps as pictures for slides: an animated GIF, an MP4 film, or one PNG for each step."""

import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograd_mini.drawing.themes import THEMES
from autograd_mini.errors import AutogradError
from autograd_mini.files import ready, write
from autograd_mini.language import meant
from autograd_mini.numbers.arguments import one_of, real
from autograd_mini.stepping.sequence import Steps

FORMATS = ("gif", "mp4", "png")
MOST_STEPS = 250  # beyond, the pictures take minutes, and their numbers can no longer be read
_COLOURS = 240  # of a GIF: those of the picture itself, and the shades at the edges of letters
_RATE = 10  # pictures a second of a film at least, in which each step is many of them
_PATTERN = re.compile(r"%0?\d*d")


class ToolError(AutogradError, RuntimeError):
    """A program that is needed is missing or has failed; the text says how to get it."""


def save_frames(
    steps: Steps,
    path: str | os.PathLike[str],
    *,
    lang: str | None = None,
    theme: str = "light",
    seconds: float = 2.0,
) -> list[Path]:
    """Write each step as a picture: the graph with the numbers known then, and the step explained.

    Returns the files that were written.

    Args:
        steps: what `autograd_mini.steps` has recorded.
        path: `neuron.gif`; `neuron.mp4`; or `neuron.png`, for neuron-000.png, neuron-001.png, ...
            (`step-%02d.png` numbers them in another way). A picture has 1280 × 720 pixels, that of
            a large graph 1920 × 1080.
        lang: "en" or "es"; None is the language of the environment.
        theme: "light", "dark" or "print".
        seconds: how long a step stays in a GIF or a film; the last stays twice as long.

    Raises:
        TypeError: `steps` is no recording of steps.
        ImportError: matplotlib is missing (`pip install "autograd-mini[plot]"`).
        ToolError: there is no ffmpeg, which MP4 needs, or it has failed.
        RenderingError: there is no Graphviz that works.
        ValueError: another suffix, language or theme; more than 250 steps, or a graph so large that
            it could not be read; the path is a folder.
        OSError: the file cannot be written there.
    """
    path, lang = Path(path), meant(lang)
    suffix = path.suffix[1:].lower()
    one_of("the suffix of the file", suffix, FORMATS)
    one_of("theme", theme, THEMES)
    real("seconds", seconds, "from 0.02 to 600", lambda seconds: 0.02 <= seconds <= 600)
    if not isinstance(steps, Steps):
        raise TypeError(f"pictures show Steps, got {steps!r:.40} ({type(steps).__name__})")
    if len(steps) > MOST_STEPS:
        raise ValueError(
            f"pictures are for at most {MOST_STEPS} steps, got {len(steps):,}; for large graphs"
            " write a page (save_html, -o steps.html)"
        )
    ready(path)
    try:
        from .painting import Painter
    except ImportError:
        what = 'pictures of steps need matplotlib: pip install "autograd-mini[plot]"'
        raise ImportError(what, name="matplotlib") from None
    painter = Painter(steps, lang, theme)
    pictures = (painter.paint(index) for index in range(len(steps)))
    if suffix == "png":
        return _write_png(pictures, path)
    gif = suffix == "gif"
    write(path, _gif(painter.paint, len(steps), seconds) if gif else _mp4(pictures, seconds))
    return [path]


def _write_png(pictures: Iterator[Any], path: Path) -> list[Path]:
    from PIL import Image

    name = path.name if _PATTERN.search(path.name) else f"{path.stem}-%03d{path.suffix}"
    written = []
    for index, picture in enumerate(pictures):
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "png")
        numbered = _PATTERN.sub(lambda found: found[0] % index, name)  # noqa: B023
        written.append(path.with_name(numbered))
        write(written[-1], out.getvalue())
    return written


def _gif(paint: Callable[[int], Any], count: int, seconds: float) -> bytes:
    """All pictures with one palette, so that what does not change stays as it is, bit for bit.

    The palette is that of a few of them. No more are kept, as they take 6 MB each.
    """
    import numpy as np
    from PIL import Image

    def packed(picture: Any) -> Any:
        return picture.astype(np.int32) @ np.array([65536, 256, 1], np.int32)

    def apart(colours: Any) -> Any:
        return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)

    few = [*range(0, count, max(1, count // 5)), count - 1]
    kept = {index: paint(index) for index in few}
    found, counts = np.unique(packed(np.stack([kept[k] for k in few])), return_counts=True)
    palette = apart(found[np.argsort(counts, kind="stable")[::-1][:_COLOURS]])
    frames = []
    for index in range(count):
        picture = kept[index] if index in kept else paint(index)
        colours, which = np.unique(packed(picture), return_inverse=True)
        distances = ((apart(colours)[:, None] - palette) ** 2).sum(axis=2)
        nearest = distances.argmin(axis=1).astype(np.uint8)
        frame = Image.fromarray(nearest[which].reshape(picture.shape[:2]))
        frame.putpalette(palette.astype(np.uint8).tobytes())
        frames.append(frame)
    stays = [min(round(1000 * k * seconds), 655_350) for k in [*[1] * (count - 1), 2]]  # the most
    out = io.BytesIO()
    frames[0].save(out, "gif", save_all=True, append_images=frames[1:], duration=stays, loop=0)
    return out.getvalue()


# --- MP4 -----------------------------------------------------------------------------------------
def _ffmpeg() -> str:
    """The ffmpeg on the PATH, or that of the package imageio-ffmpeg."""
    if program := shutil.which("ffmpeg"):
        return program
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise ToolError(
            "MP4 needs ffmpeg: pip install imageio-ffmpeg, or install ffmpeg itself"
            " (Debian: apt-get install ffmpeg; https://ffmpeg.org); GIF and PNG do without"
        ) from None


def _mp4(pictures: Iterator[Any], seconds: float) -> bytes:
    """The film, with the last step twice."""
    look = f"-an -r {max(_RATE, 1 / seconds)} -preset veryfast -tune stillimage -crf 20"
    encoder = _ffmpeg()
    with tempfile.TemporaryDirectory() as folder:
        given, film = Path(folder, "%d.png"), Path(folder, "film.mp4")
        written = _write_png(pictures, given)
        shutil.copy(written[-1], given.with_name(f"{len(written)}.png"))
        command = [encoder, "-loglevel", "error", "-framerate", f"{1 / seconds}", "-i", str(given)]
        command += f"-vcodec libx264 {look} -pix_fmt yuv420p -movflags +faststart".split()
        done = subprocess.run([*command, film], capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            raise ToolError(f"ffmpeg made no film: {said[-1]}")
        return film.read_bytes()
