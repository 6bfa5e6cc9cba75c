"""How pictures look: the colours of their themes, and the options that they have in common."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from math import ceil, inf, log10
from typing import Any, NamedTuple

from autograd_mini.language import checked, text, whole
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import one_of
from autograd_mini.numbers.arguments import whole as whole_number


class Theme(NamedTuple):
    """Colours as six-digit hexadecimal numbers; Graphviz and browsers agree on those.

    `partial` and `gradient` stay apart for colour-blind readers. `small`, `medium` and `large` are
    gradients that vanish, that are near 1, that explode: on the blue to orange axis, which all
    kinds of colour vision tell apart; in print, from light to dark.

    Text on its background has a contrast of at least 4.5 : 1 (WCAG AA). Below stand the colours
    of light, dark and print; a theme of one's own, put into THEMES, is light but for what it says.
    """

    background: str = "#ffffff #14181d #ffffff"
    node: str = "#ffffff #1c2229 #ffffff"  # fill of a node, below its heading
    leaf: str = "#d9e8fb #1f3a5c #e6e6e6"  # fill of the heading of a leaf, an interior node, a root
    operation: str = "#eceff2 #2d343d #f7f7f7"
    root: str = "#fbe3c0 #573c12 #cfcfcf"
    text: str = "#1b1f24 #f0f3f6 #000000"
    faint: str = "#57606a #a5b0bb #4d4d4d"  # the words data and grad, and the titles of groups
    line: str = "#57606a #8b96a3 #4d4d4d"
    partial: str = "#0b57a8 #7db7ff #000000"  # local derivatives: blue
    gradient: str = "#9a3a06 #ffb077 #333333"  # gradients and what they pass on: a dark orange
    warning: str = "#b3002d #ff8f9f #000000"
    group: str = "#f4f6f8 #1a2027 #f4f4f4"  # fill of a group of nodes, and of a group inside it
    subgroup: str = "#fbfcfd #20272f #fcfcfc"
    faded: str = "#c3c9d0 #4a535d #c4c4c4"  # lines off the gradient path
    small: str = "#2f7bd9 #5aa5ff #bdbdbd"
    medium: str = "#6e7781 #97a1ac #7a7a7a"
    large: str = "#d4590a #ff8a3d #000000"

    def attributes(self, text: str) -> dict[str, str]:
        """Attributes for Graphviz from "shape=box color={line}", with the names of colours."""
        return dict(pair.split("=") for pair in text.format_map(self._asdict()).split())


THEMES = {
    theme: Theme(*(colours.split()[k] for colours in Theme()))
    for k, theme in enumerate(("light", "dark", "print"))
}
Theme.__new__.__defaults__ = THEMES["light"]
CHOICES = {
    "detail": ("values", "gradients", "chain rule"),
    "rankdir": ("LR", "TB", "RL", "BT"),
    "group": ("neuron", "layer"),
    "theme": THEMES,
    "color_by": ("kind", "gradient"),
    "off_path": ("faded", "hidden", "normal"),
}


@dataclass(frozen=True)
class Options:
    """What `draw` and its relatives have in common, checked; `draw` describes them."""

    detail: str = "gradients"
    rankdir: str | None = None
    number_format: str = ".4g"
    group: str | None = None
    collapse: Any = None
    theme: str = "light"
    off_path: str = "faded"
    max_nodes: int = 200
    lang: str = "en"
    color_by: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if (choice := getattr(self, name)) != getattr(Options, name):
                one_of(name, choice, allowed)
        checked(self.lang)
        whole_number("max_nodes", self.max_nodes)
        with suppress(TypeError, ValueError):
            if format(1.5, self.number_format):
                return
        what = "a format for floats, such as '.4g'"
        raise ValueError(f"number_format must be {what}; got {self.number_format!r}")

    @property
    def colours(self) -> Theme:
        """The colours of the theme."""
        return THEMES[self.theme]

    def word(self, name: str, /, **values: object) -> str:
        """A word in the language of the picture; numbers in it are in groups of three digits."""
        counts = {key: whole(x, self.lang) for key, x in values.items() if isinstance(x, int)}
        return text(name, self.lang, **(values | counts))

    def number(self, x: Any) -> str:
        """A number as the picture prints it."""
        return notation.number(x, self.number_format)


# --- the size of gradients -----------------------------------------------------------------------
LEAST_DECADES, MOST_DECADES = 4, 12
STEPS = 9  # colours of the scale


class Scale:
    """Colour and width for sizes of gradients, told apart on a logarithmic scale around 1.

    It goes from 10**-decades to 10**decades; what lies beyond is drawn as the end of it.
    """

    def __init__(self, theme: Theme, sizes: Iterable[float]) -> None:
        found = [abs(log10(size)) for size in sizes if 0 < size < inf]
        decades = 2 * ceil(max(found, default=0.0) / 2 - 1e-9)  # even, for the middle ticks
        self.theme, self.decades = theme, max(LEAST_DECADES, min(MOST_DECADES, decades))

    def place(self, size: float) -> float:
        """From -1, vanished, to 1, exploded; sizes near 1 are at 0."""
        if size <= 0:
            return -1.0
        exact = max(-1.0, min(1.0, log10(size) / self.decades))
        return round(exact * (STEPS // 2)) / (STEPS // 2)  # a few colours, told apart by eye

    def colour(self, size: float) -> str:
        """Of a line."""
        place = self.place(size)
        end = self.theme.small if place < 0 else self.theme.large
        return mixed(self.theme.medium, end, abs(place))

    def fill(self, size: float) -> str:
        """Of a heading: pale, so that text on it can be read."""
        return mixed(self.theme.node, self.colour(size), 0.15 + 0.2 * abs(self.place(size)))

    def width(self, size: float) -> float:
        """Of a line, in points."""
        return round(2.2 + 1.8 * self.place(size), 2)


def mixed(a: str, b: str, part: float) -> str:
    """Colour a with a part of b."""
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{int(x + (y - x) * part + 0.5):02x}" for x, y in pairs)
