"""The options that pictures have in common: their defaults, their check, and what they lead to."""

from typing import Any, NamedTuple, Self

from autograd_mini.language import checked, text, whole
from autograd_mini.notation import labels as notation
from autograd_mini.numbers.arguments import one_of
from autograd_mini.numbers.arguments import whole as whole_number

from .themes import THEMES, Theme

_CHOICES = {
    "detail": ("values", "gradients", "chain rule"),
    "rankdir": ("LR", "TB", "RL", "BT"),
    "group": ("neuron", "layer"),
    "theme": THEMES,
    "color_by": ("kind", "gradient"),
    "off_path": ("faded", "hidden", "normal"),
}


class Options(NamedTuple):
    """What `draw` and its relatives have in common; `draw` describes them."""

    detail: str = "gradients"
    rankdir: str = "LR"
    number_format: str = ".4g"
    group: str | None = None
    collapse: Any = None
    theme: str = "light"
    off_path: str = "faded"
    max_nodes: int = 200
    lang: str = "en"
    color_by: str | None = None

    def checked(self) -> Self:
        """These options; ValueError or TypeError for one that is unknown."""
        for name, allowed in _CHOICES.items():
            if (choice := getattr(self, name)) != self._field_defaults[name]:
                one_of(name, choice, allowed)
        checked(self.lang)
        whole_number("max_nodes", self.max_nodes)
        check_format(self.number_format)
        return self

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


def check_format(number_format: Any) -> None:
    """Raise ValueError unless floats can be written so."""
    try:
        fits = isinstance(number_format, str) and bool(format(1.5, number_format))
    except ValueError:
        fits = False
    if not fits:
        what = "a format for floats, such as '.4g'"
        raise ValueError(f"number_format must be {what}; got {number_format!r}")
