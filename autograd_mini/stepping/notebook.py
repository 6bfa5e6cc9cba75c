"""Steps in a notebook: the page in a sandboxed frame, and a widget that Python can steer.

A frame with `srcdoc` needs no server and no trust, so that JupyterLab, VS Code, Colab and nbviewer
show it alike; the sandbox lets the page run its script and save the learner's answers, no more.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sequence import Steps

LARGEST = 2_000  # nodes of a graph that a notebook shows by itself
_SANDBOX = "allow-scripts allow-downloads"


def framed(page: str, title: str, height: int = 720) -> str:
    """A whole HTML page as an element of another, which cannot touch the one around it.

    >>> framed("<p>a & b</p>", "two", 100).partition("srcdoc=")[2]
    '"&lt;p&gt;a &amp; b&lt;/p&gt;"></iframe>'
    """
    return (
        f'<iframe title="{html.escape(title)}" sandbox="{_SANDBOX}" loading="lazy"'
        f' style="width: 100%; height: {height}px; border: 0" srcdoc="{html.escape(page)}"></iframe>'
    )


def shown(steps: Steps) -> str | None:
    """What a notebook shows of steps; None where the text has to do."""
    from autograd_mini.drawing import RenderingError

    from .page import to_html

    if len(steps.nodes) > LARGEST:
        return None
    try:
        return framed(to_html(steps), repr(steps))
    except RenderingError:  # no Graphviz
        return None


def widget(steps: Steps, *, height: int = 720, lang: str | None = None, start: int = 0) -> Any:
    """The page as a widget whose `step` can be read and set from Python.

    Raises ImportError without anywidget (`pip install 'autograd-mini[notebook]'`), IndexError if
    there is no step `start`.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ImportError(
            "the widget needs anywidget: pip install 'autograd-mini[notebook]'"
        ) from error
    from .page import to_html

    class StepsWidget(anywidget.AnyWidget):  # type: ignore[misc]  # it has no types
        """The page of recorded steps; `step` is the index of the one that is shown."""

        _esm = _SCRIPT
        page = traitlets.Unicode().tag(sync=True)
        title = traitlets.Unicode().tag(sync=True)
        height = traitlets.Int().tag(sync=True)
        step = traitlets.Int().tag(sync=True)

        @traitlets.validate("step")
        def _within(self, proposal: dict[str, Any]) -> int:
            steps[proposal["value"]]
            return int(range(len(steps))[proposal["value"]])

    options: dict[str, Any] = {"lang": lang} if lang else {}
    return StepsWidget(
        page=to_html(steps, start=start, **options), title=repr(steps), height=height, step=start
    )


_SCRIPT = f"""
function render({{ model, el }}) {{
  const frame = document.createElement("iframe");
  frame.title = model.get("title");
  frame.sandbox = "{_SANDBOX}";
  frame.style.cssText = `width: 100%; border: 0; height: ${{model.get("height")}}px`;
  frame.srcdoc = model.get("page");
  const heard = (event) => {{
    const told = event.data?.autograd_mini;
    if (event.source !== frame.contentWindow || !Number.isInteger(told?.step)) return;
    if (!frame.ready) {{
      frame.ready = true;
      go();
    }} else if (told.step !== model.get("step")) {{
      model.set("step", told.step);
      model.save_changes();
    }}
  }};
  const go = () =>
    frame.contentWindow?.postMessage({{ autograd_mini: {{ go: model.get("step") }} }}, "*");
  window.addEventListener("message", heard);
  model.on("change:step", go);
  el.appendChild(frame);
  return () => {{
    window.removeEventListener("message", heard);
    model.off("change:step", go);
  }};
}}
export default {{ render }};
"""
