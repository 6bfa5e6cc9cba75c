"""One configuration for both languages: `sphinx-build -c docs -t es docs/es build/es`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.util.tags import Tags

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent), str(DOCS)]  # the package of this checkout, and docs/extensions

import autograd_mini  # noqa: E402

tags: Tags  # Sphinx puts it among the names of this file
language = "es" if tags.has("es") else "en"  # noqa: F821
other = {"en": "es", "es": "en"}[language]

project = "autograd_mini"
author = "autograd_mini contributors"
copyright = {"en": author, "es": "quienes contribuyen a autograd_mini"}[language]
version = release = autograd_mini.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "extensions.commands",
    "extensions.docstrings",
    "extensions.frame",
    "extensions.gallery",
    "extensions.house",
    "extensions.lessons",
    "extensions.mathml",
    "extensions.pictures",
    "extensions.sheet",
    "extensions.stepped",
    "extensions.terms",
]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
smartquotes = False  # names in quotes are to be typed as they stand
root_doc = "index"
templates_path = ["_templates"]

# A reference that leads nowhere stops the build. Names of other projects have no page here.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(?!autograd_mini\.).*"),
    # in signatures; they have no page
    (r"py:class", r"autograd_mini\.(grading\..*|drawing\.(paths\.Path|themes\.Options))"),
    (r"py:class", r"autograd_mini\.checking\.(table\.OpRow|random_graphs\.Step)"),
    (r"py:class", r"autograd_mini\.compiler\.program\.Program"),
]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True}
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "autograd_mini"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["reach.js"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_context = {"other": other, "other_name": {"en": "English", "es": "Español"}[other]}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
