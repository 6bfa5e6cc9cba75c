r"""Every word that a reader sees, in English and Spanish, and the one way to it.

The words stand in catalogues, a text file for each room of readers: the first word of a text's
name names its file, so that `text("page.title", "es")` is `title` in page.txt, and a file is read
when the first of its texts is asked for. An entry is the name, and below it both languages:

    range
      en  {low} to {high}
      es  de {low} a {high}

Longer texts go on in the lines below, joined by a space, or by none before \\n, which is a new
line; \\s is a space at an end. `as` in place of both languages is the name of the text to take.
In errors.txt and usage.txt an entry has no name: its English is the name, as the engine speaks no
other language.
"""

from .catalogues import LANGUAGES, catalogue, checked, meant, of, shortened, text, whole, words
from .errors import translated

__all__ = ["LANGUAGES", "catalogue", "checked", "meant", "of", "shortened", "text", "translated"]
__all__ += ["whole", "words"]
