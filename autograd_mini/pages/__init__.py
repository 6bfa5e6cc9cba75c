"""HTML pages, films, and what a notebook shows."""
