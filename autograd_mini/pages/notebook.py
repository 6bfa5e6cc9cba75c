"""Steps in a notebook: the page in a sandboxed frame, and a widget that Python can steer.

A frame with `srcdoc` needs no server; the sandbox lets the page run its script and save the
learner's answers, no more. A notebook that was run elsewhere and is not trusted has no frames (of
which the text is left), no style sheets, and no SVG in its HTML but as images.
"""

import html
import re
from base64 import b64encode
from typing import Any

from autograd_mini.language import meant, text
from autograd_mini.numbers.arguments import whole
from autograd_mini.stepping.sequence import Steps

from .document import asset, squeezed
from .page import page_of, to_html

_SANDBOX = "allow-scripts allow-forms allow-downloads"  # predict and perform are forms
_STYLE = squeezed(asset("frame.css"), css=True)


class Shown:
    """A page in a frame, for a notebook to display; `page` is its HTML."""

    def __init__(self, page: str, title: str, height: int, lang: str) -> None:
        self.page, self.title, self.height = page, title, whole("height", height)
        self.lang = lang

    def __repr__(self) -> str:
        return self.title

    def _repr_html_(self) -> str:
        """A whole HTML page as an element of another, which cannot touch the one around it."""
        style = f"width: 100%; height: {self.height}px; border: 0"
        title, page = html.escape(self.title), html.escape(self.page)
        return (
            f'<style>{_STYLE}</style><iframe class="autograd-mini-page" title="{title}"'
            f' sandbox="{_SANDBOX}" loading="lazy" style="{style}" srcdoc="{page}">'
            f"{text('common.untrusted', self.lang)}</iframe>"
        )


def pictured(markup: str) -> str:
    """Markup with its SVG as images; grey is seen on light and dark."""

    def image(svg: re.Match[str]) -> str:
        data = b64encode(svg[0].replace("currentColor", "#777").encode()).decode()
        said = re.search('aria-label="(.*?)"', svg[0]) or ["", ""]
        style = f'style="max-width: 100%" src="data:image/svg+xml;base64,{data}"'
        return f'<img alt="{said[1]}" {style}>'

    return re.sub("<svg.*?</svg>", image, markup, flags=re.DOTALL)


def show(steps: Any, *, height: int = 720, lang: str | None = None, **options: Any) -> Shown:
    """The page of steps, or of a training run, in a notebook; without it they show themselves.

    The frame is `height` pixels high, and the language None that of the environment; the options
    are those of `to_html` (start, beside, labels, theme, title), and so are the errors.

    >>> from autograd_mini import steps
    >>> show(steps(lambda x: x * x, 3.0), lang="es", start=4)
    <Steps: 7 steps of 2 nodes>
    """
    lang = meant(lang)
    return Shown(page_of(steps, lang=lang, **options), repr(steps), height, lang)


def widget(
    steps: Steps, *, height: int = 720, lang: str | None = None, start: int = 0, **options: Any
) -> Any:
    """The page as a widget whose `step` can be read and set from Python.

    A click or a key in the page changes `step`, and a function that was given to
    `widget.observe(function, "step")` hears of it. The options are those of `to_html`.

    Raises ImportError without anywidget (`pip install 'autograd-mini[notebook]'`), IndexError if
    there is no step `start`, or none that `step` is set to.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        what = "the widget needs anywidget: pip install 'autograd-mini[notebook]'"
        raise ImportError(what) from error
    page = to_html(steps, lang=meant(lang), start=start, **options)

    class StepsWidget(anywidget.AnyWidget):
        """The page of recorded steps; `step` is the index of the one that is shown."""

        _esm = asset("widget.js").replace("{{sandbox}}", _SANDBOX)
        _css = _STYLE
        page = traitlets.Unicode().tag(sync=True)
        title = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int().tag(sync=True)
        length = traitlets.Int().tag(sync=True)
        step = traitlets.Int().tag(sync=True)

        def __repr__(self) -> str:
            return str(self.title)

        @traitlets.validate("step")
        def _within(self, proposal: dict[str, Any]) -> int:
            steps[proposal["value"]]
            return int(range(len(steps))[proposal["value"]])

    return StepsWidget(page=page, title=repr(steps), height=height, length=len(steps), step=start)
