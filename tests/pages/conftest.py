"""The page of a recording, in the browser."""

from itertools import count

import pytest

from autograd_mini.pages.page import save_html

OWN = "beside compiled labels lang start theme title".split()


@pytest.fixture
def opened(visit, tmp_path):
    """opened(recorded, link, mode, options of save_html and of visit): its page, in this mode."""
    numbers = count()

    def open_page(recorded, link="", mode="", **options):
        file = tmp_path / f"page{next(numbers)}.html"
        save_html(recorded, file, **{name: options.pop(name) for name in OWN if name in options})
        page = visit(file, link, **options)
        if mode:
            page.click(f"#modes [aria-controls={mode}]")
        return page

    return open_page
