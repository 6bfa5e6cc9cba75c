"""`autograd-mini playground`: a page that needs nothing, for any expression or small network."""

from autograd_mini.pages.playground import to_html

from .options import Arguments, option, suffix, write

OPTIONS = [option("--out", required=True)]


def run(args: Arguments) -> int:
    """Do what the command line asks for; the exit status."""
    suffix(args, ("html", "htm"))
    return write(args, to_html(lang=args.lang))
