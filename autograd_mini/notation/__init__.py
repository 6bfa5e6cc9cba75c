"""How an operation is written: labels, text, LaTeX and MathML."""
